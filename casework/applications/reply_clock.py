"""The reply clock of an application: when the applicant must have an answer (need C6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.utils.timezone import get_default_timezone

from accounts.settings_table import SettingsTable
from casework.log import deadlines
from casework.log.deadlines import Clock
from casework.log.enums import Urgency
from common.calendar import ONE_DAY

if TYPE_CHECKING:
    from .models import Application


def clocks(applications: Iterable[Application], on: date) -> dict[int, Clock]:
    """The reply clock of each application on the date, by primary key, in one query."""
    applications = list(applications)
    table = SettingsTable(*deadlines.REPLY_KEYS) if applications else None
    return {application.pk: _clock(application, on, table) for application in applications}


def clock(application: Application, on: date) -> Clock:
    """The reply clock of one application on the date."""
    return clocks([application], on)[application.pk]


def late_before(on: date) -> datetime:
    """An open, unanswered application received before this moment is late on the date."""
    day = deadlines.last_late_start(deadlines.interim_reply, on, *deadlines.REPLY_KEYS)
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=get_default_timezone())


def _clock(application: Application, on: date, table: SettingsTable) -> Clock:
    deadline = deadlines.interim_reply(application.received_on, table)
    if not application.is_open:
        urgency = Urgency.STOPPED
    elif application.interim_reply_at:
        urgency = Urgency.ANSWERED
    else:
        urgency = deadline.urgency(on)
    place_by = None
    if application.is_for_tonight:
        place_by = deadlines.section_27_place(application.received_at, table)
    return Clock(deadline.due, deadline.warn, urgency, place_by)
