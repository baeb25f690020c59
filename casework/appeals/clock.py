"""The clock of an appeal: ours until we reverse or forward it, then when to ask the appeals body.

If the appeals body changes or sets aside the vedtak, our clock starts again from its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from accounts.settings_table import SettingsTable
from casework.log import deadlines
from casework.log.deadlines import Clock
from casework.log.enums import AppealState, Urgency

if TYPE_CHECKING:
    from .models import Appeal


def clocks(appeals: Iterable[Appeal], on: date) -> dict[int, Clock]:
    """The clock of each appeal on the date, by primary key, in one query."""
    appeals = list(appeals)
    table = SettingsTable(*deadlines.APPEAL_KEYS) if appeals else None
    return {appeal.pk: _clock(appeal, on, table) for appeal in appeals}


def clock(appeal: Appeal, on: date) -> Clock:
    """The clock of one appeal on the date."""
    return clocks([appeal], on)[appeal.pk]


def late_before(on: date) -> date:
    """An appeal received on or before this day, and still with us, is late on the date."""
    return deadlines.last_late_start(deadlines.appeal_prepared, on, *deadlines.APPEAL_KEYS)


def _clock(appeal: Appeal, on: date, table: SettingsTable) -> Clock:
    if appeal.state == AppealState.FORWARDED and appeal.forwarded_at:
        deadline = deadlines.appeal_answered(appeal.reminded_at or appeal.forwarded_at, table)
    else:
        start = (appeal.outcome_on if appeal.awaits_new_vedtak else None) or appeal.received_on
        deadline = deadlines.appeal_prepared(start, table)
    runs = appeal.is_open or appeal.awaits_new_vedtak
    urgency = deadline.urgency(on) if runs else Urgency.STOPPED
    return Clock(deadline.due, deadline.warn, urgency)
