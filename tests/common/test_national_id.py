"""Which national identity numbers are valid, of which kind, and what is never read from them."""

import csv
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import RuleBroken
from common.national_id import (
    KINDS,
    InvalidNationalId,
    NationalId,
    generate_tenor,
    parse,
    parse_duf,
)

FILE = Path(__file__).parent.parent / "data" / "national_ids.csv"
VECTORS = list(csv.DictReader(FILE.read_text().splitlines()))
VALID = [row for row in VECTORS if row["valid"] == "yes"]
births = st.dates(date(1900, 1, 1), date(2039, 12, 31))


@pytest.mark.parametrize("row", VALID, ids=lambda row: row["number"])
def test_every_kind_of_number_is_recognised(row):
    assert parse(row["number"]).kind == row["kind"]


@pytest.mark.parametrize("number", [row["number"] for row in VECTORS if row["valid"] == "no"])
def test_invalid_number_is_refused_without_repeating_it(number):
    with pytest.raises(InvalidNationalId) as refused:
        parse(number)
    assert isinstance(refused.value, RuleBroken)
    assert number not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("number", ["30108299920", "30108299947", "30108299955"])
def test_from_2032_the_same_person_digits_may_carry_several_control_digits(number):
    assert parse(number).kind == "2032"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        None,
        "1309724802",
        "130972480222",
        "1309724802x",
        "00000000000",
        "13097248022\x00",
        "١٣٠٩٧٢٤٨٠٢٢",
        "１３０９７２４８０２２",
        "13097248022; DROP TABLE",
        "²3097248022",
        "9" * 10_000,
    ],
)
def test_text_that_is_not_a_number_gets_a_sentence_not_a_crash(text):
    with pytest.raises(InvalidNationalId):
        parse(text)


@pytest.mark.parametrize(
    "text", ["130972 48022", "130972\u00a048022", " 13097248022\n", "130972-48022"]
)
def test_a_number_may_be_written_in_two_parts(text):
    assert parse(text).value == "13097248022"


def test_29_february_is_a_date_only_in_leap_years():
    assert parse("29029648784").kind == "fnr"
    with pytest.raises(InvalidNationalId, match="dato"):
        parse("29029748784")


def test_29_february_is_invalid_in_1900_and_valid_in_2000():
    assert parse(generate_tenor(date(2000, 2, 29), 0)).kind == "tenor"
    with pytest.raises(InvalidNationalId, match="dato"):
        parse("29020012345")


def test_real_and_synthetic_numbers_are_distinguished():
    real = {row["kind"]: parse(row["number"]).is_real for row in VALID}
    assert {kind for kind, is_real in real.items() if is_real} == {
        "fnr",
        "d-number",
        "2032",
        "2032-d",
    }
    assert all(parse(row["number"]).is_synthetic != parse(row["number"]).is_real for row in VALID)


def test_birth_date_and_sex_cannot_be_read_from_the_number():
    public = {name for name in dir(NationalId) if not name.startswith("_")}
    assert public == {"value", "kind", "is_real", "is_synthetic", "is_d_number"}


def test_repr_does_not_show_the_number():
    assert "13097248022" not in repr(parse("13097248022"))


@given(births, st.integers(0, 399))
def test_made_up_numbers_are_valid_synthetic_and_begin_with_the_birth_date(born, serial):
    made_up = parse(generate_tenor(born, serial))
    assert made_up.kind == "tenor"
    assert made_up.value[:6] == f"{born.day:02}{born.month + 80:02}{born.year % 100:02}"


def test_made_up_numbers_are_all_different_and_always_the_same():
    dates = [date(1936, 1, 1) + timedelta(days=97 * n) for n in range(300)]
    numbers = [generate_tenor(born, serial) for born in dates for serial in range(100)]
    assert len(set(numbers)) == len(numbers)
    assert numbers == [generate_tenor(born, serial) for born in dates for serial in range(100)]


@pytest.mark.parametrize("year", [1900, 1939, 1940, 1999, 2000, 2039])
def test_date_has_at_least_400_made_up_numbers_then_raises(year):
    assert generate_tenor(date(year, 12, 31), 399)
    with pytest.raises(ValueError, match="serial"):
        generate_tenor(date(year, 12, 31), 600)
    with pytest.raises(ValueError, match="serial"):
        generate_tenor(date(year, 12, 31), -1)


@pytest.mark.parametrize("year", [1899, 2040])
def test_made_up_number_outside_the_series_is_an_error(year):
    with pytest.raises(ValueError, match="series"):
        generate_tenor(date(year, 1, 1), 0)


@given(births, st.integers(0, 399), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_never_gives_a_valid_number_of_the_same_kind(born, serial, place, change):
    number = generate_tenor(born, serial)
    wrong = f"{number[:place]}{(int(number[place]) + change) % 10}{number[place + 1 :]}"
    try:
        kind = parse(wrong).kind
    except InvalidNationalId:
        return
    assert kind != "tenor"


@given(st.text(max_size=20))
def test_any_text_is_either_a_number_or_refused(text):
    with suppress(InvalidNationalId):
        assert parse(text).kind in KINDS.values()


def test_a_duf_number_is_twelve_digits_beginning_with_a_year():
    assert parse_duf("2019 123456 07") == "201912345607"
    for wrong in ("13097248022", "201912345", "181912345607", "2019123456x7", "", None):
        with pytest.raises(InvalidNationalId):
            parse_duf(wrong)
