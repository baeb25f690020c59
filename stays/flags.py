"""Flags for long temporary stays: one statement raises, supersedes and ends them (needs T2, T6).

`flag_stays(on)` looks at everyone's present chain (`stays.chains`) as it was on the date, and:

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
from casework.flags import Words, follow_up_url, no_contact_sql, short
from casework.models import Flag
from common.calendar import add_months, next_working_day

from .chains import chain_ctes, chain_params, chains
from .enums import InstitutionKind

ADULT = 18

# `{chain}` and `{no_contact}` are SQL of ours; everything else is a parameter.
FLAG_STAYS = """
WITH {chain},
-- Children in the person's household on the date: samværsbarn are members too. A child whose
-- birth date nobody knows is taken for one. From the children out: asked of each chain, it is
-- twenty thousand look-ups, where a few passes do.
child_member AS MATERIALIZED (
    SELECT m.household_id, m.person_id
    FROM casework_person child
    JOIN casework_householdmember m ON m.person_id = child.id AND m.period @> %(on)s::date
    WHERE child.birth_date > %(child_born_after)s::date AND child.birth_date <= %(on)s::date
    UNION ALL
    SELECT m.household_id, m.person_id
    FROM casework_person child
    JOIN casework_householdmember m ON m.person_id = child.id AND m.period @> %(on)s::date
    WHERE child.birth_date IS NULL AND m.relation = 'barn'
),
household_child AS MATERIALIZED (
    SELECT own.person_id, count(DISTINCT other.person_id)::int AS children
    FROM child_member other
    JOIN casework_householdmember own
        ON own.household_id = other.household_id AND own.person_id <> other.person_id
        AND own.period @> %(on)s::date
    GROUP BY own.person_id
),
-- The last institution left in the days before the chain began. There are few such stays.
discharge AS MATERIALIZED (
    SELECT person_id, institution, upper(period) AS released_on
    FROM stays_stay WHERE kind = 'institusjon' AND NOT upper_inf(period)
),
released AS (
    SELECT DISTINCT ON (c.person_id) c.person_id, d.institution, d.released_on
    FROM discharge d
    JOIN chain c ON c.person_id = d.person_id
    WHERE d.released_on BETWEEN c.chain_start - %(from_institution_days)s::int AND c.chain_start
    ORDER BY c.person_id, d.released_on DESC
),
counted AS (
    SELECT c.*, p.responsible_id, coalesce(h.children, 0) AS children,
        p.birth_date > %(young_born_after)s::date AS young,
        r.institution, r.released_on,
        CASE WHEN h.children > 0 OR p.birth_date > %(young_born_after)s::date
            THEN %(early)s::int[] ELSE %(normal)s::int[] END AS thresholds
    FROM chain c
    JOIN casework_person p ON p.id = c.person_id
    LEFT JOIN household_child h ON h.person_id = c.person_id
    LEFT JOIN released r ON r.person_id = c.person_id
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
fresh AS MATERIALIZED (
    SELECT * FROM reached r
    WHERE threshold IS NOT NULL AND NOT EXISTS (
        SELECT FROM casework_flag f
        WHERE f.kind = 'temporary_stay' AND f.person_id = r.person_id
            AND left(f.key, 10) = r.chain_start::text AND f.threshold >= r.threshold)
),
-- The day the nights of the chain came to the threshold.
threshold_day AS (
    SELECT f.person_id, min(s.began + f.threshold - (s.nights_before - f.nights_before)::int) AS day
    FROM fresh f
    JOIN temporary_stay s ON s.person_id = f.person_id AND s.began >= f.chain_start
    WHERE s.nights_before - f.nights_before + (s.stopped - s.began) >= f.threshold
    GROUP BY f.person_id
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT f.person_id, a.id, 'temporary_stay', f.chain_start::text || ':' || f.threshold,
        f.threshold,
        jsonb_build_object(
            'days', f.days, 'threshold', f.threshold, 'threshold_day', t.day,
            'chain_start', f.chain_start, 'stay', f.stay_id, 'is_open', f.is_open,
            'children', f.children, 'young', coalesce(f.young, false),
            'institution', f.institution, 'released_on', f.released_on),
        array_remove(ARRAY[
            CASE WHEN f.institution IS NOT NULL THEN 'from_institution' END,
            CASE WHEN f.children > 0 THEN 'children' END,
            CASE WHEN {no_contact} AND NOT EXISTS (
                SELECT FROM casework_service service
                WHERE service.person_id = f.person_id AND service.period @> %(on)s::date)
            THEN 'no_service' END
        ], NULL),
        coalesce(a.responsible_id, f.responsible_id), %(due_on)s::date, %(on)s::date, '', ''
    FROM fresh f
    JOIN threshold_day t ON t.person_id = f.person_id
    -- The case the person is met about now.
    LEFT JOIN LATERAL (
        SELECT id, responsible_id FROM casework_application
        WHERE person_id = f.person_id AND state IN ('mottatt', 'utredes', 'avgjort')
        ORDER BY received_at DESC, id DESC LIMIT 1
    ) a ON true
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date,
        closed_because = CASE WHEN r.person_id IS NULL THEN 'fakta' ELSE 'erstattet' END
    FROM casework_flag open_flag
    LEFT JOIN reached r ON r.person_id = open_flag.person_id
        AND r.chain_start::text = left(open_flag.key, 10)
    WHERE f.id = open_flag.id AND open_flag.kind = 'temporary_stay'
        AND open_flag.closed_on IS NULL AND open_flag.raised_on <= %(on)s::date
        AND (r.person_id IS NULL OR r.threshold > open_flag.threshold)
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
    statement = FLAG_STAYS.format(chain=chain_ctes(), no_contact=no_contact_sql("f.person_id"))
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
            "date": short(_day(facts, "threshold_day", flag.threshold)),
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


def _day(facts: dict, name: str, nights: int) -> date:
    """A day among the facts; for a flag without it, so many unbroken nights into the chain."""
    if name in facts:
        return date.fromisoformat(facts[name])
    return date.fromisoformat(facts["chain_start"]) + timedelta(days=nights)


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
