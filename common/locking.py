"""Locks a row before it reads what belongs to it (docs/adr/0006).

A `SELECT … JOIN … FOR UPDATE` that has waited for another transaction sees the row as that one left
it, and the joined rows as they were before. If a key was changed meanwhile (a merge moved a case to
another person, a case was sent to another unit), the join no longer holds: the row is gone from the
answer, or comes without what it belongs to. So it is locked without joins first, and then read.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from .errors import RuleBroken

Row = TypeVar("Row", bound=Model)


class Overtaken(RuleBroken):
    """Somebody else was first. Where a page has no form to say it on, `config.middleware` says it
    on the page it was sent from."""


class JustGone(Overtaken):
    """Somebody else has just removed the row, or it no longer belongs where it did."""

    def __init__(self) -> None:
        super().__init__(
            _("Noen andre har nettopp endret eller fjernet dette. Last siden på nytt.")
        )


def locked(rows: QuerySet[Row], key: int, *, no_key: bool = True) -> Row:
    """The row of `rows` with this key, locked until the transaction ends, and read as it is then.

    `rows` may join and filter as it likes. `no_key=False` where the row may be deleted, so that
    whoever writes a row that points to it waits too. Raises `JustGone`.
    """
    query = rows.query
    try:
        if not (query.select_related or query.where):
            return rows.select_for_update(of=("self",), no_key=no_key).get(pk=key)
        every = rows.model._base_manager.select_for_update(of=("self",), no_key=no_key)
        every.only("pk").get(pk=key)
        return rows.get(pk=key)
    except rows.model.DoesNotExist as gone:
        raise JustGone from gone


def locked_rows(rows: QuerySet[Row], *, no_key: bool = True) -> QuerySet[Row]:
    """The rows, locked in the order of `rows`, and read as they are then. One may be gone, but none
    comes with what it belonged to before."""
    found = rows.select_related(None).select_for_update(of=("self",), no_key=no_key)
    keys = list(found.values_list("pk", flat=True))
    return rows.filter(pk__in=keys)
