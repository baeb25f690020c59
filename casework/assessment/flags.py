"""The job that reminds of statements and flags those that have not come (need C9).

`flag_statements(on)` is one statement: whoever has not answered is reminded once before the due
day and once after it, and after it a flag is raised with who asked; the flag closes by the facts.
Safe to run twice, and for any date. The mails go out when what it wrote is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.flags import Words, due_words, short

from . import statement_mail
from .models import Statement

if TYPE_CHECKING:
    from casework.log.models import Flag

FLAG_STATEMENTS = """
WITH waiting AS (
    SELECT s.*, p.responsible_id FROM casework_statement s
    JOIN casework_person p ON p.id = s.person_id
    WHERE (s.asked_at AT TIME ZONE 'Europe/Oslo')::date <= %(on)s::date
      AND coalesce((s.received_at AT TIME ZONE 'Europe/Oslo')::date > %(on)s::date, true)
      AND coalesce((s.withdrawn_at AT TIME ZONE 'Europe/Oslo')::date > %(on)s::date, true)
),
reminded AS (
    UPDATE casework_statement s SET reminded_on = %(on)s::date
    FROM waiting w
    WHERE s.id = w.id AND w.reminded_on IS NULL AND w.reminded_late_on IS NULL
      AND %(on)s::date BETWEEN w.due_on - %(days)s::int AND w.due_on
      AND (w.asked_at AT TIME ZONE 'Europe/Oslo')::date < %(on)s::date
    RETURNING s.id
),
late AS (
    UPDATE casework_statement s SET reminded_late_on = %(on)s::date
    FROM waiting w
    WHERE s.id = w.id AND w.reminded_late_on IS NULL AND w.due_on < %(on)s::date
    RETURNING s.id
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT person_id, application_id, 'statement', id::text,
        jsonb_build_object('due', due_on, 'statement', id), '{}', asked_by_id, %(on)s::date,
        %(on)s::date, '', ''
    FROM waiting WHERE due_on < %(on)s::date
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'statement' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
      AND NOT EXISTS (SELECT FROM waiting w WHERE w.id::text = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed),
    (SELECT coalesce(array_agg(id), '{}') FROM reminded),
    (SELECT coalesce(array_agg(id), '{}') FROM late)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: flags raised and closed, and how many were reminded."""

    raised: int
    ended: int
    reminded: int


@transaction.atomic
def flag_statements(on: date) -> Run:
    """Remind, raise and close as of a date. See the module."""
    params = {"on": on, "days": settings_table.value("statement_remind_days", on)}
    with connection.cursor() as cursor:
        cursor.execute(FLAG_STATEMENTS, params)
        raised, ended, reminded, late = cursor.fetchone()
    transaction.on_commit(lambda: _send(reminded, late))
    return Run(raised, ended, len(reminded) + len(late))


def _send(reminded: Collection[int], late: Collection[int]) -> None:
    found = Statement.objects.filter(pk__in=[*reminded, *late]).select_related("asked_of")
    for statement in found.order_by("pk"):
        kind = statement_mail.LATE if statement.pk in late else statement_mail.REMINDED
        statement_mail.send(statement, kind)


def statement_words(flag: Flag, on: date) -> Words:
    due = date.fromisoformat(flag.facts["due"])
    when, color = due_words(due, on)
    return Words(
        why=_("En uttalelse skulle kommet %(day)s Den som er spurt, er påminnet.")
        % {"day": short(due)},
        next=_("Ring den som er spurt, eller trekk spørsmålet."),
        action=_("Se spørsmålet"),
        action_url=reverse("casework:statement", args=[flag.facts["statement"]]),
        color=color,
        when=when,
        sub=_("uttalelse"),
        icon="Clock",
    )
