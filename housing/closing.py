"""What a change in the lifecycle of a property does to its homes (need H4).

The apps above know who lives there, and which homes are reserved or offered. They register a check:

    closing.register_check(occupied_units_text)      # in AppConfig.ready()

`occupied_units_text(units, days)` returns a sentence on why the homes cannot be out of use on these
days, with a number, or "" if nothing is in the way. All checks are run, so that the user sees every
reason at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleBroken, impossible_day

from .enums import PropertyStage, UnavailableCause
from .models import Property, Unavailability, Unit

if TYPE_CHECKING:
    from accounts.models import User

_checks: list[Callable[[list[Unit], DateRange], str]] = []
# The stages in which no home is in use. In a rebuilding they are, but nobody can live there.
NO_HOMES = (PropertyStage.PLANNED, PropertyStage.CLOSED)


class CannotClose(RuleBroken):
    """Somebody lives there, or a home is reserved or offered."""


class EndsBeforeItBegins(RuleBroken):
    """The last day of a stage is before its first."""

    field = "stage_until"

    def __init__(self) -> None:
        super().__init__(_("Siste dag kan ikke være før første dag."))


def register_check(check: Callable[[list[Unit], DateRange], str]) -> None:
    """Register a check that is run before homes are taken out of use, from an app above."""
    if check not in _checks:
        _checks.append(check)


def why_needed(units: list[Unit], days: DateRange) -> str:
    """Who needs the homes on the days, in sentences; "" when nobody does."""
    return " ".join(reason for check in _checks if (reason := check(units, days)))


def refuse_if_needed(units: list[Unit], days: DateRange, field: str | None = None) -> None:
    """Raises `CannotClose` if somebody needs one of the homes on the days; `field` is the one of
    the form that says the days."""
    if reasons := why_needed(units, days):
        raise CannotClose(reasons, field)


def refuse_far_ahead(today: date, **days: date | None) -> None:
    """Refuse a day to come that cannot be meant, by the name of its field. Houses are old, so any
    day that is past can be."""
    for field, day in days.items():
        if day and day > today and (sentence := impossible_day(day, today)):
            raise RuleBroken(sentence, field)


def days_lost(before: DateRange, after: DateRange) -> list[DateRange]:
    """The days of use that a changed `in_use` takes away, at its beginning and at its end."""
    if before.isempty:
        return []
    if after.isempty:
        return [before]
    lost = []
    if after.lower and (before.lower is None or before.lower < after.lower):
        first = min(after.lower, before.upper or after.lower)
        lost.append(DateRange(before.lower, first))
    if after.upper and (before.upper is None or before.upper > after.upper):
        lost.append(DateRange(max(after.upper, before.lower or after.upper), before.upper))
    return lost


def apply_stage(property: Property, *, before: Property, by: User) -> int:
    """Make the homes follow the changed stage, or its changed first day (`stage_from`).

    Planned or closed: no home is in use from the day. Being rebuilt: the homes are unavailable
    through `stage_until`. In use or at risk: those that followed the earlier stage are in use, and
    available, from the day. Returns how many homes changed. Raises `CannotClose`.
    """
    on = property.stage_from
    dates = (on, property.stage_until) if property.stage == PropertyStage.REBUILT else (on,)
    earlier = (before.stage_from, before.stage_until)[: len(dates)]
    if on is None or (property.stage == before.stage and dates == earlier):
        return 0
    if property.stage_until and property.stage_until < on:
        raise EndsBeforeItBegins
    # Locked, so that nobody allocates a home here while the property is closed. A home that was
    # split, merged or renumbered has ended, whatever the house does.
    homes = property.units.filter(successors__isnull=True).select_related("property")
    units = list(homes.select_for_update(of=("self",), no_key=True).order_by("pk"))
    corrected = property.stage == before.stage and before.stage_from is not None
    since = before.stage_from if corrected else on
    changed: set[int] = set()
    if before.stage == PropertyStage.REBUILT:
        changed |= _end_rebuilding(property, since, by)
    if before.stage in NO_HOMES and (corrected or property.stage not in NO_HOMES):
        changed |= {
            unit.pk
            for unit in units
            if not (corrected and unit.in_use.isempty)
            and _begin(unit, before.stage_from, since, by)
        }
    elif corrected and property.stage not in (*NO_HOMES, PropertyStage.REBUILT):
        began = [unit for unit in units if unit.in_use.lower == before.stage_from]
        if on > before.stage_from:
            refuse_if_needed(began, DateRange(before.stage_from, on), "stage_from")
        changed |= {unit.pk for unit in units if _move_start(unit, before.stage_from, on, by)}
    if property.stage in NO_HOMES and (corrected or before.stage not in NO_HOMES):
        changed |= _take_out(units, on, by)
    if property.stage == PropertyStage.REBUILT:
        until = property.stage_until + timedelta(days=1) if property.stage_until else None
        in_use = [unit for unit in units if on in unit.in_use or (unit.in_use.lower or on) > on]
        refuse_if_needed(in_use, DateRange(on, until))
        note = _("Eiendommen bygges om")
        for unit in in_use:
            if fill(unit, DateRange(on, until), UnavailableCause.CONVERSION, by, note=note):
                changed.add(unit.pk)
    return len(changed)


def fill(
    unit: Unit,
    period: DateRange,
    cause: UnavailableCause,
    by: User,
    *,
    note: str = "",
    by_stage: bool = True,
    reason: str = "",
) -> int:
    """Make the home unavailable on the days of the period when it is not already; how many rows.
    `reason` is why, in their history."""
    start, made = period.lower, 0
    taken = unit.unavailabilities.filter(period__overlap=period).order_by("period")
    gaps = []
    for other in taken:
        if other.period.lower and other.period.lower > start:
            gaps.append(DateRange(start, other.period.lower))
        if other.period.upper is None:
            break
        start = max(start, other.period.upper)
    else:
        if period.upper is None or start < period.upper:
            gaps.append(DateRange(start, period.upper))
    for gap in gaps:
        row = Unavailability(unit=unit, cause=cause, period=gap, note=note, by_stage=by_stage)
        row._history_user, row._change_reason = by, reason
        row.save()
        made += 1
    return made


def _take_out(units: list[Unit], on: date, by: User) -> set[int]:
    ending = [
        unit
        for unit in units
        if not unit.in_use.isempty and (unit.in_use.upper is None or unit.in_use.upper > on)
    ]
    refuse_if_needed(ending, DateRange(on, None))
    later = sum(unit.in_use.lower is not None and unit.in_use.lower > on for unit in ending)
    if later:
        raise CannotClose(
            ngettext(
                "Én bolig skal tas i bruk senere. Endre den først.",
                "%(n)s boliger skal tas i bruk senere. Endre dem først.",
                later,
            )
            % {"n": later}
        )
    for unit in ending:
        save_use(unit, end_on(unit.in_use, on), by)
    return {unit.pk for unit in ending}


def end_on(in_use: DateRange, day: date) -> DateRange:
    """The days of use with `day` as the first day without; none if it had not begun."""
    if in_use.lower is not None and in_use.lower >= day:
        return DateRange(empty=True)
    return DateRange(in_use.lower, day)


def _begin(unit: Unit, closed_on: date | None, on: date, by: User) -> bool:
    """Take a home into use from the day, if it went out of use with the property."""
    ended = unit.in_use.upper
    if unit.in_use.isempty:
        save_use(unit, DateRange(on, None), by)
        return True
    if ended is None or (closed_on is not None and ended != closed_on):
        return False
    if ended < on:
        fill(unit, DateRange(ended, on), UnavailableCause.NOT_IN_STOCK, by)
    save_use(unit, DateRange(unit.in_use.lower, None), by)
    return True


def _move_start(unit: Unit, was: date, on: date, by: User) -> bool:
    """The first day of use was wrong: move it, for a home that began on that day."""
    for row in unit.unavailabilities.filter(
        by_stage=True, cause=UnavailableCause.NOT_IN_STOCK, period__endswith=was
    ):
        if row.period.lower < on:
            row.period = DateRange(row.period.lower, on)
            _save_row(row, by)
    ended = unit.in_use.upper
    if unit.in_use.isempty or unit.in_use.lower != was or (ended and ended <= on):
        return False
    save_use(unit, DateRange(on, unit.in_use.upper), by)
    return True


def _end_rebuilding(property: Property, on: date, by: User) -> set[int]:
    rows = Unavailability.objects.select_for_update(of=("self",)).filter(
        unit__property=property,
        by_stage=True,
        cause=UnavailableCause.CONVERSION,
        period__overlap=DateRange(on, None),
    )
    changed = set()
    for row in rows.order_by("pk"):
        changed.add(row.unit_id)
        if row.period.lower < on:
            row.period = DateRange(row.period.lower, on)
            _save_row(row, by)
        else:  # changed back the same day, so no day was lost
            row._history_user = by
            row.delete()
    return changed


def save_use(unit: Unit, in_use: DateRange, by: User) -> None:
    """Save the days a locked home is in use."""
    unit.in_use = in_use
    unit.revision += 1
    unit._history_user = by
    unit.save()


def _save_row(row: Unavailability, by: User) -> None:
    row._history_user = by
    row.save()
