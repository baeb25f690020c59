"""The reply clock of an application: when the applicant must have an answer (need C6).

Gives the same day as `Application.reply_due`, for a whole page of applications in one query.
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
    ANSWERED = "besvart"  # an interim reply is sent
    STOPPED = "stanset"  # decided, withdrawn, forwarded
    FINE = "god_tid"
    SOON = "snart"
    TODAY = "i_dag"
    LATE = "over"


@dataclass(frozen=True)
class ReplyClock:
    """An interim reply (foreløpig svar) or a vedtak is due on day `due` (fvl. § 11 a).

    `warn_from` is the first day to warn. A § 27 application also needs a place to sleep by
    `place_by`, counted in hours from the minute it was received.
    """

    due: date
    warn_from: date
    urgency: Urgency
    place_by: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.urgency not in (Urgency.ANSWERED, Urgency.STOPPED)


def clocks(applications: Iterable[Application], on: date) -> dict[int, ReplyClock]:
    """The reply clock of each application on the date, by primary key."""
    applications = list(applications)
    reply_settings = _ReplySettings() if applications else None
    return {application.pk: _clock(application, on, reply_settings) for application in applications}


def clock(application: Application, on: date) -> ReplyClock:
    """The reply clock of one application on the date."""
    return _clock(application, on, _ReplySettings())


def late_before(on: date) -> datetime:
    """An open, unanswered application received before this moment is late on the date."""
    reply_settings = _ReplySettings()
    day = on
    # A later start never gives an earlier deadline, so the first match is the limit.
    while calendar.deadline_months(day, reply_settings.value(MONTHS, day)) >= on:
        day -= ONE_DAY
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=get_default_timezone())


def _clock(application: Application, on: date, reply_settings: _ReplySettings) -> ReplyClock:
    received = application.received_on
    due = calendar.deadline_months(received, reply_settings.value(MONTHS, received))
    warn_from = received + timedelta(days=reply_settings.value(WARN, received))
    place_by = None
    if application.kind == ApplicationKind.TEMPORARY:
        place_within = timedelta(hours=reply_settings.value(HOURS, received))
        place_by = application.received_at + place_within
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


class _ReplySettings:
    """The municipality's values of the three settings, for any date, in one query."""

    def __init__(self) -> None:
        self.rows = list(
            Setting.objects.filter(key__in=(MONTHS, WARN, HOURS)).values_list(
                "key", "value", "valid"
            )
        )

    def value(self, key: str, on: date) -> Any:
        for row_key, value, valid in self.rows:
            starts = valid.lower is None or valid.lower <= on
            ends = valid.upper is not None and valid.upper <= on
            if row_key == key and starts and not ends:
                return value
        return settings_table.KEYS[key].default
