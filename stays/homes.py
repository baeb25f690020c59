"""Whether a person has a home on the day they leave an institution (rules-and-scenarios.md).

One rule for flags, boards, the waiting list and the person's situation: a home is a lease, a home
of their own or a place with close family for good (`enums.HOMES`) that **holds on the day**. It
has begun by then and has not ended, the person need not have left it (`must_leave_by`), and it is
not unsafe. A home is also that of the household that lives in it (`stays.households`).

Without one, a home may be **agreed**: an offer the person has accepted, with a day to move in by
then, or a dwelling reserved for a case with a vedtak, on that day. Offers and reservations belong
to an app above, which registers how they are read (`register_promises`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import connection
from django.utils.translation import gettext as _

from common.formatting import short_date
from common.sql import enum_params, enum_values

from .enums import AGREED, HOMES, HomeAhead
from .households import household_params, same_home

if TYPE_CHECKING:
    from .models import Stay

# The name of the dwelling `unit` at `property`, as `str(unit)` has it.
NAME_OF_UNIT = "property.name || ', ' || unit.name"

# The stay `home` holds on the day {day}.
_HOLDS = """home.kind = ANY(%(homes)s) AND NOT home.unsafe AND home.period @> {day}
        AND coalesce(home.must_leave_by > {day}, true)"""


def has_home(person: str, day: str, more: str = "") -> str:
    """SQL condition: the person in the column `person` has a home on the day in `day`.

    `more` is a further condition on the stay `home`. Takes `has_home_params`.
    """
    return f"""EXISTS (
        SELECT FROM ({same_home(person, day)}) sharing (person_id)
        JOIN stays_stay home ON home.person_id = sharing.person_id
        WHERE {_HOLDS.format(day=day)} {more})"""


def has_home_params() -> dict[str, Any]:
    return {**household_params(), "homes": enum_values(HOMES)}


def is_home_on(stay: Stay, day: date) -> bool:
    """`has_home` for one stay that is read already."""
    return (
        stay.kind in HOMES
        and not stay.unsafe
        and day in stay.period
        and (stay.must_leave_by is None or stay.must_leave_by > day)
    )


# SQL of the apps above, with its parameters on a date. Its columns: person_id, what (`HomeAhead`),
# ref (the row's id), home (its name), day (the day to move in), and until: the last day of a
# reservation, the answer date of an offer, or NULL.
_promises: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {}


def register_promises(name: str, sql: str, params: Callable[[], dict[str, Any]]) -> None:
    """Add homes that are promised to people as of `%(on)s`."""
    _promises[name] = (sql, params)


# Given `going`, with person_id and out_on.
_CTES = """
ahead AS (
    SELECT g.person_id, g.out_on,
        CASE WHEN {holds} THEN %(HomeAhead.READY)s
            WHEN home.unsafe THEN %(HomeAhead.UNSAFE)s
            WHEN lower(home.period) > g.out_on THEN %(HomeAhead.BEGINS)s
            ELSE %(HomeAhead.ENDS)s END AS what,
        home.id AS ref,
        coalesce({name_of_unit}, nullif(home.place, '')) AS home,
        lower(home.period) AS day,
        least(upper(home.period) - 1, home.must_leave_by) AS until
    FROM going g
    CROSS JOIN LATERAL ({sharing}) sharing (person_id)
    JOIN stays_stay home ON home.person_id = sharing.person_id AND home.kind = ANY(%(homes)s)
        AND coalesce(upper(home.period), 'infinity'::date) > %(on)s::date
    LEFT JOIN housing_unit unit ON unit.id = home.unit_id
    LEFT JOIN housing_property property ON property.id = unit.property_id
    {promises}
),
judged AS (
    SELECT *, CASE WHEN what = %(HomeAhead.READY)s THEN 2
        WHEN what = ANY(%(agreed)s) AND day <= out_on AND coalesce(until >= out_on, true) THEN 1
        ELSE 0 END AS standing
    FROM ahead
),
-- One for each person and day: the best, or none (with standing 0).
home_by AS (
    SELECT DISTINCT ON (g.person_id, g.out_on) g.person_id, g.out_on,
        coalesce(j.standing, 0) AS standing,
        coalesce(j.what, '') AS what, j.ref, j.home, j.day, j.until
    FROM going g LEFT JOIN judged j ON j.person_id = g.person_id AND j.out_on = g.out_on
    ORDER BY g.person_id, g.out_on, j.standing DESC NULLS LAST,
        array_position(%(best_first)s::text[], j.what::text), j.day, j.ref
)"""


_PROMISED = """UNION ALL
    SELECT g.person_id, g.out_on, p.what, p.ref, p.home, p.day, p.until
    FROM going g
    CROSS JOIN LATERAL ({sharing}) sharing (person_id)
    JOIN ({sql}) p ON p.person_id = sharing.person_id"""


def home_ctes() -> str:
    """The CTEs that end in `home_by`, without `WITH`. They read `going` (person_id, out_on)."""
    sharing = same_home("g.person_id", "g.out_on")
    promises = "".join(
        _PROMISED.format(sql=sql, sharing=sharing) for sql, _params in _promises.values()
    )
    return _CTES.format(
        holds=_HOLDS.format(day="g.out_on"),
        name_of_unit=NAME_OF_UNIT,
        promises=promises,
        sharing=sharing,
    )


def home_params(on: date) -> dict[str, Any]:
    """The parameters of `home_ctes`."""
    params: dict[str, Any] = {}
    for _sql, more in _promises.values():
        params |= more()
    return {
        **params,
        **enum_params(HomeAhead),
        **has_home_params(),
        "agreed": enum_values(AGREED),
        "best_first": enum_values(HomeAhead),
        "on": on,
    }


COLUMNS = ("standing", "what", "ref", "home", "day", "until")


@dataclass(frozen=True, slots=True)
class HomeBy:
    """The home of a person on the day they leave, or what there is instead.

    `standing` is 2 for a home that holds on the day, 1 for one that is agreed, else 0. `day` and
    `until` are the first and last day; for an offer the day to move in and the answer date.
    """

    standing: int = 0
    what: str = ""
    ref: int | None = None
    home: str | None = None
    day: date | None = None
    until: date | None = None

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Self:
        """From the JSON of a flag."""
        days = {name: _day(facts.get(name)) for name in ("day", "until")}
        return cls(**{name: facts.get(name) for name in COLUMNS if name in facts} | days)

    @property
    def is_ready(self) -> bool:
        return self.standing > 1

    @property
    def is_agreed(self) -> bool:
        return self.standing == 1

    @property
    def name(self) -> str:
        return self.home or _("en bolig")

    @property
    def sentence(self) -> str:
        """What there is, or why it is no home on the day, in one sentence."""
        words = {"home": self.name}
        if self.day:
            words["day"] = short_date(self.day)
        if self.until:
            words["until"] = short_date(self.until)
        return self._template() % words

    def _template(self) -> str:
        match self.what:
            case HomeAhead.READY:
                return _("Har bolig: %(home)s.")
            case HomeAhead.ACCEPTED if self.is_agreed:
                return _("Har takket ja til %(home)s, ledig fra %(day)s")
            case HomeAhead.ACCEPTED:
                return _("Har takket ja til %(home)s, men den er ledig først %(day)s")
            case HomeAhead.KEPT_OFFER if self.is_agreed:
                return _("%(home)s er tilbudt, og holdt av til innflytting %(day)s")
            case HomeAhead.KEPT_OFFER:
                return _("%(home)s er tilbudt, men holdt av til og med %(until)s, ikke til dagen.")
            case HomeAhead.RESERVED if self.is_agreed:
                return _("%(home)s er holdt av til innflytting %(day)s")
            case HomeAhead.RESERVED:
                return _("%(home)s er holdt av fra %(day)s til og med %(until)s, ikke til dagen.")
            case HomeAhead.HELD:
                return _("%(home)s er holdt av, men saken har ikke noe vedtak.")
            case HomeAhead.OFFERED:
                return _("Har tilbud om %(home)s, ledig fra %(day)s Svarfristen er %(until)s")
            case HomeAhead.BEGINS:
                return _("Har %(home)s først fra %(day)s")
            case HomeAhead.ENDS:
                return _("Har %(home)s bare til og med %(until)s")
            case HomeAhead.UNSAFE:
                return _("Hjemmet er ikke trygt.")
        return _("Ingen bolig er avklart.")


def homes_by(leaving: Collection[tuple[int, date]], on: date) -> dict[tuple[int, date], HomeBy]:
    """The home of each person (an id) on the day they leave, as known on `on`. One query."""
    if not leaving:
        return {}
    persons, days = zip(*leaving, strict=True)
    sql = f"""WITH going AS (
        SELECT * FROM unnest(%(persons)s::bigint[], %(days)s::date[]) AS g (person_id, out_on)),
        {home_ctes()}
        SELECT person_id, out_on, {", ".join(COLUMNS)} FROM home_by"""
    params = {**home_params(on), "persons": list(persons), "days": list(days)}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[:2]: HomeBy(*row[2:]) for row in cursor.fetchall()}


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
