"""The board of temporary stays: who lives where now and for how long, longest first.

The order follows from everyone's chain, and a chain from the stays. The whole order is computed
once and cached until a stay changes, for five minutes at most. The rows of a page are read from
the database each time, through `visible_to`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import CASE_ROLES
from accounts.models import User
from casework.log.enums import FlagKind
from casework.models import Flag, HouseholdMember, Person
from casework.persons.children import children
from common.formatting import kroner
from common.paging import Page
from common.shown import names
from stays.enums import StayKind
from stays.models import Stay

from .chains import chain_params, chains, chains_with_cost
from .flags import next_step
from .long_stays import LongStay, long_stay

SIZE = 50
SHOWN = (
    *("pk", "person_id", "person__first_name", "person__last_name", "person__responsible"),
    *("unit__property__name", "unit__name", "place", "kind", "period", "granted_until"),
)
FRESH_SECONDS = 300
MENU_MOST = 1000

# A place on the board: minus the days, so that the longest is first, then the stay id, so that no
# two are equal. Packed in one integer, since the cache returns 20 000 integers faster than as many
# pairs: the page takes 22 ms instead of 26 (country size).
Place = int
STAY_IDS = 1 << 40  # above any stay id


def _place(days: int, stay_id: int) -> Place:
    return stay_id - days * STAY_IDS


def _unpack(place: Place) -> tuple[int, int]:
    """The days and the stay id of a place."""
    return -(place // STAY_IDS), place % STAY_IDS


class Shown(NamedTuple):
    """The columns read from a stay, in the order of `SHOWN`."""

    pk: int
    person_id: int
    first_name: str
    last_name: str
    responsible: int | None
    property: str | None
    unit: str | None
    place: str
    kind: str
    period: DateRange
    granted_until: date | None


@dataclass(frozen=True, slots=True)
class StayRow:
    """One line of the board: the stay, the days of its chain, and the open flag's next step.

    `where` is "" for those whose place is not shown to the user."""

    stay_id: int
    person_id: int
    name: str
    where: str
    granted_until: date | None
    days: int
    long: LongStay
    chain_start: date
    cost: str
    children: int
    owner: str
    flag_id: int | None
    next: str

    @property
    def color(self) -> str:
        return self.long.color(self.days)


def how_many(user: User) -> int | None:
    """How many live in temporary places, for the menu; None above `MENU_MOST`."""
    if not user.has_role(*CASE_ROLES):
        return None
    hidden = Person.objects.hidden_from(user)
    open_stays = Stay.objects.filter(kind=StayKind.TEMPORARY, period__upper_inf=True)
    visible = open_stays.exclude(person__in=hidden).order_by()
    count = visible.values("kind")[: MENU_MOST + 1].count()
    return count if count <= MENU_MOST else None


def board(
    user: User,
    on: date,
    *,
    over_long: bool = False,
    with_children: bool = False,
    mine: bool = False,
    cursor: str = "",
    params: dict[str, Any] | None = None,
) -> Page[StayRow]:
    """A page of the people in a temporary place on the date whom the user may see.

    `params` are the `chain_params` of the date, if the caller has them.
    """
    params = params or chain_params(on)
    order = _order(on, params)
    if over_long:
        order = order[: bisect_left(order, _place(long_stay(params).days, 0))]
    if mine or with_children:
        wanted = _wanted(user, on, mine=mine, with_children=with_children)
        order = array("q", (place for place in order if _unpack(place)[1] in wanted))
    return _page(user, on, order, cursor, params)


def _order(on: date, params: dict[str, Any]) -> array[Place]:
    """Everyone's place on the board, longest first."""
    with connection.cursor() as cursor:
        # Every stay that is saved or deleted adds a history row.
        cursor.execute("SELECT coalesce(max(history_id), 0) FROM stays_historicalstay")
        version = cursor.fetchone()[0]
    database = connection.settings_dict["NAME"]
    key = f"stays.board.{database}.{on}.{version}"
    cached = cache.get(key)
    if cached is not None:
        return array("q", cached)
    open_chains = (
        chain for chain in chains(on, params=params).values() if chain.is_open and chain.speaks_for
    )
    order = array("q", sorted(_place(chain.days, chain.stay_id) for chain in open_chains))
    cache.set(key, order.tobytes(), FRESH_SECONDS)
    return order


def _wanted(user: User, on: date, *, mine: bool, with_children: bool) -> set[int]:
    """Ids of the stays that match the filters."""
    stays = Stay.objects.temporary().current(on)
    if mine:
        stays = stays.filter(person__responsible=user)
    if with_children:
        stays = stays.filter(
            person__memberships__period__contains=on,
            person__memberships__household__members__in=_children(on),
        )
    return set(stays.order_by().values_list("pk", flat=True))


def _children(on: date):
    return HouseholdMember.objects.filter(children(on), period__contains=on).order_by()


def _page(
    user: User, on: date, order: array[Place], cursor: str, params: dict[str, Any]
) -> Page[StayRow]:
    """A page from the order, with only the rows the user may see, read a few at a time."""
    backward, place = _read(cursor)
    if backward:
        # From the row before the cursor, towards the top.
        walk = order[: bisect_left(order, place)][::-1]
        stays = _visible(user, walk)
        if len(stays) <= SIZE:  # at the top: show the full first page
            return _page(user, on, order, "", params)
        shown = stays[:SIZE][::-1]
        return Page(
            _rows(user, shown, on, params), _write(shown[-1][0]), _write(shown[0][0], backward=True)
        )
    start = bisect_right(order, place) if place else 0
    stays = _visible(user, order[start:])
    shown = stays[:SIZE]
    if not shown and place:
        return _page(user, on, order, "", params)
    return Page(
        _rows(user, shown, on, params),
        _write(shown[-1][0]) if len(stays) > SIZE else None,
        _write(shown[0][0], backward=True) if place else None,
    )


def _visible(user: User, places: array[Place]) -> list[tuple[Place, Shown]]:
    """Up to one more than a page of these places, with their stays, that the user may see."""
    rows: list[tuple[Place, Shown]] = []
    step = SIZE + 10
    for first in range(0, len(places), step):
        some = {place: _unpack(place)[1] for place in places[first : first + step]}
        visible = Stay.objects.visible_to(user).filter(pk__any_of=list(some.values()))
        stays = {stay.pk: stay for stay in map(Shown._make, visible.order_by().values_list(*SHOWN))}
        rows += [(place, stays[pk]) for place, pk in some.items() if pk in stays]
        if len(rows) > SIZE:
            break
    return rows


def _rows(
    user: User, shown: list[tuple[Place, Shown]], on: date, params: dict[str, Any]
) -> list[StayRow]:
    persons = [stay.person_id for _place, stay in shown]
    placed = _may_be_placed(user, persons)
    now, long = chains_with_cost(on, persons, params), long_stay(params)
    how_many = _how_many_children(persons, on)
    names(persons)
    open_flags = Flag.objects.open().filter(kind=FlagKind.TEMPORARY_STAY, person__in=persons)
    # The highest threshold comes last, and replaces the others.
    flags = {
        flag.person_id: flag
        for flag in open_flags.only(
            "person_id", "threshold", "marks", "facts", "owner_id"
        ).order_by("threshold")
    }
    keys = {flag.owner_id for flag in flags.values()} | {stay.responsible for _p, stay in shown}
    owners = dict(User.objects.filter(pk__in=keys).order_by().values_list("pk", "full_name"))
    kinds = {value: str(label) for value, label in StayKind.choices}
    rows = []
    for place, stay in shown:
        chain, cost = now.get(stay.person_id, (None, None))
        flag = flags.get(stay.person_id)
        if stay.person_id not in placed:
            where = ""
        elif stay.unit is not None:
            where = f"{stay.property}, {stay.unit}"
        else:
            where = stay.place or kinds[stay.kind]
        rows.append(
            StayRow(
                stay_id=stay.pk,
                person_id=stay.person_id,
                name=f"{stay.first_name} {stay.last_name}".strip(),
                where=where,
                granted_until=stay.granted_until,
                days=chain.days if chain else _unpack(place)[0],
                long=long,
                chain_start=chain.chain_start if chain else stay.period.lower,
                cost=kroner(cost),
                children=how_many.get(stay.person_id, 0),
                owner=owners.get(flag.owner_id if flag else stay.responsible, ""),
                flag_id=flag.pk if flag else None,
                next=next_step(flag) if flag else "",
            )
        )
    return rows


def _may_be_placed(user: User, persons: list[int]) -> set[int]:
    """The persons of whom the list says where they live: those the user has a duty towards.

    With everybody's place, a room of the night list that nobody here lives in would be that of
    somebody hidden (docs/adr/0017). Nobody is hidden from one who may see everybody.
    """
    if user.sees_protected and user.sees_shielded:
        return set(persons)
    mine = Person.objects.filter(pk__in=persons).followed_by(user)
    return set(mine.order_by().values_list("pk", flat=True))


def _how_many_children(persons: list[int], on: date) -> dict[int, int]:
    # One filter call, so that the same member of the household meets all conditions.
    pairs = HouseholdMember.objects.filter(
        children(on, prefix="household__members__"),
        person__in=persons,
        period__contains=on,
        household__members__period__contains=on,
    ).values_list("person_id", "household__members__person_id")
    counts: dict[int, int] = {}
    for head, child in pairs.order_by().distinct():
        if head != child:
            counts[head] = counts.get(head, 0) + 1
    return counts


def _write(place: Place, *, backward: bool = False) -> str:
    days, stay_id = _unpack(place)
    return f"{'f' if backward else 'e'}{days}.{stay_id}"


def _read(cursor: str) -> tuple[bool, Place | None]:
    """Parse a cursor from `_write`; anything else means the first page."""
    days, dot, pk = cursor[1:].partition(".")
    if cursor[:1] not in ("e", "f") or not (days.isdecimal() and pk.isdecimal()) or not dot:
        return False, None
    if len(cursor) > 40:
        return False, None
    return cursor[0] == "f", _place(int(days), int(pk))
