"""The one engine that raises and closes flags (need T8).

A kind of flag is data, a `FlagRule`: which rows there should be a flag for on a date, and how the
flag is put in words. `RULE.run(on)` makes the open flags of the kind those rows, in one statement:

* a row without a flag gets one, once for its key and level whatever the number of runs;
* a row that has come to a further level gets a new flag, and the old one is superseded;
* an open flag without a row is over, by the facts.

A run for an earlier date does no harm to later ones: it closes nothing raised after its date,
raises nothing below a level that was raised already, and reopens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from accounts import settings_table
from common.calendar import next_working_day
from common.jobs import Done
from common.sql import enum_params

from .enums import FlagClosed

if TYPE_CHECKING:
    from enum import Enum

    from .enums import FlagKind
    from .flags import Words
    from .models import Flag

# How far a flag has come, where the rule keeps it among the facts.
LEVEL = "(f.facts ->> 'level')::int"

RAISE = """
WITH {wanted},
open_flag AS (
    SELECT f.id, f.person_id, {key} AS key, {level} AS level, f.raised_on
    FROM casework_flag f WHERE f.kind = %(kind)s AND f.closed_on IS NULL
),
-- Every wanted row beside its open flag; nearly all have theirs, and then nothing is to be done.
changed AS (
    SELECT w.*, o.id AS flag_id, o.raised_on AS flag_raised_on
    FROM wanted w
    FULL JOIN open_flag o ON o.person_id = w.person_id AND o.key = w.key
    WHERE o.id IS NULL OR w.person_id IS NULL OR {further}
),
fresh AS (
    SELECT c.* FROM changed c
    WHERE c.person_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM casework_flag f
        WHERE f.person_id = c.person_id AND f.kind = %(kind)s AND {key} = c.key
            AND {reached})
),
{told}
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT t.person_id, t.application_id, %(kind)s, {new_key}, {threshold}, {facts}, {marks},
        t.owner_id, t.due_on, %(on)s::date, '', ''
    FROM {source} t
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date, closed_because = CASE
        WHEN c.person_id IS NULL THEN %(FlagClosed.FACTS)s ELSE %(FlagClosed.SUPERSEDED)s END
    FROM changed c WHERE f.id = c.flag_id AND c.flag_raised_on <= %(on)s::date
    RETURNING f.closed_because
    {replaced}
)
SELECT (SELECT count(*) FROM raised),
    count(*) FILTER (WHERE closed_because = %(FlagClosed.SUPERSEDED)s),
    count(*) FILTER (WHERE closed_because = %(FlagClosed.FACTS)s)
FROM closed
"""

REPLACED = """
),
replaced AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date, closed_because = %(FlagClosed.SUPERSEDED)s
    FROM wanted w
    WHERE f.person_id = w.person_id AND f.kind = %(replaces)s AND f.key = w.key
        AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date"""


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """A kind of flag as data.

    `wanted` is SQL of ours: CTEs that end in `wanted`, one row for each flag there should be on
    `%(on)s`, with person_id, application_id, key (what it is about), facts (jsonb), owner_id and
    due_on. It is a function where it is made of what other apps register as they start.

    `params(on)` gives what `wanted` needs besides `%(on)s`, `%(kind)s` and the values of `enums`.

    A kind that comes further has a `level`, the SQL of the level of a flag `f` (`LEVEL`, or a
    column), and `wanted` has a column level; the key of its flags is «key:level». `threshold` and
    `marks` say that the rows bring those columns.

    `told` is for what is too costly to work out for those who have their flag already: CTEs that
    end in `told`, made of `fresh`, which has the columns of `wanted`.

    `replaces` is a kind whose open flag with the same person and key is superseded by this.
    """

    kind: FlagKind
    words: Callable[[Flag, date], Words]
    wanted: str | Callable[[], str]
    params: Callable[[date], dict[str, Any]] = lambda on: {}
    enums: tuple[type[Enum], ...] = ()
    level: str = ""
    threshold: bool = False
    marks: bool = False
    told: str | Callable[[], str] = ""
    replaces: FlagKind | None = None

    @transaction.atomic
    def run(self, on: date) -> Done:
        """Let the open flags of the kind be those wanted on the date. Safe to run twice."""
        params = {
            **enum_params(FlagClosed, *self.enums),
            **self.params(on),
            "on": on,
            "kind": str(self.kind),
            "replaces": str(self.replaces or ""),
        }
        with connection.cursor() as cursor:
            # One run at a time: two for different dates could each miss the other's flag.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"flags {self.kind}"])
            cursor.execute(self.statement(), params)
            return Done(*cursor.fetchone())

    def statement(self) -> str:
        """The whole statement; what a kind does not have is not asked for."""
        levels = bool(self.level)
        in_facts = " || jsonb_build_object('level', t.level)" if self.level == LEVEL else ""
        told = _text(self.told)
        return RAISE.format(
            wanted=_text(self.wanted),
            key=f"left(f.key, -1 - length(({self.level})::text))" if levels else "f.key",
            level=self.level or "1",
            further="w.level > o.level" if levels else "false",
            reached=f"{self.level} >= c.level" if levels else "true",
            told=f"{told}," if told else "",
            source="told" if told else "fresh",
            new_key="t.key || ':' || t.level" if levels else "t.key",
            threshold="t.threshold" if self.threshold else "NULL::int",
            facts=f"t.facts{in_facts}",
            marks="t.marks" if self.marks else "'{}'",
            replaced=REPLACED if self.replaces else "",
        )


def _text(sql: str | Callable[[], str]) -> str:
    return sql if isinstance(sql, str) else sql()


def due_on(on: date) -> date:
    """The day something raised on a date should be followed up by."""
    return next_working_day(on + timedelta(days=settings_table.value("flag_due_days", on)))
