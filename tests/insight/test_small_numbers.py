"""A count of one to four people can never be worked out from the page (need I9)."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from insight import small_numbers
from insight.charts import is_few, shown

counts = st.lists(st.integers(0, 12), min_size=1, max_size=6)


def possible_counts(guarded: list[int | None], total: int) -> list[set[int]]:
    """For each cell shown as «<5»: the counts consistent with the sum and all shown values."""
    places = [i for i, count in enumerate(guarded) if is_few(count)]
    hidden = [i for i, count in enumerate(guarded) if count is None]
    seen = sum(count for count in guarded if count is not None and not is_few(count))
    possible: list[set[int]] = [set() for _place in places]
    for guess in product(range(1, 5), repeat=len(places)):
        rest = total - seen - sum(guess)
        # The other hidden numbers are at least five each.
        if (rest == 0 and not hidden) or (hidden and rest >= 5 * len(hidden)):
            for i, value in enumerate(guess):
                possible[i].add(value)
    return possible


@given(counts)
def test_what_is_hidden_has_at_least_two_possible_values(numbers):
    guarded = small_numbers.guarded(numbers)
    assert all(len(possible) > 1 for possible in possible_counts(guarded, sum(numbers)))


@given(counts)
def test_numbers_are_hidden_only_when_needed(numbers):
    guarded = small_numbers.guarded(numbers)
    if not any(map(is_few, numbers)):
        assert guarded == numbers
    assert all(a == b for a, b in zip(guarded, numbers, strict=True) if a is not None)


def test_single_small_number_hides_another_number_too():
    assert small_numbers.guarded([20, 3, 9, 0]) == [20, 3, None, 0]
    assert small_numbers.guarded([20, 3, 9, 0], keep=[2]) == [None, 3, 9, 0]


def test_two_small_numbers_hide_nothing_more_unless_all_ones_or_all_fours():
    assert small_numbers.guarded([20, 3, 2]) == [20, 3, 2]
    assert small_numbers.guarded([20, 1, 1]) == [None, 1, 1]
    assert small_numbers.guarded([20, 4, 4]) == [None, 4, 4]


def test_all_numbers_are_hidden_when_no_other_can_mask_them():
    assert small_numbers.guarded([3, 0, 5]) == [None, 0, None]


@given(counts)
def test_neighbouring_groups_are_merged_until_none_is_small(numbers):
    merged = small_numbers.merged(numbers, lambda count: count, lambda a, b: a + b)
    assert sum(merged) == sum(numbers)
    assert len(merged) == 1 or not any(map(is_few, merged))


@given(counts, counts)
def test_rounded_sum_reveals_no_more_than_the_row(one, other):
    """Two rows that look the same have the same sum."""
    if [shown(count) for count in one] == [shown(count) for count in other]:
        assert small_numbers.total(one) == small_numbers.total(other)


def test_sum_of_shown_numbers_is_exact():
    assert small_numbers.total([10, 6, 0]) == small_numbers.Total(16, about=False)
    assert small_numbers.total([10, 2, 0]) == small_numbers.Total(10, about=True)
