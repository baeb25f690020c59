"""Writes many rows: collected in memory, written by COPY, in one transaction.

Foreign keys are checked at commit (Django makes them deferrable), so rows may be written in any
order. Keys are assigned here, after the highest in the table, so that rows can point at each
other before they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection, models
from psycopg.types.json import Jsonb

FLUSH_AT = 20_000


@lru_cache
def _columns(model: type[models.Model]) -> dict[str, models.Field]:
    return {
        field.attname: field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.GeneratedField)
    }


@lru_cache
def _has_bigserial(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.AutoField | models.BigAutoField)


class Bulk:
    """Collects rows per model and writes them with COPY."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[tuple]] = {}
        self._next: dict[type[models.Model], int] = {}
        self._defaults: dict[type[models.Model], dict] = {}
        self.written: dict[str, int] = {}

    def add(self, model: type[models.Model], **values) -> int | None:
        """Add a row and return its key. Fields that are not given get their default."""
        row = self._row(model) | values
        if _has_bigserial(model) and row.get("id") is None:
            row["id"] = self.take(model)
        rows = self._rows.setdefault(model, [])
        rows.append(tuple(row.values()))
        if len(rows) >= FLUSH_AT:
            self._write(model)
        return row.get("id")

    def flush(self) -> None:
        """Write the remaining rows and move the tables' sequences past our keys."""
        for model in list(self._rows):
            self._write(model)
        with connection.cursor() as cursor:
            for model, following in self._next.items():
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                    [model._meta.db_table, following - 1],
                )

    def _row(self, model: type[models.Model]) -> dict:
        if model not in self._defaults:
            self._defaults[model] = {
                name: None if field.primary_key else _default(field)
                for name, field in _columns(model).items()
            }
        return self._defaults[model]

    def take(self, model: type[models.Model]) -> int:
        """Reserve a key for a row that is added later."""
        if model not in self._next:
            last = model._base_manager.aggregate(last=models.Max("id"))["last"] or 0
            self._next[model] = last + 1
        key = self._next[model]
        self._next[model] = key + 1
        return key

    def _write(self, model: type[models.Model]) -> None:
        rows = self._rows.pop(model, [])
        if not rows:
            return
        columns = _columns(model)
        unknown = len(rows[0]) - len(columns)
        if unknown:
            raise TypeError(f"{model.__name__}: {unknown} values have no column")
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column) for field in columns.values())
        as_json = [i for i, f in enumerate(columns.values()) if isinstance(f, models.JSONField)]
        statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in _with_json(rows, as_json):
                copy.write_row(row)
        self.written[model.__name__] = self.written.get(model.__name__, 0) + len(rows)


def _default(field: models.Field):
    # Blank text is empty, not null. A callable default is called once per model: all rows share
    # its list or dict, which is only written, never changed.
    if field.has_default():
        return field.get_default()
    if isinstance(field, models.CharField | models.TextField) and not field.null:
        return ""
    return None


def _with_json(rows: Iterable[tuple], places: list[int]) -> Iterable[tuple]:
    if not places:
        yield from rows
        return
    for row in rows:
        changed = list(row)
        for place in places:
            changed[place] = Jsonb(changed[place])
        yield changed
