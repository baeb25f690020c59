"""Telling what happened: one plain sentence a time, in the transaction of what it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .models import Application, Event, Person

if TYPE_CHECKING:
    from accounts.models import User


def record(
    person: Person,
    kind: str,
    text: str,
    *,
    by: User | None,
    at: datetime,
    application: Application | None = None,
    **data,
) -> Event:
    """Write an event. `text` may name the person's own matters, `data` holds keys only."""
    return Event.objects.create(
        person=person, application=application, kind=kind, text=str(text), by=by, at=at, data=data
    )
