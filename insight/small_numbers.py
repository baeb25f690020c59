"""One to four people are never counted aloud, nor to be found by subtraction (need I9).

A count from one to four is shown as "<5" (`insight.charts.shown`). Where a total stands beside
the parts, that is not enough: 40 less the parts one can read may leave one part alone. Three
ways out, by what the figure is:

- `guarded`: an ordered row of counts beside an exact total. If what is hidden could be worked
  out, one more count is hidden (None, drawn as nothing and written «–»).
- `merged`: neighbours that can be named together («3 soverom eller flere») are put together
  until none is from one to four.
- `total`: the sum of a row without an exact total elsewhere. Counted from what is shown alone,
  each hidden count as two and a half, and rounded; so it tells nothing that the row does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .charts import FEWEST_SHOWN, is_few

Group = TypeVar("Group")

MOST_HIDDEN = FEWEST_SHOWN - 1
# A further count this big leaves the hidden one at least two possible values.
SECOND_AT_LEAST = FEWEST_SHOWN + 1
ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, and whether it is only about."""

    value: int
    about: bool


def guarded(counts: Sequence[int], keep: Collection[int] = ()) -> list[int | None]:
    """The counts, so that nobody can find one from one to four though the sum is known.

    The smallest other count big enough is hidden too; those at the places `keep` only if
    nothing else will do. Where no count is big enough, all but the noughts are hidden.
    """
    hidden = [count for count in counts if is_few(count)]
    # With two or more hidden, their sum gives them away only as all ones or all fours.
    free = len(hidden) > 1 and len(hidden) < sum(hidden) < MOST_HIDDEN * len(hidden)
    if not hidden or free:
        return list(counts)
    others = [i for i, count in enumerate(counts) if count >= SECOND_AT_LEAST]
    if not others:
        return [None if count else 0 for count in counts]
    second = min(others, key=lambda i: (i in keep, counts[i]))
    return [None if i == second else count for i, count in enumerate(counts)]


def merged(
    groups: Sequence[Group], count: Callable[[Group], int], join: Callable[[Group, Group], Group]
) -> list[Group]:
    """The groups, neighbours put together until none counts from one to four people."""
    found = list(groups)
    while len(found) > 1:
        few = next((i for i, group in enumerate(found) if is_few(count(group))), None)
        if few is None:
            break
        first = few - 1 if few == len(found) - 1 else few
        found[first : first + 2] = [join(found[first], found[first + 1])]
    return found


def total(counts: Sequence[int]) -> Total:
    """The sum of a row whose sum is known from nowhere else."""
    if not any(map(is_few, counts)):
        return Total(sum(counts), about=False)
    seen = sum(FEWEST_SHOWN / 2 if is_few(count) else count for count in counts)
    return Total(ROUND_TO * max(round(seen / ROUND_TO), 1), about=True)
