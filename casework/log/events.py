"""Telling what happened: one plain sentence a time, in the transaction of what it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.text import Truncator

from .models import Event

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application
    from casework.persons.models import Person

    from .event_kinds import EventKind


def record(
    person: Person,
    kind: EventKind,
    text: str,
    *,
    by: User | None,
    at: datetime,
    application: Application | None = None,
    **data,
) -> Event:
    """Write an event. `text` may name the person's own matters, `data` holds keys only."""
    # Names and reasons are put together to a sentence, which may come out longer than the column.
    text = Truncator(str(text)).chars(Event._meta.get_field("text").max_length)
    return Event.objects.create(
        person=person, application=application, kind=kind, text=text, by=by, at=at, data=data
    )
