"""The figures of the overview, each as one SQL statement over the whole set (needs I2, I3, I5).

Left out of every count of people, for every reader: people with a protected address and the
municipality's own employees. So the figures are the same whoever looks, and the gap between a
figure and a list never tells that somebody hidden is on it.
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
from casework.log.enums import PROTECTED, Process, RefusalGround, VedtakState
from casework.persons.children import born_after, child_params, is_child, may_be_child
from common.calendar import add_months
from common.sql import enum_params, local_day, values
from housing.enums import TEMPORARY_TYPES
from housing.models import Unit
from stays.temporary.chains import chain_ctes, chain_params
from stays.temporary.long_stays import long_stay

# The first band of stays goes to this day; the next to where a stay soon is long, and is long.
SHORT_DAYS = 14


# Those left out are few, and have an index of their own: they are looked up, not the many.
LEFT_OUT = """
    SELECT FROM casework_person p
    WHERE (p.protection = ANY(%(protected)s) OR p.shielded) AND p.id ="""


def months_to(on: date, number: int) -> list[date]:
    """The first day of each of the `number` latest months, the one of `on` last."""
    first = on.replace(day=1)
    return [add_months(first, -back) for back in reversed(range(number))]


# ------------------------------------------------------------------ the waiting list


@dataclass(frozen=True, slots=True)
class Group:
    """So many wait, since so many days, for this type of dwelling and so many bedrooms."""

    days: int
    type: str
    bedrooms: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits on a date, counted."""

    groups: list[Group]

    def days(self, wanted: Callable[[Group], bool] = lambda group: True) -> Counter[int]:
        """How many have waited each number of days, of all or of some."""
        found: Counter[int] = Counter()
        for group in self.groups:
            if wanted(group):
                found[group.days] += group.number
        return found

    @property
    def total(self) -> int:
        return sum(group.number for group in self.groups)


def waiting(on: date) -> Waiting:
    """The waiting list on the date. One query; who waits is said by `allocation.ranking`."""
    counted = f"AND NOT EXISTS ({LEFT_OUT} a.person_id)"
    sql = f"""
    WITH {ranking.WAITING.format(visible=counted)},
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
    """The smallest value that at least this share of the counted do not exceed."""
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


# A vedtak puts a case on the list from the day it is issued and valid. The case leaves it on the
# first of: a lease agreed, a municipal tenancy begun, the day after the vedtak ends, and the
# withdrawal or closing of the case. The same rule as `allocation.ranking.WAITING`, over time.
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
           greatest(v.issued_on, v.valid_from) AS came_on, v.valid_to + 1 AS ended_on,
           -- A case closed without a date of it was never on the list, for all we know.
           CASE WHEN a.state = ANY(%(closed_states)s)
                THEN coalesce(c.closed_on, v.issued_on) END AS closed_on
    FROM casework_vedtak v
    JOIN casework_application a ON a.id = v.application_id
    LEFT JOIN closed c ON c.object_id = a.id
    WHERE {ranking.GIVES_HOME}
      AND NOT EXISTS ({LEFT_OUT} a.person_id)
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
    """In and out of the waiting list a month, the month of `on` up to the date. One query."""
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
    JOIN casework_vedtak v ON v.id = o.vedtak_id
    JOIN casework_application a ON a.id = v.application_id
    WHERE o.ground = %(RefusalGround.NO_DWELLING)s AND v.state = %(VedtakState.ISSUED)s
      AND v.issued_on BETWEEN %(first)s::date AND %(on)s::date
      AND NOT EXISTS ({LEFT_OUT} a.person_id)
    ORDER BY a.person_id, v.issued_on DESC, v.id DESC
)
SELECT dwelling_type, count(*)::int FROM refused GROUP BY 1"""


def unmet(on: date, months: int) -> Counter[str]:
    """People refused in the months because no dwelling of the type exists, by the type (C17).

    Each counts once, by the latest vedtak, and only while it is in force. It is what the
    municipality lacks that is counted, never anything about the person. One query.
    """
    params = {
        **enum_params(RefusalGround, VedtakState),
        "on": on,
        "first": months_to(on, months)[0],
        "protected": values(PROTECTED),
    }
    return Counter(dict(_rows(UNMET, params)))


# ------------------------------------------------------------------ temporary places


@dataclass(frozen=True, slots=True)
class Temporary:
    """Who lived in a temporary place on a day, by how long they had been in the chain."""

    day: date
    bands: tuple[int, int, int, int]
    with_children: int
    limits: tuple[int, int, int]  # the last day of each band but the last, which has no end

    @property
    def total(self) -> int:
        return sum(self.bands)


# In a temporary place at some time since the first day asked about.
LIVED_SINCE = """
    SELECT person_id FROM stays_stay
    WHERE kind = %(StayKind.TEMPORARY)s AND lower(period) <= %(on)s::date
      AND coalesce(upper(period), 'infinity'::date) > %(since)s::date"""


def temporary(on: date, months: int) -> list[Temporary]:
    """Temporary places at the end of each month, and on the date for the last. Two queries.

    The chain is that of `stays.temporary.chains`. Where a chain begins does not change with the
    day asked about, so each stay is given the nights of its chain before it once, for all the days.
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
        FROM begun WHERE NOT EXISTS ({LEFT_OUT} begun.person_id)
    ),
    lived AS (
        SELECT asked.day, asked.born_after, s.person_id, asked.day - s.began + s.nights AS days
        FROM asked JOIN spell s ON s.began <= asked.day AND s.until > asked.day
    ),
    -- With whom they live who may be a child, and when.
    young AS (
        SELECT me.person_id, me.period * m.period AS period, child.birth_date, m.relation
        FROM casework_householdmember me
        JOIN casework_householdmember m ON m.household_id = me.household_id
        JOIN casework_person child ON child.id = m.person_id
        WHERE me.person_id IN (SELECT person_id FROM lived)
          AND m.person_id <> me.person_id AND {may_be_child("m")}
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
        "protected": values(PROTECTED),
    }
    return [Temporary(row[0], tuple(row[1:5]), row[5], limits) for row in _rows(sql, params)]


# ------------------------------------------------------------------ empty homes


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Days without a tenant in a month for one cause, and the rent lost for them in kroner.

    `cause` is a code of `housing.enums.UnavailableCause`, or "" for homes that only wait for
    somebody. `unpriced` are the days in homes whose rent is not known: they are in no sum.
    """

    month: date
    cause: str
    days: int
    lost: int
    unpriced: int


VACANCY = """
WITH asked AS (
    SELECT m::date AS month, daterange(m::date, (m + interval '1 month')::date) AS span
    FROM unnest(%(months)s::date[]) AS m
),
stay AS (
    SELECT unit_id, period, period @> %(window)s::daterange AS throughout FROM stays_stay
    WHERE unit_id IS NOT NULL AND period && %(window)s::daterange
),
-- Where somebody lived all the time, nothing stood empty: that is nearly every home.
home AS (
    SELECT u.id, u.rent, asked.month, u.in_use * asked.span AS span
    FROM (
        SELECT * FROM housing_unit
        WHERE type <> ALL(%(temporary_types)s) AND in_use && %(window)s::daterange
          AND id NOT IN (SELECT unit_id FROM stay WHERE throughout)
    ) u JOIN asked ON u.in_use && asked.span
),
lived AS (
    SELECT h.month, h.rent, s.period * h.span AS span
    FROM home h JOIN stay s ON s.unit_id = h.id WHERE NOT s.throughout AND s.period && h.span
),
shut AS (
    SELECT h.id, h.month, h.rent, x.cause, x.period * h.span AS span
    FROM home h JOIN housing_unavailability x ON x.unit_id = h.id WHERE x.period && h.span
),
-- Somebody lived there while it was noted as closed: then it did not stand empty.
lived_shut AS (
    SELECT x.id, x.month, x.cause, x.rent, l.period * x.span AS span
    FROM shut x CROSS JOIN LATERAL (
        SELECT period FROM stays_stay WHERE unit_id = x.id AND period && x.span) l
),
-- Days added and taken away; neither stays nor closed periods of a home overlap among themselves.
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
    FROM part GROUP BY month, cause, rent
)
SELECT month, cause, sum(days)::int AS days,
       coalesce(round(sum(days * rent * 12 / 365.0)), 0)::int AS lost,
       coalesce(sum(days) FILTER (WHERE rent IS NULL), 0)::int AS unpriced
FROM counted GROUP BY month, cause HAVING sum(days) > 0 ORDER BY month, days DESC, cause"""


def vacancies(months: Sequence[date]) -> list[Vacancy]:
    """Vacancy days a month and cause, for homes in use, most first. One query."""
    window = DateRange(min(months), add_months(max(months), 1))
    params = {
        "months": list(months),
        "window": window,
        "temporary_types": values(TEMPORARY_TYPES),
    }
    return [Vacancy(*row) for row in _rows(VACANCY, params)]


def vacant_by_bedrooms(on: date) -> Counter[int | None]:
    """Homes free to allocate on the date, by bedrooms; who says so is `allocation.vacancy`."""
    vacant = vacancy.of_status(Unit.objects.for_letting(), vacancy.UnitStatus.VACANT, on)
    return Counter(dict(vacant.order_by().values_list("bedrooms").annotate(number=Count("pk"))))


def _rows(sql: str, params: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
