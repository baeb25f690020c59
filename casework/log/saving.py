"""Saves a row, with the user who did it in its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


def save(row: Row, by: User, **facts) -> Row:
    """Set the given fields and save; the history row gets `by` as its user."""
    for name, value in facts.items():
        setattr(row, name, value)
    row._history_user = by
    row.save()
    return row
