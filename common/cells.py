"""Reads and writes the cells of spreadsheets, as Norwegian municipalities fill them in (need X1).

A cell is what the file gives: text from CSV; text, a number, a date or a yes/no from Excel. A
reader returns the value, None or "" for an empty cell, and raises `Unreadable` with a sentence for
the user when the cell can be read in more than one way or not at all. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import pdf, signs
from .amounts import SPACES, Unreadable, cannot_read, number
from .formatting import nbdate
from .forms import NorwegianDateField
from .sorting import norwegian_key

YES = ("ja", "j", "true", "sann", "1", "x")
NO = ("nei", "n", "false", "usann", "0")
# A spreadsheet program runs a text that starts like this as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Letters that cannot be written to Excel, and mean nothing in a text.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
STREETS = (
    ("gate", ("gata", "gaten", "gate", "gt")),
    ("veg", ("veien", "vegen", "vei", "veg", "vn")),
    ("plass", ("plassen", "plass", "pl")),
)
LETTERS_OR_DIGITS = re.compile(r"\d+|[^\W\d]+")
_DAYS = NorwegianDateField(required=False)


def one_line(cell: Any) -> str:
    """The text on one line. A whole number from Excel has no decimals. Raises `Unreadable` for a
    date, since Excel turns names such as 12-1 into dates, and for a sign no letter can show."""
    return _line(_printable(_raw(cell)))


def paragraphs(cell: Any) -> str:
    """The text with its line breaks. Raises `Unreadable` as `one_line` does."""
    return _lines(_printable(_raw(cell)))


def same_text(kept: str, read: str) -> bool:
    """Whether the text Varig has is the one read, but for its spaces and line breaks."""
    return read in (_line(unguarded(kept)), _lines(unguarded(kept)))


def _printable(text: str) -> str:
    found = signs.CONTROL.search(text)
    if sign := found[0] if found else pdf.unprintable(text):
        # Without the words around it: a report names no person.
        raise Unreadable(
            _(
                "En celle har et tegn som ikke kan stå i brev (U+%(code)04X). Skriv det på en "
                "annen måte, eller ta det bort."
            )
            % {"code": ord(sign[0])}
        )
    return text


def _line(text: str) -> str:
    return SPACES.sub(" ", CONTROL.sub(" ", text)).strip()


def _lines(text: str) -> str:
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text).strip()


def _raw(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("ja") if cell else _("nei")
    if isinstance(cell, datetime | date):
        raise Unreadable(
            _("Excel har gjort teksten om til datoen %(day)s. Gjør kolonnen om til tekst.")
            % {"day": nbdate(cell)}
        )
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", ",")
    return unguarded(str(cell))


def whole(cell: Any, label: str, least: int, most: int) -> int | None:
    """A whole number: 8000, «8 000 kr», «8.000», «8000,-», «12.500,00»; 55,5 is rounded to 56.

    A dot before three digits separates thousands, as in Norwegian. «8,000» is refused: it is
    eight to a Norwegian and eight thousand to others. Raises `Unreadable`.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        exact = Decimal(str(cell))
        written = one_line(cell)
    else:
        written = one_line(cell)
        exact = number(written, label)
    if exact is None:
        return None
    value = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)) if exact.is_finite() else None
    if value is None or not least <= value <= most:
        raise cannot_read(written, label)
    return value


def decimal(cell: Any, label: str) -> Decimal | None:
    """A number with decimals: 141,2 or 141.2. Raises `Unreadable`."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(str(cell))
    return number(one_line(cell), label)


def was_rounded(cell: Any, value: int | None) -> bool:
    """The cell has decimals that `whole` left out."""
    digits = re.sub(r"(,(0+|-)|\.0{1,2})\D*$", "", one_line(cell))
    return value is not None and re.sub(r"\D", "", digits) != str(abs(value))


def day(cell: Any, label: str) -> date | None:
    """A date from Excel, or written as in a form (20.11.2026). Raises `Unreadable`."""
    day = cell.date() if isinstance(cell, datetime) else cell
    text = nbdate(day) if isinstance(day, date) else one_line(cell)
    try:
        return _DAYS.clean(day if isinstance(day, date) else text)
    except ValidationError as error:
        raise cannot_read(text, label) from error


def filled(read: Callable[..., Any], cell: Any, label: str, *limits: int) -> Any:
    """What `read` (`day`, `whole` …) gives of a cell that cannot be empty. Raises `Unreadable`."""
    value = read(cell, label, *limits)
    if value is None:
        raise Unreadable(_("%(label)s må fylles ut.") % {"label": label})
    return value


def yes_no(cell: Any, label: str) -> bool | None:
    """Yes or no, None when empty. Raises `Unreadable`."""
    text = one_line(cell).casefold()
    if not text:
        return None
    if text not in YES and text not in NO:
        raise Unreadable(_("%(label)s må være ja eller nei.") % {"label": label.capitalize()})
    return text in YES


def postcode(cell: Any) -> str:
    """Four digits. Excel drops leading zeros, so 150 is 0150. Raises `Unreadable`."""
    text = one_line(cell)
    if re.fullmatch(r"\d{1,3}", text):
        text = text.zfill(4)
    if text and not re.fullmatch(r"\d{4}", text):
        raise Unreadable(_("Postnummeret har fire siffer."))
    return text


def choice(choices: Any, text: str) -> Any:
    """The member of the enum whose code or label the text is, whatever the case; None if none."""
    wanted = norwegian_key(text)
    for member in choices:
        if wanted in (norwegian_key(member.value), norwegian_key(str(member.label))):
            return member
    return None


# ------------------------------------------------------------------ formula guards


def guarded(text: str) -> str:
    """The text with an apostrophe before it, if a spreadsheet program would run it."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unguarded(text: str) -> str:
    """Undoes `guarded`."""
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA):
        return text[1:]
    return text


def written(value: Any) -> Any:
    """The value as it is written in a file, so that reading it gives the value again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, date):
        return nbdate(value)
    if isinstance(value, str):
        return guarded(_lines(value) if "\n" in value else _line(value))
    return value


# ------------------------------------------------------------------ names and addresses


def folded(name: str) -> str:
    """A key that is equal for names a person would read as the same.

    Storgt. 12B, storgata 12 b and STORGATEN 12 B are one; so are «Rom 04» and «rom4».
    """
    parts = LETTERS_OR_DIGITS.findall(_joined(norwegian_key(name)))
    return " ".join(part.lstrip("0") or "0" if part.isdigit() else _street(part) for part in parts)


def _joined(key: str) -> str:
    # æ, ø and å are {, | and } in the key; they belong to the word around them.
    return key.replace("{", "æ").replace("|", "ø").replace("}", "å")


def _street(word: str) -> str:
    for name, endings in STREETS:
        for ending in endings:
            if word.endswith(ending):
                return word.removesuffix(ending) + name
    return word
