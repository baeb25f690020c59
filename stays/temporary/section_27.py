"""Flags for applications after § 27: handled the same day, a place to sleep within 24 hours.

Two clocks a case, each with a flag of its own (the key is «case:what»):

* `vedtak`: due the day it was received; closed when a vedtak is issued in the case;
* `plass`: due the day the hours are out; closed when a temporary stay, or another place, begins
  on or after the day it was received, or when the application is refused or no longer open.

They hold on Saturdays, Sundays and public holidays: nights do not wait for a working day. A run
for an earlier date raises and closes as of that date only, and reopens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.flags import Words, due_words, short
from casework.models import Flag
from common.formatting import nbtime

# States and kinds are those of casework.enums and stays.enums; everything else is a parameter.
FLAG_SECTION_27 = """
WITH asked AS (
    SELECT a.id, a.person_id, coalesce(a.responsible_id, p.responsible_id) AS owner_id,
        a.received_at, (a.received_at AT TIME ZONE %(zone)s)::date AS received,
        a.received_at + make_interval(hours => coalesce((SELECT s.value::int
            FROM accounts_setting s WHERE s.key = 'section_27_place_hours'
            AND s.valid @> (a.received_at AT TIME ZONE %(zone)s)::date), %(hours)s::int)
        ) AS place_by,
        a.state IN ('mottatt', 'utredes', 'avgjort') AS alive
    FROM casework_application a
    JOIN casework_person p ON p.id = a.person_id
    WHERE a.kind = 'midlertidig' AND (a.received_at AT TIME ZONE %(zone)s)::date <= %(on)s::date
        AND a.received_at > %(on)s::date - 366 * interval '1 day'
),
known AS (
    SELECT a.*,
        EXISTS (SELECT FROM casework_vedtak v
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date) AS decided,
        EXISTS (SELECT FROM casework_vedtak v
            JOIN casework_vedtakoutcome o ON o.vedtak_id = v.id
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date
                AND v.state = 'fattet' AND o.outcome IN ('avslag', 'avvist', 'bortfall')
        ) AS refused,
        EXISTS (SELECT FROM stays_stay s
            WHERE s.person_id = a.person_id AND s.kind NOT IN ('ute', 'ikke_bolig')
                AND lower(s.period) BETWEEN a.received AND %(on)s::date) AS placed
    FROM asked a
),
wanted AS (
    SELECT k.*, what, due FROM known k
    CROSS JOIN LATERAL (VALUES
        ('vedtak', k.received, k.alive AND NOT k.decided),
        ('plass', (k.place_by AT TIME ZONE %(zone)s)::date,
            k.alive AND NOT k.refused AND NOT k.placed)
    ) clock (what, due, runs)
    WHERE runs
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT w.person_id, w.id, 'section_27', w.id || ':' || w.what,
        jsonb_build_object('what', w.what, 'received', w.received_at, 'place_by', w.place_by),
        '{}', w.owner_id, w.due, %(on)s::date, '', ''
    FROM wanted w
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'section_27' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM wanted w WHERE w.id || ':' || w.what = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did."""

    raised: int
    ended: int


@transaction.atomic
def flag_section_27(on: date) -> Run:
    """Raise and close the flags of § 27 as of the end of a date. Safe to run twice."""
    params = {
        "on": on,
        "zone": settings.TIME_ZONE,
        "hours": settings_table.KEYS["section_27_place_hours"].default,
    }
    with connection.cursor() as cursor:
        # One run at a time: two for different dates at once could each miss the other's flag.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('flag_section_27'))")
        cursor.execute(FLAG_SECTION_27, params)
        return Run(*cursor.fetchone())


def section_27_words(flag: Flag, on: date) -> Words:
    received = _here(flag.facts["received"])
    when, color = due_words(flag.due_on, on)
    came = {"on": short(received.date()), "time": nbtime(received)}
    if flag.facts["what"] == "vedtak":
        return Words(
            why=_("Søknaden etter § 27 kom %(on)s %(time)s, og behandles samme dag.") % came,
            next=_("Fatt vedtak i dag."),
            action=_("Åpne saken"),
            action_url=reverse("casework:application", args=[flag.application_id]),
            color=color,
            when=when,
            sub=_("§ 27: vedtak"),
            icon="Clock",
        )
    by = _here(flag.facts["place_by"])
    came |= {"by": short(by.date()), "clock": nbtime(by)}
    return Words(
        why=_(
            "Søknaden etter § 27 kom %(on)s %(time)s. Et sted å sove skal være klart "
            "innen %(by)s %(clock)s."
        )
        % came,
        next=_("Finn et sted, og registrer oppholdet."),
        action=_("Registrer opphold"),
        action_url=reverse("stays:stay_new", args=[flag.person_id]),
        color=color,
        when=when,
        sub=_("§ 27: sted"),
        icon="Clock",
    )


def _here(told: str) -> datetime:
    """A moment among the facts, on the clock in Norway."""
    return datetime.fromisoformat(told).astimezone(get_default_timezone())
