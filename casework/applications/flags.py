"""Flags of applications: a foreløpig svar that is due, and papers that have not come (need C6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.flags import Words, due_words, short
from common import calendar

if TYPE_CHECKING:
    from casework.log.models import Flag


# ------------------------------------------------------------------ flags

# Raised from the day of warning, for a søknad nobody has answered; closed by the answer. Like
# `Application.reply_due`, the numbers are those in force on the day it was received.
FLAG_DEADLINES = """
WITH numbers AS (
    SELECT a.id, a.person_id, a.responsible_id AS own_responsible,
        (a.received_at AT TIME ZONE %(zone)s)::date AS received,
        a.state IN ('mottatt', 'utredes', 'avgjort')
            AND coalesce((a.interim_reply_at AT TIME ZONE %(zone)s)::date > %(on)s::date, true)
            AND NOT EXISTS (
                SELECT FROM casework_vedtak v
                WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date) AS waits
    FROM casework_application a
    WHERE a.state IN ('mottatt', 'utredes', 'avgjort')
        AND (a.received_at AT TIME ZONE %(zone)s)::date <= %(on)s::date
),
clock AS (
    SELECT n.*,
        received + coalesce((SELECT s.value::int FROM accounts_setting s
            WHERE s.key = 'interim_reply_warn_days' AND s.valid @> n.received),
            %(warn_days)s::int) AS warn,
        (received + make_interval(months => coalesce((SELECT s.value::int FROM accounts_setting s
            WHERE s.key = 'interim_reply_months' AND s.valid @> n.received),
            %(months)s::int)))::date AS falls
    FROM numbers n
    WHERE waits
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT c.person_id, c.id, 'interim_reply', c.id::text,
        jsonb_build_object('received', c.received, 'warn', c.warn, 'due', d.due), '{}',
        coalesce(c.own_responsible, p.responsible_id), d.due, %(on)s::date, '', ''
    FROM clock c
    JOIN casework_person p ON p.id = c.person_id
    -- The first day from then that is neither Saturday, Sunday nor a public holiday.
    CROSS JOIN LATERAL (
        SELECT min(day)::date AS due FROM generate_series(c.falls, c.falls + 13, '1 day') day
        WHERE extract(isodow FROM day) < 6 AND day::date <> ALL (%(holidays)s::date[])
    ) d
    WHERE c.warn <= %(on)s::date
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'interim_reply' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM clock c WHERE c.id = f.application_id)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""

# What we asked for in a mangelbrev and have not got when the day is past; one flag a letter.
FLAG_PAPERS = """
WITH missing AS (
    SELECT r.id, a.id AS application_id, a.person_id, r.due_on, count(*) AS papers,
        (r.asked_at AT TIME ZONE %(zone)s)::date AS asked,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id
    FROM casework_paperrequest r
    JOIN casework_missingpaper m ON m.request_id = r.id
        AND coalesce(m.received_on > %(on)s::date, true)
    JOIN casework_application a ON a.id = r.application_id AND a.state IN ('mottatt', 'utredes')
    JOIN casework_person p ON p.id = a.person_id
    WHERE r.due_on < %(on)s::date
    GROUP BY r.id, a.id, p.responsible_id
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT person_id, application_id, 'papers', id::text,
        jsonb_build_object('asked', asked, 'papers', papers, 'due', due_on), '{}', owner_id,
        due_on, %(on)s::date, '', ''
    FROM missing
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'papers' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM missing m WHERE m.id::text = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""

HOLIDAYS_BACK = 3  # years; what has waited longer is late, whatever the weekday


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did."""

    raised: int
    ended: int


def flag_deadlines(on: date) -> Run:
    """Raise and close the flags of foreløpig svar as of a date. Safe to run twice.

    A run for an earlier date closes nothing raised after it, and reopens nothing.
    """
    keys = settings_table.KEYS
    params = {
        "on": on,
        "zone": settings.TIME_ZONE,
        "warn_days": keys["interim_reply_warn_days"].default,
        "months": keys["interim_reply_months"].default,
        "holidays": [
            holiday
            for year in range(on.year - HOLIDAYS_BACK, on.year + 2)
            for holiday in calendar.public_holidays(year)
        ],
    }
    with connection.cursor() as cursor:
        cursor.execute(FLAG_DEADLINES, params)
        return Run(*cursor.fetchone())


def flag_papers(on: date) -> Run:
    """Raise and close the flags of papers that have not come, as of a date. Safe to run twice."""
    with connection.cursor() as cursor:
        cursor.execute(FLAG_PAPERS, {"on": on, "zone": settings.TIME_ZONE})
        return Run(*cursor.fetchone())


def interim_words(flag: Flag, on: date) -> Words:
    """The clock of forvaltningsloven § 11 a."""
    received = date.fromisoformat(flag.facts["received"])
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("Søknaden kom %(date)s Du må svare innen én måned (fvl. § 11 a).")
        % {"date": short(received)},
        next=_("Send foreløpig svar, eller fatt vedtak."),
        action=_("Skriv svar"),
        action_url=reverse("casework:interim_reply", args=[flag.application_id]),
        color=color,
        when=when,
        sub=_("foreløpig svar"),
        icon="Clock",
    )


def papers_words(flag: Flag, on: date) -> Words:
    """A mangelbrev nobody has answered: the case goes on with what is known."""
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("Venter på papirer siden %(asked)s De skulle vært her %(due)s Vår frist løper.")
        % {
            "asked": short(date.fromisoformat(flag.facts["asked"])),
            "due": short(date.fromisoformat(flag.facts["due"])),
        },
        next=_("Ring, og hjelp til å skaffe dem, eller avgjør saken med det vi har."),
        action=_("Åpne saken"),
        action_url=reverse("casework:application", args=[flag.application_id]) + "#papirer",
        color=color,
        when=when,
        sub=_("papirer"),
        icon="FileText",
    )
