"""How late an institution's notice is, and which apps are informed of it (need C20).

The deadlines are the municipality's settings in force on the day the notice is about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import DateField, F
from django.db.models.functions import Coalesce, TruncDate

from accounts import settings_table
from casework.log.enums import GOING_OUT

from .models import InstitutionNotice

if TYPE_CHECKING:
    from accounts.models import User

_listeners: list[Callable[..., None]] = []


def listen(listener: Callable[..., None]) -> None:
    """Register a listener from an app above: `listener(notice, by=, at=)`, in the transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def inform(notice: InstitutionNotice, *, by: User, at: datetime) -> None:
    """Call every listener with the notice."""
    for listener in _listeners:
        listener(notice, by=by, at=at)


def expected_by(notice: InstitutionNotice, numbers: dict[str, int] | None = None) -> date:
    """The last day the notice would have been in time. `numbers` saves a query in a list."""
    if numbers is None:
        numbers = settings_table.values(
            notice.concerns_on, "notice_going_out_days", "notice_admission_days"
        )
    if notice.kind in GOING_OUT:
        return notice.concerns_on - timedelta(days=numbers["notice_going_out_days"])
    return notice.concerns_on + timedelta(days=numbers["notice_admission_days"])


def days_late(notice: InstitutionNotice, on: date, numbers: dict[str, int] | None = None) -> int:
    """Days after the deadline, 0 when in time. A notice that never came is counted to `on`."""
    given = notice.notified_on or on
    return max((given - expected_by(notice, numbers)).days, 0)


def replaced_by(notice: InstitutionNotice) -> InstitutionNotice | None:
    """The later notice of discharge or release that replaces this one, or None.

    The notice given last applies, whatever order they are registered in. A notice that never
    came counts from the day it was registered; of two on one day, the last registered applies.
    """
    given_on = Coalesce(F("notified_on"), TruncDate("recorded_at"), output_field=DateField())
    last = (
        InstitutionNotice.objects.filter(person=notice.person_id, kind__in=GOING_OUT)
        .annotate(given_on=given_on)
        .order_by("-given_on", "-pk")
        .first()
    )
    return None if last is None or last.pk == notice.pk else last
