"""The texts of letters about a lease, in the tenant's form of Norwegian (målform)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from casework.letters.letters import body
from casework.letters.words import words
from common.formatting import MONTHS, kroner, nbdate_long
from stays.enums import Deposit

if TYPE_CHECKING:
    from casework.models import Application
    from stays.models import PriceIndex

    from .models import Lease


def rent(
    lease: Lease,
    old_rent: int,
    new_rent: int,
    from_index: PriceIndex,
    to_index: PriceIndex,
    effective_on: date,
    application: Application,
) -> dict[str, Any]:
    """The yearly notice of a new rent, as `title` and `data`; rents in kroner a month."""
    language = application.person.language_form
    t, day = words("rent", language), nbdate_long(effective_on)
    sums = {
        "from_value": _number(from_index),
        "from_month": _month(from_index),
        "to_value": _number(to_index),
        "to_month": _month(to_index),
    }
    return {
        "title": t["title"].format(day=day),
        "data": body(
            intro=[t["intro"], t["old"].format(old=kroner(old_rent))],
            box=(t["new"].format(new=kroner(new_rent), day=day), str(lease.stay.where)),
            parts=[(t["how"], t["how_text"].format(**sums)), (t["trouble"], t["trouble_text"])],
        ),
    }


def information(
    application: Application,
    *,
    unit: str,
    starts_on: date,
    expires_on: date | None,
    rent: int,
    deposit_kind: str,
    deposit: int,
    short_term_reason: str,
) -> dict[str, Any]:
    """The written information before signing (husll. § 11-1), as `title` and `data`."""
    t = words("lease_information", application.person.language_form)
    days = {
        "start": nbdate_long(starts_on),
        "end": nbdate_long(expires_on) if expires_on else "",
    }
    parts = [
        (t["term"], t["term_text" if expires_on else "forever"].format(**days)),
        (t["short"], short_term_reason),
        (t["rent"], t["rent_text"].format(rent=kroner(rent))),
    ]
    if deposit and deposit_kind != Deposit.NONE:
        which = "deposit" if deposit_kind == Deposit.DEPOSIT else "guarantee"
        parts.append((t[which], t[f"{which}_text"].format(amount=kroner(deposit))))
    parts.append((t["leave"], t["leave_text"]))
    return {
        "title": t["title"],
        "data": body(
            intro=[t["intro"].format(unit=unit)], parts=parts, box=(t["box"], t["box_text"])
        ),
    }


def _number(index: PriceIndex) -> str:
    return str(index.value).replace(".", ",")


def _month(index: PriceIndex) -> str:
    """The same in bokmål and nynorsk."""
    return f"{MONTHS[index.month.month - 1]} {index.month.year}"
