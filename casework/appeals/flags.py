"""Flags of klager: ours not reversed or sent on in time, and those the klageinstans still has.

One statement a kind, as of a date; idempotent, and closed by the facts. The numbers are those in
force on the day the clock began. A run for an earlier date closes nothing raised after it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.applications.flags import HOLIDAYS_BACK, Run
from casework.log.enums import FlagKind
from casework.log.flags import Words, due_words, short
from common import calendar

from . import clock as appeal_clock

if TYPE_CHECKING:
    from casework.log.models import Flag

# `{clock}` gives klager whose clock runs on the date: id, person, application, owner, the day it
# began, the setting in weeks, the days of warning, and facts of its own; `{kind}` is ours.
FLAG = """
WITH running AS ({clock}),
numbered AS (
    SELECT r.*, r.began + 7 * coalesce((SELECT s.value::int FROM accounts_setting s
            WHERE s.key = %(weeks_key)s AND s.valid @> r.began), %(weeks)s::int) AS falls,
        coalesce((SELECT s.value::int FROM accounts_setting s
            WHERE s.key = %(warn_key)s AND s.valid @> r.began), %(warn)s::int) AS warn_days
    FROM running r
),
clock AS (
    SELECT n.*, d.due FROM numbered n
    -- The first day from then that is neither Saturday, Sunday nor a public holiday.
    CROSS JOIN LATERAL (
        SELECT min(day)::date AS due FROM generate_series(n.falls, n.falls + 13, '1 day') day
        WHERE extract(isodow FROM day) < 6 AND day::date <> ALL (%(holidays)s::date[])
    ) d
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT c.person_id, c.application_id, '{kind}', c.key,
        jsonb_build_object('appeal', c.id, 'began', c.began, 'due', c.due, 'new', c.is_new),
        '{{}}', c.owner_id, c.due, %(on)s::date, '', ''
    FROM clock c
    WHERE c.due - c.warn_days <= %(on)s::date
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = '{kind}' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM clock c WHERE c.person_id = f.person_id AND c.key = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""

# Here until it is forwarded or closed; and again when the klageinstans wants a new vedtak.
HERE = """
    SELECT a.id, w.person_id, v.application_id, a.id::text AS key, a.received_on AS began,
        false AS is_new, coalesce(a.reviewer_id, w.responsible_id, p.responsible_id) AS owner_id
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    WHERE a.received_on <= %(on)s::date AND (a.closed_on IS NULL OR a.closed_on > %(on)s::date)
        AND coalesce((a.forwarded_at AT TIME ZONE %(zone)s)::date > %(on)s::date,
            a.state <> 'oversendt')
    UNION ALL
    SELECT a.id, w.person_id, v.application_id, a.id || ':svar', a.outcome_on, true,
        coalesce(w.responsible_id, p.responsible_id, a.reviewer_id)
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    WHERE a.state IN ('endret', 'opphevet') AND a.closed_on <= %(on)s::date
        AND a.outcome_on IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM casework_vedtak n
            WHERE n.id = a.new_vedtak_id AND n.issued_on <= %(on)s::date)"""

# From the day it was sent on, or they were last asked.
AWAY = """
    SELECT a.id, w.person_id, v.application_id, a.id || ':' || s.began AS key, s.began,
        false AS is_new, coalesce(a.reviewer_id, w.responsible_id, p.responsible_id) AS owner_id
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    CROSS JOIN LATERAL (
        SELECT max((moment AT TIME ZONE %(zone)s)::date) AS began
        FROM (VALUES (a.forwarded_at), (a.reminded_at)) moments (moment)
        WHERE (moment AT TIME ZONE %(zone)s)::date <= %(on)s::date
    ) s
    WHERE (a.forwarded_at AT TIME ZONE %(zone)s)::date <= %(on)s::date
        AND (a.closed_on IS NULL OR a.closed_on > %(on)s::date)"""


def flag_appeals(on: date) -> Run:
    """Klager we must reverse or send on, and vedtak we must write anew. Safe to run twice."""
    return _run(FlagKind.APPEAL, HERE, on, appeal_clock.PREPARE, appeal_clock.WARN)


def flag_appeal_bodies(on: date) -> Run:
    """Klager the klageinstans has had so long that we ask. Safe to run twice."""
    return _run(FlagKind.APPEAL_BODY, AWAY, on, appeal_clock.REMIND, "")


def _run(kind: FlagKind, clock: str, on: date, weeks: str, warn: str) -> Run:
    keys = settings_table.KEYS
    params: dict[str, Any] = {
        "on": on,
        "zone": settings.TIME_ZONE,
        "weeks_key": weeks,
        "weeks": keys[weeks].default,
        "warn_key": warn,
        "warn": keys[warn].default if warn else 0,
        "holidays": [
            holiday
            for year in range(on.year - HOLIDAYS_BACK, on.year + 2)
            for holiday in calendar.public_holidays(year)
        ],
    }
    with connection.cursor() as cursor:
        cursor.execute(FLAG.format(clock=clock, kind=kind), params)
        return Run(*cursor.fetchone())


# ------------------------------------------------------------------ in words


def appeal_words(flag: Flag, on: date) -> Words:
    began = short(date.fromisoformat(flag.facts["began"]))
    when, color = due_words(flag.due_on, on)
    if flag.facts["new"]:
        why = _("Klageinstansen endret eller opphevet vedtaket %(date)s") % {"date": began}
        step = _("Skriv nytt vedtak, og få det godkjent.")
    else:
        why = _("Klagen kom %(date)s Den skal være vurdert på nytt (fvl. § 33).") % {"date": began}
        step = _("Gjør om vedtaket, eller send klagen videre.")
    return Words(
        why=why,
        next=step,
        action=_("Åpne klagen"),
        action_url=reverse("casework:appeal", args=[flag.facts["appeal"]]),
        color=color,
        when=when,
        sub=_("klage"),
        icon="Gavel",
    )


def body_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("Klageinstansen har hatt klagen siden %(date)s, og har ikke svart.")
        % {"date": short(date.fromisoformat(flag.facts["began"])).rstrip(".")},
        next=_("Spør hvordan det går, og si fra til personen."),
        action=_("Åpne klagen"),
        action_url=reverse("casework:appeal", args=[flag.facts["appeal"]]),
        color=color,
        when=when,
        sub=_("hos klageinstansen"),
        icon="Gavel",
    )


def flag_both(on: date) -> Run:
    """The flags of klager, here and with the klageinstans."""
    here, away = flag_appeals(on), flag_appeal_bodies(on)
    return Run(here.raised + away.raised, here.ended + away.ended)
