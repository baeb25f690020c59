"""Parts of SQL written by hand that are the same everywhere: enum values, and days in Norway.

Values of enums reach a statement as parameters named after the member, so that the SQL says what
it means and no code stands in it as a bare string:

    cursor.execute("… WHERE kind = %(StayKind.TEMPORARY)s", {**enum_params(StayKind), "on": on})
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any

from django.conf import settings


def enum_params(*enums: type[Enum]) -> dict[str, str | int]:
    """The members of some enums as parameters: `{"StayKind.TEMPORARY": "midlertidig", …}`."""
    return {f"{enum.__name__}.{one.name}": one.value for enum in enums for one in enum}


def values(members: Iterable[Enum]) -> list:
    """The values of some members as one array parameter: `kind = ANY(%(lasting)s)`."""
    return [member.value for member in members]


def positional(sql: str, params: dict[str, Any]) -> tuple[str, list[Any]]:
    """A statement with named parameters as `RawSQL` takes it: `%s`, and their values in order.

    KeyError where a parameter is missing.
    """
    names: list[str] = []

    def mark(found: re.Match[str]) -> str:
        names.append(found[1])
        return "%s"

    text = re.sub(r"%\(([^)]+)\)s", mark, sql)
    return text, [params[name] for name in names]


def local_day(moment: str) -> str:
    """The calendar day in Norway of a column that holds a moment."""
    return f"({moment} AT TIME ZONE '{settings.TIME_ZONE}')::date"


def end_of_day(day: str = "%(on)s") -> str:
    """The moment a day in Norway is over: what has happened by the day is before it."""
    return f"(({day}::date + 1)::timestamp AT TIME ZONE '{settings.TIME_ZONE}')"
