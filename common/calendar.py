"""Working days, deadlines and ages, the Norwegian way.

Nothing here reads the clock: the day is always an argument. Source: law.md, "Counting"
(forvaltningsloven § 30 with domstolloven §§ 148-149); the holidays come from the `holidays`
package and are checked against law.md's list in the tests.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import get_default_timezone

SATURDAY = 5
ONE_DAY = timedelta(days=1)
DAYS_A_MONTH = 30.4  # to show a waiting time in months


@lru_cache(maxsize=256)
def public_holidays(year: int) -> Mapping[date, str]:
    """The public holidays of a year with their Norwegian names, without ordinary Sundays.

    Read-only, and computed once per year and process.
    """
    names = holidays.country_holidays("NO", years=year, language="no")
    return MappingProxyType(dict(sorted(names.items())))


def is_working_day(day: date) -> bool:
    """Whether the day is neither Saturday, Sunday nor a public holiday."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def next_working_day(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


HOLIDAYS_BACK = 3  # years; a deadline older than this has passed, whatever the weekday


def first_working_day(day: str) -> str:
    """SQL for `next_working_day` of a date column. Needs the parameter `holidays_around`."""
    return f"""(
        SELECT min(day)::date FROM generate_series({day}, {day} + 13, '1 day') day
        WHERE extract(isodow FROM day) < 6 AND day::date <> ALL (%(holidays)s::date[]))"""


def holidays_around(on: date) -> list[date]:
    """The public holidays of the years a deadline still open on this date can fall in.

    It is the parameter `holidays` of the SQL in `first_working_day`.
    """
    years = range(on.year - HOLIDAYS_BACK, on.year + 2)
    return [holiday for year in years for holiday in public_holidays(year)]


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after the day (before it, if n is negative).

    The day itself is not counted, whether it is a working day or not; with n = 0 the answer
    is `next_working_day(day)`.
    """
    if n == 0:
        return next_working_day(day)
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        if is_working_day(day):
            left -= 1
    return day


def add_months(day: date, n: int) -> date:
    """The same date n calendar months later (earlier, if n is negative).

    In a month without that date it is the last day: 31 January + 1 month is 28 or 29 February
    (law.md, "Counting"). Beyond the calendar it is its first or last day.
    """
    months = day.year * 12 + (day.month - 1) + n
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if n < 0 else date.max
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def deadline_weeks(start: date, n: int) -> date:
    """The last day of a deadline of n weeks: the same weekday, moved to a working day."""
    return next_working_day(start + timedelta(weeks=n))


def deadline_months(start: date, n: int) -> date:
    """The last day of a deadline of n months: the same date, moved to a working day."""
    return next_working_day(add_months(start, n))


def last_day(period: DateRange | None) -> date | None:
    """The last day of a half-open period, as it is typed; None when it has no end."""
    return period.upper - ONE_DAY if period and period.upper else None


def age(born: date, on: date) -> int:
    """Whole years lived on a day. Someone born on 29 February is a year older on 1 March.

    ValueError when the day is before the birth.
    """
    if on < born:
        raise ValueError("the day is before the birth date")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def local_date(at: datetime) -> date:
    """The calendar day in Norway at a moment. Deadlines count days as people live them."""
    return at.astimezone(get_default_timezone()).date()
