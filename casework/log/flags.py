"""Flags in words, and closing one by saying what was done (need T8).

A flag keeps facts; the sentences are made here, so that they can be put better without touching
what was recorded. Each kind has its own way of speaking, which the app that raises it hands in:

    flags.register(FlagKind.LEASE, lease_words)      # in AppConfig.ready()

`lease_words(flag, on)` gives `Words`. Also here: what counts as contact with a person, a
registry because peers and casework are on different floors and a clock must ask both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts import settings_table
from common.calendar import local_date, next_working_day
from common.errors import RuleBroken
from common.formatting import WEEKDAYS, days_nb
from common.jobs import Done

from .enums import FlagClosed, FlagKind
from .events import record
from .models import Flag

if TYPE_CHECKING:
    from accounts.models import User


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

    `days` is shown as a number over a bar; where it is None, `when` and `sub` say when.
    `color` is danger, warning or neutral.
    """

    why: str
    next: str
    action: str
    action_url: str
    color: str = "neutral"
    days: int | None = None
    when: str = ""
    sub: str = ""
    icon: str = ""


_words: dict[str, Callable[[Flag, date], Words]] = {}


def register(kind: FlagKind, words: Callable[[Flag, date], Words]) -> None:
    """Say how flags of a kind are put in words. Registering again replaces."""
    _words[str(kind)] = words


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
    return f"{weekday}. {short(due)}", "warning" if left <= 7 else "neutral"


def short(day: date) -> str:
    """24.10. – a day of this year or the last, in a sentence."""
    return f"{day.day:02}.{day.month:02}."


# ------------------------------------------------------------------ contact with a person


# name → an SQL condition: somebody was in contact with the person `{person}` on a day after
# %(contact_after)s and up to %(on)s.
_contacts: dict[str, str] = {
    "notes": """EXISTS (
        SELECT FROM casework_note note
        WHERE note.is_contact AND note.person_id = {person}
          AND note.written_at >= (%(contact_after)s::date + 1)::timestamp
              AT TIME ZONE 'Europe/Oslo'
          AND note.written_at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Europe/Oslo')"""
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
    FROM casework_application WHERE state IN ('mottatt', 'utredes', 'avgjort')
    ORDER BY person_id, received_at DESC, id DESC
)"""

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
    flag = Flag.objects.select_for_update(of=("self",)).get(pk=flag.pk)
    if flag.closed_on is not None:
        raise AlreadyClosed
    flag.closed_on = local_date(at)
    flag.closed_because = FlagClosed.HANDLED
    flag.closed_by = by
    flag.closing_note = note
    flag.save(update_fields=["closed_on", "closed_because", "closed_by", "closing_note"])
    record(
        flag.person,
        "flag.handled",
        _("Varsel fulgt opp: %(kind)s. %(note)s") % {"kind": flag.get_kind_display(), "note": note},
        by=by,
        at=at,
        application=flag.application,
        flag=flag.pk,
    )
    return flag


# ------------------------------------------------------------------ raising


# `wanted` is everything there should be a flag for on the date: person_id, application_id, stem
# (what it is about), level (how far it has come, from 1), threshold, facts, owner_id, due_on.
RAISE = """
WITH {wanted},
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT w.person_id, w.application_id, %(kind)s, w.stem || ':' || w.level, w.threshold,
        w.facts || jsonb_build_object('level', w.level), '{{}}', w.owner_id, w.due_on,
        %(on)s::date, '', ''
    FROM wanted w
    -- Run for an earlier date: it had come further already.
    WHERE NOT EXISTS (
        SELECT FROM casework_flag f
        WHERE f.person_id = w.person_id AND f.kind = %(kind)s
            AND starts_with(f.key, w.stem || ':') AND (f.facts ->> 'level')::int > w.level)
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date,
        closed_because = CASE WHEN past.further THEN 'erstattet' ELSE 'fakta' END
    FROM (
        SELECT o.id, w.person_id IS NOT NULL AS further
        FROM casework_flag o
        LEFT JOIN wanted w ON w.person_id = o.person_id AND starts_with(o.key, w.stem || ':')
        WHERE o.kind = %(kind)s AND o.closed_on IS NULL AND o.raised_on <= %(on)s::date
            AND (w.person_id IS NULL OR w.level > (o.facts ->> 'level')::int)
    ) past
    WHERE f.id = past.id
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


@transaction.atomic
def raise_and_close(kind: FlagKind, wanted: str, on: date, params: dict[str, Any]) -> Done:
    """Let the open flags of a kind be those `wanted` on the date; one statement (need T8).

    `wanted` is SQL of ours that ends in the CTE of that name (see `RAISE`). A flag is raised
    once for each stem and level, whatever the number of runs; a further level supersedes; what
    is not wanted any more is over, by the facts. A run for an earlier date closes nothing raised
    after it, raises nothing below what was raised, and reopens nothing.
    """
    with connection.cursor() as cursor:
        # One run at a time: two for different dates at once could each miss the other's flag.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"flags {kind}"])
        cursor.execute(RAISE.format(wanted=wanted), {**params, "kind": str(kind), "on": on})
        return Done(*cursor.fetchone())


def due_on(on: date) -> date:
    """The day something raised on a date should be followed up by."""
    return next_working_day(on + timedelta(days=settings_table.value("flag_due_days", on)))
