"""The clock of a klage: ours until it is reversed or forwarded, then a reminder of theirs.

The same answers as `deadlines.appeal_prepared` and `appeal_answered`, for a whole page of klager
in one query. A vedtak the klageinstans changed or set aside has our clock again, from its answer.
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
    """The last day, the day it is warned of from, and how near it is."""

    due: date
    warn_from: date
    urgency: Urgency

    @property
    def runs(self) -> bool:
        return self.urgency != Urgency.STOPPED


def clocks(appeals: Iterable[Appeal], on: date) -> dict[int, AppealClock]:
    """The clock of each klage, by its key."""
    appeals = list(appeals)
    numbers = settings_table.Table(PREPARE, WARN, REMIND) if appeals else None
    return {each.pk: _clock(each, on, numbers) for each in appeals}


def clock(appeal: Appeal, on: date) -> AppealClock:
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
