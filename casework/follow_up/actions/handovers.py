"""Hands a task over to another unit, where somebody takes it (need C23)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.log import flags
from casework.log.enums import FlagKind
from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.saving import save
from casework.persons.perms import colleagues
from common.calendar import local_date
from common.errors import RuleBroken, check_answer_day
from common.locking import locked

from ..models import Handover

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User
    from casework.applications.models import Application
    from casework.persons.models import Person


class HandoverRefused(RuleBroken):
    """The task cannot be sent or taken like this; `field` is the form field."""


@transaction.atomic
def hand_over(
    *,
    person: Person,
    application: Application | None,
    to_unit: OrganisationUnit,
    to_user: User | None,
    what: str,
    why: str,
    due_on: date | None,
    by: User,
    at: datetime,
) -> Handover:
    """Send a task to a unit, or to a user there. Raises `HandoverRefused` when they may not see
    the person, or when the due date has passed."""
    if due_on and due_on < local_date(at):
        raise HandoverRefused(_("Fristen har vært. Velg i dag eller en senere dag."), "due_on")
    check_answer_day(due_on, local_date(at), "due_on")
    may_read = colleagues(person, local_date(at), to_unit)
    if to_user and not may_read.filter(pk=to_user.pk).exists():
        raise HandoverRefused(
            _("%(name)s arbeider ikke ved %(unit)s, eller kan ikke lese saken. Velg en annen.")
            % {"name": to_user, "unit": to_unit},
            "to_user",
        )
    if not may_read.exists():
        raise HandoverRefused(
            _("Ingen ved %(unit)s kan lese denne saken. Velg en annen enhet, eller spør lederen.")
            % {"unit": to_unit},
            "to_unit",
        )
    handover = save(
        Handover(
            person=person,
            application=application,
            to_unit=to_unit,
            to_user=to_user,
            what=what,
            why=why,
            due_on=due_on,
            sent_at=at,
            sent_by=by,
        ),
        by,
    )
    text = _("Oppgave sendt til %(to)s: %(what)s") % {"to": to_user or to_unit, "what": what}
    record(
        person,
        CaseEvent.HANDOVER_SENT,
        text,
        by=by,
        at=at,
        application=application,
        handover=handover.pk,
    )
    return handover


def _locked(handover: Handover) -> Handover:
    # Of two users at a unit who take it at once, the second gets an error that names the first.
    return locked(Handover.objects.all(), handover.pk)


@transaction.atomic
def acknowledge(handover: Handover, *, reply: str, by: User, at: datetime) -> Handover:
    """Take the task. Raises `HandoverRefused` when somebody else has taken it."""
    handover = _locked(handover)
    if handover.acknowledged_at:
        raise HandoverRefused(
            _("%(name)s har allerede tatt oppgaven.") % {"name": handover.acknowledged_by}
        )
    save(handover, by, acknowledged_at=at, acknowledged_by=by, reply=reply)
    flags.close_by_facts(FlagKind.HANDOVER, str(handover.pk), local_date(at))
    text = _("Oppgaven er mottatt: %(what)s. %(reply)s") % {"what": handover.what, "reply": reply}
    record(
        handover.person,
        CaseEvent.HANDOVER_ACKNOWLEDGED,
        text.strip(),
        by=by,
        at=at,
        application=handover.application,
        handover=handover.pk,
    )
    return handover


@transaction.atomic
def finish(handover: Handover, *, by: User, at: datetime) -> Handover:
    """Mark a taken task as done, once. Raises `HandoverRefused`."""
    handover = _locked(handover)
    if handover.acknowledged_at is None:
        raise HandoverRefused(_("Oppgaven må kvitteres før den er ferdig."))
    if handover.done_at:
        raise HandoverRefused(_("Oppgaven er allerede ferdig."))
    save(handover, by, done_at=at, done_by=by)
    text = _("Oppgaven er ferdig: %(what)s") % {"what": handover.what}
    record(
        handover.person,
        CaseEvent.HANDOVER_DONE,
        text,
        by=by,
        at=at,
        application=handover.application,
        handover=handover.pk,
    )
    return handover
