"""The figures of the overview, each computed by one SQL statement (needs I2, I3, I5).

Every count is of everybody, also those the reader may not see, so that the figures are true and
the same for everyone, and no figure changes when somebody is hidden. The lists count whom they
show, and say so (docs/adr/0017). Small counts are not shown (`small_numbers`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count

from allocation import ranking, vacancy
from casework.log.enums import Process, RefusalGround, VedtakState
from casework.persons.children import born_after, child_params, is_child
from casework.vedtak.standing import FIRST_DAY, LAST_DAY, STANDS
from common.calendar import add_months
from common.sql import enum_params, enum_values, local_day
from housing.enums import TEMPORARY_TYPES, UnitStatus
from housing.held import HELD_DAYS, NOT_VOID
from housing.models import Unit
from housing.rent import RENT_LOST
from stays.temporary.chains import chain_ctes, chain_params
from stays.temporary.long_stays import long_stay

# The last day of the first band of stays. The next bands end where a stay is soon long, and long.
SHORT_DAYS = 14


def months_to(on: date, number: int) -> list[date]:
    """The first day of each of the latest `number` months, the month of `on` last."""
    first = on.replace(day=1)
    return [add_months(first, -back) for back in reversed(range(number))]


# ------------------------------------------------------------------ the waiting list


@dataclass(frozen=True, slots=True)
class Group:
    """How many (`number`) have waited `days` for a type of dwelling with so many bedrooms."""

    days: int
    type: str
    bedrooms: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The people on the waiting list on a date, in groups."""

    groups: list[Group]

    def days(self, wanted: Callable[[Group], bool] = lambda group: True) -> Counter[int]:
        """How many have waited each number of days, in the wanted groups."""
        counts: Counter[int] = Counter()
        for group in self.groups:
            if wanted(group):
                counts[group.days] += group.number
        return counts

    @property
    def total(self) -> int:
        return sum(group.number for group in self.groups)


def waiting(on: date) -> Waiting:
    """The waiting list on the date, by the rule of `allocation.ranking`. One query."""
    sql = f"""
    WITH {ranking.WAITING.format(visible="")},
    need AS (
        SELECT DISTINCT ON (application_id) application_id, bedrooms FROM casework_housingneed
        WHERE application_id IN (SELECT application_id FROM waiting)
        ORDER BY application_id, decided_at DESC, id DESC
    )
    SELECT %(on)s::date - w.issued_on AS days, v.dwelling_type, n.bedrooms, count(*)::int
    FROM waiting w
    JOIN casework_vedtak v ON v.id = w.vedtak_id
    LEFT JOIN need n ON n.application_id = w.application_id
    GROUP BY 1, 2, 3"""
    return Waiting([Group(*row) for row in _rows(sql, ranking.waiting_params(on))])


def percentile(counts: Counter[int], share: float) -> int | None:
    """The smallest value that at least this share (0–1) do not exceed; None for no counts."""
    wanted, seen = math.ceil(counts.total() * share), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return None


@dataclass(frozen=True, slots=True)
class Flow:
    """How many came to and left the waiting list in a month."""

    month: date
    came: int
    left: int


# The rule of `allocation.ranking.WAITING` over time. A case comes on the list the day its vedtak is
# issued and valid. It leaves on the first of: a lease agreed, a municipal tenancy begun, the day
# after the vedtak ends, and the withdrawal or closing of the case.
FLOW = f"""
WITH lease AS (
    SELECT application_id, min(agreed_on) AS agreed_on FROM stays_lease
    WHERE application_id IS NOT NULL GROUP BY application_id
),
closed AS (
    SELECT object_id, {local_day("max(at)")} AS closed_on FROM casework_transition
    WHERE process = %(Process.APPLICATION)s AND to_state = ANY(%(closed_states)s)
    GROUP BY object_id
),
granted AS (
    SELECT v.id, v.application_id, a.person_id, v.issued_on,
           greatest(v.issued_on, {FIRST_DAY}) AS came_on, {LAST_DAY} + 1 AS ended_on,
           -- A case closed without a known date counts as never on the list.
           CASE WHEN a.state = ANY(%(closed_states)s)
                THEN coalesce(c.closed_on, v.issued_on) END AS closed_on
    FROM {ranking.HOME_GRANTS}
    JOIN casework_application a ON a.id = v.application_id
    LEFT JOIN closed c ON c.object_id = a.id
),
home AS (
    SELECT g.id, min(lower(s.period)) AS began FROM granted g
    JOIN stays_stay s ON s.person_id = g.person_id AND s.kind = %(StayKind.LEASE)s
                      AND lower(s.period) >= g.issued_on
    GROUP BY g.id
),
spell AS (
    SELECT g.application_id, min(g.came_on) AS came_on,
           max(coalesce(least(g.ended_on, g.closed_on, h.began, l.agreed_on), 'infinity'))
               AS left_on
    FROM granted g
    LEFT JOIN home h ON h.id = g.id
    LEFT JOIN lease l ON l.application_id = g.application_id
    GROUP BY g.application_id
),
change AS (
    SELECT date_trunc('month', day)::date AS month, sum(came)::int AS came, sum(gone)::int AS gone
    FROM (
        SELECT came_on AS day, 1 AS came, 0 AS gone FROM spell WHERE left_on > came_on
        UNION ALL
        SELECT left_on, 0, 1 FROM spell WHERE left_on > came_on AND left_on <> 'infinity') days
    WHERE day >= %(first)s::date AND day <= %(on)s::date
    GROUP BY 1
)
SELECT m::date, coalesce(came, 0), coalesce(gone, 0)
FROM generate_series(%(first)s::date, %(on)s::date, interval '1 month') AS m
LEFT JOIN change ON change.month = m::date
ORDER BY 1"""


def flow(on: date, months: int) -> list[Flow]:
    """How many came and left in each month; the month of `on` until the date. One query."""
    params = {
        **ranking.waiting_params(on),
        **enum_params(Process),
        "first": months_to(on, months)[0],
    }
    return [Flow(*row) for row in _rows(FLOW, params)]


# ------------------------------------------------------------------ homes the municipality lacks


UNMET = f"""
WITH refused AS (
    SELECT DISTINCT ON (a.person_id) v.dwelling_type
    FROM casework_vedtakoutcome o
    JOIN casework_vedtak v ON {STANDS}
    JOIN casework_application a ON a.id = v.application_id
    WHERE o.ground = %(RefusalGround.NO_DWELLING)s AND v.issued_on >= %(first)s::date
    ORDER BY a.person_id, v.issued_on DESC, v.id DESC
)
SELECT dwelling_type, count(*)::int FROM refused GROUP BY 1"""


def unmet(on: date, months: int) -> Counter[str]:
    """People refused in these months because the municipality has no such dwelling, by type.

    Each person counts once, by the latest issued vedtak (need C17). One query.
    """
    params = {
        **enum_params(RefusalGround, VedtakState),
        "on": on,
        "first": months_to(on, months)[0],
    }
    return Counter(dict(_rows(UNMET, params)))


# ------------------------------------------------------------------ temporary places


@dataclass(frozen=True, slots=True)
class Temporary:
    """How many lived in a temporary place on a day, in bands by the days of their chain."""

    day: date
    bands: tuple[int, int, int, int]
    with_children: int
    limits: tuple[int, int, int]  # the last day of each band; the last band has none

    @property
    def total(self) -> int:
        return sum(self.bands)


# People who were in a temporary place at some time from the first day.
LIVED_SINCE = """
    SELECT person_id FROM stays_stay
    WHERE kind = %(StayKind.TEMPORARY)s AND lower(period) <= %(on)s::date
      AND coalesce(upper(period), 'infinity'::date) > %(since)s::date"""


def temporary(on: date, months: int) -> list[Temporary]:
    """Temporary places at the end of each month, and for the last month on the date. Two queries.

    Chains are those of `stays.temporary.chains`. The start of a chain is the same for every day,
    so the nights of a chain before each stay are computed once.
    """
    days = [add_months(first, 1) - timedelta(days=1) for first in months_to(on, months)]
    days[-1] = on
    chain = chain_params(on)
    long = long_stay(chain)
    limits = (SHORT_DAYS, long.warn_days, long.days)
    first, second, third = limits
    sql = f"""
    WITH {chain_ctes(LIVED_SINCE)},
    asked AS (
        SELECT * FROM unnest(%(days)s::date[], %(born_after)s::date[]) AS asked (day, born_after)
    ),
    spell AS (
        SELECT person_id, began, CASE WHEN is_open THEN 'infinity'::date ELSE stopped END AS until,
               nights_before - max(nights_before) FILTER (WHERE begins_chain)
                   OVER (PARTITION BY person_id ORDER BY began) AS nights
        FROM begun WHERE holder_id = person_id
    ),
    lived AS (
        SELECT asked.day, asked.born_after, s.person_id, asked.day - s.began + s.nights AS days
        FROM asked JOIN spell s ON s.began <= asked.day AND s.until > asked.day
    ),
    -- Those they lived with, and when.
    young AS (
        SELECT me.person_id, me.period * m.period AS period, child.birth_date, m.relation
        FROM casework_householdmember me
        JOIN casework_householdmember m ON m.household_id = me.household_id
        JOIN casework_person child ON child.id = m.person_id
        WHERE me.person_id IN (SELECT person_id FROM lived)
          AND m.person_id <> me.person_id
          AND m.period && me.period
    ),
    family AS (
        SELECT l.day, count(DISTINCT l.person_id)::int AS number
        FROM lived l JOIN young y ON y.person_id = l.person_id AND y.period @> l.day
        WHERE {is_child("y", "y", after="l.born_after", born=False)}
        GROUP BY l.day
    ),
    counted AS (
        SELECT day, count(*) FILTER (WHERE days <= {first})::int AS band_1,
               count(*) FILTER (WHERE days > {first} AND days <= {second})::int AS band_2,
               count(*) FILTER (WHERE days > {second} AND days <= {third})::int AS band_3,
               count(*) FILTER (WHERE days > {third})::int AS band_4
        FROM lived GROUP BY day
    )
    SELECT asked.day, coalesce(band_1, 0), coalesce(band_2, 0), coalesce(band_3, 0),
           coalesce(band_4, 0), coalesce(family.number, 0)
    FROM asked
    LEFT JOIN counted ON counted.day = asked.day
    LEFT JOIN family ON family.day = asked.day
    ORDER BY 1"""
    params = {
        **chain,
        **child_params(on),
        "days": days,
        "born_after": [born_after(day) for day in days],
        "since": days[0],
    }
    return [Temporary(row[0], tuple(row[1:5]), row[5], limits) for row in _rows(sql, params)]


# ------------------------------------------------------------------ empty homes


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Days without a tenant in a month for one cause, and the rent lost in kroner.

    `cause` is a `housing.enums.UnavailableCause`, or "" for homes that wait to be allocated.
    `unpriced` are the days in homes without a known rent, which are not in `lost`.
    """

    month: date
    cause: str
    days: int
    lost: int
    unpriced: int


VACANCY = f"""
WITH asked AS (
    SELECT m::date AS month, daterange(m::date, (m + interval '1 month')::date) AS span
    FROM unnest(%(months)s::date[]) AS m
),
stay AS (
    SELECT unit_id, period, period @> %(window)s::daterange AS throughout FROM stays_stay
    WHERE unit_id IS NOT NULL AND period && %(window)s::daterange
),
-- Without the homes somebody lived in all the time, which are nearly all.
home AS (
    SELECT u.id, u.rent, asked.month, u.held * asked.span AS span
    FROM (
        SELECT u.id, u.rent, {HELD_DAYS} AS held FROM housing_unit u
        WHERE type <> ALL(%(temporary_types)s) AND in_use && %(window)s::daterange
          AND id NOT IN (SELECT unit_id FROM stay WHERE throughout)
    ) u JOIN asked ON u.held && asked.span
),
lived AS (
    SELECT h.month, h.rent, s.period * h.span AS span
    FROM home h JOIN stay s ON s.unit_id = h.id WHERE NOT s.throughout AND s.period && h.span
),
shut AS (
    SELECT h.id, h.month, h.rent, x.cause, x.period * h.span AS span
    FROM home h JOIN housing_unavailability x ON x.unit_id = h.id WHERE x.period && h.span
),
-- Somebody lived there while it was registered as closed: then it was not empty.
lived_shut AS (
    SELECT x.id, x.month, x.cause, x.rent, l.period * x.span AS span
    FROM shut x CROSS JOIN LATERAL (
        SELECT period FROM stays_stay WHERE unit_id = x.id AND period && x.span) l
),
-- Days to add and subtract. Stays of a home do not overlap each other, nor do closed periods.
part AS (
    SELECT month, '' AS cause, rent, span, 1 AS sign FROM home
    UNION ALL SELECT month, '', rent, span, -1 FROM lived
    UNION ALL SELECT month, '', rent, span, -1 FROM shut
    UNION ALL SELECT month, '', rent, span, 1 FROM lived_shut
    UNION ALL SELECT month, cause, rent, span, 1 FROM shut
    UNION ALL SELECT month, cause, rent, span, -1 FROM lived_shut
),
counted AS (
    SELECT month, cause, rent, sum(sign * (upper(span) - lower(span))) AS days
    FROM part WHERE cause <> %(not_void)s GROUP BY month, cause, rent
)
SELECT month, cause, sum(days)::int AS days,
       coalesce(round(sum({RENT_LOST})), 0)::int AS lost,
       coalesce(sum(days) FILTER (WHERE rent IS NULL), 0)::int AS unpriced
FROM counted GROUP BY month, cause HAVING sum(days) > 0 ORDER BY month, days DESC, cause"""


def vacancies(months: Sequence[date]) -> list[Vacancy]:
    """Vacancy by month and cause, of homes in use, most days first. One query."""
    params = {
        "months": list(months),
        "window": DateRange(min(months), add_months(max(months), 1)),
        "temporary_types": enum_values(TEMPORARY_TYPES),
        "not_void": NOT_VOID,
    }
    return [Vacancy(*row) for row in _rows(VACANCY, params)]


def vacant_by_bedrooms(on: date) -> Counter[int | None]:
    """Homes that can be allocated on the date, by bedrooms, by the rule of `allocation.vacancy`."""
    vacant = vacancy.of_status(Unit.objects.for_letting(), UnitStatus.VACANT, on)
    return Counter(dict(vacant.order_by().values_list("bedrooms").annotate(number=Count("pk"))))


def _rows(sql: str, params: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
