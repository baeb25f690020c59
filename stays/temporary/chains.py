"""The temporary chain: how long somebody has lived in temporary places, as one SQL statement.

The rule (rules-and-scenarios.md, «Clocks» and «Settled after use»): `days` on a date are the
nights spent in temporary places in the present chain, counting `[from, to)`, an open stay up to
the date. Renewals and moves continue the chain. A break of at most `gap_days` does not end it, and
its nights do not count. A break with a night in a lasting home (`enums.LASTING`; with family for
good too, where `family_ends_chain` is set) ends it, whatever its length; a home with violence or
threats is none. Nights in an institution or prison, with others, outdoors or in a treningsleilighet
are an ordinary break, and so is a room that is kept meanwhile. Stays that begin after the date do
not count.

Nights belong to people. A member of a household has the temporary nights of its head and partner
while they live together, unless the member has another place then. So each keeps theirs when a
household splits, and a person has at most one chain.

With gap_days 14:

    1.7.–15.8., open from 18.8.             on 10.10.: since 1.7., 45 + 53 = 98 days
    1.7.–15.8., open from 29.8. (14 days)   on 29.8.: since 1.7., 45 days
    1.7.–15.8., open from 30.8. (15 days)   on 30.8.: since 30.8., 0 days
    1.7.–15.8., lease 16.8.–17.8., 20.8.–   on 30.8.: since 20.8., 10 days
    1.7.–15.8., nothing after               on 29.8.: since 1.7., 45 days; on 30.8.: no chain
    open from 1.7., hospital 11.7.–21.7.    on 25.7.: since 1.7., 10 + 4 = 14 days
    open from 1.7., prison 11.7.–11.8.      on 12.8.: since 11.8., 1 day

A chain that has ended by the date is left out: a person without a row has no present chain.

Other modules build on the statement instead of copying it:

    sql = f"WITH {chain_ctes()} SELECT … FROM chain JOIN …"
    sql = f"WITH {chain_ctes('SELECT person_id FROM waiting')} …"   # after `waiting AS (…)`
    cursor.execute(sql, {**chain_params(on), …})    # with the values of StayKind

`chain` has the columns person_id, chain_start, days, is_open (lives in a temporary place on
the date), stay_id, unit_id and holder_id (the last stay of the chain, and who holds it),
stay_start, left_on (the day they left it; NULL while is_open), and speaks_for (one person speaks
for the household: who holds the stay, or else the oldest adult who is left there).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts import settings_table
from casework.log.enums import OWN_HOUSEHOLD, LivingArrangement
from casework.persons.children import child_params, is_child
from common.sql import enum_params, enum_values
from stays.enums import HOMES, LASTING, StayKind
from stays.households import HOUSEHOLDS

from .long_stays import LONG_STAY_KEYS, LongStay, long_stay

# Persons who hold a temporary stay that is open, or ended within the longest break: only they and
# their households can have a present chain.
HOLDERS = """
    SELECT person_id FROM stays_stay
    WHERE kind = %(StayKind.TEMPORARY)s
      AND coalesce(upper(period), 'infinity'::date) >= %(on)s::date - %(gap_days)s::int"""

LASTING_HOME = "home.kind = ANY(%(ends_chain)s) AND NOT home.unsafe"


def _was_home(stay: str, period: str) -> str:
    """SQL condition: the person, or the household they shared the place of `stay` with, had a
    lasting home in the period."""
    return f"""(EXISTS (
            SELECT FROM stays_stay home
            WHERE home.person_id = {stay}.person_id AND {LASTING_HOME} AND home.period && {period})
        OR {stay}.holder_id <> {stay}.person_id AND EXISTS (
            SELECT FROM stays_stay home
            JOIN {HOUSEHOLDS} ON me.person_id = {stay}.person_id
            WHERE home.person_id = {stay}.holder_id AND other.person_id = home.person_id
              AND {LASTING_HOME} AND home.period && (me.period * other.period * {period})))"""


CTES = f"""
-- The oldest adult who is left in a room whose holder has been in an institution for longer than a
-- break, and so has no chain.
stand_in AS (
    SELECT DISTINCT ON (s.id) me.person_id
    FROM stays_stay away
    JOIN stays_stay s ON s.person_id = away.person_id AND s.kind = %(StayKind.TEMPORARY)s
        AND s.period @> %(on)s::date
    JOIN {HOUSEHOLDS} ON other.person_id = s.person_id
    JOIN casework_person p ON p.id = me.person_id
    WHERE away.kind = %(StayKind.INSTITUTION)s AND away.period @> %(on)s::date
      AND lower(away.period) < %(on)s::date - %(gap_days)s::int
      AND me.period @> %(on)s::date AND other.period @> %(on)s::date
      AND me.living <> %(LivingArrangement.VISITING)s
      AND NOT EXISTS (
          SELECT FROM stays_stay own
          WHERE own.person_id = me.person_id AND own.period @> %(on)s::date AND NOT own.unsafe)
    ORDER BY s.id, {is_child("p", "me")}, p.birth_date, p.id
),
asked_for AS (SELECT DISTINCT person_id FROM ({{persons}}) persons (person_id)),
inside AS (
    SELECT person_id, range_agg(period) AS periods FROM stays_stay
    WHERE kind = %(StayKind.INSTITUTION)s AND person_id IN (SELECT person_id FROM asked_for)
    GROUP BY person_id
),
lived_with AS (
    SELECT me.person_id, me.living AS own_living, other.person_id AS other_id, other.relation,
           other.living, me.period * other.period AS period
    FROM casework_householdmember me
    JOIN casework_householdmember other ON other.household_id = me.household_id
        AND other.person_id <> me.person_id AND other.period && me.period
    WHERE me.person_id IN (SELECT person_id FROM asked_for)
),
shared_stay AS (
    SELECT w.person_id, s.id, s.unit_id, s.person_id AS holder_id, lower(s.period) AS stay_start,
           s.period * w.period AS period
    FROM lived_with w
    JOIN stays_stay s ON s.person_id = w.other_id AND s.kind = %(StayKind.TEMPORARY)s
        AND s.period && w.period AND lower(s.period) <= %(on)s::date
    WHERE w.relation = ANY(%(own_household)s) AND w.own_living <> %(LivingArrangement.VISITING)s
),
elsewhere AS (
    SELECT person_id, range_agg(period) AS periods FROM stays_stay
    WHERE person_id IN (SELECT person_id FROM shared_stay)
      AND (NOT unsafe OR kind = %(StayKind.TEMPORARY)s)
    GROUP BY person_id
),
nights AS (
    SELECT s.person_id, s.id, s.unit_id, s.person_id AS holder_id, lower(s.period) AS stay_start,
           unnest(s.period::datemultirange - coalesce(i.periods, datemultirange())) AS period
    FROM stays_stay s LEFT JOIN inside i ON i.person_id = s.person_id
    WHERE s.kind = %(StayKind.TEMPORARY)s AND lower(s.period) <= %(on)s::date
      AND s.person_id IN (SELECT person_id FROM asked_for)
    UNION ALL
    SELECT s.person_id, s.id, s.unit_id, s.holder_id, s.stay_start,
           unnest(s.period::datemultirange - coalesce(e.periods, datemultirange()))
    FROM shared_stay s LEFT JOIN elsewhere e ON e.person_id = s.person_id
),
in_order AS (
    SELECT *, least(upper(period), %(on)s::date) AS until,
           coalesce(upper(period), 'infinity'::date) > %(on)s::date AS is_open,
           max(least(upper(period), %(on)s::date)) OVER (
               by_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stopped_before,
           lead(id) OVER by_time IS NULL AS is_last
    FROM nights WHERE lower(period) <= %(on)s::date
    WINDOW by_time AS (PARTITION BY person_id ORDER BY lower(period), holder_id = person_id)
),
-- A night counts once, also for a child whose parents each have a stay.
temporary_stay AS (
    SELECT *, sum(stopped - began) OVER (PARTITION BY person_id ORDER BY began, is_last)
               - (stopped - began) AS nights_before
    FROM (
        SELECT person_id, id, unit_id, holder_id, stay_start, stopped_before, is_last, is_open,
               greatest(lower(period), stopped_before) AS began,
               greatest(until, stopped_before) AS stopped
        FROM in_order
    ) counted_once
),
begun AS (
    SELECT *, CASE
        WHEN stopped_before IS NULL THEN true
        WHEN began = stopped_before THEN false
        WHEN began - stopped_before > %(gap_days)s::int THEN true
        ELSE {_was_home("t", "daterange(t.stopped_before, t.began)")}
        END AS begins_chain
    FROM temporary_stay t
),
latest_chain AS (
    SELECT person_id, max(began) FILTER (WHERE begins_chain) AS chain_start,
           -- All nights less those before the latest beginning; they only grow with time.
           max(nights_before) FILTER (WHERE begins_chain) AS nights_before,
           (sum(stopped - began) - max(nights_before) FILTER (WHERE begins_chain))::int AS days,
           bool_or(is_open) AS is_open,
           max(id) FILTER (WHERE is_last) AS stay_id,
           max(unit_id) FILTER (WHERE is_last) AS unit_id,
           max(holder_id) FILTER (WHERE is_last) AS holder_id,
           max(stay_start) FILTER (WHERE is_last) AS stay_start,
           CASE WHEN NOT bool_or(is_open) THEN max(stopped) END AS left_on
    FROM begun
    GROUP BY person_id
),
chain AS (
    SELECT *, holder_id = person_id OR person_id IN (SELECT person_id FROM stand_in) AS speaks_for
    FROM latest_chain l
    WHERE CASE
        WHEN is_open THEN true
        WHEN %(on)s::date - left_on > %(gap_days)s::int THEN false
        -- Who moves into a lasting home today has left the chain today.
        ELSE NOT {_was_home("l", "daterange(l.left_on, %(on)s::date, '[]')")}
        END
)"""


@dataclass(frozen=True, slots=True)
class Chain:
    """A person's present chain on a date. `days` counts nights; the module explains the rest."""

    person_id: int
    chain_start: date
    days: int
    is_open: bool
    stay_id: int
    unit_id: int
    holder_id: int
    stay_start: date
    left_on: date | None
    speaks_for: bool
    long: LongStay

    @property
    def color(self) -> str:
        """danger when it is long, warning when it soon is, else neutral."""
        return self.long.color(self.days)


COLUMNS = (
    "person_id, chain_start, days, is_open, stay_id, unit_id, holder_id, stay_start, left_on,"
    " speaks_for"
)


# Kroner of the chain so far: nights times price, for the stays with a known price.
COST = """(
    SELECT sum(s.night_price::bigint * (
        least(coalesce(upper(s.period), %(on)s::date), %(on)s::date)
        - greatest(lower(s.period), chain.chain_start)))::bigint
    FROM stays_stay s
    WHERE s.person_id = chain.person_id AND s.kind = %(StayKind.TEMPORARY)s
        AND s.period && daterange(chain.chain_start, %(on)s::date, '[]'))"""


def chain_ctes(persons: str | None = None) -> str:
    """The CTEs that end in `chain`, without `WITH`. They take `chain_params`.

    `persons` is an SQL sub-select of person ids, never text from a user; its parameters go in the
    same dict. Without it, `chain` has everyone who holds a stay of a present chain, and those who
    stand in for them; the rest of a household has the same nights.
    """
    return CTES.format(persons=persons or f"{HOLDERS} UNION SELECT person_id FROM stand_in")


def chain_params(on: date, *keys: str) -> dict[str, Any]:
    """The parameters of `chain_ctes`, with the municipality's numbers in force on the date: its
    own, and those of `keys`.

    `long_stays.long_stay` reads from them which stay is long. One query.
    """
    numbers = settings_table.values(on, "gap_days", "family_ends_chain", *LONG_STAY_KEYS, *keys)
    return {
        **enum_params(StayKind, LivingArrangement),
        **child_params(on),
        "own_household": enum_values(OWN_HOUSEHOLD),
        "ends_chain": enum_values(HOMES if numbers["family_ends_chain"] else LASTING),
        "on": on,
        **numbers,
    }


def chains(
    on: date, person_ids: Collection[int] | None = None, params: dict[str, Any] | None = None
) -> dict[int, Chain]:
    """The present chain of each person who has one on the date, by person id.

    Two queries; one, if the caller has the `chain_params` of the date.
    """
    params = params or chain_params(on)
    rows = _ask(params, COLUMNS, person_ids)
    return {row[0]: Chain(*row, long_stay(params)) for row in rows}


def chains_with_cost(
    on: date, person_ids: Collection[int], params: dict[str, Any] | None = None
) -> dict[int, tuple[Chain, int | None]]:
    """`chains`, each with kroner so far; None when no price is known (need T7)."""
    params = params or chain_params(on)
    rows = _ask(params, f"{COLUMNS}, {COST}", person_ids)
    return {row[0]: (Chain(*row[:-1], long_stay(params)), row[-1]) for row in rows}


def _ask(params: dict[str, Any], columns: str, person_ids: Collection[int] | None) -> list[tuple]:
    persons = None
    if person_ids is not None:
        persons = "SELECT unnest(%(persons)s::bigint[])"
        params = {**params, "persons": list(person_ids)}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {chain_ctes(persons)} SELECT {columns} FROM chain", params)
        return cursor.fetchall()


def chain_of(person_id: int, on: date) -> Chain | None:
    """One person's present chain on the date, or None."""
    return chains(on, [person_id]).get(person_id)
