"""Everyone who waits, in order, as columns: what the list is counted, filtered and paged from.

The order of ten thousand takes PostgreSQL a tenth of a second, and is the same for every reader
with the same rights until something it is computed from is written. So it is kept, under a key
that changes with every such write; it is never a source, and never older than what is committed:

- `ranking_changes` is a sequence that triggers on every table the ranking reads (migration 0003)
  move as they are written, before the writer commits. It is read *before* the list is computed.
- Then it is asked whether a transaction that writes is open; only when none is, is the list kept.
  One that had moved the number, and whose rows are not to be seen yet, would be open; one that
  begins to write later moves the number past the one read, where the kept list is never found.
- The statement and its parameters (policy, settings, date, rights) are part of the key.

What it buys, with 10 000 waiting (docs/scale.md): a page in about 50 ms. Asked for each time, the
statement alone takes about 180 ms; the bound is 100.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db import connection

KEPT_SECONDS = 600  # bounded all the same: the day changes, and a database may be restored
EPOCH = date(1970, 1, 1)
NOBODY = 0
COLUMNS = {
    "application_id": np.int64,
    "responsible_id": np.int64,  # NOBODY where nobody is
    "children": np.int16,
    "temporary_days": np.int32,
    "considered": np.int32,  # days from EPOCH: a meeting, an offer, or else the vedtak
    "issued": np.int32,  # days from EPOCH
    "class": np.int16,
    "has_offer": np.bool_,
}
SELECT = f"""
    application_id, coalesce(responsible_id, {NOBODY}), children, temporary_days,
    coalesce(last_considered, issued_on) - DATE '1970-01-01', issued_on - DATE '1970-01-01',
    class, has_offer"""
# Who writes holds a lock on the number of their transaction, ourselves included.
QUIET = """
SELECT NOT EXISTS (
    SELECT FROM pg_locks lock JOIN pg_stat_activity session USING (pid)
    WHERE lock.locktype = 'transactionid' AND lock.mode = 'ExclusiveLock'
      AND session.datname = current_database())"""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns of equal length; the case at index i has rank i + 1."""

    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["application_id"])


def kept(sql: str, params: dict[str, Any]) -> Order:
    """The order the statement gives: as kept while nothing has changed, else asked for.

    `sql` is `WITH …` up to a SELECT of `SELECT`'s columns, first to last.
    """
    with connection.cursor() as cursor:
        # A sequence begins at a value it has not given yet, and gives that one first.
        cursor.execute("SELECT last_value, is_called FROM ranking_changes")
        version = cursor.fetchone()
    key = _key(sql, params, version)
    columns = cache.get(key)
    if columns is None:
        with connection.cursor() as cursor:
            cursor.execute(QUIET)
            (quiet,) = cursor.fetchone()
        columns = _asked(sql, params)
        if quiet:
            cache.set(key, columns, KEPT_SECONDS)
    return Order(columns)


def _key(sql: str, params: dict[str, Any], version: tuple[int, bool]) -> str:
    told = repr((sql, sorted(params.items()), version))
    return f"ranking.{settings.DATABASE_NAME}.{hashlib.sha256(told.encode()).hexdigest()}"


def _asked(sql: str, params: dict[str, Any]) -> dict[str, np.ndarray]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    values = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return {
        name: np.array(value, dtype)
        for (name, dtype), value in zip(COLUMNS.items(), values, strict=True)
    }


def days(on: date) -> int:
    """A date as the columns have it."""
    return (on - EPOCH).days


SORTS: dict[str, Callable[[Order], np.ndarray]] = {
    "-nr": lambda order: -np.arange(len(order)),
    "ventet": lambda order: -order["issued"],
    "-ventet": lambda order: order["issued"],
    "vurdert": lambda order: -order["considered"],
    "-vurdert": lambda order: order["considered"],
}


def sorted_by(order: Order, sort: str, shown: np.ndarray) -> np.ndarray:
    """The indexes in `shown`, in this sort, and by rank where that says the same."""
    by = SORTS.get(sort)
    return shown if by is None else shown[np.argsort(by(order)[shown], kind="stable")]
