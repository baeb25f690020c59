"""Records what happened: one plain sentence, in the same transaction as the change."""

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
    """Write an event. `text` may describe the person's matters; `data` holds keys only."""
    # A sentence made of names and reasons may be longer than the column.
    text = Truncator(str(text)).chars(Event._meta.get_field("text").max_length)
    return Event.objects.create(
        person=person, application=application, kind=kind, text=text, by=by, at=at, data=data
    )


def take_back(event: Event, **data: int) -> None:
    """The event says that something did not come to be: what was written earlier of the same thing
    (`stay=7`, one of the keys in `data`) is shown as struck out."""
    for key, value in data.items():
        earlier = Event.objects.filter(person=event.person_id, **{f"data__{key}": value})
        earlier.exclude(pk=event.pk).update(taken_back_by=event)
