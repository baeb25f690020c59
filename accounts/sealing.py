"""Seals the logs, so that a row changed, removed or put in afterwards is found (ADR 16).

A job seals the rows that have come since its last run, in the order of their keys, in blocks. A
seal is a SHA-256 of the block's keys, of a SHA-256 of each of its rows, and of the seal before.
Nothing is added to a page view. The seals hold no personal data, and their table is append-only.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from common.database_roles import APPEND_ONLY
from common.jobs import JobResult

from .models import LogRemoval, LogSeal

logger = logging.getLogger("varig.seals")
BLOCK = 10_000  # rows
# Milliseconds a sealing waits for those who are writing. Others wait behind it; after this it gives
# up, and the next run seals.
WAITS = 200
BEGINNING = bytes(32)
SEALED = {table: evidence.sealed for table, evidence in APPEND_ONLY.items() if evidence.sealed}


def seal_logs(on: date) -> JobResult:
    """The job: seal what has been written. `raised` is the number of seals."""
    return JobResult(raised=seal_all(timezone.now()))  # noqa: TID251


def seal_all(at: datetime) -> int:
    """Seal every row there is. Returns the number of new seals.

    An advisory lock until the transaction ends keeps another sealing out.
    """
    made = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('varig: sealing'))")
            cursor.execute("SET LOCAL TimeZone = 'UTC'")  # a row's text has its times
        for table in SEALED:
            made += _seal_table(table, at)
    return made


def _seal_table(table: str, at: datetime) -> int:
    latest = LogSeal.objects.filter(table=table).order_by("-number").first()
    if _newest(table) <= (latest.keys[-1] if latest else 0):
        return 0
    horizon = _horizon(table)
    made = 0
    while rows := _rows(table, SEALED[table], latest.keys[-1] if latest else 0, horizon):
        seal = LogSeal(
            table=table,
            number=latest.number + 1 if latest else 1,
            sealed=list(SEALED[table]),
            keys=list(rows),
            hashes=b"".join(rows.values()),
            sealed_at=at,
        )
        seal.seal = _seal(seal, bytes(latest.seal) if latest else BEGINNING)
        seal.save(force_insert=True)
        latest, made = seal, made + 1
    if made:
        # Kept outside the database: who replaces the whole chain cannot replace this.
        head = f"{table}:{latest.number}:{latest.seal.hex()}"
        transaction.on_commit(lambda: logger.info("sealed", extra={"event": "seal", "seal": head}))
    return made


def _newest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return cursor.fetchone()[0]


def _horizon(table: str) -> int:
    """The key below which no row can come any more; 0 if somebody is writing for long.

    A key is taken before its row can be seen, so a lower one may still come. The lock waits for
    those who are writing and is given back at once, with the savepoint.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {WAITS}")
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            newest = _newest(table)
            transaction.set_rollback(True)
            return newest
    except OperationalError:
        logger.info("somebody is writing", extra={"event": "seal-later"})
        return 0


def _rows(table: str, sealed: list | tuple, after: int, until: int) -> dict[int, bytes]:
    """The first block of rows with keys in (after, until]: the SHA-256 of each, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, sha256(convert_to(jsonb_build_array({', '.join(sealed)})::text, 'UTF8'))"
            f" FROM {table} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
            [after, until, BLOCK],
        )
        return {key: bytes(row) for key, row in cursor.fetchall()}


def _seal(seal: LogSeal, previous: bytes) -> bytes:
    said = [seal.table, seal.number, seal.sealed, seal.keys, seal.sealed_at.astimezone(UTC)]
    text = json.dumps(said, default=lambda at: at.isoformat(timespec="microseconds"))
    return hashlib.sha256(previous + text.encode() + b"\n" + bytes(seal.hashes)).digest()


# ------------------------------------------------------------------ proof


@dataclass(slots=True)
class Proof:
    """What the seals of a table prove. `faults` are sentences, each naming the row or seal."""

    table: str
    proven: int = 0
    removed: int = 0  # by the retention plan, with a trace
    waiting: int = 0  # not yet sealed
    head: str = ""
    faults: list[str] = field(default_factory=list)


def prove(table: str, head: str = "") -> Proof:
    """Read every sealed row again. With `head`, the chain must also hold that seal (`number:hex`,
    from the log of the worker), which a chain made anew does not.
    """
    proof = Proof(table)
    number, previous, last = 0, BEGINNING, 0
    known = head.partition(":")[0::2] if head else None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TimeZone = 'UTC'")
        removed = _removed(table)
        for seal in LogSeal.objects.filter(table=table).order_by("number").iterator(10):
            if seal.number != number + 1:
                proof.faults.append(f"seal {number + 1} of {table} is missing")
            elif _seal(seal, previous) != bytes(seal.seal):
                proof.faults.append(f"seal {seal.number} of {table} is changed")
            if known and known[0] == str(seal.number):
                if known[1] != bytes(seal.seal).hex():
                    proof.faults.append(f"seal {seal.number} of {table} is not the one given")
                known = None
            proof.faults += _faults(seal, last, removed, proof)
            number, previous, last = seal.number, bytes(seal.seal), seal.keys[-1]
        if known:
            proof.faults.append(f"seal {known[0]} of {table}, which was given, is missing")
        if number:
            proof.head = f"{number}:{previous.hex()}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE id > %s", [last])
            proof.waiting = cursor.fetchone()[0]
    return proof


def _removed(table: str) -> set[int]:
    removals = LogRemoval.objects.filter(table=table).values_list("keys", flat=True)
    return {key for keys in removals for key in keys}


def _faults(seal: LogSeal, after: int, removed: set[int], proof: Proof) -> Iterator[str]:
    """The faults of the rows of a seal, and of rows put in among them."""
    hashes = bytes(seal.hashes)
    was = {key: hashes[32 * n : 32 * n + 32] for n, key in enumerate(seal.keys)}
    now: dict[int, bytes] = {}
    low, until = after, seal.keys[-1]
    while rows := _rows(seal.table, seal.sealed, low, until):
        now |= rows
        low = max(rows)
    for key in sorted(was.keys() | now.keys()):
        if key not in was:
            yield f"row {key} of {seal.table} was put in after it was sealed"
        elif key in now and now[key] != was[key]:
            yield f"row {key} of {seal.table} is changed"
        elif key in now:
            proof.proven += 1
        elif key in removed:
            proof.removed += 1
        else:
            yield f"row {key} of {seal.table} is missing"
