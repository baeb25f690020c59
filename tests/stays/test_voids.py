"""The void ledger: void days, their cause and their cost (need H3)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from housing.enums import UnavailableCause
from insight import figures
from stays.voids import by_cause, by_home
from tests import factories as f

pytestmark = pytest.mark.django_db
START, END = date(2026, 1, 1), date(2026, 2, 1)


def sums():
    return {cause.code: (cause.days, cause.cost) for cause in by_cause(START, END)}


def test_each_day_is_occupied_or_void_with_one_cause():
    unit = f.UnitFactory(rent=7300, in_use=f.since(date(2020, 1, 1)))
    f.StayFactory(lease=True, unit=unit, period=f.since(date(2025, 6, 1), date(2026, 1, 11)))
    f.StayFactory(lease=True, unit=unit, period=f.since(date(2026, 1, 26)))
    f.UnavailabilityFactory(
        unit=unit,
        cause=UnavailableCause.CLEANING,
        period=f.since(date(2026, 1, 11), date(2026, 1, 16)),
    )
    # Five days of cleaning, ten of waiting, at 240 kr a day.
    assert sums() == {"rydding": (5, 1200), "ledig": (10, 2400)}
    assert [(line.cause, line.cost) for line in by_home(START, END)] == [
        ("ledig", 2400),
        ("rydding", 1200),
    ]
    assert [line.days for line in by_home(START, END, cause="rydding")] == [5]


def test_repair_of_an_occupied_home_gives_no_void_day():
    stay = f.StayFactory(lease=True, period=f.since(date(2025, 1, 1)))
    f.UnavailabilityFactory(unit=stay.unit, period=f.since(date(2026, 1, 1)))
    assert sums() == {}


def test_only_days_in_use_count_and_temporary_places_do_not():
    f.UnitFactory(rent=None, in_use=f.since(date(2026, 1, 29)))
    f.UnitFactory(temporary=True)
    f.UnitFactory(in_use=f.since(date(2020, 1, 1), date(2026, 1, 1)))
    assert sums() == {"ledig": (3, None)}


def test_new_stay_is_counted_at_once():
    unit = f.UnitFactory(in_use=f.since(date(2020, 1, 1)))
    assert sums()["ledig"][0] == 31
    f.StayFactory(lease=True, unit=unit, period=f.since(date(2026, 1, 1)))
    assert sums() == {}


def test_board_shows_lost_rent_and_causes(as_caseworker, today):
    unit = f.UnitFactory()
    page = as_caseworker.get("/boliger/tomme/").text
    assert str(unit) in page and "Ledig, venter på tildeling" in page
    for query in ("?fra=31.02.2026", "?fra=01.02.2026&til=01.01.2026", "?til=x&arsak=y"):
        assert as_caseworker.get(f"/boliger/tomme/{query}").status_code == 200


def test_home_list_is_paged_in_both_directions(as_caseworker, django_assert_max_num_queries):
    for n in range(54):
        rent = None if n % 9 == 0 else 5000 + 100 * (n % 7)
        f.UnitFactory(rent=rent, in_use=f.since(f.days_ago(90 - n % 2)))
    with django_assert_max_num_queries(14):
        first = as_caseworker.get("/boliger/tomme/").context["page"]
    second = as_caseworker.get("/boliger/tomme/", {"etter": first.next_cursor}).context["page"]
    lines = [*first, *second]
    assert len({line.unit_id for line in lines}) == len(lines) == 54
    costs = [-1 if line.cost is None else line.cost for line in lines]
    assert costs == sorted(costs, reverse=True) and costs[-1] == -1
    back = as_caseworker.get("/boliger/tomme/", {"etter": second.prev_cursor}).context["page"]
    assert [line.unit_id for line in back] == [line.unit_id for line in first]
    for bad in ("e.1.2.3", "e.x.1.1.ledig", "f.1.1.1.tull", "e." + "9" * 90, "e.٣.1.1.ledig"):
        assert as_caseworker.get("/boliger/tomme/", {"etter": bad}).status_code == 200


# ------------------------------------------------------------------ since the municipality had it


def both_statements() -> tuple[int, int]:
    """The void days of January 2026 by this ledger, and in the manager's figures."""
    return (
        sum(cause.days for cause in by_cause(START, END)),
        sum(vacancy.days for vacancy in figures.vacancies([START])),
    )


@pytest.mark.parametrize(
    ("acquired", "used_from", "days"),
    [
        (date(2026, 1, 22), None, 10),
        (date(2026, 1, 22), date(2020, 1, 1), 10),
        (date(2020, 1, 1), date(2026, 1, 29), 3),
        (None, date(2026, 1, 29), 3),
        (None, None, 0),
    ],
)
def test_empty_days_count_from_the_day_the_municipality_had_the_home(acquired, used_from, days):
    """Without a day it counts from the day it was registered, which is after this January."""
    home = f.PropertyFactory(acquired_on=acquired)
    f.UnitFactory(property=home, in_use=f.since(used_from))
    assert both_statements() == (days, days)


def test_home_without_a_day_counts_from_the_day_it_was_registered(as_owner):
    unit = f.UnitFactory(in_use=f.since(None))
    with as_owner():
        unit.history.update(history_date=datetime(2026, 1, 30, 23, 30, tzinfo=UTC))
    assert both_statements() == (1, 1), "31.01. in Oslo"


def test_days_between_a_closing_and_a_new_start_are_no_void():
    unit = f.UnitFactory(in_use=f.since(date(2020, 1, 1)))
    f.UnavailabilityFactory(
        unit=unit,
        cause=UnavailableCause.NOT_IN_STOCK,
        period=f.since(date(2026, 1, 2), date(2026, 1, 31)),
    )
    assert both_statements() == (2, 2)
