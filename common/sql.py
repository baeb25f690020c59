"""Shared parts of hand-written SQL: enum values, and calendar days in Norway.

Enum values are passed as parameters named after the member, so that the SQL shows their meaning
and holds no bare strings:

    cursor.execute("… WHERE kind = %(StayKind.TEMPORARY)s", {**enum_params(StayKind), "on": on})
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any

from django.conf import settings


def enum_params(*enums: type[Enum]) -> dict[str, str | int]:
    """The members of the enums as parameters: `{"StayKind.TEMPORARY": "midlertidig", …}`."""
    return {f"{enum.__name__}.{member.name}": member.value for enum in enums for member in enum}


def enum_values(members: Iterable[Enum]) -> list:
    """The values of the members as one array parameter: `kind = ANY(%(lasting)s)`."""
    return [member.value for member in members]


def with_positional_params(sql: str, params: dict[str, Any]) -> tuple[str, list[Any]]:
    """SQL with named parameters, as `RawSQL` needs it: with `%s`, and the values in order.

    KeyError if a parameter is missing.
    """
    names: list[str] = []

    def mark(match: re.Match[str]) -> str:
        names.append(match[1])
        return "%s"

    text = re.sub(r"%\(([^)]+)\)s", mark, sql)
    return text, [params[name] for name in names]


def local_day(moment: str) -> str:
    """SQL for the calendar day in Norway of a timestamp column."""
    return f"({moment} AT TIME ZONE '{settings.TIME_ZONE}')::date"


def end_of_day(day: str = "%(on)s") -> str:
    """SQL for the midnight that ends a day in Norway. What happened by that day is before it."""
    return f"(({day}::date + 1)::timestamp AT TIME ZONE '{settings.TIME_ZONE}')"
