"""Dates, times, money and names as written in Norwegian.

The formats are those of law.md, "Numbers and formats", and are the same in bokmål and nynorsk
unless noted. None gives an empty text, so that templates need no test. A no-break space keeps a
number and its unit on one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The words for a value nobody knows, on pages, in letters and in sentences.
UNCLEAR: Final = _("ikke avklart")

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
MONTHS: Final = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
WEEKDAYS: Final = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")


def yes_or_no(value: bool | None) -> str:
    """«ja», «nei», or «ikke avklart» when nobody knows."""
    if value is None:
        return str(UNCLEAR)
    return gettext("ja") if value else gettext("nei")


def nbdate(value: date | datetime | None) -> str:
    """20.11.2026. A datetime is first converted to local time."""
    day = _day(value)
    return f"{day.day:02}.{day.month:02}.{day.year:04}" if day else ""


def short_date(day: date) -> str:
    """24.10., with the final dot: a date in a sentence, without the year."""
    return f"{day.day:02}.{day.month:02}."


def nbdate_long(value: date | datetime | None, *, year: bool = True) -> str:
    """20. november 2026, or 20. november with `year=False`."""
    day = _day(value)
    if day is None:
        return ""
    text = f"{day.day}.{NBSP}{MONTHS[day.month - 1]}"
    return f"{text} {day.year}" if year else text


def nbdate_weekday(value: date | datetime | None) -> str:
    """fredag 20. november."""
    day = _day(value)
    return f"{WEEKDAYS[day.weekday()]} {nbdate_long(day, year=False)}" if day else ""


def nbtime(value: datetime | time | None) -> str:
    """kl. 14.30. A datetime is first converted to local time."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = value.astimezone(timezone.get_current_timezone())
    return f"kl.{NBSP}{value.hour:02}.{value.minute:02}"


def week(value: date | datetime | None) -> str:
    """uke 47 (ISO weeks, Monday first)."""
    day = _day(value)
    return f"uke{NBSP}{day.isocalendar().week}" if day else ""


def number(value: int | float | Decimal | None, places: int | None = None) -> str:
    """1 234,5: no-break space between thousands, decimal comma, a true minus sign.

    With `places` it is rounded half up to that many decimals; without, all decimals are shown.
    ValueError for infinity and NaN.
    """
    if value is None:
        return ""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        raise ValueError("infinity and NaN cannot be written")
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _dot, fraction = f"{abs(exact):,f}".partition(".")
    text = whole.replace(",", NBSP) + (f",{fraction}" if fraction else "")
    return f"{MINUS}{text}" if exact < 0 else text


def kroner(value: int | float | Decimal | None) -> str:
    """8 000 kr, or 8 000,50 kr when the amount has øre. The value is in kroner."""
    if value is None:
        return ""
    exact = Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    places = 0 if exact == exact.to_integral_value() else 2
    return f"{number(exact, places)}{NBSP}kr"


def percent(value: int | float | Decimal | None, places: int = 0) -> str:
    """86 %. The value is in per cent (86), not a fraction (0.86)."""
    return "" if value is None else f"{number(value, places)}{NBSP}%"


def listed(parts: Sequence[Any], last: Any = "") -> str:
    """«A», «A og B», «A, B og C»; with `last` as the word before the last."""
    *first, end = map(str, parts)
    return f"{', '.join(first)} {last or gettext('og')} {end}" if first else end


def days_nb(n: int | None) -> str:
    """1 dag, 90 dager."""
    return _counted(n, "dag", "dager")


def weeks_nb(n: int | None) -> str:
    """1 uke, 3 uker."""
    return _counted(n, "uke", "uker")


def months_nb(n: int | None) -> str:
    """1 måned, 6 måneder."""
    return _counted(n, "måned", "måneder")


def initials(name: str | None) -> str:
    """The first letters of the first and the last name: HM for Hanne Marie Myrland."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    if not words:
        return ""
    picked = [words[0]] if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0].upper()[:1] for word in picked)


def _counted(n: int | None, singular: str, plural: str) -> str:
    if n is None:
        return ""
    return f"{number(n)}{NBSP}{singular if abs(n) == 1 else plural}"


def _day(value: date | datetime | None) -> date | None:
    if isinstance(value, datetime):
        if timezone.is_aware(value):
            value = value.astimezone(timezone.get_current_timezone())
        return value.date()
    return value
