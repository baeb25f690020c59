"""Flags for § 27 applications: decided the same day, a place to sleep within 24 hours.

Each case has two clocks, each with its own flag (the key is «case:what»). They count as
`deadlines.section_27_decision` and `deadlines.section_27_place`:

* `vedtak`: due on the day of receipt; closed when a vedtak under § 27 is issued in the case;
* `plass`: due on the day the hours run out; closed when a stay with a place to sleep begins on or
  after the day of receipt, or when the application is refused or no longer open. Not raised for a
  person who already sleeps in a temporary place or a treningsleilighet that holds on that day.
  A place that is shared with the household is one too, unless the person lives apart from them, or
  says it is not safe, or said before it was given that there is nowhere to sleep.

The clocks also run on Saturdays, Sundays and public holidays. A run for an earlier date raises and
closes flags as of that date, and reopens none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from accounts.settings_table import in_force
from casework.applications.section_27 import Section27
from casework.log.enums import (
    APPLICATION_ALIVE,
    GRANTED,
    ApplicationKind,
    FlagKind,
    Tonight,
    VedtakState,
)
from casework.log.flags import FlagWording, due_words, registered_by
from casework.log.raising import FlagRule, user_name
from casework.models import Flag
from casework.vedtak.completeness import PLACE_BASIS
from casework.vedtak.standing import STANDS
from common.calendar import local_date
from common.formatting import nbtime, short_date
from common.jobs import JobResult
from common.sql import enum_params, enum_values, local_day
from stays.enums import ROOFLESS, SHARED, StayKind
from stays.households import household_params, same_home

# Places of the municipality with a bed.
PLACES = (StayKind.TEMPORARY, StayKind.TRIAL)
RECEIVED = local_day("a.received_at")
HOURS = in_force("section_27_place_hours", RECEIVED)

# `ApplicationQuerySet.for_tonight`: the kind says so, or a legal basis chosen.
FOR_TONIGHT = """(a.kind = %(ApplicationKind.TEMPORARY)s OR EXISTS (
        SELECT FROM casework_application_bases asked_under
        JOIN casework_legalbasis b ON b.id = asked_under.legalbasis_id
        WHERE asked_under.application_id = a.id AND b.code = %(place_basis)s))"""

# How each case stands on the date, for the flags and for the pages (`standing`). `{which}` is a
# condition more on the cases.
KNOWN = f"""
asked AS (
    SELECT a.id, a.person_id, coalesce(a.responsible_id, p.responsible_id) AS owner_id,
        a.tonight, {user_name("a.registered_by_id")} AS by, a.received_at, {RECEIVED} AS received,
        a.received_at + make_interval(hours => {HOURS}) AS place_by,
        {local_day(f"(a.received_at + make_interval(hours => {HOURS}))")} AS place_day
    FROM casework_application a
    JOIN casework_person p ON p.id = a.person_id
    WHERE {FOR_TONIGHT} AND a.state = ANY(%(alive)s)
        AND {RECEIVED} <= %(on)s::date
        AND a.received_at > %(on)s::date - interval '1 year' {{which}}
),
known AS (
    SELECT a.*,
        (SELECT min(v.issued_at) FROM casework_vedtak v
            JOIN casework_vedtakoutcome o ON o.vedtak_id = v.id
            JOIN casework_legalbasis b ON b.id = o.basis_id AND b.code = %(place_basis)s
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date) AS decided_at,
        (SELECT o.outcome FROM casework_vedtak v
            JOIN casework_vedtakoutcome o ON {STANDS}
            JOIN casework_legalbasis b ON b.id = o.basis_id AND b.code = %(place_basis)s
            WHERE v.application_id = a.id AND o.outcome <> ALL(%(granted)s)
            ORDER BY v.issued_at DESC LIMIT 1) AS refused,
        place.*
    FROM asked a
    LEFT JOIN LATERAL (
        SELECT greatest(lower(s.period), a.received) AS placed_on, s.recorded_at AS placed_at
            FROM ({same_home("a.person_id", "a.place_day")}) sharing (person_id)
            JOIN stays_stay s ON s.person_id = sharing.person_id
            WHERE (s.person_id = a.person_id OR s.kind = ANY(%(shared)s)
                    AND a.tonight <> %(Tonight.UNSAFE)s
                    AND (a.tonight <> %(Tonight.NOWHERE)s OR lower(s.period) >= a.received)
                    AND NOT EXISTS (
                        SELECT FROM stays_stay apart
                        WHERE apart.person_id = a.person_id AND apart.period @> a.place_day))
                AND CASE
                WHEN lower(s.period) >= a.received
                    THEN s.kind <> ALL(%(roofless)s) AND lower(s.period) <= %(on)s::date
                -- There when they applied: a place of the municipality that holds.
                ELSE s.kind = ANY(%(places)s) AND NOT s.unsafe
                    AND s.period @> a.place_day
                    AND coalesce(s.must_leave_by > a.place_day, true) END
            ORDER BY placed_on, placed_at LIMIT 1) place ON true
)"""

CLOCKS = f"""{KNOWN.format(which="")},
wanted AS (
    SELECT k.person_id, k.id AS application_id, k.id || ':' || what AS key,
        jsonb_build_object('what', what, 'received', k.received_at, 'place_by', k.place_by,
            'by', k.by)
            AS facts,
        k.owner_id, due AS due_on
    FROM known k
    CROSS JOIN LATERAL (VALUES
        ('vedtak', k.received, k.decided_at IS NULL),
        ('plass', k.place_day, k.refused IS NULL AND k.placed_on IS NULL)
    ) clock (what, due, runs)
    WHERE runs
)"""

STANDING = f"""WITH {KNOWN}
SELECT id, received, place_by, decided_at, placed_on, placed_at, refused FROM known"""


def section_27_words(flag: Flag, on: date, now: Section27 | None = None) -> FlagWording:
    """What the flag says, and of the other deadline, when it is known `now`, how it stands."""
    received = _here(flag.facts["received"])
    when, color = due_words(flag.due_on, on)
    times = {"on": short_date(received.date()), "time": nbtime(received)}
    if flag.facts["what"] == "vedtak":
        why = _("Søknaden etter § 27 kom %(on)s %(time)s, og behandles samme dag.") % times
        why += registered_by(flag)
        return FlagWording(
            why=f"{why} {now.place.text}." if now else why,
            next=_("Fatt vedtak i dag.") if flag.due_on == on else _("Fatt vedtak nå."),
            action=_("Åpne saken"),
            action_url=reverse("casework:application", args=[flag.application_id]),
            color=color,
            when=when,
            sub=_("§ 27: vedtak"),
            icon="Clock",
        )
    by = _here(flag.facts["place_by"])
    times |= {"by": short_date(by.date()), "clock": nbtime(by)}
    why = (
        _(
            "Søknaden etter § 27 kom %(on)s %(time)s. Et sted å sove skal være klart "
            "innen %(by)s %(clock)s."
        )
        % times
    ) + registered_by(flag)
    if now:
        why = f"{why} {now.vedtak.text}."
        if now.at > by and flag.due_on == on:
            when = _("Over fristen")
    return FlagWording(
        why=why,
        next=_("Finn et sted, og registrer oppholdet."),
        action=_("Registrer opphold"),
        action_url=reverse("stays:stay_new", args=[flag.person_id]),
        color=color,
        when=when,
        sub=_("§ 27: sted"),
        icon="Clock",
    )


def _here(moment: str) -> datetime:
    """A moment from the facts, in Norwegian time."""
    return datetime.fromisoformat(moment).astimezone(get_default_timezone())


def standing(ids: Iterable[int] | None, at: datetime) -> dict[int, Section27]:
    """How the § 27 cases with these ids stand, or all, for `casework.applications.section_27`."""
    on = local_date(at)
    params = {**enum_params(*SECTION_27.enums), **_params(on), "on": on}
    which = ""
    if ids is not None:
        params["ids"], which = list(ids), "AND a.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(STANDING.format(which=which), params)
        return {pk: Section27(*facts, at=at) for pk, *facts in cursor.fetchall()}


def explained(flags: Iterable[Flag], at: datetime) -> list[tuple[Flag, FlagWording]]:
    """The § 27 flags whose deadline is not met now, with their words. At most one query.

    The job that closes the others runs every ten minutes.
    """
    flags = list(flags)
    now = standing({flag.application_id for flag in flags}, at) if flags else {}
    return [
        (flag, section_27_words(flag, local_date(at), found))
        for flag in flags
        if (found := now.get(flag.application_id))
        and not (found.vedtak if flag.facts["what"] == "vedtak" else found.place).is_met
    ]


def _params(on: date) -> dict[str, Any]:
    return {
        "alive": enum_values(APPLICATION_ALIVE),
        "granted": enum_values(GRANTED),
        "place_basis": PLACE_BASIS,
        "roofless": enum_values(ROOFLESS),
        "places": enum_values(PLACES),
        "shared": enum_values(SHARED),
        **household_params(),
    }


SECTION_27 = FlagRule(
    kind=FlagKind.SECTION_27,
    words=section_27_words,
    wanted=CLOCKS,
    params=_params,
    enums=(ApplicationKind, VedtakState, Tonight),
)


def flag_section_27(on: date) -> JobResult:
    """Raise and close the § 27 flags as of the end of a date. Safe to run twice."""
    return SECTION_27.run(on)
