"""Legal and municipal deadlines, counted from a start day by the municipality's settings.

Deadlines in weeks and months end on a working day (fvl. § 30, see `common.calendar`). The
settings are those in force on the day the clock started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts import settings_table
from common import calendar
from common.calendar import local_date


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, and the first day to warn of it (None where there is no warning)."""

    due: date
    warn: date | None = None


def interim_reply(received: date | datetime) -> Deadline:
    """An interim reply or a vedtak: one month after the application came (fvl. § 11 a)."""
    start = day_of(received)
    numbers = settings_table.values(start, "interim_reply_months", "interim_reply_warn_days")
    return Deadline(
        due=calendar.deadline_months(start, numbers["interim_reply_months"]),
        warn=start + timedelta(days=numbers["interim_reply_warn_days"]),
    )


def appeal(arrived: date | datetime) -> Deadline:
    """An appeal: three weeks after the letter with the vedtak arrived (fvl. § 29)."""
    start = day_of(arrived)
    weeks = settings_table.value("appeal_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def offer_answer(sent: date | datetime) -> Deadline:
    """The answer to an offer: by default five working days after the offer was sent."""
    start = day_of(sent)
    days = settings_table.value("offer_working_days", start)
    return Deadline(due=calendar.add_working_days(start, days))


def appeal_prepared(received: date | datetime) -> Deadline:
    """The municipality's own limit for reversing a vedtak or forwarding the appeal (fvl. § 33)."""
    start = day_of(received)
    numbers = settings_table.values(start, "appeal_prepare_weeks", "appeal_prepare_warn_days")
    due = calendar.deadline_weeks(start, numbers["appeal_prepare_weeks"])
    return Deadline(due=due, warn=due - timedelta(days=numbers["appeal_prepare_warn_days"]))


def appeal_answered(forwarded: date | datetime) -> Deadline:
    """When to ask the appeals body about the appeal, after it was forwarded or last asked about."""
    start = day_of(forwarded)
    weeks = settings_table.value("appeal_remind_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def appeals_late_before(on: date) -> date:
    """An appeal received on or before this day, and still with us, is late on the date."""
    day = on
    # A later start never gives an earlier limit, so the first match is the last such day.
    while appeal_prepared(day).due >= on:
        day -= timedelta(days=1)
    return day


def section_27_decision(received: date | datetime) -> Deadline:
    """A § 27 application is decided the day it comes, also on holidays (R35-00)."""
    return Deadline(due=day_of(received))


def section_27_place(received: date | datetime) -> Deadline:
    """The day a place to sleep is due: by default 24 hours later, working day or not.

    Counts real hours: a day when the clocks change has 23 or 25 of them.
    """
    hours = timedelta(hours=settings_table.value("section_27_place_hours", day_of(received)))
    if isinstance(received, datetime):
        received = received.astimezone(UTC)
    return Deadline(due=day_of(received + hours))


def missing_papers(sent: date | datetime) -> Deadline:
    """Papers asked for by letter (mangelbrev): by default 14 days, ending on a working day."""
    start = day_of(sent)
    days = settings_table.value("missing_papers_days", start)
    return Deadline(due=calendar.next_working_day(start + timedelta(days=days)))


# Deadline codes used in scenario files.
KINDS = {
    "forelopig_svar": interim_reply,
    "klage": appeal,
    "klage_forberedt": appeal_prepared,
    "klage_hos_klageinstansen": appeal_answered,
    "tilbud": offer_answer,
    "paragraf_27_vedtak": section_27_decision,
    "paragraf_27_sted": section_27_place,
    "mangelbrev": missing_papers,
}


def day_of(moment: date | datetime) -> date:
    """The calendar day in Norway: deadlines are counted from a day, not from a moment."""
    return local_date(moment) if isinstance(moment, datetime) else moment
