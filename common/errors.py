"""When a rule says no, and how the database's "no" becomes a sentence.

Source: design, style.md 14 (messages are plain Norwegian, never an exception's text).
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BaseConstraint, Field, Model, UniqueConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext as _

# SQLSTATE class 23, https://www.postgresql.org/docs/current/errcodes-appendix.html
UNIQUE_VIOLATION = "23505"

# PostgreSQL cuts identifiers at 63 bytes; ours are ASCII.
LONGEST_NAME = 63


class RuleBroken(Exception):
    """A rule of the house said no.

    `str()` is a plain Norwegian sentence that can stand beside a form: what happened and, where
    it helps, what to do. Subclass it per rule, so that a caller can tell one no from another.
    """


def explain_integrity_error(exc: BaseException) -> str | None:
    """Return the sentence a caseworker should read for a broken database constraint.

    Takes Django's `IntegrityError` (or psycopg's own). A constraint named in some model's
    `Meta.constraints` answers with its `violation_error_message`, of whatever kind it is (check,
    unique, exclusion). A `unique=True` field, and a unique constraint without a message of its
    own, answer with a sentence naming the fields. Everything else (foreign keys, not-null,
    constraints nobody wrote a sentence for) is None: those are our faults, not the user's, and
    must not be dressed up as theirs.
    """
    diag = _diagnostics(exc)
    name = getattr(diag, "constraint_name", None)
    if not name:
        return None

    found = _constraint_named(name)
    if found is not None:
        model, constraint = found
        # Compared with Django's default, which is English and shows the name: never for people.
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
    """psycopg's error details: on the exception itself, or on the one Django wrapped."""
    seen: BaseException | None = exc
    while seen is not None:
        diag = getattr(seen, "diag", None)
        if diag is not None:
            return diag
        seen = seen.__cause__
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
        # The longest match, so that `name` does not answer for `name_short`.
        for key in sorted(columns, key=lambda key: -len("_".join(key))):
            prefix = f"{table}_{'_'.join(key)}_"[:50]
            if f"{name}_".startswith(prefix):
                return columns[key]
    return []


def _taken(fields: list[Field]) -> str:
    labels = [str(field.verbose_name) for field in fields]
    if len(labels) == 1:
        what = labels[0]
    else:
        what = _("%(first)s og %(last)s") % {"first": ", ".join(labels[:-1]), "last": labels[-1]}
    return _("%(what)s er allerede i bruk.") % {"what": capfirst(what)}
