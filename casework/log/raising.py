"""The engine that raises and closes the flags about persons (need T8).

A kind of flag is data, a `FlagRule`: the rows that should have a flag on a date, and how the flag
is worded. `RULE.run(on)` makes the open flags match those rows, in one SQL statement:

* a row without a flag gets one, also when a flag of it was closed by facts that were wrong;
* a row whose flag somebody followed up gets none, until it reaches a higher level;
* an open flag without a row, or at another level, is closed: superseded by a higher level, or
  because the facts have changed;
* an open flag whose row says something else gets the new facts, marks and due date.

So a row never has two open flags. What a flag is about may have a date in its key, such as the
first day of a stay. When that date is corrected by at most `same_matter_days`, the matter is the
same: an open flag is kept, with the new facts, and one that was followed up does not come back.

Flags are as of the latest day the kind was run for (`FlagDay`). A run for an earlier day judges
the facts as of that latest day, so jobs may be run for any days, in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from accounts import settings_table
from accounts.jobs import WORKING, latest_day
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
WITH {wanted}, {working},
-- Nothing waits for somebody who has died, on whatever day the job runs.
living AS (
    SELECT w.* FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM casework_death d WHERE d.person_id = w.person_id AND d.undone_at IS NULL)
),
open_flag AS (
    SELECT f.id, f.person_id, {key} AS key, {level} AS level, f.facts, f.marks, f.due_on
    FROM casework_flag f WHERE f.kind = %(kind)s AND f.closed_on IS NULL
),
-- Wanted rows and open flags that do not match, or that say something else. Nearly all match, and
-- need no change.
changed AS (
    SELECT w.*, o.id AS flag_id, o.person_id AS flag_person_id, o.key AS flag_key,
        o.level AS flag_level
    FROM living w
    FULL JOIN open_flag o ON o.person_id = w.person_id AND o.key = w.key {same_level}
    WHERE o.id IS NULL OR w.person_id IS NULL OR {stale}
),
fresh AS (
    SELECT c.*, {moved_id} AS moved_id
    FROM changed c {moved_from}
    WHERE c.person_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM casework_flag f
        WHERE f.person_id = c.person_id AND f.kind = %(kind)s
            AND f.closed_because = %(FlagClosed.HANDLED)s AND {handled})
),
{details}
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, threshold, facts, marks,
        owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT t.person_id, t.application_id, %(kind)s, {new_key}, {threshold}, {facts}, {marks},
        working.id, t.due_on, %(on)s::date, '', ''
    FROM {source} t LEFT JOIN working ON working.id = t.owner_id WHERE t.moved_id IS NULL
    {conflict}
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date, closed_because = CASE
        WHEN {superseded} THEN %(FlagClosed.SUPERSEDED)s ELSE %(FlagClosed.FACTS)s END
    FROM changed c {higher}
    WHERE f.id = c.flag_id AND c.person_id IS NULL {not_moved}
    RETURNING f.closed_because
),
moved AS (
    UPDATE casework_flag f SET key = {new_key}, facts = {facts}, marks = {marks}, due_on = {due_on}
    FROM {source} t WHERE f.id = t.moved_id
    RETURNING 1
    {replaced}
)
SELECT (SELECT count(*) FROM raised),
    count(*) FILTER (WHERE closed_because = %(FlagClosed.SUPERSEDED)s){replaced_count},
    count(*) FILTER (WHERE closed_because = %(FlagClosed.FACTS)s)
FROM closed
"""

# For keys with a date: the open flag of the same matter and level, which only gets new facts.
MOVED_FROM = """LEFT JOIN (
        SELECT DISTINCT ON (flag_person_id, flag_level, left(flag_key, -10)) *
        FROM changed WHERE person_id IS NULL
        ORDER BY flag_person_id, flag_level, left(flag_key, -10), flag_id
    ) o ON o.flag_person_id = c.person_id AND o.flag_level = {level} AND {same}"""
# The row of the same matter at a higher level.
HIGHER = """LEFT JOIN changed w ON w.person_id = c.flag_person_id
        AND w.level > c.flag_level AND {same}"""
# An open flag and its row say something else. The days that have gone count on by themselves.
STALE = """(o.facts - 'days' IS DISTINCT FROM ({facts}) - 'days'
        OR o.marks IS DISTINCT FROM {marks}{due})"""

REPLACED = """
),
replaced AS (
    UPDATE casework_flag f
    SET closed_on = %(on)s::date, closed_because = %(FlagClosed.SUPERSEDED)s
    FROM wanted w
    WHERE f.person_id = w.person_id AND f.kind = %(replaces)s AND f.key = w.key
        AND f.closed_on IS NULL
    RETURNING 1"""


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """A kind of flag as data.

    `wanted` is trusted SQL: CTEs that end in one named `wanted`, with a row for each flag there
    should be on `%(on)s`. Its columns are person_id, application_id, key (what the flag is about),
    facts (jsonb), owner_id and due_on. It is a function when other apps register parts of it.

    `params(on)` gives the parameters of `wanted` besides `%(on)s`, `%(kind)s` and those of `enums`.

    `dated` is True when the key ends in a date that may be registered wrong. It is False where
    another date is another matter, such as a new due date that somebody agreed.

    A kind with levels has `level`, the SQL for the level of a flag `f` (`LEVEL`, or a column), and
    a column level in `wanted`; the key of its flags is «key:level». `threshold` and `marks` are
    True when `wanted` has those columns.

    `details` adds columns that are costly to compute, for the flags that need them only: CTEs that
    end in `detailed`, which reads `fresh` (those rows, with the columns of `wanted`). Such a kind
    has `stale`: SQL that finds, from what is cheap, an open flag `o` that says something else than
    its row `w`.

    `due_from_run` is True when due_on counts from the day the job runs. The day a flag was first
    given then stands, also when its facts change.

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
    stale: str = ""
    due_from_run: bool = False
    dated: bool = False
    replaces: FlagKind | None = None
    one_each: bool = False
    on_day: bool = True

    @transaction.atomic
    def run(self, on: date) -> JobResult:
        """Raise and close flags to match the rows wanted on the date. Safe to run twice.

        After a run for a later date, it is that date that counts (see the module).
        """
        with connection.cursor() as cursor:
            on = latest_day(cursor, self.kind, on)
            params = {
                **enum_params(FlagClosed, *self.enums),
                **self.params(on),
                "on": on,
                "kind": str(self.kind),
                "replaces": str(self.replaces or ""),
            }
            if self.dated:
                params["same_matter_days"] = settings_table.value("same_matter_days", on)
            cursor.execute(self.statement(), params)
            return JobResult(*cursor.fetchone())

    def statement(self) -> str:
        """The SQL statement, without the parts this kind does not use."""
        levels = bool(self.level)
        details = _text(self.details)
        key = f"left(f.key, -1 - length(({self.level})::text))" if levels else "f.key"
        parts = {
            "source": "detailed" if details else "fresh",
            "new_key": "t.key || ':' || t.level" if levels else "t.key",
            "facts": self._facts("t"),
            "marks": self._marks("t"),
        }
        handled = self._same(key, "c.key")
        if levels:
            handled += f" AND {self.level} >= c.level"
        stale = self.stale or STALE.format(
            facts=self._facts("w"),
            marks=self._marks("w"),
            due="" if self.due_from_run else " OR o.due_on IS DISTINCT FROM w.due_on",
        )
        moved_from = MOVED_FROM.format(
            level="c.level" if levels else "1", same=self._same("o.flag_key", "c.key")
        )
        not_moved = "AND NOT EXISTS (SELECT FROM fresh WHERE moved_id = f.id)"
        return RAISE.format(
            **parts,
            wanted=_text(self.wanted),
            working=WORKING,
            key=key,
            level=self.level or "1",
            same_level="AND o.level = w.level" if levels else "",
            handled=handled,
            stale=stale,
            moved_id="coalesce(c.flag_id, o.flag_id)" if self.dated else "c.flag_id",
            moved_from=moved_from if self.dated else "",
            due_on="f.due_on" if self.due_from_run else "t.due_on",
            details=f"{details}," if details else "",
            threshold="t.threshold" if self.threshold else "NULL::int",
            conflict="" if self.one_each else CONFLICT,
            superseded="w.person_id IS NOT NULL" if levels else "false",
            higher=HIGHER.format(same=self._same("w.key", "c.flag_key")) if levels else "",
            not_moved=not_moved if self.dated else "",
            replaced=REPLACED if self.replaces else "",
            replaced_count=" + (SELECT count(*) FROM replaced)" if self.replaces else "",
        )

    def _facts(self, row: str) -> str:
        level = f" || jsonb_build_object('level', {row}.level)" if self.level == LEVEL else ""
        return f"{row}.facts{level}"

    def _marks(self, row: str) -> str:
        return f"{row}.marks" if self.marks else "'{}'"

    def _same(self, key: str, other: str) -> str:
        """SQL condition: two keys of this kind are about the same matter."""
        if not self.dated:
            return f"{key} = {other}"
        return f"""left({key}, -10) = left({other}, -10)
            AND abs(right({key}, 10)::date - right({other}, 10)::date)
                <= %(same_matter_days)s::int"""


CONFLICT = "ON CONFLICT (kind, person_id, key) WHERE closed_on IS NULL DO NOTHING"


def _text(sql: str | Callable[[], str]) -> str:
    return sql if isinstance(sql, str) else sql()


def user_name(column: str) -> str:
    """SQL for the name of the user in the column, for the fact «by» of a flag: who did it."""
    return f"(SELECT who.full_name FROM accounts_user who WHERE who.id = {column})"


def due_on(on: date) -> date:
    """The day a flag raised on the date should be followed up by: a working day."""
    return next_working_day(on + timedelta(days=settings_table.value("flag_due_days", on)))
