"""The clock of an appeal: ours until we reverse or forward it, then when to ask the appeals body.

Gives the same days as `deadlines.appeal_prepared` and `appeal_answered`, for a whole page of
appeals in one query. If the appeals body changes or sets aside the vedtak, our clock starts again
from its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from accounts import settings_table
from casework.applications.reply_clock import Urgency
from casework.log.enums import AppealState
from common import calendar
from common.calendar import local_date

if TYPE_CHECKING:
    from .models import Appeal

PREPARE, WARN, REMIND = "appeal_prepare_weeks", "appeal_prepare_warn_days", "appeal_remind_weeks"


@dataclass(frozen=True, slots=True)
class AppealClock:
    """The last day `due`, the first day to warn, and how near the last day is."""

    due: date
    warn_from: date
    urgency: Urgency

    @property
    def runs(self) -> bool:
        return self.urgency != Urgency.STOPPED


def clocks(appeals: Iterable[Appeal], on: date) -> dict[int, AppealClock]:
    """The clock of each appeal on the date, by primary key."""
    appeals = list(appeals)
    numbers = settings_table.Table(PREPARE, WARN, REMIND) if appeals else None
    return {appeal.pk: _clock(appeal, on, numbers) for appeal in appeals}


def clock(appeal: Appeal, on: date) -> AppealClock:
    """The clock of one appeal on the date."""
    return clocks([appeal], on)[appeal.pk]


def _clock(appeal: Appeal, on: date, numbers: settings_table.Table) -> AppealClock:
    if appeal.state == AppealState.FORWARDED and appeal.forwarded_at:
        start = local_date(appeal.reminded_at or appeal.forwarded_at)
        due = warn = calendar.deadline_weeks(start, numbers.value(REMIND, start))
    else:
        start = (appeal.outcome_on if appeal.awaits_new_vedtak else None) or appeal.received_on
        due = calendar.deadline_weeks(start, numbers.value(PREPARE, start))
        warn = due - timedelta(days=numbers.value(WARN, start))
    runs = appeal.is_open or appeal.awaits_new_vedtak
    return AppealClock(due, warn, _urgency(on, due, warn) if runs else Urgency.STOPPED)


def _urgency(on: date, due: date, warn: date) -> Urgency:
    if on > due:
        return Urgency.LATE
    if on == due:
        return Urgency.TODAY
    return Urgency.SOON if on >= warn else Urgency.FINE
