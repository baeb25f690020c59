"""The stock as a spreadsheet, with column names the import reads, also Kobo Bolig's (need H1).

An exported file can be imported again, and gives the same homes. It does not say who lives there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from common.calendar import last_day

from .models import Property, Unit
from .stock_columns import (
    NAMES,
    NOT_IN_USE,
    PROPERTY_COLUMNS,
    SINCE_UNKNOWN,
    UNIT_COLUMNS,
    Column,
)


def rows(units: QuerySet[Unit], empty: QuerySet[Property]) -> Iterator[list[Any]]:
    """One row per home, in the order of the list of homes; then the properties without homes."""
    units = units.select_related(
        "property__area", "property__provider", "allocated_by", "operated_by", "followed_up_by"
    )
    for unit in units.order_by("sort_name", "pk").iterator(chunk_size=2000):
        row = [_value(unit.property, column) for column in PROPERTY_COLUMNS]
        row += [_value(unit, column) for column in UNIT_COLUMNS]
        yield row + _in_use(unit.in_use)
    for home in empty.select_related("area", "provider").order_by("sort_name", "pk"):
        row = [_value(home, column) for column in PROPERTY_COLUMNS]
        yield row + [""] * (len(NAMES) - len(row))


def _value(thing: Any, column: Column) -> Any:
    value = getattr(thing, column.field)
    if column.named:
        return value.name if value else ""
    display = getattr(thing, f"get_{column.field}_display", None)
    return display() if display and value else value


def _in_use(period: DateRange) -> list[str | date]:
    if period.isempty:
        return [NOT_IN_USE, ""]
    return [period.lower or SINCE_UNKNOWN, last_day(period) or ""]
