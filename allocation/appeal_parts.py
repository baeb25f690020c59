"""What allocation adds to the file of an appeal: the waiting list, and the vacant dwellings.

Classes and counts, never a name, an address or a case number. The person who appeals may read
the file (fvl. § 18), so a count so small that it could identify somebody is not given.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.appeals.file import FileDocument
from casework.letters.words import words
from casework.models import Appeal
from casework.vedtak.letter import type_name
from common.formatting import days_nb, nbdate
from housing.enums import UnitType

from . import policy as policies
from . import ranking
from .policy import NoPolicy
from .vacancy import vacant_units

FEWEST = 4  # fewer people could be recognised


@dataclass(slots=True)
class _ClassCounts:
    name: str
    waiting: int = 0
    children: int = 0
    longest: int = 0  # days


def comparison(appeal: Appeal, on: date, language: str) -> FileDocument | None:
    """The waiting list by class on the day of the vedtak, and now."""
    if not appeal.is_of_a_decision:
        return None
    title = words("comparison", language)["title"]
    return FileDocument(title, on, None, lambda: _comparison(appeal, on, language))


def _comparison(appeal: Appeal, on: date, language: str) -> list[dict[str, Any]]:
    t = words("comparison", language)
    blocks: list[dict[str, Any]] = [{"kind": "text", "text": t["intro"]}]
    for day in dict.fromkeys([appeal.vedtak.issued_on, on]):
        heading = t["day"].format(on=nbdate(day))
        if day == appeal.vedtak.issued_on:
            heading += f", {t['now']}"
        blocks.append({"kind": "heading", "text": heading})
        blocks += _list_on(day, appeal.vedtak.application_id, t)
    return [*blocks, *_classes(on, t)]


def _list_on(day: date, application_id: int, t: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        policy = policies.in_force(day)
    except NoPolicy:
        return [{"kind": "text", "text": t["none"]}]
    entries = ranking.waiting(day, policy=policy)
    if not entries:
        return [{"kind": "text", "text": t["none"]}]
    classes = {cls.number: _ClassCounts(cls.name) for cls in policy.classes}
    own = None
    for entry in entries:
        if entry.application_id == application_id:
            own = entry
        counts = classes[entry.priority.number]
        counts.waiting += 1
        counts.children += entry.facts.children > 0
        counts.longest = max(counts.longest, entry.days_waited)
    rows = [
        [
            f"{number}. {counts.name}",
            few(counts.waiting),
            few(counts.children) if counts.waiting >= FEWEST else "–",
            days_nb(counts.longest) if counts.waiting >= FEWEST else "–",
        ]
        for number, counts in classes.items()
    ]
    if own is None:
        text = t["absent"]
    else:
        before = [e for e in entries if e.rank < own.rank]
        same = sum(e.priority.number == own.priority.number for e in before)
        text = t["stands"].format(
            name=own.priority.name, higher=few(len(before) - same), same=few(same)
        )
    return [
        {"kind": "table", "head": t["head"], "rows": rows},
        {"kind": "text", "text": text},
    ]


def _classes(day: date, t: dict[str, Any]) -> list[dict[str, Any]]:
    """The classes and their sentences in the policy in force."""
    try:
        policy = policies.in_force(day)
    except NoPolicy:
        return []
    sentences = [f"{cls.number}. {cls.name}: {cls.sentence}" for cls in policy.classes]
    return [
        {"kind": "heading", "text": t["policy"]},
        {"kind": "text", "text": "\n".join(sentences)},
    ]


def few(n: int) -> str:
    """A count of people as it may be read: «1–3» for one to three."""
    return str(n) if n == 0 or n >= FEWEST else f"1–{FEWEST - 1}"


def stock(appeal: Appeal, on: date, language: str) -> FileDocument | None:
    """Homes vacant on the day of the vedtak and now, by type and size."""
    if not appeal.is_of_a_decision:
        return None
    title = words("comparison", language)["stock_title"]
    return FileDocument(title, on, None, lambda: _stock(appeal, on, language))


def _stock(appeal: Appeal, on: date, language: str) -> list[dict[str, Any]]:
    t = words("comparison", language)
    # One column where the file is made on the day of the vedtak.
    vacant_on = {day: _vacant(day) for day in dict.fromkeys([appeal.vedtak.issued_on, on])}
    kinds = {key for counts in vacant_on.values() for key in counts}
    head = [*t["stock_head"], *(nbdate(day) for day in vacant_on)]
    rows = [
        [
            type_name(kind, language),
            t["unknown"] if bedrooms < 0 else str(bedrooms),
            *(str(counts[kind, bedrooms]) for counts in vacant_on.values()),
        ]
        for kind, bedrooms in sorted(kinds, key=lambda key: (_order(key[0]), key[1]))
    ]
    blocks: list[dict[str, Any]] = [{"kind": "text", "text": t["stock_intro"]}]
    if rows:
        blocks.append({"kind": "table", "head": head, "rows": rows})
    else:
        blocks.append({"kind": "text", "text": t["stock_none"]})
    return blocks


def _vacant(day: date) -> Counter[tuple[str, int]]:
    rows = vacant_units(day).order_by().values_list("type", "bedrooms")
    return Counter((kind, -1 if bedrooms is None else bedrooms) for kind, bedrooms in rows)


def _order(kind: str) -> int:
    return list(UnitType).index(UnitType(kind))
