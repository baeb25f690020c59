"""The job that reminds of unanswered statements and flags the late ones (need C9).

The person asked is reminded once before the due day and once after it. After it, a flag is raised
for the user who asked. The e-mails go out when the job's transaction commits, whatever day it runs
for: as of the latest day it has run for, and to nobody who has answered by now.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.jobs import latest_day
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words, who
from casework.log.models import Flag
from casework.log.raising import FlagRule, user_name
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import local_day

from . import statement_mail
from .models import Statement

UNANSWERED = f"""
unanswered AS (
    SELECT s.* FROM casework_statement s
    WHERE {local_day("s.asked_at")} <= %(on)s::date
        AND coalesce({local_day("s.received_at")} > %(on)s::date, true)
        AND coalesce({local_day("s.withdrawn_at")} > %(on)s::date, true)"""

LATE = f"""{UNANSWERED}),
wanted AS (
    SELECT person_id, application_id, id::text AS key,
        jsonb_build_object('due', due_on, 'statement', id,
            'by', {user_name("asked_by_id")}) AS facts,
        asked_by_id AS owner_id, %(on)s::date AS due_on
    FROM unanswered WHERE due_on < %(on)s::date
)"""

REMIND = f"""
WITH {UNANSWERED} AND s.received_at IS NULL AND s.withdrawn_at IS NULL),
reminded AS (
    UPDATE casework_statement s SET reminded_on = %(on)s::date
    FROM unanswered u
    WHERE s.id = u.id AND u.reminded_on IS NULL AND u.reminded_late_on IS NULL
      AND %(on)s::date BETWEEN u.due_on - %(days)s::int AND u.due_on
      AND {local_day("u.asked_at")} < %(on)s::date
    RETURNING s.id
),
late AS (
    UPDATE casework_statement s SET reminded_late_on = %(on)s::date
    FROM unanswered u
    WHERE s.id = u.id AND u.reminded_late_on IS NULL AND u.due_on < %(on)s::date
    RETURNING s.id
)
SELECT (SELECT coalesce(array_agg(id), '{{}}') FROM reminded),
    (SELECT coalesce(array_agg(id), '{{}}') FROM late)
"""


def statement_words(flag: Flag, on: date) -> FlagWording:
    due = date.fromisoformat(flag.facts["due"])
    when, color = due_words(due, on)
    return FlagWording(
        why=_(
            "%(who)s ba om en uttalelse. Den skulle kommet %(day)s Den som er spurt, er påminnet."
        )
        % {"who": who(flag), "day": short_date(due)},
        next=_("Ring den som er spurt, eller trekk spørsmålet."),
        action=_("Se spørsmålet"),
        action_url=reverse("casework:statement", args=[flag.facts["statement"]]),
        color=color,
        when=when,
        sub=_("uttalelse"),
        icon="Clock",
    )


STATEMENT = FlagRule(kind=FlagKind.STATEMENT, words=statement_words, wanted=LATE, due_from_run=True)


@transaction.atomic
def flag_statements(on: date) -> JobResult:
    """Send reminders, and update the flags of statements, as of a date. Safe to run twice."""
    with connection.cursor() as cursor:
        on = latest_day(cursor, FlagKind.STATEMENT, on)
        params = {"on": on, "days": settings_table.value("statement_remind_days", on)}
        cursor.execute(REMIND, params)
        reminded, late = cursor.fetchone()
    transaction.on_commit(lambda: _send(reminded, late))
    return STATEMENT.run(on)


def _send(reminded: Collection[int], late: Collection[int]) -> None:
    statements = Statement.objects.filter(pk__in=[*reminded, *late]).select_related("asked_of")
    for statement in statements.order_by("pk"):
        kind = statement_mail.LATE if statement.pk in late else statement_mail.REMINDED
        statement_mail.send(statement, kind)
