"""The quarterly question «Trenger du fortsatt bolig?» to everyone on the waiting list (need C26).

The job adds a question for everyone who has waited `still_needed_days` since the vedtak or the
last answer, and a flag for the user responsible for the case. A question without an answer in
time becomes an outreach flag. Nothing here takes anybody off the list: only the person's own
words, registered by a caseworker, do.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.jobs import latest_day
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words
from casework.log.raising import FlagRule, due_on
from casework.models import Flag
from common.calendar import next_working_day
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import local_day

from .ranking import WAITING, waiting_params

ASK = f"""
WITH {WAITING.format(visible="")},
lapsed AS (
    UPDATE allocation_needcheck c SET lapsed_on = %(on)s::date
    WHERE c.answered_at IS NULL AND c.lapsed_on IS NULL AND c.asked_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM waiting w WHERE w.application_id = c.application_id)
),
last_answer AS (
    SELECT application_id, max({local_day("answered_at")}) AS day
    FROM allocation_needcheck WHERE answered_at IS NOT NULL GROUP BY application_id
)
INSERT INTO allocation_needcheck (application_id, asked_on, answer_by, answer, note)
SELECT w.application_id, %(on)s::date, %(answer_by)s::date, '', ''
FROM waiting w
LEFT JOIN last_answer l ON l.application_id = w.application_id
WHERE greatest(w.issued_on, l.day) <= %(before)s::date
    AND NOT EXISTS (
        SELECT FROM allocation_needcheck c
        WHERE c.application_id = w.application_id AND c.answered_at IS NULL
            AND c.lapsed_on IS NULL)
ON CONFLICT DO NOTHING
"""


def _open_questions(condition: str, facts: str, due: str) -> str:
    """The `wanted` rows of a flag rule: questions open on the date, to people who still wait."""
    return f"""
    {WAITING.format(visible="")},
    wanted AS (
        SELECT w.person_id, w.application_id, c.id::text AS key,
            jsonb_build_object('check', c.id, 'asked', c.asked_on, {facts}) AS facts,
            coalesce(w.responsible_id, p.responsible_id) AS owner_id, {due} AS due_on
        FROM allocation_needcheck c
        JOIN waiting w ON w.application_id = c.application_id
        JOIN casework_person p ON p.id = w.person_id
        WHERE c.answered_at IS NULL AND c.lapsed_on IS NULL AND c.asked_on <= %(on)s::date
            AND {condition}
    )"""


@transaction.atomic
def ask_still_needed(on: date) -> JobResult:
    """Ask everyone who has waited `still_needed_days` since the vedtak or their last answer.

    `raised` counts the new flags. Safe to run twice, and for any date.
    """
    with connection.cursor() as cursor:
        # One run at a time, and as of the latest day: a run for an earlier one asks nobody who has
        # left the list since.
        on = latest_day(cursor, FlagKind.STILL_NEEDED, on)
        numbers = settings_table.values(on, "still_needed_days", "still_needed_answer_days")
        params: dict[str, Any] = {
            **waiting_params(on),
            "before": on - timedelta(days=numbers["still_needed_days"]),
            "answer_by": next_working_day(on + timedelta(days=numbers["still_needed_answer_days"])),
        }
        cursor.execute(ASK, params)
    # Outreach first: its flag replaces the flag of the question.
    return OUTREACH.run(on) + STILL_NEEDED.run(on)


# ------------------------------------------------------------------ in words


def asked_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Har ventet siden %(day)s Hvert kvartal spør vi om behovet er det samme.")
        % {"day": short_date(date.fromisoformat(flag.facts["since"]))},
        next=_("Ring eller skriv, og før inn svaret."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:still_needed_answer", args=[flag.facts["check"]]),
        # The day is no deadline for the person, so it is never red.
        color="neutral" if color == "danger" else color,
        when=when,
        sub=_("fortsatt behov"),
        icon="Phone",
    )


def outreach_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Ble spurt %(day)s, og har ikke svart. Plassen på ventelisten er den samme.")
        % {"day": short_date(date.fromisoformat(flag.facts["asked"]))},
        next=_("Oppsøk personen, eller spør dem som har kontakt."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:still_needed_answer", args=[flag.facts["check"]]),
        color=color,
        when=when,
        sub=_("oppsøk"),
        icon="Phone",
    )


STILL_NEEDED = FlagRule(
    kind=FlagKind.STILL_NEEDED,
    words=asked_words,
    wanted=_open_questions("c.answer_by >= %(on)s::date", "'since', w.issued_on", "c.answer_by"),
    params=waiting_params,
)
OUTREACH = FlagRule(
    kind=FlagKind.OUTREACH,
    words=outreach_words,
    wanted=_open_questions(
        "c.answer_by < %(on)s::date", "'answer_by', c.answer_by", "%(due_on)s::date"
    ),
    params=lambda on: {**waiting_params(on), "due_on": due_on(on)},
    due_from_run=True,
    replaces=FlagKind.STILL_NEEDED,
)
