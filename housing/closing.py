"""Takes a property with its homes out of use (need H4).

The apps above know who lives there, and which homes are reserved or offered. They register a check:

    closing.register_check(occupied_units_text)      # in AppConfig.ready()

`occupied_units_text(units, on)` returns a sentence on why not, with a number, or "" if nothing is
in the way. All checks are run, so that the user sees every reason at once.
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

_checks: list[Callable[[list[Unit], date], str]] = []
# The stages that take homes out of use, for good or during a rebuilding.
TAKEN_OUT = (PropertyStage.CLOSED, PropertyStage.REBUILT)
# The note by which the rows are found again, so it is not translated.
REBUILT = "Eiendommen bygges om"


class CannotClose(RuleBroken):
    """Somebody lives there, or a home is reserved or offered."""


def register_check(check: Callable[[list[Unit], date], str]) -> None:
    """Register a check that is run before homes are taken out of use, from an app above."""
    if check not in _checks:
        _checks.append(check)


def apply_stage(property: Property, *, stage_before: str, by: User, on: date) -> int:
    """Apply a changed stage to the homes; returns how many changed. Raises `CannotClose`.

    Closed: no home is in use from the day. Being rebuilt: the homes are unavailable through
    `stage_until`. No longer being rebuilt: the homes are available again.
    """
    if property.stage == stage_before:
        return 0
    if property.stage in TAKEN_OUT:
        return _take_out(property, by, on)
    if stage_before == PropertyStage.REBUILT:
        return _take_back(property, by, on)
    return 0


def _take_out(property: Property, by: User, on: date) -> int:
    # Locked, so that nobody allocates a home here while the property is closed.
    homes = property.units.filter(in_use__overlap=DateRange(on, None)).select_related("property")
    units = list(homes.select_for_update(of=("self",), no_key=True).order_by("pk"))
    reasons = [reason for check in _checks if (reason := check(units, on))]
    later = sum(unit.in_use.lower is not None and unit.in_use.lower >= on for unit in units)
    if later and property.stage == PropertyStage.CLOSED:
        reasons.append(
            ngettext(
                "Én bolig skal tas i bruk senere. Endre den først.",
                "%(n)s boliger skal tas i bruk senere. Endre dem først.",
                later,
            )
            % {"n": later}
        )
    if reasons:
        raise CannotClose(" ".join(reasons))
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
        return  # already unavailable for another cause
    rebuilding = Unavailability(
        unit=unit,
        cause=UnavailableCause.REFURBISHING,
        period=DateRange(on, first.period.lower if first else until),
        note=REBUILT,
    )
    rebuilding._history_user = by
    rebuilding.save()


def _take_back(property: Property, by: User, on: date) -> int:
    rebuilding = Unavailability.objects.select_for_update(of=("self",)).filter(
        unit__property=property,
        cause=UnavailableCause.REFURBISHING,
        note=REBUILT,
        period__contains=on,
    )
    count = 0
    for unavailability in rebuilding.order_by("pk"):
        count += 1
        unavailability._history_user = by
        if unavailability.period.lower < on:
            unavailability.period = DateRange(unavailability.period.lower, on)
            unavailability.save()
        else:  # changed back the same day, so no day was lost
            unavailability.delete()
    return count
