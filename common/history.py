"""Writes the history of many rows in one statement (django-simple-history writes it row by row,
and sends every value to the database a second time)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

CREATED, CHANGED = "+", "~"


def write_history(
    model: type[Model], keys: Collection[int], *, kind: str, by: Any, at: datetime
) -> None:
    """Add a history row, `CREATED` or `CHANGED`, for each of the rows as it now is in the database.
    `by` is the user, or None for a command."""
    history = model.history.model
    names = ", ".join(f'"{field.column}"' for field in history.tracked_fields)
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{history._meta.db_table}"'
            f" ({names}, history_date, history_type, history_user_id)"
            f' SELECT {names}, %s, %s, %s FROM "{model._meta.db_table}"'
            f' WHERE "{key}" = ANY(%s) ORDER BY "{key}"',
            [at, kind, by and by.pk, list(keys)],
        )
