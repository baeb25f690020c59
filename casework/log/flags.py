"""Flags in words, and closing one by saying what was done (need T8).

A flag keeps facts; the sentences are made here, so that they can be put better without touching
what was recorded. Each kind has its own way of speaking, which the app that raises it hands in:

    flags.register(LEASE)      # a `FlagRule`, in AppConfig.ready()

`LEASE.words(flag, on)` gives `Words`. Also here: what counts as contact with a person, a
registry because peers and casework are on different floors and a clock must ask both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.day import DEADLINE_DAYS
from common.errors import RuleBroken
from common.formatting import WEEKDAYS, days_nb
from common.sql import end_of_day, values

from .enums import APPLICATION_ALIVE, FlagClosed, FlagKind
from .event_kinds import CaseEvent
from .events import record
from .models import Flag

if TYPE_CHECKING:
    from accounts.models import User

    from .raising import FlagRule


class NoReason(RuleBroken):
    """A flag is not dismissed; it is followed up, and the follow-up is told in words."""

    def __init__(self) -> None:
        super().__init__(_("Skriv hva som er gjort, eller hvorfor det ikke skal gjøres mer nå."))


class AlreadyClosed(RuleBroken):
    """Somebody else, or the facts, closed it first."""

    def __init__(self) -> None:
        super().__init__(_("Varselet er allerede avsluttet."))


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown of a flag: why (date, rule and fact), the next step, and one button.

    `days` is shown as a number over a bar with a tick at `mark`, red past it and amber from
    `warn`; where it is None, `when` and `sub` say when.
    `color` is danger, warning or neutral.
    """

    why: str
    next: str
    action: str
    action_url: str
    color: str = "neutral"
    days: int | None = None
    mark: int = 0
    warn: int = 0
    when: str = ""
    sub: str = ""
    icon: str = ""

    @property
    def is_long(self) -> bool:
        return self.days is not None and self.days > self.mark


_words: dict[str, Callable[[Flag, date], Words]] = {}


def register(*rules: FlagRule) -> None:
    """Say how the flags of some kinds are put in words. Registering again replaces."""
    _words.update({str(rule.kind): rule.words for rule in rules})


def words(flag: Flag, on: date) -> Words:
    """The flag in words, as read on a date. Asks the database nothing."""
    return _words.get(flag.kind, _plain_words)(flag, on)


def follow_up_url(flag: Flag) -> str:
    """The page where a flag of any kind is read and closed."""
    return reverse("stays:flag", args=[flag.pk])


def _plain_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("%(kind)s. Varslet %(date)s")
        % {"kind": flag.get_kind_display(), "date": short(flag.raised_on)},
        next=_("Les saken, og skriv hva som er gjort."),
        action=_("Følg opp"),
        action_url=follow_up_url(flag),
        color=color,
        when=when,
        icon="Clock",
    )


def due_words(due: date | None, on: date) -> tuple[str, str]:
    """«I dag», «Man. 23.11.», «3 dager over»; and the colour of its nearness."""
    if due is None:
        return "", "neutral"
    left = (due - on).days
    if left < 0:
        return _("%(days)s over") % {"days": days_nb(-left)}, "danger"
    if left == 0:
        return _("I dag"), "danger"
    weekday = WEEKDAYS[due.weekday()][:3].capitalize()
    return f"{weekday}. {short(due)}", "warning" if left <= DEADLINE_DAYS else "neutral"


def short(day: date) -> str:
    """24.10. – a day of this year or the last, in a sentence."""
    return f"{day.day:02}.{day.month:02}."


# ------------------------------------------------------------------ contact with a person


# name → an SQL condition: somebody was in contact with the person `{person}` on a day after
# %(contact_after)s and up to %(on)s.
_contacts: dict[str, str] = {
    "notes": f"""EXISTS (
        SELECT FROM casework_note note
        WHERE note.is_contact AND note.person_id = {{person}}
          AND note.written_at >= {end_of_day("%(contact_after)s")}
          AND note.written_at < {end_of_day()})"""
}


def register_contact(name: str, sql: str) -> None:
    """Add a kind of contact the clocks count, from an app above. SQL as in `_contacts`.

    It says only that somebody reached the person that day: never what was said.
    """
    _contacts[name] = sql


def no_service_sql(person: str) -> str:
    """A condition: the person in this column has no active service on the date, and nobody has
    been in contact lately (rules-and-scenarios.md, `no_service`). Takes `%(on)s` and
    `%(contact_after)s`.
    """
    service = f"""EXISTS (
        SELECT FROM casework_service service
        WHERE service.person_id = {person} AND service.period @> %(on)s::date)"""
    reached = (sql.format(person=person) for sql in _contacts.values())
    return " AND ".join(f"NOT {sql}" for sql in (service, *reached))


# The case each person is met about now, as a CTE. Read in one pass: asked of each of twenty
# thousand persons, it takes longer than all the rest.
PRESENT_CASE = """
present_case AS (
    SELECT DISTINCT ON (person_id) person_id, id, responsible_id
    FROM casework_application WHERE state = ANY(%(alive_cases)s)
    ORDER BY person_id, received_at DESC, id DESC
)"""


def case_params() -> dict[str, Any]:
    """The parameters of `PRESENT_CASE`."""
    return {"alive_cases": values(APPLICATION_ALIVE)}


# ------------------------------------------------------------------ closing


def close_by_facts(kind: FlagKind, key: str, on: date) -> None:
    """What the flag was about is over; no need to wait for the job to see it."""
    Flag.objects.open().filter(kind=kind, key=key).update(
        closed_on=on, closed_because=FlagClosed.FACTS
    )


@transaction.atomic
def close(flag: Flag, *, by: User, at: datetime, note: str | Promise) -> Flag:
    """Close a flag because it was followed up, and tell so on the person's timeline.

    NoReason without words; AlreadyClosed when somebody, or a job, was first.
    """
    note = str(note).strip()
    if not note:
        raise NoReason
    # Locked, so that two who follow up at once do not both believe they closed it.
    flag = Flag.objects.select_for_update(of=("self",), no_key=True).get(pk=flag.pk)
    if flag.closed_on is not None:
        raise AlreadyClosed
    flag.closed_on = local_date(at)
    flag.closed_because = FlagClosed.HANDLED
    flag.closed_by = by
    flag.closing_note = note
    flag.save(update_fields=["closed_on", "closed_because", "closed_by", "closing_note"])
    record(
        flag.person,
        CaseEvent.FLAG_HANDLED,
        _("Varsel fulgt opp: %(kind)s. %(note)s") % {"kind": flag.get_kind_display(), "note": note},
        by=by,
        at=at,
        application=flag.application,
        flag=flag.pk,
    )
    return flag
