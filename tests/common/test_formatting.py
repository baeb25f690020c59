"""The written form of dates, times, money and names."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from common import formatting as f

NB = "\u00a0"


def test_dates():
    assert f.nbdate(date(2026, 11, 2)) == "02.11.2026"
    assert f.nbdate_long(date(2026, 11, 2)) == f"2.{NB}november 2026"
    assert f.nbdate_long(date(2026, 11, 2), year=False) == f"2.{NB}november"
    assert f.nbdate_weekday(date(2026, 11, 20)) == f"fredag 20.{NB}november"
    assert f.week(date(2026, 11, 20)) == f"uke{NB}47"
    assert f.week(date(2027, 1, 1)) == f"uke{NB}53"


def test_datetime_is_shown_in_local_time():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert f.nbdate(late) == "21.11.2026"
    assert f.nbtime(late) == f"kl.{NB}00.30"
    assert f.nbtime(time(14, 30)) == f"kl.{NB}14.30"


def test_none_is_shown_as_empty_text():
    for show in (f.nbdate, f.nbdate_long, f.nbdate_weekday, f.nbtime, f.week, f.kroner):
        assert show(None) == ""
    for show in (f.days_nb, f.number, f.percent, f.initials):
        assert show(None) == ""


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (8000, "8 000 kr"),
        (0, "0 kr"),
        (999, "999 kr"),
        (1234567, "1 234 567 kr"),
        (-500, "\u2212500 kr"),
        (Decimal("8000.50"), "8 000,50 kr"),
        (Decimal("8000.00"), "8 000 kr"),
        (Decimal("1E+6"), "1 000 000 kr"),
        (0.1 + 0.2, "0,30 kr"),
        (Decimal("-0.001"), "0 kr"),
    ],
)
def test_money(amount, shown):
    assert f.kroner(amount) == shown.replace(" ", NB)


def test_numbers():
    assert f.number(5.1) == "5,1"
    assert f.number(Decimal("13.25"), 1) == "13,3"
    assert f.number(12345.678, 0) == f"12{NB}346"
    assert f.percent(Decimal("86.4")) == f"86{NB}%"
    with pytest.raises(ValueError, match="written"):
        f.number(float("nan"))


def test_counts_with_units():
    assert f.days_nb(1) == f"1{NB}dag"
    assert f.days_nb(0) == f"0{NB}dager"
    assert f.days_nb(1096) == f"1{NB}096{NB}dager"
    assert f.weeks_nb(3) == f"3{NB}uker"
    assert f.months_nb(1) == f"1{NB}måned"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hanne Marie Myrland", "HM"),
        ("åse ødegård", "ÅØ"),
        ("Madonna", "M"),
        ("  ", ""),
        ("Anne-Grete von der Lippe", "AL"),
        ("Bo (Bosse) Li", "BL"),
        ("ßigrid Å", "SÅ"),
    ],
)
def test_initials(name, letters):
    assert f.initials(name) == letters


def test_a_list_is_read_as_a_sentence():
    assert [f.listed(parts) for parts in (["A"], ["A", "B"], ["A", "B", "C"])] == [
        "A",
        "A og B",
        "A, B og C",
    ]
    assert f.listed(["A", "B", "C"], "eller") == "A, B eller C"
