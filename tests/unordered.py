"""In tests, a queryset without an order returns its rows shuffled.

PostgreSQL may return them in any order, usually as they were written, so a list without an
order looks right until it is in use. Idea: les-emplois, tests/conftest.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from django.db.models import query

ITERABLES = (
    query.ModelIterable,
    query.ValuesIterable,
    query.ValuesListIterable,
    query.FlatValuesListIterable,
    query.NamedValuesListIterable,
)


def shuffle_unordered(monkeypatch: Any) -> None:
    for kind in ITERABLES:
        if "__iter__" in vars(kind):
            monkeypatch.setattr(kind, "__iter__", _shuffling(kind.__iter__))


def _shuffling(given: Any) -> Any:
    def __iter__(self: Any) -> Iterator[Any]:
        if self.queryset.ordered:
            yield from given(self)
            return
        rows = list(given(self))
        random.shuffle(rows)
        yield from rows

    return __iter__
