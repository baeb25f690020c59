"""Collects whom a response names while it is made, so that no page can forget to log it (need S2).

A model keeps what names a person in a `NamingField`: reading its value in a request tells the
collector whose it is. A page that reads names without the model says so with `names`. The
middleware of `accounts` writes the log when the response is ready (docs/adr/0022).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

_named: ContextVar[set[int] | None] = ContextVar("varig_named", default=None)


@contextmanager
def collected() -> Iterator[set[int]]:
    """The keys of those who are named inside the `with` block."""
    persons: set[int] = set()
    token = _named.set(persons)
    try:
        yield persons
    finally:
        _named.reset(token)


def names(person_ids: Iterable[int]) -> None:
    """What is being made names these persons. Nothing outside a request."""
    persons = _named.get()
    if persons is not None:
        persons.update(person_ids)


class _Naming(DeferredAttribute):
    """A value whose reading is noted. It is set, and loaded if it was deferred, as any other."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        persons = _named.get()
        if persons is not None and (key := getattr(instance, self.field.whose)) is not None:
            persons.add(key)
        if self.field.attname in instance.__dict__:
            return instance.__dict__[self.field.attname]
        return super().__get__(instance, cls)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class NamingField(models.CharField):
    """Text that names a person: whoever reads it in a request shows the person `whose` key it is.

    Migrations see a `CharField`.
    """

    descriptor_class = _Naming
    whose = "id"

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
