"""Statements shown to those who allocate dwellings (need C9)."""

from __future__ import annotations

from collections.abc import Collection

from .models import Statement


def received_of(person_ids: Collection[int], most: int = 3) -> dict[int, list[Statement]]:
    """The `most` newest statements received about each person, newest first. One query."""
    by_person: dict[int, list[Statement]] = {}
    received = Statement.objects.received().filter(person__in=person_ids).select_related("asked_of")
    for statement in received.order_by("-received_at", "-pk"):
        of_person = by_person.setdefault(statement.person_id, [])
        if len(of_person) < most:
            of_person.append(statement)
    return by_person
