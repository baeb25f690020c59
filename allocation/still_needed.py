"""«Trenger du fortsatt bolig? Samme telefon?» to everyone who waits, each quarter (need C26).

The job asks in one statement: it writes a question for whoever has waited `still_needed_days`
since the vedtak or the last answer, and a flag for who answers for the case. A question without an
answer in time becomes an outreach flag. No statement here takes anybody off the list: only the
person's own words, registered by somebody, lead to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log import flags
from casework.log.enums import FlagKind
from casework.log.flags import Words, due_words, short
from casework.models import Flag
from common.calendar import next_working_day

from .ranking import WAITING

ASK = f"""
WITH {WAITING.format(visible="")},
open_check AS (
    SELECT c.id, c.application_id, c.asked_on, c.answer_by
    FROM allocation_needcheck c
    WHERE c.answered_at IS NULL AND c.lapsed_on IS NULL AND c.asked_on <= %(on)s::date
),
lapsed AS (
    UPDATE allocation_needcheck c SET lapsed_on = %(on)s::date
    FROM open_check o
    WHERE c.id = o.id
        AND NOT EXISTS (SELECT FROM waiting w WHERE w.application_id = o.application_id)
    RETURNING c.id
),
last_answer AS (
    SELECT application_id, max((answered_at AT TIME ZONE %(zone)s)::date) AS day
    FROM allocation_needcheck WHERE answered_at IS NOT NULL GROUP BY application_id
),
asked AS (
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
    RETURNING id, application_id, asked_on, answer_by
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT w.person_id, w.application_id, 'still_needed', a.id::text,
        jsonb_build_object('check', a.id, 'asked', a.asked_on, 'since', w.issued_on), '{{}}',
        coalesce(w.responsible_id, p.responsible_id), a.answer_by, %(on)s::date, '', ''
    FROM asked a
    JOIN waiting w ON w.application_id = a.application_id
    JOIN casework_person p ON p.id = w.person_id
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
silent AS (
    SELECT o.* FROM open_check o
    JOIN waiting w ON w.application_id = o.application_id
    WHERE o.answer_by < %(on)s::date
),
outreach AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT w.person_id, w.application_id, 'outreach', s.id::text,
        jsonb_build_object('check', s.id, 'asked', s.asked_on, 'answer_by', s.answer_by), '{{}}',
        coalesce(w.responsible_id, p.responsible_id), %(due_on)s::date, %(on)s::date, '', ''
    FROM silent s
    JOIN waiting w ON w.application_id = s.application_id
    JOIN casework_person p ON p.id = w.person_id
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date,
        closed_because = CASE WHEN s.id IS NULL THEN 'fakta' ELSE 'erstattet' END
    FROM casework_flag open_flag
    LEFT JOIN silent s ON s.id::text = open_flag.key AND open_flag.kind = 'still_needed'
    WHERE f.id = open_flag.id AND open_flag.kind IN ('still_needed', 'outreach')
        AND open_flag.closed_on IS NULL AND open_flag.raised_on <= %(on)s::date
        AND (s.id IS NOT NULL OR NOT EXISTS (
            SELECT FROM open_check o
            JOIN waiting w ON w.application_id = o.application_id
            WHERE o.id::text = open_flag.key))
    RETURNING 1
)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM outreach),
    (SELECT count(*) FROM closed)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: how many were asked, are to be looked for, and flags closed."""

    asked: int
    outreach: int
    ended: int


@transaction.atomic
def ask_still_needed(on: date) -> Run:
    """Ask those who have waited a quarter since the vedtak or their last answer."""
    numbers = settings_table.values(
        on, "still_needed_days", "still_needed_answer_days", "flag_due_days"
    )
    params = {
        "on": on,
        "zone": settings.TIME_ZONE,
        "before": on - timedelta(days=numbers["still_needed_days"]),
        "answer_by": next_working_day(on + timedelta(days=numbers["still_needed_answer_days"])),
        "due_on": next_working_day(on + timedelta(days=numbers["flag_due_days"])),
    }
    with connection.cursor() as cursor:
        # One run at a time: two at once would both find nobody asked.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ask_still_needed'))")
        cursor.execute(ASK, params)
        return Run(*cursor.fetchone())


# ------------------------------------------------------------------ in words


def _asked_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("Har ventet siden %(day)s Hvert kvartal spør vi om behovet er det samme.")
        % {"day": short(date.fromisoformat(flag.facts["since"]))},
        next=_("Ring eller skriv, og før inn svaret."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:still_needed_answer", args=[flag.facts["check"]]),
        # Nothing is lost on the day: who is silent is looked for.
        color="neutral" if color == "danger" else color,
        when=when,
        sub=_("fortsatt behov"),
        icon="Phone",
    )


def _outreach_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("Ble spurt %(day)s, og har ikke svart. Plassen på ventelisten er den samme.")
        % {"day": short(date.fromisoformat(flag.facts["asked"]))},
        next=_("Oppsøk personen, eller spør dem som har kontakt."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:still_needed_answer", args=[flag.facts["check"]]),
        color=color,
        when=when,
        sub=_("oppsøk"),
        icon="Phone",
    )


def register_words() -> None:
    flags.register(FlagKind.STILL_NEEDED, _asked_words)
    flags.register(FlagKind.OUTREACH, _outreach_words)
