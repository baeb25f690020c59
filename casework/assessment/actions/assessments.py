"""Assessments (kartlegging) made with the person, and the housing need that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.applications.actions.applications import lock_application
from casework.applications.models import Application, Wish
from casework.applications.processes import APPLICATION
from casework.log import events
from casework.log.enums import ApplicationState
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked

from .. import needs
from ..models import Assessment, AssessmentAnswer, HousingAnswer, HousingNeed

if TYPE_CHECKING:
    from accounts.models import User


class AssessmentNotHeldYet(RuleBroken):
    """The assessment or the wish is dated after today; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Samtalen kan ikke være fram i tid. Skriv dagen dere snakket sammen."))
        self.field = field


class ChangeNeedsReason(RuleBroken):
    """The housing need differs from what was derived, and no reason is given."""

    field = "edit_reason"

    def __init__(self) -> None:
        super().__init__(_("Skriv hvorfor du endrer det som er beregnet."))


@transaction.atomic
def hold_assessment(
    *,
    application: Application,
    wish: Mapping[str, Any],
    held_on: date,
    together: str,
    goals: str,
    answers: Iterable[Mapping[str, Any]],
    by: User,
    at: datetime,
    housing: Mapping[str, Any] | None = None,
) -> Assessment:
    """Save an assessment, the person's own wish and the answers, all or none (needs C8, C10).

    `wish` holds words, setting, said_on and read_back; each of `answers` a dimension, own_view,
    support_need, agreed_help and source; `housing` the fields of `HousingAnswer`, if the dwelling
    was discussed. Earlier assessments do not change. A case in state received moves to assessing.
    Raises `NotHeldYet`.
    """
    today = local_date(at)
    for field, day in (("said_on", wish["said_on"]), ("held_on", held_on)):
        if day > today:
            raise AssessmentNotHeldYet(field)
    # Locked, so that the case moves to assessing once.
    application = locked(Application.objects.select_related("person"), application.pk)
    new_wish = Wish(person=application.person, recorded_at=at, recorded_by=by, **wish)
    new_wish._history_user = by
    new_wish.save()
    assessment = Assessment(
        person=application.person,
        application=application,
        wish=new_wish,
        held_on=held_on,
        together=together,
        goals=goals,
        made_at=at,
        made_by=by,
    )
    assessment._history_user = by
    assessment.save()
    AssessmentAnswer.objects.bulk_create(
        AssessmentAnswer(assessment=assessment, **answer) for answer in answers
    )
    if housing is not None:
        areas = {name: housing[name] for name in needs.AREAS if name in housing}
        facts = {name: value for name, value in housing.items() if name not in areas}
        housing_answer = HousingAnswer.objects.create(assessment=assessment, **facts)
        for name, chosen_areas in areas.items():
            getattr(housing_answer, name).set(chosen_areas)
    if application.state == ApplicationState.RECEIVED:
        application._history_user = by
        APPLICATION.move(application, ApplicationState.ASSESSING, by=by, at=at)
    events.record(
        application.person,
        CaseEvent.ASSESSMENT_HELD,
        _("Kartlegging %(on)s.") % {"on": nbdate(held_on)},
        by=by,
        at=at,
        application=application,
        assessment=assessment.pk,
    )
    return assessment


@transaction.atomic
def decide_need(
    *,
    application: Application,
    assessment: Assessment | None,
    facts: Mapping[str, Any],
    areas: Iterable = (),
    avoid_areas: Iterable = (),
    avoid_properties: Iterable = (),
    by: User,
    at: datetime,
    seen: int | None = None,
) -> HousingNeed:
    """Save the housing need as a new row; the newest row is in force (need C11).

    `facts` are the fields of `HousingNeed`. Where they differ from what the rules derive,
    `edit_reason` must say why; else raises `ChangeNeedsReason`. The derived values are stored too.
    """
    if seen is not None:
        # Locked, so that of two who decide at once the second is told.
        lock_application(application)
        check_seen(HousingNeed.history.filter(application_id=application.pk), seen)
    lines = needs.derive(application.household, assessment, local_date(at))
    need = HousingNeed(
        application=application,
        assessment=assessment,
        derived=needs.to_stored(lines),
        decided_at=at,
        decided_by=by,
        **facts,
    )
    chosen = {"areas": list(areas), "avoid_areas": list(avoid_areas)}
    chosen |= {line.field: getattr(need, line.field) for line in lines if line.field not in chosen}
    differs = needs.changed(lines, chosen)
    if differs and not need.edit_reason.strip():
        raise ChangeNeedsReason
    if not differs:
        need.edit_reason = ""
    need._history_user = by
    need.save()
    need.areas.set(chosen["areas"])
    need.avoid_areas.set(chosen["avoid_areas"])
    need.avoid_properties.set(avoid_properties)
    events.record(
        application.person,
        CaseEvent.NEED_DECIDED,
        _("Boligbehov: %(size)s.") % {"size": needs.bedrooms_nb(need.bedrooms)},
        by=by,
        at=at,
        application=application,
        need=need.pk,
    )
    return need
