"""The engine that raises and closes the flags about persons (need T8).

A kind of flag is data, a `FlagRule`: the rows that should have a flag on a date, and how the flag
is worded. `RULE.run(on)` makes the open flags match those rows, in one SQL statement:

* a row without a flag gets one, only once for its key and level however often the job runs;
* a row that has reached a higher level gets a new flag, which supersedes the old one;
* an open flag without a row is closed, because the facts have changed;
* a row about somebody who has died counts for none.

Running for an earlier date is safe: the run closes nothing raised after its date, raises nothing
at or below a level that was raised already, and reopens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from accounts import settings_table
from common.calendar import next_working_day
from common.jobs import JobResult
from common.sql import enum_params

from .enums import FlagClosed

if TYPE_CHECKING:
    from enum import Enum

    from .enums import FlagKind
    from .flags import FlagWording
    from .models import Flag

# The level of a flag whose rule keeps it among the facts.
LEVEL = "(f.facts ->> 'level')::int"

RAISE = """
WITH {wanted},
-- Nothing waits for somebody who has died, on whatever day the job runs.
living AS (
    SELECT w.* FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM casework_death d WHERE d.person_id = w.person_id AND d.undone_at IS NULL)
),
open_flag AS (
    SELECT f.id, f.person_id, {key} AS key, {level} AS level, f.raised_on
    FROM casework_flag f WHERE f.kind = %(kind)s AND f.closed_on IS NULL
),
-- Wanted rows and open flags that do not match. Nearly all match, and need no change.
changed AS (
    SELECT w.*, o.id AS flag_id, o.raised_on AS flag_raised_on
    FROM living w
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
{details}
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT t.person_id, t.application_id, %(kind)s, {new_key}, {threshold}, {facts}, {marks},
        t.owner_id, t.due_on, %(on)s::date, '', ''
    FROM {source} t
    {conflict}
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
    count(*) FILTER (WHERE closed_because = %(FlagClosed.SUPERSEDED)s){replaced_count},
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
        AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
    RETURNING 1"""


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """A kind of flag as data.

    `wanted` is trusted SQL: CTEs that end in one named `wanted`, with a row for each flag there
    should be on `%(on)s`. Its columns are person_id, application_id, key (what the flag is about),
    facts (jsonb), owner_id and due_on. It is a function when other apps register parts of it.

    `params(on)` gives the parameters of `wanted` besides `%(on)s`, `%(kind)s` and those of `enums`.

    A kind with levels has `level`, the SQL for the level of a flag `f` (`LEVEL`, or a column), and
    a column level in `wanted`; the key of its flags is «key:level». `threshold` and `marks` are
    True when `wanted` has those columns.

    `details` adds columns that are costly to compute, for new flags only: CTEs that end in
    `detailed`, which reads `fresh` (the new rows, with the columns of `wanted`).

    `replaces` is another kind: its open flag for the same person and key is superseded.

    `one_each` is True when `wanted` has at most one row a person. Two rows for one flag are then
    impossible, and PostgreSQL is not asked to look for them: 26 of 265 ms for 18 446 new flags.

    `on_day` is false for a kind that Min dag tells of in another way: a line or panel of its own.
    """

    kind: FlagKind
    words: Callable[[Flag, date], FlagWording]
    wanted: str | Callable[[], str]
    params: Callable[[date], dict[str, Any]] = lambda on: {}
    enums: tuple[type[Enum], ...] = ()
    level: str = ""
    threshold: bool = False
    marks: bool = False
    details: str | Callable[[], str] = ""
    replaces: FlagKind | None = None
    one_each: bool = False
    on_day: bool = True

    @transaction.atomic
    def run(self, on: date) -> JobResult:
        """Raise and close flags to match the rows wanted on the date. Safe to run twice."""
        params = {
            **enum_params(FlagClosed, *self.enums),
            **self.params(on),
            "on": on,
            "kind": str(self.kind),
            "replaces": str(self.replaces or ""),
        }
        with connection.cursor() as cursor:
            # One run at a time: two runs for different dates could miss each other's flags.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"flags {self.kind}"])
            cursor.execute(self.statement(), params)
            return JobResult(*cursor.fetchone())

    def statement(self) -> str:
        """The SQL statement, without the parts this kind does not use."""
        levels = bool(self.level)
        in_facts = " || jsonb_build_object('level', t.level)" if self.level == LEVEL else ""
        details = _text(self.details)
        return RAISE.format(
            wanted=_text(self.wanted),
            key=f"left(f.key, -1 - length(({self.level})::text))" if levels else "f.key",
            level=self.level or "1",
            further="w.level > o.level" if levels else "false",
            reached=f"{self.level} >= c.level" if levels else "true",
            details=f"{details}," if details else "",
            source="detailed" if details else "fresh",
            new_key="t.key || ':' || t.level" if levels else "t.key",
            threshold="t.threshold" if self.threshold else "NULL::int",
            facts=f"t.facts{in_facts}",
            marks="t.marks" if self.marks else "'{}'",
            conflict="" if self.one_each else "ON CONFLICT (person_id, kind, key) DO NOTHING",
            replaced=REPLACED if self.replaces else "",
            replaced_count=" + (SELECT count(*) FROM replaced)" if self.replaces else "",
        )


def _text(sql: str | Callable[[], str]) -> str:
    return sql if isinstance(sql, str) else sql()


def due_on(on: date) -> date:
    """The day a flag raised on the date should be followed up by: a working day."""
    return next_working_day(on + timedelta(days=settings_table.value("flag_due_days", on)))
