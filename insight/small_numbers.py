"""Counts of one to four people are never shown, and cannot be computed by subtraction (need I9).

Such a count is shown as "<5" (`insight.charts.shown`). Beside a total that is not enough: the
total minus the counts that are shown may give the hidden one. Three ways to prevent it:

- `guarded`: a row of counts with an exact total beside it. If a hidden count could be computed,
  one more count is hidden (None: not drawn, and «–» in the table).
- `merged`: neighbours that can have one name («3 soverom eller flere») are merged until no count
  is from one to four.
- `total`: the sum of a row that has no exact total elsewhere. It uses only what is shown, each
  hidden count as two and a half, and is rounded; so it reveals nothing more than the row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .charts import FEWEST_SHOWN, is_few

Group = TypeVar("Group")

MOST_HIDDEN = FEWEST_SHOWN - 1
# If a count of at least this is hidden too, the first has at least two possible values.
SECOND_AT_LEAST = FEWEST_SHOWN + 1
ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, and whether it is approximate."""

    value: int
    about: bool


def guarded(counts: Sequence[int], keep: Collection[int] = ()) -> list[int | None]:
    """The counts, so that nobody can compute one from one to four when the sum is known.

    The smallest other count that is large enough is replaced by None; those at the indexes `keep`
    only if there is no other. If no count is large enough, all counts but zeros become None.
    """
    hidden = [count for count in counts if is_few(count)]
    # The sum of two or more hidden counts reveals them only if all are ones or all are fours.
    safe = len(hidden) > 1 and len(hidden) < sum(hidden) < MOST_HIDDEN * len(hidden)
    if not hidden or safe:
        return list(counts)
    others = [i for i, count in enumerate(counts) if count >= SECOND_AT_LEAST]
    if not others:
        return [None if count else 0 for count in counts]
    second = min(others, key=lambda i: (i in keep, counts[i]))
    return [None if i == second else count for i, count in enumerate(counts)]


def merged(
    groups: Sequence[Group], count: Callable[[Group], int], join: Callable[[Group, Group], Group]
) -> list[Group]:
    """The groups, with neighbours joined until no count is from one to four people."""
    result = list(groups)
    while len(result) > 1:
        few = next((i for i, group in enumerate(result) if is_few(count(group))), None)
        if few is None:
            break
        first = few - 1 if few == len(result) - 1 else few
        result[first : first + 2] = [join(result[first], result[first + 1])]
    return result


def total(counts: Sequence[int]) -> Total:
    """The sum of a row whose exact sum is not shown elsewhere."""
    if not any(map(is_few, counts)):
        return Total(sum(counts), about=False)
    estimate = sum(FEWEST_SHOWN / 2 if is_few(count) else count for count in counts)
    return Total(ROUND_TO * max(round(estimate / ROUND_TO), 1), about=True)
