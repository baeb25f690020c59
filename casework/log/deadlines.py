"""Legal and municipal deadlines, counted from a start day by the municipality's settings.

Deadlines in weeks and months end on a working day (fvl. § 30, see `common.calendar`). The
settings are those in force on the start day: of `table`, read once for a list of rows, or read now.
Flags count the same days in SQL; `tests/casework/test_deadlines.py` compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from accounts import settings_table
from accounts.settings_table import SettingsTable
from common import calendar
from common.calendar import local_date

from .enums import LetterWay, Urgency

if TYPE_CHECKING:
    from casework.applications.section_27 import Section27

REPLY_KEYS = ("interim_reply_months", "interim_reply_warn_days", "promised_warn_days")
APPEAL_KEYS = ("appeal_prepare_weeks", "appeal_prepare_warn_days", "appeal_remind_weeks")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, and the first day to warn of it (None where there is no warning)."""

    due: date
    warn: date | None = None

    def urgency(self, on: date) -> Urgency:
        """How near the last day is on the date."""
        if on > self.due:
            return Urgency.LATE
        if on == self.due:
            return Urgency.TODAY
        return Urgency.SOON if self.warn and on >= self.warn else Urgency.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDeadline(Deadline):
    """Due `weeks` weeks after the day the letter arrived."""

    arrived: date
    weeks: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The deadline of an application or appeal as pages show it.

    `section_27` is how the two deadlines of a § 27 application stand. When an interim reply was
    sent, `due` is the day it promised, if it promised one, and `promised` is true.
    """

    due: date
    warn: date | None
    urgency: Urgency
    section_27: Section27 | None = None
    promised: bool = False

    @property
    def runs(self) -> bool:
        return not (self.is_answered or self.is_stopped)

    @property
    def shows_section_27(self) -> bool:
        """Whether a § 27 application still lacks the vedtak or the place."""
        return self.section_27 is not None and not self.section_27.is_met

    @property
    def is_answered(self) -> bool:
        return self.urgency == Urgency.ANSWERED

    @property
    def is_stopped(self) -> bool:
        return self.urgency == Urgency.STOPPED

    @property
    def is_fine(self) -> bool:
        return self.urgency == Urgency.FINE

    @property
    def is_soon(self) -> bool:
        return self.urgency == Urgency.SOON

    @property
    def is_today(self) -> bool:
        return self.urgency == Urgency.TODAY

    @property
    def is_late(self) -> bool:
        return self.urgency == Urgency.LATE


def interim_reply(received: date | datetime, table: SettingsTable | None = None) -> Deadline:
    """An interim reply or a vedtak: one month after the application came (fvl. § 11 a)."""
    start = day_of(received)
    numbers = _numbers(table, start, "interim_reply_months", "interim_reply_warn_days")
    return Deadline(
        due=calendar.deadline_months(start, numbers["interim_reply_months"]),
        warn=start + timedelta(days=numbers["interim_reply_warn_days"]),
    )


def promised(day: date, on: date, table: SettingsTable | None = None) -> Deadline:
    """The day an interim reply promised an answer by, warned of as the settings say on the date."""
    days = _numbers(table, on, "promised_warn_days")["promised_warn_days"]
    return Deadline(due=day, warn=day - timedelta(days=days))


def arrives(sent: date, way: LetterWay) -> date | None:
    """The day a letter counts as arrived, when only the day it was sent is known: handed over the
    same day, by post by the settings in force that day (law.md, "Counting"). None of a letter to be
    collected: it arrives when somebody comes for it."""
    if way == LetterWay.COLLECTED:
        return None
    if way == LetterWay.HANDED:
        return sent
    key = "digital_arrival_days" if way == LetterWay.DIGITAL else "paper_arrival_days"
    return sent + timedelta(days=settings_table.lawful_value(key, sent))


def appeal_weeks(issued: date) -> int:
    """The weeks to appeal what is decided on the day (fvl. § 29): by default three."""
    return settings_table.lawful_value("appeal_weeks", issued)


def appeal(issued: date, arrived: date | None = None) -> AppealDeadline:
    """An appeal: three weeks after the letter with the vedtak arrived (fvl. § 29).

    If the day of arrival is unknown, it is that of a letter by post. The settings are those in
    force on the day the vedtak was issued.
    """
    return appeal_within(arrived or arrives(issued, LetterWay.PAPER), appeal_weeks(issued))


def appeal_as_told(weeks: int, told: date | None, arrived: date | None) -> AppealDeadline | None:
    """An appeal within the weeks a letter told: from the day it told, or from a later day it
    arrived. Who was told a day may rely on it, also when the letter came before it was expected.
    None when the letter told no day and is not known to have arrived: the deadline does not run.
    """
    days = [day for day in (told, arrived) if day]
    return appeal_within(max(days), weeks) if days else None


def appeal_within(arrived: date, weeks: int) -> AppealDeadline:
    """An appeal within so many weeks after the letter arrived."""
    return AppealDeadline(due=calendar.deadline_weeks(arrived, weeks), arrived=arrived, weeks=weeks)


def offer_answer(sent: date | datetime, table: SettingsTable | None = None) -> Deadline:
    """The answer to an offer: by default five working days after the offer was sent."""
    start = day_of(sent)
    days = _numbers(table, start, "offer_working_days")["offer_working_days"]
    return Deadline(due=calendar.add_working_days(start, days))


def appeal_prepared(received: date | datetime, table: SettingsTable | None = None) -> Deadline:
    """The municipality's own limit for reversing a vedtak or forwarding the appeal (fvl. § 33)."""
    start = day_of(received)
    numbers = _numbers(table, start, "appeal_prepare_weeks", "appeal_prepare_warn_days")
    due = calendar.deadline_weeks(start, numbers["appeal_prepare_weeks"])
    return Deadline(due=due, warn=due - timedelta(days=numbers["appeal_prepare_warn_days"]))


def appeal_answered(forwarded: date | datetime, table: SettingsTable | None = None) -> Deadline:
    """When to ask the appeals body about the appeal, after it was forwarded or last asked about."""
    start = day_of(forwarded)
    weeks = _numbers(table, start, "appeal_remind_weeks")["appeal_remind_weeks"]
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def section_27_decision(received: date | datetime) -> Deadline:
    """A § 27 application is decided the day it comes, also on holidays (R35-00)."""
    return Deadline(due=day_of(received))


def section_27_place(received: datetime) -> datetime:
    """When a place to sleep is due: by default 24 hours later, working day or not.

    Counts real hours: a day when the clocks change has 23 or 25 of them.
    """
    hours = settings_table.value("section_27_place_hours", day_of(received))
    return received.astimezone(UTC) + timedelta(hours=hours)


def missing_papers(sent: date | datetime) -> Deadline:
    """Papers asked for by letter (mangelbrev): by default 14 days, ending on a working day."""
    start = day_of(sent)
    days = settings_table.value("missing_papers_days", start)
    return Deadline(due=calendar.next_working_day(start + timedelta(days=days)))


def handover(sent: date, table: SettingsTable | None = None) -> Deadline:
    """A task or case is acknowledged where it was sent: by default within two working days."""
    days = _numbers(table, sent, "handover_days")["handover_days"]
    return Deadline(due=calendar.add_working_days(sent, days))


def last_late_start(
    deadline: Callable[[date, SettingsTable], Deadline], on: date, *keys: str
) -> date:
    """The last start day whose deadline, counted with the settings `keys`, is over on the date."""
    table, day = SettingsTable(*keys), on
    # A later start never gives an earlier deadline, so the first match is the last such day.
    while deadline(day, table).due >= on:
        day -= calendar.ONE_DAY
    return day


def day_of(moment: date | datetime) -> date:
    """The calendar day in Norway: deadlines are counted from a day, not from a moment."""
    return local_date(moment) if isinstance(moment, datetime) else moment


def _numbers(table: SettingsTable | None, on: date, *keys: str) -> dict[str, int]:
    return (table or settings_table).values(on, *keys)
