"""Taking a property out of use, with its homes (need H4).

Who lives there, and what is kept or offered, is known on floors above. They say so here:

    closing.ask(people_in)      # in AppConfig.ready()

`people_in(units, on)` gives a sentence that says why not, naming how many; "" where nothing is in
the way. All are asked, so that the reader is told everything at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import ngettext

from common.errors import RuleBroken

from .enums import PropertyStage, UnavailableCause
from .models import Property, Unavailability, Unit

if TYPE_CHECKING:
    from accounts.models import User

_asked: list[Callable[[list[Unit], date], str]] = []
# Homes are taken out of use: for good, or while it is rebuilt.
TAKEN_OUT = (PropertyStage.CLOSED, PropertyStage.REBUILT)
# Kept on the rows, and found again by it: in one language.
REBUILT = "Eiendommen bygges om"


class CannotClose(RuleBroken):
    """Somebody lives there, or a home is kept for somebody or offered."""


def ask(hinders: Callable[[list[Unit], date], str]) -> None:
    """Be asked before homes are taken out of use, from an app above."""
    if hinders not in _asked:
        _asked.append(hinders)


def follow(property: Property, *, was: str, by: User, on: date) -> int:
    """What a changed stage means for the homes; how many it was. `CannotClose` says why not.

    Closed: no home is in use from the day. Being rebuilt: unavailable until the day it is to last;
    no longer rebuilt: available again.
    """
    if property.stage == was:
        return 0
    if property.stage in TAKEN_OUT:
        return _take_out(property, by, on)
    if was == PropertyStage.REBUILT:
        return _take_back(property, by, on)
    return 0


def _take_out(property: Property, by: User, on: date) -> int:
    # Locked: of two, one who gives a home here and one who closes it, the second sees the first.
    homes = property.units.filter(in_use__overlap=DateRange(on, None)).select_related("property")
    units = list(homes.select_for_update(of=("self",), no_key=True).order_by("pk"))
    why_not = [said for hinders in _asked if (said := hinders(units, on))]
    coming = sum(unit.in_use.lower is not None and unit.in_use.lower >= on for unit in units)
    if coming and property.stage == PropertyStage.CLOSED:
        why_not.append(
            ngettext(
                "Én bolig skal tas i bruk senere. Endre den først.",
                "%(n)s boliger skal tas i bruk senere. Endre dem først.",
                coming,
            )
            % {"n": coming}
        )
    if why_not:
        raise CannotClose(" ".join(why_not))
    for unit in units:
        if property.stage == PropertyStage.CLOSED:
            unit.in_use = DateRange(unit.in_use.lower, on)
            unit._history_user = by
            unit.save()
        else:
            _rebuild(unit, property, by, on)
    return len(units)


def _rebuild(unit: Unit, property: Property, by: User, on: date) -> None:
    until = property.stage_until + timedelta(days=1) if property.stage_until else None
    later = unit.unavailabilities.filter(period__overlap=DateRange(on, until)).order_by("period")
    first = later.first()
    if first is not None and on in first.period:
        return  # it cannot be lived in already, for a cause of its own
    closed = Unavailability(
        unit=unit,
        cause=UnavailableCause.REFURBISHING,
        period=DateRange(on, first.period.lower if first else until),
        note=REBUILT,
    )
    closed._history_user = by
    closed.save()


def _take_back(property: Property, by: User, on: date) -> int:
    closed = Unavailability.objects.select_for_update(of=("self",)).filter(
        unit__property=property,
        cause=UnavailableCause.REFURBISHING,
        note=REBUILT,
        period__contains=on,
    )
    count = 0
    for each in closed.order_by("pk"):
        count += 1
        each._history_user = by
        if each.period.lower < on:
            each.period = DateRange(each.period.lower, on)
            each.save()
        else:  # changed back the same day: no day was lost
            each.delete()
    return count
