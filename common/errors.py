"""Broken rules, and the sentences shown for broken database constraints.

Source: design, style.md 14 (messages are plain Norwegian, never an exception's text).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BaseConstraint, Field, Model, UniqueConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .calendar import add_months
from .formatting import listed, nbdate

# SQLSTATE class 23, https://www.postgresql.org/docs/current/errcodes-appendix.html
UNIQUE_VIOLATION = "23505"

# PostgreSQL cuts identifiers at 63 bytes. Our names are ASCII, so a byte is a character.
LONGEST_NAME = 63

# Days further away are typing errors, like the year 2126: no contract is so long.
YEARS_AHEAD, YEARS_BACK = 30, 120
# An answer promised or asked for by letter is never so far away either.
YEARS_TO_ANSWER = 2


class RuleBroken(Exception):
    """A business rule refused the action.

    `str()` is a plain Norwegian sentence to show beside a form: what happened and, where it
    helps, what to do. `field` names the form field it is about, if it is about one. Subclass it
    per rule, so that callers can tell the rules apart.
    """

    field: str | None = None

    def __init__(self, sentence: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        if field:
            self.field = field

    def leave_trace(self) -> None:
        """Write what is to stay although the action was refused, and all it wrote undone."""


def impossible_day(day: date | None, today: date, years_ahead: int = YEARS_AHEAD) -> str:
    """The sentence for a day that cannot be meant; "" for one that can."""
    first, last = add_months(today, -12 * YEARS_BACK), add_months(today, 12 * years_ahead)
    if day is None or first <= day <= last:
        return ""
    return _("Året %(year)s kan ikke stemme. Skriv en dag fra %(first)s til %(last)s.") % {
        "year": day.year,
        "first": nbdate(first),
        "last": nbdate(last),
    }


def check_answer_day(day: date | None, today: date, field: str) -> None:
    """Refuse, beside the field, a day for an answer that must be a typing error."""
    if sentence := impossible_day(day, today, YEARS_TO_ANSWER):
        raise RuleBroken(sentence, field)


def explain_integrity_error(exc: BaseException) -> str | None:
    """Return the sentence a caseworker should read for a broken database constraint.

    Takes Django's `IntegrityError` (or psycopg's own). A constraint in a model's
    `Meta.constraints` (check, unique or exclusion) gives its `violation_error_message`. A
    `unique=True` field, and a unique constraint without its own message, give a sentence that
    names the fields. Everything else (foreign keys, not-null, constraints without a sentence)
    gives None: those are errors in Varig, and must not be shown as the user's mistake.
    """
    diag = _diagnostics(exc)
    name = getattr(diag, "constraint_name", None)
    if not name:
        return None

    match = _constraint_named(name)
    if match is not None:
        model, constraint = match
        # Django's default message is English and shows the constraint's name: never shown.
        if constraint.violation_error_message != constraint.default_violation_error_message:
            return str(constraint.get_violation_error_message())
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            return _taken([model._meta.get_field(field) for field in constraint.fields])
        return None

    if getattr(diag, "sqlstate", None) == UNIQUE_VIOLATION:
        fields = _unique_fields_behind(getattr(diag, "table_name", None), name)
        if fields:
            return _taken(fields)
    return None


def _diagnostics(exc: BaseException) -> Any:
    """psycopg's error details, from the exception itself or from the one Django wrapped."""
    error: BaseException | None = exc
    while error is not None:
        diag = getattr(error, "diag", None)
        if diag is not None:
            return diag
        error = error.__cause__
    return None


def _constraint_named(name: str) -> tuple[type[Model], BaseConstraint] | None:
    for model in apps.get_models(include_auto_created=True):
        for constraint in model._meta.constraints:
            if constraint.name[:LONGEST_NAME] == name:
                return model, constraint
    return None


def _unique_fields_behind(table: str | None, name: str) -> list[Field]:
    """The unique field(s) whose index PostgreSQL or Django named `table_column[s]_…`."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table != table:
            continue
        columns = {
            (field.column,): [field]
            for field in model._meta.local_concrete_fields
            if field.unique and not field.primary_key
        }
        for together in model._meta.unique_together:
            try:
                fields = [model._meta.get_field(field) for field in together]
            except FieldDoesNotExist:  # inherited from a parent with its own table
                continue
            columns[tuple(field.column for field in fields)] = fields
        # Longest first, so that `name` does not match the index of `name_short`.
        for key in sorted(columns, key=lambda key: -len("_".join(key))):
            prefix = f"{table}_{'_'.join(key)}_"[:50]
            if f"{name}_".startswith(prefix):
                return columns[key]
    return []


def _taken(fields: list[Field]) -> str:
    labels = [str(field.verbose_name) for field in fields]
    return _("%(what)s er allerede i bruk.") % {"what": capfirst(listed(labels))}
