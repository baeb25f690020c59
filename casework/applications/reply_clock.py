"""The clock of an application: when the one who applied must hear from us (need C6).

The same answer as `Application.reply_due`, for a whole page of applications in one query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.timezone import get_default_timezone

from accounts import settings_table
from accounts.models import Setting
from casework.log.enums import ApplicationKind
from common import calendar

if TYPE_CHECKING:
    from .models import Application

MONTHS, WARN, HOURS = (
    "interim_reply_months",
    "interim_reply_warn_days",
    "section_27_place_hours",
)
ONE_DAY = timedelta(days=1)


class Urgency(StrEnum):
    ANSWERED = "besvart"  # foreløpig svar sent
    STOPPED = "stanset"  # decided, withdrawn, forwarded
    FINE = "god_tid"
    SOON = "snart"
    TODAY = "i_dag"
    LATE = "over"


@dataclass(frozen=True)
class ReplyClock:
    """A foreløpig svar or a vedtak by `due`; warned from `warn_from` (fvl. § 11 a).

    A søknad after § 27 also has a `place_by`: counted from the minute it was received.
    """

    due: date
    warn_from: date
    urgency: Urgency
    place_by: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.urgency not in (Urgency.ANSWERED, Urgency.STOPPED)


def clocks(applications: Iterable[Application], on: date) -> dict[int, ReplyClock]:
    """The clock of each application, by its key."""
    applications = list(applications)
    numbers = _Numbers() if applications else None
    return {each.pk: _clock(each, on, numbers) for each in applications}


def clock(application: Application, on: date) -> ReplyClock:
    return _clock(application, on, _Numbers())


def late_before(on: date) -> datetime:
    """Open applications received before this moment, and not answered, are past their day."""
    numbers = _Numbers()
    day = on
    # Deadlines never come in another order than what they are counted from.
    while calendar.deadline_months(day, numbers.value(MONTHS, day)) >= on:
        day -= ONE_DAY
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=get_default_timezone())


def _clock(application: Application, on: date, numbers: _Numbers) -> ReplyClock:
    received = application.received_on
    due = calendar.deadline_months(received, numbers.value(MONTHS, received))
    warn_from = received + timedelta(days=numbers.value(WARN, received))
    place_by = None
    if application.kind == ApplicationKind.TEMPORARY:
        hours = timedelta(hours=numbers.value(HOURS, received))
        place_by = application.received_at + hours
    return ReplyClock(due, warn_from, _urgency(application, on, due, warn_from), place_by)


def _urgency(application: Application, on: date, due: date, warn_from: date) -> Urgency:
    if not application.is_open:
        return Urgency.STOPPED
    if application.interim_reply_at:
        return Urgency.ANSWERED
    if on > due:
        return Urgency.LATE
    if on == due:
        return Urgency.TODAY
    return Urgency.SOON if on >= warn_from else Urgency.FINE


class _Numbers:
    """The municipality's values of the three keys, at any date, in one query."""

    def __init__(self) -> None:
        self.rows = list(
            Setting.objects.filter(key__in=(MONTHS, WARN, HOURS)).values_list(
                "key", "value", "valid"
            )
        )

    def value(self, key: str, on: date) -> Any:
        for found, value, valid in self.rows:
            starts = valid.lower is None or valid.lower <= on
            ends = valid.upper is not None and valid.upper <= on
            if found == key and starts and not ends:
                return value
        return settings_table.KEYS[key].default
