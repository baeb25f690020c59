"""Flags for applications after § 27: handled the same day, a place to sleep within 24 hours.

Two clocks a case, each with a flag of its own (the key is «case:what»):

* `vedtak`: due the day it was received; closed when a vedtak is issued in the case;
* `plass`: due the day the hours are out; closed when a temporary stay, or another place, begins
  on or after the day it was received, or when the application is refused or no longer open.

They hold on Saturdays, Sundays and public holidays: nights do not wait for a working day. A run
for an earlier date raises and closes as of that date only, and reopens nothing.
"""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from accounts.settings_table import in_force
from casework.log.enums import APPLICATION_ALIVE, GRANTED, ApplicationKind, FlagKind, VedtakState
from casework.log.flags import Words, due_words, short
from casework.log.raising import FlagRule
from casework.models import Flag
from common.formatting import nbtime
from common.jobs import Done
from common.sql import local_day, values
from stays.enums import ROOFLESS

RECEIVED = local_day("a.received_at")
HOURS = in_force("section_27_place_hours", RECEIVED)

CLOCKS = f"""
asked AS (
    SELECT a.id, a.person_id, coalesce(a.responsible_id, p.responsible_id) AS owner_id,
        a.received_at, {RECEIVED} AS received,
        a.received_at + make_interval(hours => {HOURS}) AS place_by
    FROM casework_application a
    JOIN casework_person p ON p.id = a.person_id
    WHERE a.kind = %(ApplicationKind.TEMPORARY)s AND a.state = ANY(%(alive)s)
        AND {RECEIVED} <= %(on)s::date
        AND a.received_at > %(on)s::date - interval '1 year'
),
known AS (
    SELECT a.*,
        EXISTS (SELECT FROM casework_vedtak v
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date) AS decided,
        EXISTS (SELECT FROM casework_vedtak v
            JOIN casework_vedtakoutcome o ON o.vedtak_id = v.id
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date
                AND v.state = %(VedtakState.ISSUED)s AND o.outcome <> ALL(%(granted)s)) AS refused,
        EXISTS (SELECT FROM stays_stay s
            WHERE s.person_id = a.person_id AND s.kind <> ALL(%(roofless)s)
                AND lower(s.period) BETWEEN a.received AND %(on)s::date) AS placed
    FROM asked a
),
wanted AS (
    SELECT k.person_id, k.id AS application_id, k.id || ':' || what AS key,
        jsonb_build_object('what', what, 'received', k.received_at, 'place_by', k.place_by)
            AS facts,
        k.owner_id, due AS due_on
    FROM known k
    CROSS JOIN LATERAL (VALUES
        ('vedtak', k.received, NOT k.decided),
        ('plass', {local_day("k.place_by")}, NOT k.refused AND NOT k.placed)
    ) clock (what, due, runs)
    WHERE runs
)"""


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


SECTION_27 = FlagRule(
    kind=FlagKind.SECTION_27,
    words=section_27_words,
    wanted=CLOCKS,
    params=lambda on: {
        "alive": values(APPLICATION_ALIVE),
        "granted": values(GRANTED),
        "roofless": values(ROOFLESS),
    },
    enums=(ApplicationKind, VedtakState),
)


def flag_section_27(on: date) -> Done:
    """The flags of § 27 as of the end of a date. Safe to run twice."""
    return SECTION_27.run(on)
