"""Statements read by those who allocate (need C9)."""

from __future__ import annotations

from collections.abc import Collection

from .models import Statement


def received_of(person_ids: Collection[int], most: int = 3) -> dict[int, list[Statement]]:
    """The newest statements received about each person, newest first. One query."""
    found: dict[int, list[Statement]] = {}
    rows = Statement.objects.received().filter(person__in=person_ids).select_related("asked_of")
    for statement in rows.order_by("-received_at", "-pk"):
        mine = found.setdefault(statement.person_id, [])
        if len(mine) < most:
            mine.append(statement)
    return found
