"""Numbers Norway gives to organisations, accounts, places and phones: cleaned and checked.

Each number has a `clean_…` that returns it as stored (digits or letters only, no spaces) or
raises Django's `ValidationError` with a plain sentence, and a `validate_…` for a model field's
`validators`, which takes only the stored form. Source: law.md, "Numbers and formats".
"""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ORGANISATION_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2, 1)
ACCOUNT_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

_SEPARATORS = re.compile("[\\s\u00a0\u202f\u2009.-]+")


def clean_organisation_number(value: str) -> str:
    """Organisasjonsnummer: nine digits, the last a mod 11 control digit; begins with 8 or 9."""
    digits = _SEPARATORS.sub("", value or "")
    if not re.fullmatch(r"[89][0-9]{8}", digits):
        raise ValidationError(
            _("Et organisasjonsnummer har ni siffer og begynner med 8 eller 9."), code="shape"
        )
    if not _mod11(digits, ORGANISATION_WEIGHTS):
        raise ValidationError(
            _("Kontrollsifferet stemmer ikke. Sjekk organisasjonsnummeret."), code="control"
        )
    return digits


def clean_account_number(value: str) -> str:
    """Kontonummer: eleven digits, the last a mod 11 control digit. Written 1234.56.78903."""
    digits = _SEPARATORS.sub("", value or "")
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise ValidationError(_("Et kontonummer har elleve siffer."), code="shape")
    # The number of only zeros passes the sum, and is no account.
    if not int(digits) or not _mod11(digits, ACCOUNT_WEIGHTS):
        raise ValidationError(
            _("Kontrollsifferet stemmer ikke. Sjekk kontonummeret."), code="control"
        )
    return digits


def clean_municipality_number(value: str) -> str:
    """Kommunenummer: four digits, kept as text since it may begin with 0. 0000 is none."""
    digits = (value or "").strip()
    if not re.fullmatch(r"[0-9]{4}", digits) or digits == "0000":
        raise ValidationError(
            _("Et kommunenummer har fire siffer, for eksempel 5001."), code="shape"
        )
    return digits


def clean_dwelling_number(value: str) -> str:
    """Bruksenhetsnummer: H, K, L or U, floor in two digits, dwelling in two: H0201.

    Small letters are raised. Several units may share one number, so it is no key by itself.
    """
    text = _SEPARATORS.sub("", value or "").upper()
    if not re.fullmatch(r"[HKLU][0-9]{4}", text):
        raise ValidationError(
            _("Et bruksenhetsnummer er H, K, L eller U og fire siffer, for eksempel H0201."),
            code="shape",
        )
    return text


def clean_postcode(value: str) -> str:
    """Postnummer: four digits, kept as text since Oslo's begin with 0."""
    digits = (value or "").strip()
    if not re.fullmatch(r"[0-9]{4}", digits) or digits == "0000":
        raise ValidationError(_("Et postnummer har fire siffer, for eksempel 0484."), code="shape")
    return digits


def clean_mobile(value: str) -> str:
    """Norwegian mobile number as stored: +47 and eight digits, the first a 4 or a 9."""
    digits = _SEPARATORS.sub("", value or "")
    digits = re.sub(r"^(?:\+|00)47", "", digits)
    if not re.fullmatch(r"[49][0-9]{7}", digits):
        raise ValidationError(
            _("Et norsk mobilnummer har åtte siffer og begynner med 4 eller 9."), code="shape"
        )
    return f"+47{digits}"


def validate_organisation_number(value: str) -> None:
    """Field validator: the stored form of an organisasjonsnummer."""
    _stored(clean_organisation_number, value)


def validate_account_number(value: str) -> None:
    """Field validator: the stored form of a kontonummer."""
    _stored(clean_account_number, value)


def validate_municipality_number(value: str) -> None:
    """Field validator: the stored form of a kommunenummer."""
    _stored(clean_municipality_number, value)


def validate_dwelling_number(value: str) -> None:
    """Field validator: the stored form of a bruksenhetsnummer."""
    _stored(clean_dwelling_number, value)


def validate_postcode(value: str) -> None:
    """Field validator: the stored form of a postnummer."""
    _stored(clean_postcode, value)


def validate_mobile(value: str) -> None:
    """Field validator: the stored form of a Norwegian mobile number."""
    _stored(clean_mobile, value)


def _stored(clean, value: str) -> None:
    if clean(value) != value:
        raise ValidationError(_("Skriv nummeret uten mellomrom og tegn."), code="form")


def _mod11(digits: str, weights: tuple[int, ...]) -> bool:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 == 0
