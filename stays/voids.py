"""The void ledger: days homes stood empty in a period, by cause, and the rent lost (need H3).

A day is void when the municipality holds the home (`housing.held`) and nobody lives there. Its
cause is the cause of the unavailability on that day; otherwise the home was ready and waiting.
Without a known rent, days are counted and cost is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from common.paging import Page
from common.sql import enum_values
from housing.enums import CHOSEN_CAUSES, TEMPORARY_TYPES, UnitStatus
from housing.held import HELD_DAYS, NOT_VOID
from housing.rent import RENT_LOST

CAUSES = {
    UnitStatus.VACANT.value: _("Ledig, venter på tildeling"),
    **{cause.value: cause.label for cause in CHOSEN_CAUSES},
}
FRESH_SECONDS = 300

# In one pass: the days in use in the period, minus the days somebody lived there, by cause.
VOIDS = f"""
WITH period AS (SELECT daterange(%(start)s, %(end)s) AS days),
home AS (
    SELECT u.id, u.property_id, u.rent, ({HELD_DAYS}) * p.days AS days
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
        datemultirange(h.days) - coalesce(l.days, '{{}}'::datemultirange) AS days
    FROM home h LEFT JOIN lived l ON l.unit_id = h.id
),
part AS (
    SELECT e.id, e.property_id, e.rent, c.cause, e.days * datemultirange(c.period) AS days
    FROM empty e JOIN housing_unavailability c ON c.unit_id = e.id, period p
    WHERE c.period && p.days AND NOT isempty(e.days)
    UNION ALL
    SELECT e.id, e.property_id, e.rent, %(vacant)s,
        e.days - coalesce(c.days, '{{}}'::datemultirange)
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
    FROM part WHERE cause <> %(not_void)s
)
"""
BY_CAUSE = (
    VOIDS
    + f"""
SELECT cause, count(DISTINCT id)::int, sum(days)::int,
    round(sum({RENT_LOST}))::bigint,
    count(DISTINCT id) FILTER (WHERE rent IS NULL)::int
FROM counted WHERE days > 0 GROUP BY cause ORDER BY 4 DESC NULLS LAST, cause
"""
)
BY_HOME = (
    VOIDS
    + f"""
SELECT c.id, c.property_id, p.name, u.name, c.cause, c.days, c.cost
FROM (
    SELECT *, round({RENT_LOST})::bigint AS cost FROM counted
    WHERE days > 0 AND (%(cause)s = '' OR cause = %(cause)s)
) c
JOIN housing_unit u ON u.id = c.id JOIN housing_property p ON p.id = c.property_id
-- Every part of the key descends; an unknown cost sorts as -1.
WHERE (coalesce(c.cost, -1), c.days, -c.id, c.cause)
    {{beyond}} (%(cost)s::bigint, %(days)s::int, %(home)s::bigint, %(of)s::text)
ORDER BY coalesce(c.cost, -1) {{way}}, c.days {{way}}, -c.id {{way}}, c.cause {{way}} LIMIT %(most)s
"""
)
SIZE = 50
# The place before the first line. A place is (cost, days, minus home id, cause).
TOP = (2**62, 2**30, 0, "")
Place = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class Cause:
    """The sum for one cause in the period; `cost` is kroner, None when no rent is known."""

    code: str
    homes: int
    days: int
    cost: int | None
    without_rent: int

    @property
    def label(self) -> str:
        return str(CAUSES.get(self.code, self.code))


@dataclass(frozen=True, slots=True)
class VoidLine:
    """One home's void days for one cause; `cost` is kroner, None when the rent is unknown."""

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
    """The sums for each cause in `[start, end)`, most expensive first."""
    return [Cause(*row) for row in _ask("cause", BY_CAUSE, start, end)]


def by_home(
    start: date, end: date, *, cause: str = "", cursor: str | None = None
) -> Page[VoidLine]:
    """A page of the homes that stood empty in `[start, end)`, most expensive first."""
    backward, place = _read(cursor)
    lines = _lines(start, end, cause, place, backward)
    if backward:
        if len(lines) <= SIZE:  # at the top: show the full first page
            return by_home(start, end, cause=cause)
        shown = lines[:SIZE][::-1]
        return Page(shown, _write(shown[-1]), _write(shown[0], backward=True))
    if not lines and place != TOP:
        return by_home(start, end, cause=cause)
    shown = lines[:SIZE]
    return Page(
        shown,
        _write(shown[-1]) if len(lines) > SIZE else None,
        _write(shown[0], backward=True) if place != TOP else None,
    )


def _lines(start: date, end: date, cause: str, place: Place, backward: bool) -> list[VoidLine]:
    beyond, way = (">", "ASC") if backward else ("<", "DESC")
    statement = BY_HOME.replace("{beyond}", beyond).replace("{way}", way)
    after = dict(zip(("cost", "days", "home", "of"), place, strict=True))
    rows = _ask(f"home{beyond}", statement, start, end, cause=cause, most=SIZE + 1, **after)
    return [VoidLine(*row) for row in rows]


def _write(line: VoidLine, *, backward: bool = False) -> str:
    cost = -1 if line.cost is None else line.cost
    return f"{'f' if backward else 'e'}.{cost}.{line.days}.{line.unit_id}.{line.cause}"


def _read(cursor: str | None) -> tuple[bool, Place]:
    """Parse a cursor from `_write`; anything else means the first page."""
    match (cursor or "")[:80].split("."):
        case [("e" | "f") as way, cost, days, unit, cause] if cause in CAUSES:
            numbers = [cost.removeprefix("-"), days, unit]
            if all(n.isascii() and n.isdecimal() and len(n) < 10 for n in numbers):
                return way == "f", (int(cost), int(days), -int(unit), cause)
    return False, TOP


def _ask(what: str, statement: str, start: date, end: date, **more) -> list[tuple]:
    """Rows, cached until a stay, a unit or an unavailability changes, at most five minutes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(max(history_id), 0) FROM stays_historicalstay),"
            " (SELECT coalesce(max(history_id), 0) FROM housing_historicalunit),"
            " (SELECT coalesce(max(history_id), 0) FROM housing_historicalunavailability),"
            " (SELECT coalesce(max(history_id), 0) FROM housing_historicalproperty)"
        )
        parts = ("voids", connection.settings_dict["NAME"], what, start, end, *more.values())
        key = "|".join(str(part).replace(" ", "") for part in (*parts, *cursor.fetchone()))
        rows = cache.get(key)
        if rows is None:
            params = {
                "temporary": enum_values(TEMPORARY_TYPES),
                "vacant": UnitStatus.VACANT.value,
                "not_void": NOT_VOID,
            }
            cursor.execute(statement, {"start": start, "end": end, **params, **more})
            rows = cursor.fetchall()
            cache.set(key, rows, FRESH_SECONDS)
    return rows
