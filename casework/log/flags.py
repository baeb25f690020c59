"""The wording of flags, and closing a flag by writing what was done (need T8).

A flag stores facts, and the sentences are made when it is read, so the wording can be improved
without changing the record. Each app registers how its kinds of flag are worded:

    flags.register(LEASE)      # a `FlagRule`, in AppConfig.ready()

`LEASE.words(flag, on)` returns `Words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.day import DEADLINE_DAYS
from common.errors import RuleBroken
from common.formatting import WEEKDAYS, days_nb, short_date
from common.locking import locked

from .enums import FlagClosed, FlagKind
from .event_kinds import CaseEvent
from .events import record
from .models import Flag

if TYPE_CHECKING:
    from accounts.models import User

    from .raising import FlagRule


class NoReason(RuleBroken):
    """A flag cannot be closed without writing what was done."""

    def __init__(self) -> None:
        super().__init__(_("Skriv hva som er gjort, eller hvorfor det ikke skal gjøres mer nå."))


class AlreadyClosed(RuleBroken):
    """The flag is already closed, by somebody else or by a job."""

    def __init__(self) -> None:
        super().__init__(_("Varselet er allerede avsluttet."))


@dataclass(frozen=True, slots=True)
class FlagWording:
    """What is shown for a flag: why (date, rule and fact), the next step, and one button.

    `days` is shown as a number over a bar with a tick at `mark`, red past it and amber from
    `warn`; when it is None, `when` and `sub` are shown instead.
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


_rules: dict[str, FlagRule] = {}


def register(*rules: FlagRule) -> None:
    """Register these kinds of flag. Registering a kind again replaces it."""
    _rules.update({str(rule.kind): rule for rule in rules})


def words(flag: Flag, on: date) -> FlagWording:
    """The wording of the flag on a date. Makes no queries."""
    rule = _rules.get(flag.kind)
    return rule.words(flag, on) if rule else _plain_words(flag, on)


def day_kinds() -> list[str]:
    """The kinds of flag that Min dag shows its user."""
    return [kind for kind, rule in _rules.items() if rule.on_day]


def follow_up_url(flag: Flag) -> str:
    """The page where a flag of any kind is read and closed."""
    return reverse("stays:flag", args=[flag.pk])


def _plain_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("%(kind)s. Varslet %(date)s")
        % {"kind": flag.get_kind_display(), "date": short_date(flag.raised_on)},
        next=_("Les saken, og skriv hva som er gjort."),
        action=_("Følg opp"),
        action_url=follow_up_url(flag),
        color=color,
        when=when,
        icon="Clock",
    )


def who(flag: Flag) -> str:
    """Who did what the flag is about, by the fact «by»; «Vi» when it is not known."""
    return flag.facts.get("by") or _("Vi")


def registered_by(flag: Flag) -> str:
    """« Registrert av Kari Lie.» after a sentence; empty when it is not known."""
    by = flag.facts.get("by")
    return " " + _("Registrert av %s.") % by if by else ""


def due_words(due: date | None, on: date) -> tuple[str, str]:
    """«I dag», «Man. 23.11.» or «3 dager over», and a colour by how close the date is."""
    if due is None:
        return "", "neutral"
    left = (due - on).days
    if left < 0:
        return _("%(days)s over") % {"days": days_nb(-left)}, "danger"
    if left == 0:
        return _("I dag"), "danger"
    weekday = WEEKDAYS[due.weekday()][:3].capitalize()
    return f"{weekday}. {short_date(due)}", "warning" if left <= DEADLINE_DAYS else "neutral"


# ------------------------------------------------------------------ closing


def close_by_facts(kind: FlagKind, key: str, on: date) -> None:
    """Close the flag at once, since what it was about is over, without waiting for the job."""
    Flag.objects.open().filter(kind=kind, key=key).update(
        closed_on=on, closed_because=FlagClosed.FACTS
    )


@transaction.atomic
def close(flag: Flag, *, by: User, at: datetime, note: str | Promise) -> Flag:
    """Close a flag that was followed up, and record it on the person's timeline.

    Raises NoReason when `note` is blank, and AlreadyClosed when the flag is closed.
    """
    note = str(note).strip()
    if not note:
        raise NoReason
    # Locked, so that only one of two users who follow up at once closes it.
    flag = locked(Flag.objects.all(), flag.pk)
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
