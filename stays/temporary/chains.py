"""The temporary chain: how long somebody has lived in temporary places, as one SQL statement.

The rule (rules-and-scenarios.md, «Clocks»): `days` on a date are the nights spent in temporary
places in the present chain, counting `[from, to)`, an open stay up to the date. Renewals and
moves continue the chain. A break of at most `gap_days` does not end it, and its nights do not
count. A break with a night in a lasting home (`enums.LASTING`) ends it, whatever its length.
Nights in an institution or prison, with others, outdoors or in a treningsleilighet are an ordinary
break. Stays that begin after the date do not count.

With gap_days 14:

    1.7.–15.8., open from 18.8.             on 10.10.: since 1.7., 45 + 53 = 98 days
    1.7.–15.8., open from 29.8. (14 days)   on 29.8.: since 1.7., 45 days
    1.7.–15.8., open from 30.8. (15 days)   on 30.8.: since 30.8., 0 days
    1.7.–15.8., lease 16.8.–17.8., 20.8.–   on 30.8.: since 20.8., 10 days
    1.7.–15.8., nothing after               on 29.8.: since 1.7., 45 days; on 30.8.: no chain

A chain that has ended by the date is left out: a person without a row has no present chain.

Other modules build on the statement instead of copying it:

    sql = f"WITH {chain_ctes()} SELECT … FROM chain JOIN …"
    sql = f"WITH {chain_ctes('SELECT person_id FROM waiting')} …"   # after `waiting AS (…)`
    cursor.execute(sql, {**chain_params(on), …})    # with the values of StayKind

`chain` has the columns person_id, chain_start, days, is_open (lives in a temporary place on
the date), stay_id and unit_id (the last stay of the chain), stay_start, and left_on (the day
they left it; NULL while is_open).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts import settings_table
from common.sql import enum_params, enum_values
from stays.enums import LASTING, StayKind

from .long_stays import LONG_STAY_KEYS, LongStay, long_stay

# Persons whose temporary stay is open, or ended within the longest break: nobody else can have a
# present chain.
LATELY = """
    SELECT person_id FROM stays_stay
    WHERE kind = %(StayKind.TEMPORARY)s
      AND coalesce(upper(period), 'infinity'::date) >= %(on)s::date - %(gap_days)s::int"""

CTES = """
temporary_stay AS (
    SELECT s.person_id, s.id, s.unit_id, lower(s.period) AS began,
           least(upper(s.period), %(on)s::date) AS stopped,
           lag(least(upper(s.period), %(on)s::date)) OVER by_time AS stopped_before,
           sum(least(upper(s.period), %(on)s::date) - lower(s.period)) OVER by_time
               - (least(upper(s.period), %(on)s::date) - lower(s.period)) AS nights_before,
           lead(s.id) OVER by_time IS NULL AS is_last,
           coalesce(upper(s.period), 'infinity'::date) > %(on)s::date AS is_open
    FROM stays_stay s
    WHERE s.kind = %(StayKind.TEMPORARY)s AND lower(s.period) <= %(on)s::date
      AND s.person_id IN ({persons})
    -- Two temporary stays of a person never overlap (temporary_one_place_at_a_time).
    WINDOW by_time AS (PARTITION BY s.person_id ORDER BY lower(s.period))
),
begun AS (
    SELECT *, CASE
        WHEN stopped_before IS NULL THEN true
        WHEN began = stopped_before THEN false
        WHEN began - stopped_before > %(gap_days)s::int THEN true
        ELSE EXISTS (
            SELECT FROM stays_stay home
            WHERE home.person_id = t.person_id AND home.kind = ANY(%(lasting)s)
              AND home.period && daterange(t.stopped_before, t.began))
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
           max(began) AS stay_start,
           max(stopped) FILTER (WHERE is_last AND NOT is_open) AS left_on
    FROM begun
    GROUP BY person_id
),
chain AS (
    SELECT * FROM latest_chain l
    WHERE CASE
        WHEN is_open THEN true
        WHEN %(on)s::date - left_on > %(gap_days)s::int THEN false
        -- Who moves into a lasting home today has left the chain today.
        ELSE NOT EXISTS (
            SELECT FROM stays_stay home
            WHERE home.person_id = l.person_id AND home.kind = ANY(%(lasting)s)
              AND home.period && daterange(l.left_on, %(on)s::date, '[]'))
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
    stay_start: date
    left_on: date | None
    long: LongStay

    @property
    def color(self) -> str:
        """danger when it is long, warning when it soon is, else neutral."""
        return self.long.color(self.days)


COLUMNS = "person_id, chain_start, days, is_open, stay_id, unit_id, stay_start, left_on"


# Kroner of the chain so far: nights times price, for the stays with a known price.
COST = """(
    SELECT sum(s.night_price
        * (least(coalesce(upper(s.period), %(on)s::date), %(on)s::date) - lower(s.period)))::bigint
    FROM stays_stay s
    WHERE s.person_id = chain.person_id AND s.kind = %(StayKind.TEMPORARY)s
        AND lower(s.period) >= chain.chain_start AND lower(s.period) <= %(on)s::date)"""


def chain_ctes(persons: str | None = None) -> str:
    """The CTEs that end in `chain`, without `WITH`. They take `chain_params`.

    `persons` is an SQL sub-select of person ids, never text from a user; its parameters go in the
    same dict. Without it, `chain` has everyone with a present chain.
    """
    return CTES.format(persons=persons or LATELY)


def chain_params(on: date) -> dict[str, Any]:
    """The parameters of `chain_ctes`, with the municipality's numbers in force on the date.

    `long_stays.long_stay` reads from them which stay is long. One query.
    """
    return {
        **enum_params(StayKind),
        "lasting": enum_values(LASTING),
        "on": on,
        **settings_table.values(on, "gap_days", *LONG_STAY_KEYS),
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
