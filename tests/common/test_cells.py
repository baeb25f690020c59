"""Cells of spreadsheets as people fill them in (need X1)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from common import cells
from common.cells import Unreadable


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("8.000", 8000), ("8 000 kr", 8000), ("kr 8.000,-", 8000), ("8000,00", 8000),
        ("12.500,50", 12501), ("8\u00a0000 kr/mnd", 8000), (8000.0, 8000), (55.5, 56),
        ("55,5", 56), ("64 m²", 64), ("64 kvm", 64), ("7.0", 7), ("", None), (None, None),
        (0, 0), ("0", 0),
    ],
)  # fmt: skip
def test_number_is_read_as_a_norwegian_means_it(cell, value):
    assert cells.whole(cell, "husleie", 0, 200_000) == value


@pytest.mark.parametrize("cell", ["8,000", "ca. 8000", "8000-9000", "åtte", "1e4", "-5", "999999"])
def test_number_that_is_not_clear_is_an_error(cell):
    with pytest.raises(Unreadable, match="husleie"):
        cells.whole(cell, "husleie", 0, 200_000)


@pytest.mark.parametrize(("cell", "code"), [(150, "0150"), ("150", "0150"), ("0150", "0150")])
def test_postcode_keeps_its_zeros(cell, code):
    assert cells.postcode(cell) == code


def test_date_from_excel_and_from_a_form_are_the_same():
    for cell in (datetime(2026, 11, 2, tzinfo=UTC), date(2026, 11, 2), "02.11.2026", "2.11.26"):
        assert cells.day(cell, "dag") == date(2026, 11, 2)
    with pytest.raises(Unreadable):
        cells.day("31.02.2026", "dag")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Storgt. 12B", "storgata 12 b"),
        ("STORGATEN 12 B", "Storgata 12b"),
        ("Åsvegen 3", "Åsveien 3"),
        ("Rom 04", "rom4"),
    ],
)
def test_spellings_of_one_place_are_one(one, other):
    assert cells.folded(one) == cells.folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Rom 1 1", "Rom 11"), ("Storgata 12", "Storgata 12 B"), ("Aas", "Ås")]
)
def test_two_places_stay_two(one, other):
    assert cells.folded(one) != cells.folded(other)


@pytest.mark.parametrize("text", ["=1+1", "'=1", "''@x", "-7", "+47 99 88", "'tis", "plain"])
def test_formula_guard_is_undone(text):
    assert cells.unguarded(cells.guarded(text)) == text
    assert not cells.guarded(text).startswith(cells.FORMULA)


@pytest.mark.parametrize("text", ["Ola\ue000", "Ola\x07"])
def test_sign_that_no_letter_can_show_is_an_error_that_names_no_person(text):
    for read in (cells.one_line, cells.paragraphs):
        with pytest.raises(Unreadable, match=r"U\+(E000|0007)") as told:
            read(text)
        assert "Ola" not in str(told.value)
