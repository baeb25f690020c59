"""Flags for long temporary stays: one statement raises, supersedes and ends them (needs T2, T6).

`flag_stays(on)` looks at everyone's present chain (see `chains`) as it was on the date, and:

* raises the flag of the highest threshold reached (`days >= threshold`), once for the chain and
  threshold whatever the number of runs (`flag_once`; the key is «chain start:threshold»);
* closes open flags of lower thresholds in the same chain, as superseded;
* closes open flags whose chain is no longer present, by the facts.

A run for an earlier date than one that has run already does no harm:

* it raises nothing in a chain that has a flag of the same or a higher threshold, open or closed,
  whenever raised: what was superseded or followed up stays so;
* it closes nothing raised after its date, which cannot be judged by the facts of that date;
* it reopens nothing: no statement here does.

Where a stay is registered late, so that a chain turns out to begin earlier, it is another chain:
the flags of the old one close by the facts, and the right one is raised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import settings_table
from casework.log.flags import PRESENT_CASE, Words, follow_up_url, no_service_sql, short
from casework.models import Flag
from common.calendar import add_months, next_working_day
from stays.enums import InstitutionKind

from .chains import chain_ctes, chain_params, chains

ADULT = 18

# `{chain}`, `{no_service}` and `{present_case}` are SQL of ours; everything else is a parameter.
FLAG_STAYS = """
WITH {chain},
-- Children in the person's household on the date: samværsbarn are members too. A child whose
-- birth date nobody knows is taken for one. Joined flat, so that PostgreSQL may begin with the
-- children or with those who live temporarily, whichever are fewer.
household_child AS MATERIALIZED (
    SELECT own.person_id, count(DISTINCT child.id)::int AS children
    FROM casework_person child
    JOIN casework_householdmember m ON m.person_id = child.id AND m.period @> %(on)s::date
    JOIN casework_householdmember own ON own.household_id = m.household_id
        AND own.person_id <> m.person_id AND own.period @> %(on)s::date
    WHERE (child.birth_date > %(child_born_after)s::date
            OR child.birth_date IS NULL AND m.relation = 'barn')
        AND coalesce(child.birth_date <= %(on)s::date, true)
        AND own.person_id IN (SELECT person_id FROM temporary_stay)
    GROUP BY own.person_id
),
-- Whoever left an institution, and when they next left one: there are few such stays. OFFSET 0
-- has them read in one pass, not asked of each chain; so too the young below.
discharge AS (
    SELECT person_id, institution, upper(period) AS released_on,
        lead(upper(period)) OVER (PARTITION BY person_id ORDER BY upper(period), id) AS left_next
    FROM stays_stay WHERE kind = 'institusjon' AND NOT upper_inf(period) OFFSET 0
),
counted AS (
    SELECT c.person_id, c.chain_start, c.days, c.left_on, c.nights_before,
        coalesce(h.children, 0) AS children, d.institution, d.released_on,
        CASE WHEN h.children > 0 OR y.id IS NOT NULL
            THEN %(early)s::int[] ELSE %(normal)s::int[] END AS thresholds
    FROM chain c
    LEFT JOIN (
        SELECT id FROM casework_person WHERE birth_date > %(young_born_after)s::date OFFSET 0
    ) y ON y.id = c.person_id
    LEFT JOIN household_child h ON h.person_id = c.person_id
    -- The last institution left in the days before the chain began.
    LEFT JOIN discharge d ON d.person_id = c.person_id AND d.released_on <= c.chain_start
        AND d.released_on >= c.chain_start - %(from_institution_days)s::int
        AND coalesce(d.left_next > c.chain_start, true)
),
reached AS (
    SELECT *, coalesce(
        CASE WHEN days >= thresholds[cardinality(thresholds)]
            THEN thresholds[cardinality(thresholds)]
                + (days - thresholds[cardinality(thresholds)]) / %(step)s::int * %(step)s::int
            ELSE thresholds[width_bucket(days, thresholds)] END,
        CASE WHEN institution IS NOT NULL THEN 0 END) AS threshold
    FROM counted
),
open_flag AS (
    SELECT id, person_id, left(key, 10)::date AS chain_start, threshold, raised_on
    FROM casework_flag WHERE kind = 'temporary_stay' AND closed_on IS NULL
),
-- Every chain beside its open flag; nearly all have theirs, and then nothing is to be done.
changed AS MATERIALIZED (
    SELECT r.person_id, r.chain_start, r.days, r.left_on, r.nights_before, r.children,
        r.institution, r.released_on, r.threshold, o.id AS flag_id, o.raised_on AS flag_raised_on
    FROM reached r
    FULL JOIN open_flag o ON o.person_id = r.person_id AND o.chain_start = r.chain_start
    WHERE CASE WHEN o.id IS NULL THEN r.threshold IS NOT NULL
        ELSE r.person_id IS NULL OR r.threshold > o.threshold END
),
fresh AS (
    SELECT *, {no_service} AS no_service
    FROM changed c
    WHERE threshold IS NOT NULL AND NOT EXISTS (
        SELECT FROM casework_flag f
        WHERE f.person_id = c.person_id AND f.kind = 'temporary_stay'
            AND left(f.key, 10)::date = c.chain_start AND f.threshold >= c.threshold)
),
-- The day the nights of the chain came to the threshold, where breaks put it off.
threshold_day AS (
    SELECT f.person_id, min(s.began + f.threshold - (s.nights_before - f.nights_before)::int) AS day
    FROM changed f
    JOIN temporary_stay s ON s.person_id = f.person_id AND s.began >= f.chain_start
    WHERE f.days < coalesce(f.left_on, %(on)s::date) - f.chain_start
        AND s.nights_before - f.nights_before + (s.stopped - s.began) >= f.threshold
    GROUP BY f.person_id
),
{present_case},
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT f.person_id, a.id, 'temporary_stay', f.chain_start::text || ':' || f.threshold,
        f.threshold,
        -- What does not hold is left out; adding nothing costs nothing.
        jsonb_build_object('chain_start', f.chain_start, 'days', f.days)
            || CASE WHEN t.day IS NULL THEN '{{}}'
                ELSE jsonb_build_object('threshold_day', t.day) END
            || CASE WHEN f.children = 0 THEN '{{}}'
                ELSE jsonb_build_object('children', f.children) END
            || CASE WHEN f.institution IS NULL THEN '{{}}' ELSE jsonb_build_object(
                'institution', f.institution, 'released_on', f.released_on) END,
        CASE WHEN f.institution IS NULL THEN '{{}}' ELSE '{{from_institution}}' END::text[]
            || CASE WHEN f.children = 0 THEN '{{}}' ELSE '{{children}}' END::text[]
            || CASE WHEN f.no_service THEN '{{no_service}}' ELSE '{{}}' END::text[],
        coalesce(a.responsible_id, (
            SELECT p.responsible_id FROM casework_person p WHERE p.id = f.person_id)),
        %(due_on)s::date, %(on)s::date, '', ''
    FROM fresh f
    LEFT JOIN threshold_day t ON t.person_id = f.person_id
    LEFT JOIN present_case a ON a.person_id = f.person_id
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date,
        closed_because = CASE WHEN c.person_id IS NULL THEN 'fakta' ELSE 'erstattet' END
    FROM changed c WHERE f.id = c.flag_id AND c.flag_raised_on <= %(on)s::date
    RETURNING f.closed_because
)
SELECT (SELECT count(*) FROM raised),
    count(*) FILTER (WHERE closed_because = 'erstattet'),
    count(*) FILTER (WHERE closed_because = 'fakta')
FROM closed
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: how many flags it raised, and how many it closed, by why."""

    raised: int
    superseded: int
    ended: int


@transaction.atomic
def flag_stays(on: date) -> Run:
    """Raise and close the flags of temporary stays as of a date. See the module."""
    numbers = settings_table.values(
        on,
        "stay_thresholds",
        "stay_thresholds_early",
        "stay_threshold_step",
        "young_under_age",
        "from_institution_days",
        "no_service_days",
        "flag_due_days",
    )
    params = {
        **chain_params(on),
        "normal": sorted(numbers["stay_thresholds"]),
        "early": sorted(numbers["stay_thresholds_early"]),
        "step": numbers["stay_threshold_step"],
        # Whoever is born after this day is under the age on the date (`calendar.age`).
        "child_born_after": add_months(on, -12 * ADULT),
        "young_born_after": add_months(on, -12 * numbers["young_under_age"]),
        "from_institution_days": numbers["from_institution_days"],
        "contact_after": on - timedelta(days=numbers["no_service_days"]),
        "due_on": next_working_day(on + timedelta(days=numbers["flag_due_days"])),
    }
    statement = FLAG_STAYS.format(
        chain=chain_ctes(), no_service=no_service_sql("c.person_id"), present_case=PRESENT_CASE
    )
    with connection.cursor() as cursor:
        # One run at a time: two for different dates at once could each miss the other's flag.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('flag_stays'))")
        cursor.execute(statement, params)
        return Run(*cursor.fetchone())


# ------------------------------------------------------------------ in words

CAME_FROM = {
    InstitutionKind.TREATMENT: gettext_lazy("behandling"),
    InstitutionKind.HOSPITAL: gettext_lazy("sykehus"),
    InstitutionKind.PRISON: gettext_lazy("fengsel"),
}


def stay_words(flag: Flag, on: date, days: int | None = None) -> Words:
    """A stay flag in words. `days` are those of the chain today; else as they were when raised."""
    days = flag.facts["days"] if days is None else days
    return Words(
        why=_why(flag),
        next=next_step(flag),
        action=_("Skriv begrunnelse") if (flag.threshold or 0) >= 90 else _("Følg opp"),
        action_url=follow_up_url(flag),
        color="danger" if days > 90 else "warning",
        days=days,
    )


def explained(flags: Iterable[Flag], on: date) -> list[tuple[Flag, Words]]:
    """Stay flags with their words, and their days as they are today. Two queries in all."""
    flags = list(flags)
    now = chains(on, {flag.person_id for flag in flags}) if flags else {}
    return [
        (flag, stay_words(flag, on, now[flag.person_id].days if flag.person_id in now else None))
        for flag in flags
    ]


def _why(flag: Flag) -> str:
    facts = flag.facts
    began = short(date.fromisoformat(facts["chain_start"]))
    if flag.threshold:
        told = _("Dag %(number)s var %(date)s") % {
            "number": flag.threshold,
            "date": short(day_of_threshold(flag)),
        }
        told += " " + _("Telles fra %(date)s, også når vedtaket er forlenget.") % {"date": began}
    else:
        told = _("Kom rett fra %(place)s %(date)s") % {
            "place": CAME_FROM[InstitutionKind(facts["institution"])],
            "date": short(date.fromisoformat(facts["released_on"])),
        }
        told += " " + _("Midlertidig bolig fra %(date)s") % {"date": began}
    if children := facts.get("children"):
        told += " " + ngettext("Ett barn bor her.", "%(count)s barn bor her.", children) % {
            "count": children
        }
    if "no_service" in flag.marks:
        told += " " + _("Ingen tjeneste, og ingen kontakt den siste tiden.")
    return told


def day_of_threshold(flag: Flag) -> date:
    """The day the nights of a stay flag's chain came to its threshold.

    It is among the facts where breaks put it off; else so many nights after the chain began.
    """
    if "threshold_day" in flag.facts:
        return date.fromisoformat(flag.facts["threshold_day"])
    return date.fromisoformat(flag.facts["chain_start"]) + timedelta(days=flag.threshold or 0)


def next_step(flag: Flag) -> str:
    """What to do next about a stay flag."""
    if (flag.threshold or 0) >= 90:
        return _("Skriv begrunnelse og plan for varig bolig.")
    if "no_service" in flag.marks:
        return _("Ta kontakt, og avklar hvem som følger opp.")
    if "from_institution" in flag.marks:
        return _("Avtal oppfølging, og start arbeidet med varig bolig.")
    if "children" in flag.marks:
        return _("Finn et bosted familien kan bli i. Barn skal bare unntaksvis bo midlertidig.")
    return _("Avklar hva som skal til for varig bolig før dag 90.")
