"""Organisations, accounts, places and phones."""

import pytest
from django.core.exceptions import ValidationError

from common import identifiers as i


@pytest.mark.parametrize(
    ("clean", "written", "stored"),
    [
        (i.clean_organisation_number, "974 760 843", "974760843"),
        (i.clean_organisation_number, "974760843", "974760843"),
        (i.clean_account_number, "1234.56.78903", "12345678903"),
        (i.clean_municipality_number, " 0301", "0301"),
        (i.clean_dwelling_number, "h0201", "H0201"),
        (i.clean_dwelling_number, "H 02 01", "H0201"),
        (i.clean_postcode, "0484", "0484"),
        (i.clean_mobile, "412 34 567", "+4741234567"),
        (i.clean_mobile, "+47 91234567", "+4791234567"),
        (i.clean_mobile, "004791234567", "+4791234567"),
        (i.clean_mobile, "47123456", "+4747123456"),
    ],
)
def test_numbers_are_stored_in_one_form(clean, written, stored):
    assert clean(written) == stored
    assert clean(stored) == stored


@pytest.mark.parametrize(
    ("clean", "wrong"),
    [
        (i.clean_organisation_number, "974760844"),
        (i.clean_organisation_number, "174760843"),
        (i.clean_organisation_number, "97476084"),
        (i.clean_account_number, "12345678904"),
        (i.clean_account_number, "00000000000"),
        (i.clean_account_number, "1234567890x"),
        (i.clean_municipality_number, "301"),
        (i.clean_municipality_number, "0000"),
        (i.clean_municipality_number, "٥٠٠١"),
        (i.clean_dwelling_number, "X0201"),
        (i.clean_dwelling_number, "H201"),
        (i.clean_postcode, "12345"),
        (i.clean_postcode, "12a4"),
        (i.clean_mobile, "22334455"),
        (i.clean_mobile, "+46701234567"),
        (i.clean_mobile, "4123456"),
    ],
)
def test_a_wrong_number_gets_a_sentence(clean, wrong):
    for text in (wrong, "", None, "\x00", f"{wrong}\n{wrong}"):
        with pytest.raises(ValidationError) as refused:
            clean(text)
        assert refused.value.messages[0].endswith(".")


def test_a_field_takes_only_the_stored_form():
    i.validate_organisation_number("974760843")
    i.validate_account_number("12345678903")
    i.validate_municipality_number("5001")
    i.validate_dwelling_number("H0201")
    i.validate_postcode("9990")
    i.validate_mobile("+4741234567")
    for validate, written in (
        (i.validate_organisation_number, "974 760 843"),
        (i.validate_dwelling_number, "h0201"),
        (i.validate_mobile, "41234567"),
    ):
        with pytest.raises(ValidationError):
            validate(written)
