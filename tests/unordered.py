"""A queryset without an order gives its rows in any order: in tests, in a shuffled one.

PostgreSQL gives them as it likes, which is usually as they were written, and so a list that
forgot its order looks right until it is in use. Idea: les-emplois, tests/conftest.py.
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
