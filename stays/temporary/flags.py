"""Flags for long temporary stays (needs T2, T6).

`flag_stays(on)` looks at everyone's present chain (see `chains`) as it was on the date, and asks
for a flag of the highest threshold the chain has reached (`days >= threshold`). A flag's key is
«chain start:threshold», so a further threshold supersedes, and a chain that is over ends its flag.

Where a stay is registered late, so that a chain turns out to begin more than `same_matter_days`
earlier, it is another chain: the flags of the old one close by the facts, and the right one is
raised.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.applications.present_case import PRESENT_CASE, case_params
from casework.follow_up.contact import no_service_sql
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, follow_up_url
from casework.log.raising import FlagRule
from casework.models import Flag
from casework.persons.children import born_after, child_params, is_child
from common.calendar import next_working_day
from common.formatting import short_date
from common.jobs import JobResult
from stays.enums import InstitutionKind, StayKind

from .chains import Chain, chain_ctes, chain_params, chains
from .long_stays import DEFAULT, LongStay

FROM_INSTITUTION, WITH_CHILDREN, NO_SERVICE = "from_institution", "children", "no_service"

REACHED = f"""
{chain_ctes()},
-- Children in the person's household on the date, those who visit (samvær) included.
household_child AS (
    SELECT w.person_id, count(DISTINCT child.id)::int AS children,
        count(DISTINCT child.id) FILTER (
            WHERE w.living = %(LivingArrangement.VISITING)s)::int AS visiting
    FROM lived_with w
    JOIN casework_person child ON child.id = w.other_id
    WHERE w.period @> %(on)s::date AND {is_child("child", "w")}
    GROUP BY w.person_id
),
-- Everyone who left an institution, and when they next left one.
discharge AS (
    SELECT person_id, institution, upper(period) AS released_on,
        lead(upper(period)) OVER (PARTITION BY person_id ORDER BY upper(period), id) AS left_next
    FROM stays_stay WHERE kind = %(StayKind.INSTITUTION)s AND NOT upper_inf(period)
),
counted AS (
    SELECT c.person_id, c.chain_start, c.days, c.left_on, c.nights_before,
        -- The nights of its breaks.
        coalesce(c.left_on, %(on)s::date) - c.chain_start - c.days AS uncounted,
        coalesce(h.children, 0) AS children, coalesce(h.visiting, 0) AS visiting,
        d.institution, d.released_on,
        CASE WHEN h.children > 0 OR y.id IS NOT NULL
            THEN %(early)s::int[] ELSE %(normal)s::int[] END AS thresholds
    FROM chain c
    LEFT JOIN casework_person y
        ON y.id = c.person_id AND y.birth_date > %(young_born_after)s::date
    LEFT JOIN household_child h ON h.person_id = c.person_id
    -- The last institution left in the days before the chain began.
    LEFT JOIN discharge d ON d.person_id = c.person_id AND d.released_on <= c.chain_start
        AND d.released_on >= c.chain_start - %(from_institution_days)s::int
        AND coalesce(d.left_next > c.chain_start, true)
    WHERE c.speaks_for
),
reached AS (
    SELECT *, coalesce(
        CASE WHEN days >= thresholds[cardinality(thresholds)]
            THEN thresholds[cardinality(thresholds)]
                + (days - thresholds[cardinality(thresholds)]) / %(step)s::int * %(step)s::int
            ELSE thresholds[width_bucket(days, thresholds)] END,
        CASE WHEN institution IS NOT NULL THEN 0 END) AS level
    FROM counted
),
wanted AS (SELECT *, chain_start::text AS key FROM reached WHERE level IS NOT NULL)"""


def _details() -> str:
    return f"""
{PRESENT_CASE},
-- The day the nights of the chain came to the threshold, where breaks put it off.
threshold_day AS (
    SELECT f.person_id, min(s.began + f.level - (s.nights_before - f.nights_before)::int) AS day
    FROM fresh f
    JOIN temporary_stay s ON s.person_id = f.person_id AND s.began >= f.chain_start
    WHERE f.uncounted > 0
        AND s.nights_before - f.nights_before + (s.stopped - s.began) >= f.level
    GROUP BY f.person_id
),
detailed AS (
    SELECT f.person_id, a.id AS application_id, f.key, f.level, f.level AS threshold,
        -- What does not hold is left out.
        jsonb_build_object('chain_start', f.chain_start, 'days', f.days)
            || CASE WHEN num_nonnulls(o.long_days, o.uncounted, o.children, f.institution) = 0
                THEN '{{}}'
                ELSE jsonb_strip_nulls(jsonb_build_object('long_days', o.long_days,
                    'uncounted', o.uncounted, 'threshold_day', t.day,
                    'children', o.children, 'visiting', o.visiting,
                    'institution', f.institution, 'released_on', f.released_on)) END AS facts,
        array_remove(ARRAY[
            CASE WHEN f.institution IS NOT NULL THEN '{FROM_INSTITUTION}' END,
            CASE WHEN f.children > 0 THEN '{WITH_CHILDREN}' END,
            CASE WHEN {no_service_sql("f.person_id")} THEN '{NO_SERVICE}' END], NULL) AS marks,
        coalesce(a.responsible_id, (
            SELECT p.responsible_id FROM casework_person p WHERE p.id = f.person_id)) AS owner_id,
        %(due_on)s::date AS due_on, f.moved_id
    FROM fresh f
    LEFT JOIN threshold_day t ON t.person_id = f.person_id
    LEFT JOIN present_case a ON a.person_id = f.person_id
    CROSS JOIN LATERAL (SELECT nullif(f.children, 0) AS children,
        nullif(f.visiting, 0) AS visiting, nullif(f.uncounted, 0) AS uncounted,
        nullif(%(long_stay_days)s::int, {DEFAULT.days}) AS long_days) o
)"""


# An open flag says something else: other children, breaks or institution. Whether somebody follows
# the person up is told by a flag of its own (`no_service`), and costs too much to ask of everyone.
STALE = """(coalesce((o.facts ->> 'children')::int, 0) <> w.children
    OR coalesce((o.facts ->> 'visiting')::int, 0) <> w.visiting
    OR coalesce((o.facts ->> 'uncounted')::int, 0) <> w.uncounted
    OR o.facts ->> 'institution' IS DISTINCT FROM w.institution
    OR o.facts ->> 'released_on' IS DISTINCT FROM w.released_on::text)"""


def _params(on: date) -> dict[str, Any]:
    numbers = chain_params(
        on,
        "stay_thresholds",
        "stay_thresholds_early",
        "stay_threshold_step",
        "young_under_age",
        "from_institution_days",
        "no_service_days",
        "flag_due_days",
    )
    return {
        **numbers,
        **case_params(),
        **child_params(on),
        "normal": sorted(numbers["stay_thresholds"]),
        "early": sorted(numbers["stay_thresholds_early"]),
        "step": numbers["stay_threshold_step"],
        "young_born_after": born_after(on, numbers["young_under_age"]),
        "contact_after": on - timedelta(days=numbers["no_service_days"]),
        "due_on": next_working_day(on + timedelta(days=numbers["flag_due_days"])),
    }


# ------------------------------------------------------------------ in words

CAME_FROM = {
    InstitutionKind.TREATMENT: gettext_lazy("behandling"),
    InstitutionKind.HOSPITAL: gettext_lazy("sykehus"),
    InstitutionKind.PRISON: gettext_lazy("fengsel"),
}


def stay_words(flag: Flag, on: date, chain: Chain | None = None) -> FlagWording:
    """A stay flag in words. The days are those of the chain today; else as when it was raised."""
    days, long = (chain.days, chain.long) if chain else (flag.facts["days"], _long(flag))
    return FlagWording(
        why=_why(flag),
        next=next_step(flag),
        action=_("Skriv begrunnelse") if _asks_for_reasons(flag) else _("Følg opp"),
        action_url=follow_up_url(flag),
        color="danger" if long.is_long(days) else "warning",
        days=days,
        mark=long.days,
        warn=long.warn_days,
    )


def explained(flags: Iterable[Flag], on: date) -> list[tuple[Flag, FlagWording]]:
    """Stay flags with their words, and their days as they are today. Two queries in all."""
    flags = list(flags)
    now = chains(on, {flag.person_id for flag in flags}) if flags else {}
    return [(flag, stay_words(flag, on, now.get(flag.person_id))) for flag in flags]


def _long(flag: Flag) -> LongStay:
    """What was long when the flag was raised; the default for a flag from before it was noted."""
    days = flag.facts.get("long_days", DEFAULT.days)
    return DEFAULT._replace(days=days)


def _asks_for_reasons(flag: Flag) -> bool:
    """From the threshold where the stay is long, the municipality must say why it goes on."""
    return (flag.threshold or 0) >= _long(flag).days


def _why(flag: Flag) -> str:
    facts = flag.facts
    began = short_date(date.fromisoformat(facts["chain_start"]))
    if flag.threshold:
        text = _("Dag %(number)s var %(date)s") % {
            "number": flag.threshold,
            "date": short_date(day_of_threshold(flag)),
        }
        text += " " + _("Telles fra %(date)s, også når vedtaket er forlenget.") % {"date": began}
    else:
        text = _("Kom rett fra %(place)s %(date)s") % {
            "place": CAME_FROM[InstitutionKind(facts["institution"])],
            "date": short_date(date.fromisoformat(facts["released_on"])),
        }
        text += " " + _("Midlertidig bolig fra %(date)s") % {"date": began}
    visiting = facts.get("visiting", 0)
    if living := facts.get("children", 0) - visiting:
        text += " " + ngettext("Ett barn bor her.", "%(count)s barn bor her.", living) % {
            "count": living
        }
    if visiting:
        text += " " + ngettext("Ett samværsbarn.", "%(count)s samværsbarn.", visiting) % {
            "count": visiting
        }
    if NO_SERVICE in flag.marks:
        text += " " + _("Ingen tjeneste eller kontakt.")
    return text


def day_of_threshold(flag: Flag) -> date:
    """The day the nights of a stay flag's chain came to its threshold.

    It is among the facts where breaks put it off; else so many nights after the chain began.
    """
    if "threshold_day" in flag.facts:
        return date.fromisoformat(flag.facts["threshold_day"])
    return date.fromisoformat(flag.facts["chain_start"]) + timedelta(days=flag.threshold or 0)


def next_step(flag: Flag) -> str:
    """What to do next about a stay flag."""
    if _asks_for_reasons(flag):
        return _("Skriv begrunnelse og plan for varig bolig.")
    if NO_SERVICE in flag.marks:
        return _("Ta kontakt, og avklar hvem som følger opp.")
    if FROM_INSTITUTION in flag.marks:
        return _("Avtal oppfølging, og start arbeidet med varig bolig.")
    if WITH_CHILDREN in flag.marks:
        return _("Finn et bosted familien kan bli i. Barn skal bare unntaksvis bo midlertidig.")
    return _("Avklar hva som skal til for varig bolig før dag %(day)s.") % {"day": _long(flag).days}


TEMPORARY_STAY = FlagRule(
    kind=FlagKind.TEMPORARY_STAY,
    words=stay_words,
    wanted=REACHED,
    details=_details,  # a function, since other apps say what counts as contact
    stale=STALE,
    due_from_run=True,
    params=_params,
    enums=(StayKind,),
    level="f.threshold",
    threshold=True,
    marks=True,
    dated=True,
    one_each=True,
)


def flag_stays(on: date) -> JobResult:
    """Raise and close the flags of temporary stays as of a date. See the module."""
    return TEMPORARY_STAY.run(on)
