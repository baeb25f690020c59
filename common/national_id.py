"""Norwegian national identity numbers: validation, kinds, and made-up numbers for demos.

Source: form and control digits are those of law.md, "Numbers and formats" (Nav's public
fnrvalidator); `tests/data/national_ids.csv` tests every kind. The series of individual digits
are Skatteetaten's: 000-499 for 1900-1999, 500-749 for 1854-1899, 500-999 for 2000-2039, 900-999
for 1940-1999 in reserve. From 2032 new numbers start at 999 whatever the birth year, so the
number no longer shows the century.

A number identifies a person and is never a source of facts: nothing here gives a birth date or a
sex. A caseworker registers both (need C1), since the number would give the wrong one for a
D-number, a corrected birth date or a changed legal sex.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

from .errors import RuleBroken

K1_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
K2_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

# From 2032 the first control sum may have any of these remainders; before, only 0 (law.md).
K1_REMAINDERS_2032: Final = frozenset({0, 1, 2, 3})

# The number added to the month: 0 for real people, then the three synthetic series.
MONTH_OFFSETS: Final = {0: "", 40: "h", 65: "nhn", 80: "tenor"}
D_NUMBER_DAY_OFFSET: Final = 40

KINDS: Final = {
    # (2032 rule, D-number, series) -> kind
    (False, False, ""): "fnr",
    (False, True, ""): "d-number",
    (False, False, "h"): "h-number",
    (False, True, "h"): "d-and-h",
    (False, False, "nhn"): "nhn",
    (False, True, "nhn"): "d-and-nhn",
    (False, False, "tenor"): "tenor",
    (False, True, "tenor"): "d-and-tenor",
    (True, False, ""): "2032",
    (True, True, ""): "2032-d",
    (True, False, "h"): "2032-h",
    (True, True, "h"): "2032-d-and-h",
    (True, False, "nhn"): "2032-nhn",
    (True, True, "nhn"): "2032-d-and-nhn",
    (True, False, "tenor"): "2032-tenor",
    (True, True, "tenor"): "2032-d-and-tenor",
}
SYNTHETIC_KINDS: Final = frozenset(kind for (_new, _d, series), kind in KINDS.items() if series)

# [0-9] and not \d, which also matches digits of other scripts.
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_DUF = re.compile(r"(?:19|20)[0-9]{10}")
# People write 130972 48022 and 130972-48022; Excel and web pages use no-break spaces.
_SEPARATORS = re.compile("[\\s\u00a0\u202f\u2009-]+")


class InvalidNationalId(RuleBroken):
    """The text is not a national identity number. The sentence never repeats the number."""


@dataclass(frozen=True, slots=True)
class NationalId:
    """A valid number. `value` is the eleven digits; `kind` one of `KINDS`' values.

    The value is left out of `repr`, so that an error does not write it to a log.
    """

    value: str = field(repr=False)
    kind: str

    def __str__(self) -> str:
        return self.value

    @property
    def is_d_number(self) -> bool:
        """Whether it is one for somebody without a national identity number, of any series."""
        return int(self.value[0]) >= D_NUMBER_DAY_OFFSET // 10

    @property
    def is_synthetic(self) -> bool:
        """True for the test series (month + 40, + 65, + 80): no real person has the number."""
        return self.kind in SYNTHETIC_KINDS

    @property
    def is_real(self) -> bool:
        """True when the number may belong to a real person. A demo refuses these."""
        return not self.is_synthetic


def parse(value: str) -> NationalId:
    """Return the national identity number written in `value`, or raise `InvalidNationalId`.

    Spaces and hyphens are ignored. Accepted: fødselsnummer, D-nummer, H-nummer and Nav's test
    numbers (month + 40), Norsk Helsenett's (+ 65), Skatteetaten's Tenor (+ 80), each also as a
    D-number, and all of them with control digits of the 2032 rule. The date must exist.
    """
    digits = _SEPARATORS.sub("", value or "")
    if not _ELEVEN_DIGITS.fullmatch(digits):
        raise InvalidNationalId(
            _("Et fødselsnummer eller D-nummer har elleve siffer. Sjekk det du har skrevet.")
        )
    day, month, short_year, individual = _parts(digits)
    is_d_number = day > D_NUMBER_DAY_OFFSET
    offset = _month_offset(month)
    if offset is None or not _date_is_possible(
        day - (D_NUMBER_DAY_OFFSET if is_d_number else 0),
        month - offset,
        _possible_years(short_year, individual),
    ):
        raise InvalidNationalId(
            _("De seks første sifrene er ikke en dato som finnes. Sjekk fødselsnummeret.")
        )
    k1 = _remainder(digits, K1_WEIGHTS)
    if k1 not in K1_REMAINDERS_2032 or _remainder(digits, K2_WEIGHTS) != 0:
        raise InvalidNationalId(
            _("Kontrollsifrene stemmer ikke. Det er trolig en skrivefeil i fødselsnummeret.")
        )
    series = MONTH_OFFSETS[offset]
    by_2032_rule = k1 != 0 or (not series and _series_opens_2032(short_year, individual))
    return NationalId(digits, KINDS[by_2032_rule, is_d_number, series])


def shows_birth_date(number: str, born: date) -> bool:
    """Whether the six first digits of a valid number are the day, month and year of the date.

    Only to ask when they are not: a D-number, a corrected birth date and a number of the 2032
    series may rightly show another.
    """
    day, month, short_year, _individual = _parts(number)
    if day > D_NUMBER_DAY_OFFSET:
        day -= D_NUMBER_DAY_OFFSET
    month -= _month_offset(month) or 0
    return (day, month, short_year) == (born.day, born.month, born.year % 100)


def parse_duf(value: str) -> str:
    """Return the twelve digits of a DUF number (UDI's number), or raise `InvalidNationalId`.

    Form: four digits year of registration, six digits serial, two control digits. The control
    digits are not checked: their rule is not published, and refusing a real number is worse than
    accepting a typing error.
    """
    digits = _SEPARATORS.sub("", value or "")
    if not _DUF.fullmatch(digits):
        raise InvalidNationalId(
            _("Et DUF-nummer har tolv siffer og begynner med et årstall. Sjekk det du har skrevet.")
        )
    return digits


def generate_tenor(born: date, serial: int) -> str:
    """Return the made-up (Tenor, month + 80) number with this serial for this birth date.

    `serial` counts the valid numbers of the date from 0; the same arguments always give the same
    number, and different arguments different numbers. A date has at least 400 of them.
    ValueError after the last one, and for years outside 1900–2039. For demo data and tests.
    """
    if serial < 0:
        raise ValueError("serial counts from 0")
    head, base1, base2, individuals = _tenor_start(born)
    remaining = serial
    for individual in individuals:
        share1, share2 = _INDIVIDUAL_SHARES[individual]
        k1 = -(base1 + share1) % 11
        k2 = -(base2 + share2 + 2 * k1) % 11
        if k1 == 10 or k2 == 10:
            continue
        if remaining == 0:
            return f"{head}{individual:03}{k1}{k2}"
        remaining -= 1
    raise ValueError(f"{born.isoformat()} has no made-up number with serial {serial}")


@lru_cache(maxsize=50_000)
def _tenor_start(born: date) -> tuple[str, int, int, tuple[int, ...]]:
    """The first six digits, their share of the control sums, and the individual digits."""
    head = f"{born.day:02}{born.month + 80:02}{born.year % 100:02}"
    base1 = sum(int(d) * w for d, w in zip(head, K1_WEIGHTS, strict=False))
    base2 = sum(int(d) * w for d, w in zip(head, K2_WEIGHTS, strict=False))
    for years, individuals in _TENOR_SERIES.items():
        if born.year in years:
            return head, base1, base2, individuals
    raise ValueError(f"no series of made-up numbers for the year {born.year}")


_TENOR_SERIES = {
    range(1900, 1940): tuple(range(500)),
    range(1940, 2000): (*range(500), *range(900, 1000)),
    range(2000, 2040): tuple(range(500, 1000)),
}

# The part of the two control sums that each of the 1 000 possible individual digits gives.
_INDIVIDUAL_SHARES = [
    (
        sum(d * w for d, w in zip(digits, K1_WEIGHTS[6:9], strict=True)),
        sum(d * w for d, w in zip(digits, K2_WEIGHTS[6:9], strict=True)),
    )
    for digits in ((n // 100, n // 10 % 10, n % 10) for n in range(1000))
]


def _parts(digits: str) -> tuple[int, int, int, int]:
    return int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:9])


def _remainder(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11


def _month_offset(month: int) -> int | None:
    for offset in MONTH_OFFSETS:
        if 1 <= month - offset <= 12:
            return offset
    return None


def _possible_years(short_year: int, individual: int) -> tuple[int, ...]:
    """The years the two digits may mean, by the series of individual digits.

    A combination outside every series, or in one opened in 2032, may be of either century: a real
    number must never be refused.
    """
    if _series_opens_2032(short_year, individual):
        return (1900 + short_year, 2000 + short_year)
    years = []
    if individual <= 499:
        years.append(1900 + short_year)
    if 500 <= individual <= 749 and short_year >= 54:
        years.append(1800 + short_year)
    if individual >= 500 and short_year <= 39:
        years.append(2000 + short_year)
    return tuple(years) or (1900 + short_year, 2000 + short_year)


def _series_opens_2032(short_year: int, individual: int) -> bool:
    """Whether the number belongs to a series that is used only from 2032.

    These are the numbers of people born from 2032, and the reserve 900-999 of 1940-1999.
    """
    return (individual >= 500 and 32 <= short_year <= 39) or (
        individual >= 900 and short_year >= 40
    )


def _date_is_possible(day: int, month: int, years: tuple[int, ...]) -> bool:
    for year in years:
        try:
            date(year, month, day)
        except ValueError:
            continue
        return True
    return False
