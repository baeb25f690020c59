"""Flags for people who will leave an institution or prison without a home (needs C19, A13).

Raised `discharge_days` before the planned day (level 1), and again `discharge_red_days` before it
(level 2). Closed when a home is ready, the day is moved, or they have left. A home is ready when
the person has, now or later, a lease, a home of their own, or lives for good with close family.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.applications.present_case import PRESENT_CASE, case_params
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words, follow_up_url
from casework.log.raising import LEVEL, FlagRule
from casework.models import Flag
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import enum_values
from stays.enums import HOMES, InstitutionKind, StayKind

GOING_OUT = f"""
{PRESENT_CASE},
wanted AS (
    SELECT s.person_id, a.id AS application_id, s.id || ':' || s.planned_out AS key,
        CASE WHEN s.planned_out - %(red)s::int <= %(on)s::date THEN 2 ELSE 1 END AS level,
        CASE WHEN s.planned_out - %(red)s::int <= %(on)s::date THEN %(red)s::int
            ELSE %(days)s::int END AS threshold,
        jsonb_build_object('planned_out', s.planned_out, 'institution', s.institution,
            'days', s.planned_out - %(on)s::date) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, s.planned_out AS due_on
    FROM stays_stay s
    JOIN casework_person p ON p.id = s.person_id
    LEFT JOIN present_case a ON a.person_id = s.person_id
    WHERE s.kind = %(StayKind.INSTITUTION)s AND s.planned_out <= %(on)s::date + %(days)s::int
        AND s.period @> %(on)s::date
        AND NOT EXISTS (
            SELECT FROM stays_stay home
            WHERE home.person_id = s.person_id AND home.kind = ANY(%(homes)s)
                AND coalesce(upper(home.period), 'infinity'::date) > %(on)s::date)
)"""


def _params(on: date) -> dict[str, Any]:
    numbers = settings_table.values(on, "discharge_days", "discharge_red_days")
    return {
        **case_params(),
        "days": numbers["discharge_days"],
        "red": numbers["discharge_red_days"],
        "homes": enum_values(HOMES),
    }


def discharge_words(flag: Flag, on: date) -> FlagWording:
    facts = flag.facts
    when, color = due_words(flag.due_on, on)
    prison = facts["institution"] == InstitutionKind.PRISON
    why = _("Skal løslates %(date)s") if prison else _("Skal skrives ut %(date)s")
    if flag.application_id:
        step, act = _("Finn en bolig som passer, og hold den av."), _("Åpne saken")
        url = reverse("casework:application", args=[flag.application_id])
    else:
        step, act = _("Registrer søknad, så retten til bolig kan vurderes."), _("Følg opp")
        url = follow_up_url(flag)
    return FlagWording(
        why=why % {"date": short_date(date.fromisoformat(facts["planned_out"]))}
        + " "
        + _("Ingen bolig er avklart."),
        next=step,
        action=act,
        action_url=url,
        color="danger" if facts["level"] > 1 else color,
        when=when,
        sub=_("løslatelse") if prison else _("utskriving"),
        icon="Calendar",
    )


DISCHARGE = FlagRule(
    kind=FlagKind.DISCHARGE,
    words=discharge_words,
    wanted=GOING_OUT,
    params=_params,
    enums=(StayKind,),
    level=LEVEL,
    threshold=True,
    dated=True,
    on_day=False,
)


def flag_discharges(on: date) -> JobResult:
    """Raise and close the flags for discharges. Safe to run twice, or for any date."""
    return DISCHARGE.run(on)
