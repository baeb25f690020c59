"""How late an institution's notice is, and whom it is told to (need C20).

The numbers are the municipality's own, as they were on the day the notice is about.
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


def listen(hears: Callable[..., None]) -> None:
    """Be told of notices, from an app above: `hears(notice, by=, at=)`, in its transaction."""
    if hears not in _listeners:
        _listeners.append(hears)


def tell(notice: InstitutionNotice, *, by: User, at: datetime) -> None:
    for hears in _listeners:
        hears(notice, by=by, at=at)


def expected_by(notice: InstitutionNotice, numbers: dict[str, int] | None = None) -> date:
    """The last day the notice would have been in time."""
    if numbers is None:
        numbers = settings_table.values(
            notice.concerns_on, "notice_going_out_days", "notice_admission_days"
        )
    if notice.kind in GOING_OUT:
        return notice.concerns_on - timedelta(days=numbers["notice_going_out_days"])
    return notice.concerns_on + timedelta(days=numbers["notice_admission_days"])


def days_late(notice: InstitutionNotice, on: date, numbers: dict[str, int] | None = None) -> int:
    """Days past the last day in time; of one that never came, up to `on`. 0 is in time."""
    told = notice.notified_on or on
    return max((told - expected_by(notice, numbers)).days, 0)


def overtaken_by(notice: InstitutionNotice) -> InstitutionNotice | None:
    """The notice of going out that was given after this one, though registered before it.

    The last word given rules, in whatever order they reach the file. One that never came counts
    from the day somebody wrote so; of two given the same day the last registered rules.
    """
    told = Coalesce(F("notified_on"), TruncDate("recorded_at"), output_field=DateField())
    last = (
        InstitutionNotice.objects.filter(person=notice.person_id, kind__in=GOING_OUT)
        .annotate(told=told)
        .order_by("-told", "-pk")
        .first()
    )
    return None if last is None or last.pk == notice.pk else last
