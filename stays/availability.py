"""Which homes are free in a period: the question behind every list of «ledig» (need H3).

Three parts, each on its floor. `UnitQuerySet.open_in` in `housing`: in use, and not closed. Here:
and nobody lives there. `allocation.vacancy.free`: and not offered to, chosen or held for others.

A period is half-open, in days. Without an end it means «from that day on»: then nobody may live
there on any later day, but the home need only be open on the first. A home that will be rebuilt
next year can be lived in until then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet

from common.calendar import ONE_DAY
from housing.models import Unavailability, Unit

from .models import Stay

if TYPE_CHECKING:
    from casework.models import Person

Promise = Callable[["Collection[Unit]", DateRange, "Person"], dict[int, str]]
_promises: list[Promise] = []


def register_promise(promise: Promise) -> None:
    """Register from an app above who homes are promised to: `promise(units, period, person)` gives
    a sentence on why the person cannot have it in the period for each home they cannot have."""
    if promise not in _promises:
        _promises.append(promise)


def promised(unit: Unit, period: DateRange, person: Person, on: date) -> str:
    """Why the home cannot be the person's: it is promised to others in the part of the period that
    is not past on `on`; "" if it is not."""
    coming = DateRange(max(period.lower, on), period.upper)
    if coming.upper is not None and coming.upper <= coming.lower:
        return ""
    reasons = (each([unit], coming, person).get(unit.pk) for each in _promises)
    return " ".join(filter(None, reasons))


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Why a home is not free in a period: not in use, closed (`cause`), lived in by a person (an
    id), or promised to somebody. `until` is the first day it is not so, None if not known."""

    in_use: bool = True
    cause: str = ""
    person: int | None = None
    until: date | None = None


def in_the_way(
    units: Collection[Unit], period: DateRange, person: Person, on: date, *, besides: Stay
) -> dict[int, InTheWay]:
    """What keeps the person from having each of the homes in the period, when the stay `besides` is
    theirs already; homes they can have are missing. Of days that are past, only the first has to be
    one the home was open. Five queries."""
    past = period.upper is not None and period.upper <= on
    days = DateRange(period.lower, period.lower + ONE_DAY if past else period.upper)
    if days.upper is None:
        days = DateRange(days.lower, days.lower + ONE_DAY)
    found: dict[int, InTheWay] = {}
    by_pk = {unit.pk: unit for unit in units}
    coming = DateRange(max(period.lower, on), period.upper)
    if coming.upper is None or coming.upper > coming.lower:
        for promise in _promises:
            found |= dict.fromkeys(promise(units, coming, person), InTheWay())
    closed = Unavailability.objects.filter(unit__in=by_pk, period__overlap=days)
    for row in closed.order_by("-period"):
        found[row.unit_id] = InTheWay(cause=row.cause, until=row.period.upper)
    lived_in = Stay.objects.filter(unit__in=by_pk, period__overlap=period).exclude(pk=besides.pk)
    for stay in lived_in.order_by("period"):
        found[stay.unit_id] = InTheWay(person=stay.person_id, until=stay.period.upper)
    for unit in units:
        use = unit.in_use
        if days.lower not in use or (use.upper is not None and use.upper < days.upper):
            found[unit.pk] = InTheWay(in_use=False)
    return found


def unoccupied(units: QuerySet[Unit], period: DateRange) -> QuerySet[Unit]:
    """The units that are open, and that nobody lives in, in the period."""
    lives_there = Stay.objects.filter(unit=OuterRef("pk"), period__overlap=period)
    return units.open_in(period).filter(~Exists(lives_there))


def first_free(unit_ids: Collection[int], on: date) -> dict[int, date]:
    """The first day, from the date, on which each unit is open and nobody lives there then or
    later. A unit is missing when that day is not known. Three queries."""
    free: dict[int, date] = {}
    in_use = dict(Unit.objects.filter(pk__in=unit_ids).order_by().values_list("pk", "in_use"))
    later = Q(period__endswith__gt=on) | Q(period__upper_inf=True)
    lived_in: dict[int, date | None] = {}
    for pk, period in _periods(Stay.objects.filter(later, unit_id__in=in_use)):
        last = lived_in.get(pk, date.min)
        lived_in[pk] = last and period.upper and max(last, period.upper)
    closed: dict[int, list[DateRange]] = {}
    for pk, period in _periods(Unavailability.objects.filter(later, unit_id__in=in_use)):
        closed.setdefault(pk, []).append(period)
    for pk, use in in_use.items():
        last = lived_in.get(pk, date.min)
        day = last and max(on, last, use.lower or on)
        for period in sorted(closed.get(pk, []), key=lambda period: period.lower or date.min):
            if day is not None and day in period:
                day = period.upper
        if day is not None and day in use:
            free[pk] = day
    return free


def _periods(rows: QuerySet) -> QuerySet:
    return rows.order_by().values_list("unit_id", "period")
