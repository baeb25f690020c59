"""Saves a row, with the user who did it in its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models

from common.corrections import check_seen
from common.locking import locked

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


def save(row: Row, by: User, *, seen: int | None = None, **facts) -> Row:
    """Set the given fields and save; the history row gets `by` as its user.

    Raises `Overwritten` if the row has changed since the revision `seen` (`common.corrections`).
    """
    if seen is not None:
        # Locked, so that of two who save at once the second is told.
        locked(type(row)._base_manager.all(), row.pk)
        check_seen(row, seen)
    for name, value in facts.items():
        setattr(row, name, value)
    row._history_user = by
    row.save()
    return row
