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
from common.calendar import ONE_DAY, local_date

from . import section_27
from .section_27 import Section27

if TYPE_CHECKING:
    from .models import Application


def clocks(applications: Iterable[Application], at: datetime) -> dict[int, Clock]:
    """The clock of each application at the moment, by primary key. At most two queries."""
    applications = list(applications)
    table = SettingsTable(*deadlines.REPLY_KEYS) if applications else None
    tonight = section_27.standing(applications, at)
    return {
        application.pk: _clock(application, local_date(at), table, tonight.get(application.pk))
        for application in applications
    }


def clock(application: Application, at: datetime) -> Clock:
    """The clock of one application at the moment."""
    return clocks([application], at)[application.pk]


def late_before(on: date) -> datetime:
    """An open, unanswered application received before this moment is late on the date."""
    day = deadlines.last_late_start(deadlines.interim_reply, on, *deadlines.REPLY_KEYS)
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=get_default_timezone())


def _clock(
    application: Application, on: date, table: SettingsTable, tonight: Section27 | None
) -> Clock:
    promised = application.interim_reply_at is not None and application.promised_on is not None
    if promised:
        deadline = deadlines.promised(application.promised_on, on, table)
    else:
        deadline = deadlines.interim_reply(application.received_on, table)
    if not application.is_open:
        urgency = Urgency.STOPPED
    elif application.interim_reply_at and not promised:
        urgency = Urgency.ANSWERED
    else:
        urgency = deadline.urgency(on)
    return Clock(deadline.due, deadline.warn, urgency, tonight, promised)
