"""The void ledger: days homes stood empty in a period, by cause, and the rent lost (need H3).

A day is void when the home is in use and nobody lives there. Its cause is that of the
unavailability that covers it; else it stood ready and waited for somebody. A day's rent is the
month's times twelve over 365. Homes with no known rent are counted in days, and cost is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from housing.enums import TEMPORARY_TYPES, UnavailableCause

WAITING = "ledig"
CAUSES = {WAITING: _("Ledig, venter på tildeling"), **dict(UnavailableCause.choices)}
FRESH_SECONDS = 300

# One pass: what is in use in the period, less the nights somebody lived there, cut by cause.
VOIDS = """
WITH period AS (SELECT daterange(%(start)s, %(end)s) AS days),
home AS (
    SELECT u.id, u.property_id, u.rent, u.in_use * p.days AS days
    FROM housing_unit u, period p
    WHERE u.in_use && p.days AND NOT u.type = ANY(%(temporary)s)
),
lived AS (
    SELECT s.unit_id, range_agg(s.period) AS days
    FROM stays_stay s, period p
    WHERE s.unit_id IS NOT NULL AND s.period && p.days GROUP BY s.unit_id
),
empty AS (
    SELECT h.id, h.property_id, h.rent,
        datemultirange(h.days) - coalesce(l.days, '{}'::datemultirange) AS days
    FROM home h LEFT JOIN lived l ON l.unit_id = h.id
),
part AS (
    SELECT e.id, e.property_id, e.rent, c.cause, e.days * datemultirange(c.period) AS days
    FROM empty e JOIN housing_unavailability c ON c.unit_id = e.id, period p
    WHERE c.period && p.days AND NOT isempty(e.days)
    UNION ALL
    SELECT e.id, e.property_id, e.rent, 'ledig', e.days - coalesce(c.days, '{}'::datemultirange)
    FROM empty e
    LEFT JOIN (
        SELECT unit_id, range_agg(c.period) AS days
        FROM housing_unavailability c, period p WHERE c.period && p.days GROUP BY unit_id
    ) c ON c.unit_id = e.id
    WHERE NOT isempty(e.days)
),
counted AS (
    SELECT id, property_id, rent, cause,
        (SELECT coalesce(sum(upper(one) - lower(one)), 0)::int FROM unnest(days) one) AS days
    FROM part
)
"""
BY_CAUSE = (
    VOIDS
    + """
SELECT cause, count(DISTINCT id)::int, sum(days)::int,
    round(sum(days * rent * 12 / 365.0))::bigint,
    count(DISTINCT id) FILTER (WHERE rent IS NULL)::int
FROM counted WHERE days > 0 GROUP BY cause ORDER BY 4 DESC NULLS LAST, cause
"""
)
BY_HOME = (
    VOIDS
    + """
SELECT c.id, c.property_id, p.name, u.name, c.cause, c.days,
    round(c.days * c.rent * 12 / 365.0)::bigint
FROM counted c
JOIN housing_unit u ON u.id = c.id JOIN housing_property p ON p.id = c.property_id
WHERE c.days > 0 AND (%(cause)s = '' OR c.cause = %(cause)s)
ORDER BY 7 DESC NULLS LAST, c.days DESC, c.id LIMIT %(most)s
"""
)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause's sum in the period; `cost` None where no rent is known."""

    code: str
    homes: int
    days: int
    cost: int | None
    without_rent: int

    @property
    def label(self) -> str:
        return str(CAUSES.get(self.code, self.code))


@dataclass(frozen=True, slots=True)
class Line:
    """One home's void days of one cause."""

    unit_id: int
    property_id: int
    property_name: str
    unit_name: str
    cause: str
    days: int
    cost: int | None

    @property
    def label(self) -> str:
        return str(CAUSES.get(self.cause, self.cause))


def by_cause(start: date, end: date) -> list[Cause]:
    """The sums of `[start, end)`, dearest first."""
    return [Cause(*row) for row in _ask("cause", BY_CAUSE, start, end)]


def by_home(start: date, end: date, *, cause: str = "", most: int = 100) -> list[Line]:
    """The homes that cost most in `[start, end)`."""
    return [Line(*row) for row in _ask("home", BY_HOME, start, end, cause=cause, most=most)]


def _ask(what: str, statement: str, start: date, end: date, **more) -> list[tuple]:
    """Kept until a stay, a home or an unavailability is written, for five minutes at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(max(history_id), 0) FROM stays_historicalstay),"
            " (SELECT coalesce(max(history_id), 0) FROM housing_historicalunit),"
            " (SELECT coalesce(max(history_id), 0) FROM housing_historicalunavailability)"
        )
        key = ".".join(
            str(part)
            for part in ("voids", connection.settings_dict["NAME"], what, start, end)
            + tuple(more.values())
            + cursor.fetchone()
        )
        found = cache.get(key)
        if found is None:
            params = {"start": start, "end": end, "temporary": [*map(str, TEMPORARY_TYPES)], **more}
            cursor.execute(statement, params)
            found = cursor.fetchall()
            cache.set(key, found, FRESH_SECONDS)
    return found
