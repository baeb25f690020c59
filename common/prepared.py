"""Queries Django writes once and the database is asked many times.

Django turns a queryset into SQL anew each time, and for one with seven subqueries that takes
longer than PostgreSQL takes to answer it. The meaning still stands in one place, as a queryset.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigAutoField, Lookup, QuerySet

DAY = date(1111, 11, 11)  # stands in for a date while the SQL is written
IDS = [-11111111]  # stands in for a list of keys: use it with `pk__any_of`


@BigAutoField.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=[1, 2]`: as `pk__in`, with one parameter however long the list is."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[int]:
        return self.rhs

    def as_sql(self, compiler, connection) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]


class Prepared:
    """`Prepared(lambda: queryset.values_list(…))` of a queryset with `DAY` and `IDS` in it.

    Calling it with the real `on` and `ids` gives the rows as tuples.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self._build = build
        self._written: tuple[str, tuple[Any, ...]] | None = None

    def __call__(self, *, on: date | None = None, ids: list[int] | None = None) -> list[tuple]:
        if self._written is None:
            self._written = self._build().query.sql_with_params()
        sql, params = self._written
        given = {DAY: on, tuple(IDS): ids}
        values = [given.get(tuple(p) if isinstance(p, list) else p, p) for p in params]
        if None in values:
            raise TypeError("the query was written with a value that was not given")
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
