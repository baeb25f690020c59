"""Kartlegging: held together with the person, and the boligbehov that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.applications.models import Application, Wish
from casework.applications.processes import APPLICATION
from casework.log import events
from casework.log.enums import ApplicationState
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate

from .. import needs
from ..models import Assessment, AssessmentAnswer, HousingAnswer, HousingNeed

if TYPE_CHECKING:
    from accounts.models import User


class NotHeldYet(RuleBroken):
    """A kartlegging, or a wish, is told of before it happened; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Samtalen kan ikke være fram i tid. Skriv dagen dere snakket sammen."))
        self.field = field


class ChangeNeedsReason(RuleBroken):
    """The boligbehov differs from what was proposed, and nobody says why."""

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
    """Write a kartlegging, the person's own wish and the answers: all of it, or nothing (C8, C10).

    `wish` holds words, setting, said_on and read_back; each of `answers` a dimension, own_view,
    support_need, agreed_help and source; `housing` the fields of `HousingAnswer`, where the
    dwelling was spoken of. Earlier ones stay as they were. A case nobody has
    begun on is thereby being assessed. Raises `NotHeldYet`.
    """
    today = local_date(at)
    for field, day in (("said_on", wish["said_on"]), ("held_on", held_on)):
        if day > today:
            raise NotHeldYet(field)
    # Held so that the case is taken into assessment once.
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person")
        .get(pk=application.pk)
    )
    said = Wish(person=application.person, recorded_at=at, recorded_by=by, **wish)
    said._history_user = by
    said.save()
    assessment = Assessment(
        person=application.person,
        application=application,
        wish=said,
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
        said_of_it = HousingAnswer.objects.create(assessment=assessment, **facts)
        for name, chosen in areas.items():
            getattr(said_of_it, name).set(chosen)
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
) -> HousingNeed:
    """Write the boligbehov as a new row; the newest is in force (need C11).

    `facts` are the fields of `HousingNeed`. Where they differ from what the rules derive,
    `edit_reason` says why, or `ChangeNeedsReason` is raised. What was derived is kept beside it.
    """
    lines = needs.derive(application.household, assessment, local_date(at))
    need = HousingNeed(
        application=application,
        assessment=assessment,
        derived=needs.frozen(lines),
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
