"""Which homes are free in a period: the question behind every list of «ledig» (need H3).

Three parts, each on its floor. `UnitQuerySet.open_in` in `housing`: in use, and not closed. Here:
and nobody lives there. `allocation.vacancy.free`: and not offered to, chosen or held for others.

A period is half-open, in days. Without an end it means «from that day on»: then nobody may live
there on any later day, but the home need only be open on the first. A home that will be rebuilt
next year can be lived in until then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet

from housing.models import Unavailability, Unit

from .models import Stay

if TYPE_CHECKING:
    from casework.models import Person

_promises: list[Callable[[Unit, DateRange, Person], str]] = []


def register_promise(promise: Callable[[Unit, DateRange, Person], str]) -> None:
    """Register from an app above who a home is promised to: `promise(unit, period, person)` is a
    sentence on why the person cannot have it in the period, or ""."""
    if promise not in _promises:
        _promises.append(promise)


def promised(unit: Unit, period: DateRange, person: Person, on: date) -> str:
    """Why the home cannot be the person's: it is promised to others in the part of the period that
    is not past on `on`; "" if it is not."""
    coming = DateRange(max(period.lower, on), period.upper)
    if coming.upper is not None and coming.upper <= coming.lower:
        return ""
    return " ".join(reason for each in _promises if (reason := each(unit, coming, person)))


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
