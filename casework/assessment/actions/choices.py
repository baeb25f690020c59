"""Records talks about choices and consequences (valg og konsekvenser) (need C21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.event_kinds import CaseEvent
from common.errors import RuleBroken
from common.formatting import nbdate

from ..models import ChoiceAlternative, ChoiceTalk

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application


class NothingToChoose(RuleBroken):
    """No alternative is written."""

    field = "what_1"

    def __init__(self) -> None:
        super().__init__(_("Skriv minst ett alternativ, og hva det betyr for personen."))


class TalkNotHeldYet(RuleBroken):
    """The talk is dated after today."""

    field = "held_on"

    def __init__(self) -> None:
        super().__init__(_("Datoen er ikke kommet ennå. Skriv når dere snakket sammen."))


@transaction.atomic
def record_choices(
    *,
    application: Application,
    alternatives: Sequence[dict[str, Any]],
    held_on: date,
    present: str,
    answer: str,
    changed: str,
    on: date,
    by: User,
    at: datetime,
) -> ChoiceTalk:
    """Record what the person could choose between, and what they answered.

    Each of `alternatives` has keys what, means and chosen; one is enough.
    Raises `NothingToChoose` or `TalkNotHeldYet`."""
    if not alternatives:
        raise NothingToChoose
    if held_on > on:
        raise TalkNotHeldYet
    talk = ChoiceTalk(
        application=application,
        held_on=held_on,
        present=present,
        answer=answer,
        changed=changed,
        recorded_at=at,
        recorded_by=by,
    )
    talk._history_user = by
    talk.save()
    ChoiceAlternative.objects.bulk_create(
        ChoiceAlternative(talk=talk, **alternative) for alternative in alternatives
    )
    events.record(
        application.person,
        CaseEvent.CHOICES,
        _("Valg og konsekvenser snakket gjennom %s.") % nbdate(held_on),
        by=by,
        at=at,
        application=application,
        talk=talk.pk,
    )
    return talk
