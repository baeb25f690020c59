"""What has changed since a page was opened, by whom and when: told beside the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .calendar import last_day
from .formatting import UNCLEAR, nbdate, nbtime, yes_or_no

# As many as are told; the rest is on the page itself.
MOST_TOLD = 5
# With the space or the end of the line after it.
WORD = re.compile(r"\S+\s*")
# Words kept before and after what differs in a long text.
AROUND = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs: its heading, the words that were read, and those that stand now."""

    heading: str
    before: str
    now: str


def between(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """The parts that differ, in the order of the page; of a long text only around the change."""
    headings = [*now, *(heading for heading in before if heading not in now)]
    return [
        Change(heading, *_excerpts(before.get(heading, ""), now.get(heading, "")))
        for heading in headings
        if before.get(heading, "") != now.get(heading, "")
    ]


def told(rows: Iterable[models.Model]) -> list[str]:
    """A sentence for each row of history: what was changed, by whom and when."""
    return [
        _("%(what)s: endret av %(who)s %(day)s %(clock)s.")
        % {
            "what": capfirst(row.instance_type._meta.verbose_name),
            "who": row.history_user or _("Varig selv"),
            "day": nbdate(row.history_date),
            "clock": nbtime(row.history_date),
        }
        for row in rows
    ]


def of_row(row: models.Model | models.QuerySet, seen: int) -> tuple[list[str], list[Change]]:
    """Who has changed the row since the revision `seen`, and the fields that differ from it."""
    if isinstance(row, models.QuerySet):
        later = row.filter(history_id__gt=seen).select_related("history_user")
        return told(later.order_by("-history_id")[:1]), []
    if not hasattr(row, "history"):
        return [], []
    later = row.history.filter(history_id__gt=seen).select_related("history_user")
    who = told(later.order_by("-history_id")[:1])
    old = row.history.filter(history_id=seen).first()
    if old is None:
        return who, []
    return who, between(_words(old, row), _words(row, row))[:MOST_TOLD]


@dataclass(frozen=True, slots=True)
class Logged:
    """A change that was saved: by whom and when, from which day, why, and the words that differ."""

    who: str
    at: datetime
    what: str
    start: date | None
    reason: str
    changes: list[Change]


def log(rows: Iterable[models.Model], first: Mapping[str, str] | None = None) -> list[Logged]:
    """The history of a row, or of all versions of one thing (`valid`), the latest change first.

    A new version is compared with the one it follows; that the earlier one ends then is not said.
    `first` are the words, by heading, that were in use before anything was saved.
    """
    rows = sorted(rows, key=lambda row: row.history_id)
    begin = {_valid(row).lower for row in rows if row.history_type == "+" and _valid(row)}
    now: dict[Any, models.Model] = {}
    found = []
    for row in rows:
        valid, before, start = _valid(row), now.pop(row.id, None), None
        old, new = _shown(before), _shown(row)
        what = _("Endret")
        if row.history_type == "-":
            what, old, new = _("Tatt bort"), new, {}
            start = valid.lower if valid else None
        elif row.history_type == "+":
            start = valid.lower if valid else None
            follows = _followed(now.values(), start) if valid else None
            old = _shown(follows) or dict(first or {})
            what = _("Ny versjon") if old else _("Lagt til")
        elif valid and valid.upper and (before is None or _valid(before) != valid):
            if valid.upper in begin:
                now[row.id] = row
                continue
            what = _("Avsluttet, siste dag %s") % nbdate(last_day(valid))
        if row.history_type != "-":
            now[row.id] = row
        if not old and not valid:  # all of it is new, and stands on the page
            old = new
        found.append(
            Logged(
                who=str(row.history_user or _("Varig selv")),
                at=row.history_date,
                what=what,
                start=start,
                reason=row.history_change_reason or "",
                changes=between({name: old.get(name, "") for name in {**new, **old}}, new),
            )
        )
    return found[::-1]


def _valid(row: models.Model) -> DateRange | None:
    return getattr(row, "valid", None)


def _followed(rows: Iterable[models.Model], start: date | None) -> models.Model | None:
    """Of the versions that stand, the last that begins before `start`."""
    earlier = [row for row in rows if start and (_valid(row).lower or date.min) < start]
    return max(earlier, key=lambda row: _valid(row).lower or date.min, default=None)


def _shown(stored: models.Model | None) -> dict[str, str]:
    """The words of a row of history, without what only says which version it is."""
    if stored is None:
        return {}
    words = _words(stored, stored.instance_type)
    return {name: text for name, text in words.items() if name not in _unsaid(stored)}


def _unsaid(stored: models.Model) -> set[str]:
    fields = {field.name: field for field in stored.instance_type._meta.concrete_fields}
    return {capfirst(fields[name].verbose_name) for name in ("valid", "key") if name in fields}


def _words(stored: models.Model, row: models.Model | type[models.Model]) -> dict[str, str]:
    """The fields a user can change, by their names on the screen."""
    return {
        capfirst(field.verbose_name): _value(field, stored)
        for field in row._meta.concrete_fields
        if field.editable and not field.primary_key and hasattr(stored, field.attname)
    }


def _value(field: models.Field, stored: models.Model) -> str:
    value = getattr(stored, field.attname)
    if value in (None, ""):
        return str(UNCLEAR)
    if field.is_relation:
        related = field.related_model._base_manager.filter(pk=value).first()
        return str(related or UNCLEAR)
    if isinstance(value, DateRange):
        # As typed: the last day, or the first day after it.
        after = getattr(field.model, "ENDS_WITH_DAY_AFTER", False)
        end = value.upper if after else last_day(value)
        return f"{nbdate(value.lower)}–{nbdate(end)}"
    if field.choices and not isinstance(value, list):
        return str(dict(field.flatchoices).get(value, value))
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, datetime):
        return f"{nbdate(value)} {nbtime(value)}"
    if isinstance(value, date):
        return nbdate(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    return str(value)


def _excerpts(before: str, now: str) -> tuple[str, str]:
    """Both texts without the words they begin and end with alike, except a few."""
    old, new = WORD.findall(before), WORD.findall(now)
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), min(len(old), len(new)) - start)
    return _cut(old, start, end), _cut(new, start, end)


def _alike(one: list[str], other: list[str]) -> int:
    """How many words the two begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _cut(words: list[str], start: int, end: int) -> str:
    first, last = max(0, start - AROUND), len(words) - max(0, end - AROUND)
    text = "".join(words[first:last]).strip()
    return f"{'… ' if first else ''}{text}{' …' if last < len(words) else ''}"
