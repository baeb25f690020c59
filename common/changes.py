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


def _words(stored: models.Model, row: models.Model) -> dict[str, str]:
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
