"""The order of Norwegian names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sorting import home_key, norwegian_key


@pytest.mark.parametrize(
    "names",
    [
        ["Aase", "Berg", "Zawada", "Ærlig", "Øien", "Åse"],
        ["Berg, Anne", "Berg, Åse", "Bergan, Anne", "Bergs, Anne"],
        ["andre", "André Aa", "Andresen"],
        ["Müller", "Mundal", "Mygland", "Mørk"],
        ["Sandmo", "Šebek", "Sørli"],
        ["Dahl", "Ðahlen", "Đuro"],
        ["Öberg", "Ødegård", "Östby", "Åberg"],
        ["Å", "Åa", "Åå"],
        ["O'Brian", "Obrien", "O’Bryan"],
        ["Zulu", "Åsen", "Яна"],
    ],
)
def test_names_are_sorted_in_norwegian_order(names):
    assert sorted(set(names), key=lambda name: norwegian_key(name).encode()) == names


def test_case_accents_and_hyphens_do_not_affect_the_key():
    assert norwegian_key("Anne-Grète") == norwegian_key("ANNE GRETE")


def test_a_letter_written_as_two_characters_is_the_same_letter():
    assert norwegian_key(unicodedata.normalize("NFD", "Ålesund Čáhppe")) == norwegian_key(
        "Ålesund Čáhppe"
    )


def test_aa_is_two_letters_unless_asked():
    assert norwegian_key("Aase") < norwegian_key("Berg")
    assert norwegian_key("Aase", aa_is_å=True) == norwegian_key("Åse")


def test_empty_text_sorts_first():
    assert norwegian_key(None) == norwegian_key("") == norwegian_key(" -{|}- ") == ""


@given(st.text())
def test_every_text_has_a_key_that_can_be_stored(text):
    key = norwegian_key(text)
    assert "\x00" not in key
    assert key == key.strip()
    assert key == norwegian_key(text.upper().lower()) or not text.isascii()


def test_homes_are_sorted_by_number():
    names = ["Jarleveien 2, H0101", "Jarleveien 2, Rom 1", "Jarleveien 2, Rom 2"]
    names += ["Jarleveien 2, Rom 2B", "Jarleveien 2, Rom 10", "Jarleveien 11, Rom 1"]
    assert sorted(set(names), key=home_key) == names
