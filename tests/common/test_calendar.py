"""Counting of days, deadlines and ages."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.calendar import (
    add_months,
    add_working_days,
    age,
    deadline_months,
    deadline_weeks,
    is_working_day,
    next_working_day,
    public_holidays,
)

days = st.dates(date(1950, 1, 1), date(2100, 12, 31))


def test_the_holidays_are_those_of_the_law():
    assert set(public_holidays(2026)) == {
        date(2026, 1, 1),
        date(2026, 4, 2),  # skjærtorsdag
        date(2026, 4, 3),  # langfredag
        date(2026, 4, 5),
        date(2026, 4, 6),  # 2. påskedag
        date(2026, 5, 1),
        date(2026, 5, 14),  # Kristi himmelfartsdag
        date(2026, 5, 17),
        date(2026, 5, 24),
        date(2026, 5, 25),  # 2. pinsedag
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


def test_christmas_eve_is_a_working_day():
    assert is_working_day(date(2026, 12, 24))


def test_caller_cannot_change_the_cached_holidays():
    with pytest.raises(TypeError):
        public_holidays(2026)[date(2026, 6, 1)] = "Fri"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 10, 20), 0, date(2026, 10, 20)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 20), 36, date(2029, 11, 20)),
    ],
)
def test_deadline_in_a_month_without_the_date_is_the_last_day(start, months, end):
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 10, 20), date(2026, 11, 20)),
        (date(2026, 11, 5), date(2026, 12, 7)),  # 5 December is a Saturday
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2026, 3, 2), date(2026, 4, 7)),  # skjærtorsdag to 2. påskedag
        (date(2027, 4, 17), date(2027, 5, 18)),  # 17 May and 2. pinsedag on one Monday
    ],
)
def test_a_deadline_of_a_month_never_ends_on_a_day_off(start, end):
    assert deadline_months(start, 1) == end


def test_three_weeks_to_appeal_end_on_the_same_weekday():
    assert deadline_weeks(date(2026, 11, 20), 3) == date(2026, 12, 11)


def test_three_weeks_to_appeal_over_easter_end_after_it():
    assert deadline_weeks(date(2026, 3, 12), 3) == date(2026, 4, 7)


def test_five_working_days_skip_weekends_and_holidays():
    assert add_working_days(date(2026, 11, 20), 5) == date(2026, 11, 27)
    assert add_working_days(date(2026, 4, 1), 1) == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 1)
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)


@given(days, st.integers(-40, 40))
def test_working_days_counted_are_working_days(day, n):
    end = add_working_days(day, n)
    assert is_working_day(end)
    if n:
        low, high = sorted((day, end))
        between = [low + timedelta(days=i) for i in range((high - low).days + 1)]
        assert sum(is_working_day(d) for d in between if d != day) == abs(n)


@given(days)
def test_the_next_working_day_is_the_day_itself_or_soon_after(day):
    result = next_working_day(day)
    assert is_working_day(result)
    assert (result == day) == is_working_day(day)
    assert result - day <= timedelta(days=5)


def test_age_turns_on_the_birthday():
    assert age(date(1990, 11, 21), date(2026, 11, 20)) == 35
    assert age(date(1990, 11, 20), date(2026, 11, 20)) == 36
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_age_before_birth_is_an_error():
    with pytest.raises(ValueError, match="birth"):
        age(date(2026, 11, 21), date(2026, 11, 20))
