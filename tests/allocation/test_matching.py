"""The joint matching compared with every possible assignment, on small cases."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation import matching
from allocation.fit import Dwelling, FitMatrix


def table(ok, wishes, properties) -> FitMatrix:
    ok = np.array(ok, dtype=bool)
    return FitMatrix(
        [100 + row for row in range(ok.shape[0])],
        [Dwelling(unit_id=col + 1, property_id=properties[col]) for col in range(ok.shape[1])],
        ok,
        np.where(ok, np.array(wishes), 0),
    )


def best_of_all(given: FitMatrix, classes, most):
    """The best of all assignments: most housed in each class in turn, then most wishes."""
    people, homes = given.ok.shape
    best = None
    for choice in product([None, *range(homes)], repeat=people):
        taken = [col for col in choice if col is not None]
        placed = [given.dwellings[col].property_id for col in taken]
        if (
            len(set(taken)) < len(taken)
            or any(placed.count(p) > n for p, n in most.items())
            or any(c is not None and not given.ok[r, c] for r, c in enumerate(choice))
        ):
            continue
        housed = [r for r, col in enumerate(choice) if col is not None]
        value = (
            *(sum(classes[r] == k for r in housed) for k in sorted(set(classes))),
            sum(int(given.wishes[r, choice[r]]) for r in housed),
        )
        best = max(best or value, value)
    return best


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_joint_matching_is_optimal(data):
    people, homes = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    cells = st.lists(st.lists(st.booleans(), min_size=homes, max_size=homes),
                     min_size=people, max_size=people)  # fmt: skip
    weights = st.lists(st.lists(st.integers(0, 3), min_size=homes, max_size=homes),
                       min_size=people, max_size=people)  # fmt: skip
    properties = data.draw(st.lists(st.integers(1, 2), min_size=homes, max_size=homes))
    given_ = table(data.draw(cells), data.draw(weights), properties)
    classes = sorted(data.draw(st.lists(st.integers(1, 3), min_size=people, max_size=people)))
    most = data.draw(st.sampled_from([{}, {1: 1}, {1: 0}, {1: 1, 2: 1}]))
    result, gap = matching.optimum(given_, classes, most)
    value = (*(result.per_class.get(k, 0) for k in sorted(set(classes))), result.wishes_met)
    assert value == best_of_all(given_, classes, most)
    assert gap == 0


def test_joint_matching_can_house_one_more_than_the_ranking_alone():
    # The first person fits both homes and wishes for the only home that fits the second.
    given_ = table([[1, 1], [1, 0]], [[1, 0], [0, 0]], [1, 2])
    assert matching.by_ranking(given_, [1, 2], {}).assigned == {1: 100}
    result, _gap = matching.optimum(given_, [1, 2], {})
    assert result.assigned == {1: 101, 2: 100}


def test_one_of_a_higher_class_is_housed_before_two_of_a_lower():
    given_ = table([[1, 0], [1, 0], [0, 1]], [[0, 0], [3, 0], [0, 3]], [1, 1])
    result, _gap = matching.optimum(given_, [1, 2, 2], {1: 1})
    assert result.assigned == {1: 100}


def test_no_one_is_housed_when_no_home_fits():
    result, gap = matching.optimum(table([[0]], [[0]], [1]), [1], {})
    assert (result.houses, gap) == (0, 0)
