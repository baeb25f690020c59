"""The waiting list in order, as columns, from which it is counted, filtered and paged.

The order is the same for every user with the same rights until a row it is computed from changes.
So it is cached, under a key that changes with every such write. The cache is never the source,
and never older than the committed rows:

- Triggers on every table the ranking reads (migration 0003) move the sequence `ranking_changes`
  at each write, before the writer commits. It is read *before* the list is computed.
- The list is cached only if no writing transaction is open. A transaction that had moved the
  sequence, with rows not visible yet, would be open. One that starts to write later moves the
  sequence, so that the cached list is not found again.
- The statement and its parameters (policy, settings, date, rights) are part of the key.

With 10 000 waiting (docs/scale.md) a page takes about 50 ms, and the bound is 100. Without the
cache the statement alone takes about 180 ms.
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

KEPT_SECONDS = 600  # limited because the day changes, and a database may be restored
EPOCH = date(1970, 1, 1)
NOBODY = 0
COLUMNS = {
    "application_id": np.int64,
    "responsible_id": np.int64,  # NOBODY if there is none
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
# Every transaction that has written holds a lock on its own number; this one too.
QUIET = """
SELECT NOT EXISTS (
    SELECT FROM pg_locks lock JOIN pg_stat_activity session USING (pid)
    WHERE lock.locktype = 'transactionid' AND lock.mode = 'ExclusiveLock'
      AND session.datname = current_database())"""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns of equal length; the application at index i has rank i + 1."""

    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["application_id"])


def cached_order(sql: str, params: dict[str, Any]) -> Order:
    """The order by the statement, from the cache if nothing has changed, else computed.

    `sql` selects the columns of `SELECT`, ordered from first to last on the list.
    """
    with connection.cursor() as cursor:
        # A new sequence has its first value already, but `is_called` is false.
        cursor.execute("SELECT last_value, is_called FROM ranking_changes")
        version = cursor.fetchone()
    key = _key(sql, params, version)
    columns = cache.get(key)
    if columns is None:
        with connection.cursor() as cursor:
            cursor.execute(QUIET)
            (quiet,) = cursor.fetchone()
        columns = _computed(sql, params)
        if quiet:
            cache.set(key, columns, KEPT_SECONDS)
    return Order(columns)


def _key(sql: str, params: dict[str, Any], version: tuple[int, bool]) -> str:
    text = repr((sql, sorted(params.items()), version))
    return f"ranking.{settings.DATABASE_NAME}.{hashlib.sha256(text.encode()).hexdigest()}"


def _computed(sql: str, params: dict[str, Any]) -> dict[str, np.ndarray]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    values = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return {
        name: np.array(value, dtype)
        for (name, dtype), value in zip(COLUMNS.items(), values, strict=True)
    }


def days(on: date) -> int:
    """Days from EPOCH, as in the columns."""
    return (on - EPOCH).days


SORTS: dict[str, Callable[[Order], np.ndarray]] = {
    "-nr": lambda order: -np.arange(len(order)),
    "ventet": lambda order: -order["issued"],
    "-ventet": lambda order: order["issued"],
    "vurdert": lambda order: -order["considered"],
    "-vurdert": lambda order: order["considered"],
}


def sorted_by(order: Order, sort: str, shown: np.ndarray) -> np.ndarray:
    """The indexes in `shown`, sorted by a key of SORTS and then by rank; else by rank alone."""
    by = SORTS.get(sort)
    return shown if by is None else shown[np.argsort(by(order)[shown], kind="stable")]
