"""Numbers as people write them in Norway: 8 000, 8.000, 8 000 kr, 8000,-, 55,5."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

# What people write around an amount or an area.
UNITS = re.compile(r"^kr\.?|,-|(kr\.?|nok|m2|m²|kvm)?(/mnd\.?|/måned|permåned|permnd\.?)?$")
SPACES = re.compile(r"[\s\u00a0\u202f]+")
THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")
DECIMALS = re.compile(r"-?\d+([.,]\d+)?")


class Unreadable(ValueError):
    """The cell cannot be read; `str()` is a sentence for the user."""


def number(written: str, label: str) -> Decimal | None:
    """A number, None when nothing is written. A dot before three digits separates thousands.

    «8,000» is refused: it is eight to some and eight thousand to others. Raises `Unreadable`.
    """
    text = SPACES.sub("", written.casefold())
    if not text:
        return None
    text = UNITS.sub("", UNITS.sub("", text)).replace("−", "-")
    if THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    elif re.fullmatch(r"-?\d{1,3},000", text):
        raise Unreadable(
            _("«%(text)s» kan leses som %(label)s på to måter. Skriv tallet uten komma.")
            % {"text": written, "label": label}
        )
    if not DECIMALS.fullmatch(text):
        raise cannot_read(written, label)
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise cannot_read(written, label) from error


def cannot_read(text: str, label: str) -> Unreadable:
    return Unreadable(
        _("«%(text)s» kan ikke leses som %(label)s.") % {"text": text, "label": label}
    )
