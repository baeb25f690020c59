"""When something must be done by: functions of a day and the municipality's settings.

Deadlines in weeks and months end on a working day (fvl. § 30, see `common.calendar`). The
settings are those in force on the day the clock started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection

from accounts import settings_table
from common import calendar
from common.calendar import local_date


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, and the day from which it is warned of (None where nothing warns)."""

    due: date
    warn: date | None = None


def interim_reply(received: date | datetime) -> Deadline:
    """A foreløpig svar or a vedtak: one month after it was received (fvl. § 11 a)."""
    start = day_of(received)
    numbers = settings_table.values(start, "interim_reply_months", "interim_reply_warn_days")
    return Deadline(
        due=calendar.deadline_months(start, numbers["interim_reply_months"]),
        warn=start + timedelta(days=numbers["interim_reply_warn_days"]),
    )


def appeal(arrived: date | datetime) -> Deadline:
    """A klage: three weeks after the notice arrived (fvl. § 29)."""
    start = day_of(arrived)
    weeks = settings_table.value("appeal_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def offer_answer(sent: date | datetime) -> Deadline:
    """The answer to an offer: by default five working days after it was sent."""
    start = day_of(sent)
    days = settings_table.value("offer_working_days", start)
    return Deadline(due=calendar.add_working_days(start, days))


def appeal_prepared(received: date | datetime) -> Deadline:
    """A klage reversed or forwarded: the municipality's own limit (fvl. § 33)."""
    start = day_of(received)
    numbers = settings_table.values(start, "appeal_prepare_weeks", "appeal_prepare_warn_days")
    due = calendar.deadline_weeks(start, numbers["appeal_prepare_weeks"])
    return Deadline(due=due, warn=due - timedelta(days=numbers["appeal_prepare_warn_days"]))


def appeal_answered(forwarded: date | datetime) -> Deadline:
    """The klageinstans is asked how it goes, so long after it got the klage or was last asked."""
    start = day_of(forwarded)
    weeks = settings_table.value("appeal_remind_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def appeals_late_before(on: date) -> date:
    """Klager received on this day or before, and still here, are past their limit."""
    day = on
    # Limits never come in another order than what they are counted from.
    while appeal_prepared(day).due >= on:
        day -= timedelta(days=1)
    return day


def section_27_decision(received: date | datetime) -> Deadline:
    """An application after § 27 is handled the day it comes, whatever the day (R35-00)."""
    return Deadline(due=day_of(received))


def section_27_place(received: date | datetime) -> Deadline:
    """A place to sleep within 24 hours: nights do not wait for a working day.

    Hours that pass, not hours on the wall: the night the clock is turned has 23 or 25.
    """
    hours = timedelta(hours=settings_table.value("section_27_place_hours", day_of(received)))
    if isinstance(received, datetime):
        received = received.astimezone(UTC)
    return Deadline(due=day_of(received + hours))


def missing_papers(sent: date | datetime) -> Deadline:
    """What we ask for in a mangelbrev: by default fourteen days, ending on a working day."""
    start = day_of(sent)
    days = settings_table.value("missing_papers_days", start)
    return Deadline(due=calendar.next_working_day(start + timedelta(days=days)))


# The codes of the scenario format.
KINDS = {
    "forelopig_svar": interim_reply,
    "klage": appeal,
    "klage_forberedt": appeal_prepared,
    "klage_hos_klageinstansen": appeal_answered,
    "tilbud": offer_answer,
    "paragraf_27_vedtak": section_27_decision,
    "paragraf_27_sted": section_27_place,
    "mangelbrev": missing_papers,
}


def day_of(moment: date | datetime) -> date:
    """The calendar day in Norway: a deadline in weeks or months starts with the day."""
    return local_date(moment) if isinstance(moment, datetime) else moment


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
