"""Flags for people who will leave an institution or prison without a home (needs C19, A13).

Raised `discharge_days` before the planned day (level 1), and again `discharge_red_days` before it
(level 2). Closed when a home holds on that day (`stays.homes`), the day is moved, or they have
left.

When a home is agreed for the day, the flag is a reminder that names the home: a kind of its own,
`home_agreed`, so that nobody counts it as «uten bolig» and it is never red. If the offer or the
reservation comes to nothing, the reminder closes and the flag is raised.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
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
from stays.enums import HomeAhead, InstitutionKind, StayKind
from stays.homes import COLUMNS, HomeBy, home_ctes, home_params

# The day they leave is the planned one, or today when that is past and they are still there.
GOING_OUT = """
leaving AS (
    SELECT s.id, s.person_id, s.institution, s.planned_out,
        greatest(s.planned_out, %(on)s::date) AS out_on
    FROM stays_stay s
    WHERE s.kind = %(StayKind.INSTITUTION)s AND s.planned_out <= %(on)s::date + %(days)s::int
        AND s.period @> %(on)s::date
),
going AS (SELECT DISTINCT person_id, out_on FROM leaving)"""

_HOME = ", ".join(f"'{name}', h.{name}" for name in COLUMNS)


def _wanted(standing: int, key: str) -> str:
    return f"""
{PRESENT_CASE},
{GOING_OUT},
{home_ctes()},
wanted AS (
    SELECT s.person_id, a.id AS application_id, {key} AS key,
        CASE WHEN s.planned_out - %(red)s::int <= %(on)s::date THEN 2 ELSE 1 END AS level,
        CASE WHEN s.planned_out - %(red)s::int <= %(on)s::date THEN %(red)s::int
            ELSE %(days)s::int END AS threshold,
        jsonb_build_object('planned_out', s.planned_out, 'institution', s.institution,
            'days', s.planned_out - %(on)s::date,
            'home', jsonb_strip_nulls(jsonb_build_object({_HOME}))) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, s.planned_out AS due_on
    FROM leaving s
    JOIN casework_person p ON p.id = s.person_id
    JOIN home_by h ON h.person_id = s.person_id AND h.out_on = s.out_on
    LEFT JOIN present_case a ON a.person_id = s.person_id
    WHERE h.standing = {standing}
)"""


def _params(on: date) -> dict[str, Any]:
    numbers = settings_table.values(on, "discharge_days", "discharge_red_days")
    return {
        **case_params(),
        **home_params(on),
        "days": numbers["discharge_days"],
        "red": numbers["discharge_red_days"],
    }


def _goes_out(facts: dict[str, Any]) -> str:
    prison = facts["institution"] == InstitutionKind.PRISON
    why = _("Skal løslates %(date)s") if prison else _("Skal skrives ut %(date)s")
    return why % {"date": short_date(date.fromisoformat(facts["planned_out"]))}


def _sub(facts: dict[str, Any]) -> str:
    prison = facts["institution"] == InstitutionKind.PRISON
    return _("løslatelse") if prison else _("utskriving")


def discharge_words(flag: Flag, on: date) -> FlagWording:
    facts = flag.facts
    when, color = due_words(flag.due_on, on)
    if flag.application_id:
        step, act = _("Finn en bolig som passer, og hold den av."), _("Åpne saken")
        url = reverse("casework:application", args=[flag.application_id])
    else:
        step, act = _("Registrer søknad, så retten til bolig kan vurderes."), _("Følg opp")
        url = follow_up_url(flag)
    return FlagWording(
        why=f"{_goes_out(facts)} {without_home(HomeBy.of_facts(facts.get('home', {})))}",
        next=step,
        action=act,
        action_url=url,
        color="danger" if facts["level"] > 1 else color,
        when=when,
        sub=_sub(facts),
        icon="Calendar",
    )


def without_home(home: HomeBy) -> str:
    """That no home is settled for the day, and what there is instead."""
    none = _("Ingen bolig er avklart.")
    return f"{none} {home.sentence}" if home.what else none


def agreed_words(flag: Flag, on: date) -> FlagWording:
    home = HomeBy.of_facts(flag.facts["home"])
    when, _color = due_words(flag.due_on, on)
    return FlagWording(
        why=f"{_goes_out(flag.facts)} {home.sentence}",
        next=agreed_step(home),
        action=_("Åpne saken") if flag.application_id else _("Følg opp"),
        action_url=reverse("casework:application", args=[flag.application_id])
        if flag.application_id
        else follow_up_url(flag),
        when=when,
        sub=_sub(flag.facts),
        icon="Calendar",
    )


def agreed_step(home: HomeBy) -> str:
    """The next step towards a home that is agreed."""
    if home.what == HomeAhead.ACCEPTED:
        return _("Avtal leieforholdet, så boligen er klar til dagen.")
    if home.what == HomeAhead.KEPT_OFFER:
        return _("Få svar på tilbudet, så boligen er klar til dagen.")
    return _("Send tilbudet, så boligen er klar til dagen.")


DISCHARGE = FlagRule(
    kind=FlagKind.DISCHARGE,
    words=discharge_words,
    wanted=lambda: _wanted(0, "s.id || ':' || s.planned_out"),
    params=_params,
    enums=(StayKind,),
    level=LEVEL,
    threshold=True,
    dated=True,
    on_day=False,
)
# Another home is another reminder.
HOME_AGREED = FlagRule(
    kind=FlagKind.HOME_AGREED,
    words=agreed_words,
    wanted=lambda: _wanted(1, "concat_ws(':', s.id, h.what, h.ref, h.day, s.planned_out)"),
    params=_params,
    enums=(StayKind,),
    dated=True,
    on_day=False,
)


@transaction.atomic
def flag_discharges(on: date) -> JobResult:
    """Raise and close the flags for discharges. Safe to run twice, or for any date."""
    return DISCHARGE.run(on) + HOME_AGREED.run(on)
