"""When something must be done by: functions of a day and the municipality's settings.

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
    """The last day, and the day from which it is warned of (None where nothing warns)."""

    due: date
    warn: date | None = None


def interim_reply(received: date | datetime) -> Deadline:
    """A foreløpig svar or a vedtak: one month after it was received (fvl. § 11 a)."""
    start = day_of(received)
    numbers = settings_table.values(start, "interim_reply_months", "interim_reply_warn_days")
    return Deadline(
        due=calendar.deadline_months(start, numbers["interim_reply_months"]),
        warn=start + timedelta(days=numbers["interim_reply_warn_days"]),
    )


def appeal(arrived: date | datetime) -> Deadline:
    """A klage: three weeks after the notice arrived (fvl. § 29)."""
    start = day_of(arrived)
    weeks = settings_table.value("appeal_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def offer_answer(sent: date | datetime) -> Deadline:
    """The answer to an offer: by default five working days after it was sent."""
    start = day_of(sent)
    days = settings_table.value("offer_working_days", start)
    return Deadline(due=calendar.add_working_days(start, days))


def appeal_prepared(received: date | datetime) -> Deadline:
    """A klage reversed or forwarded: the municipality's own limit (fvl. § 33)."""
    start = day_of(received)
    numbers = settings_table.values(start, "appeal_prepare_weeks", "appeal_prepare_warn_days")
    due = calendar.deadline_weeks(start, numbers["appeal_prepare_weeks"])
    return Deadline(due=due, warn=due - timedelta(days=numbers["appeal_prepare_warn_days"]))


def appeal_answered(forwarded: date | datetime) -> Deadline:
    """The klageinstans is asked how it goes, so long after it got the klage or was last asked."""
    start = day_of(forwarded)
    weeks = settings_table.value("appeal_remind_weeks", start)
    return Deadline(due=calendar.deadline_weeks(start, weeks))


def appeals_late_before(on: date) -> date:
    """Klager received on this day or before, and still here, are past their limit."""
    day = on
    # Limits never come in another order than what they are counted from.
    while appeal_prepared(day).due >= on:
        day -= timedelta(days=1)
    return day


def section_27_decision(received: date | datetime) -> Deadline:
    """An application after § 27 is handled the day it comes, whatever the day (R35-00)."""
    return Deadline(due=day_of(received))


def section_27_place(received: date | datetime) -> Deadline:
    """A place to sleep within 24 hours: nights do not wait for a working day.

    Hours that pass, not hours on the wall: the night the clock is turned has 23 or 25.
    """
    hours = timedelta(hours=settings_table.value("section_27_place_hours", day_of(received)))
    if isinstance(received, datetime):
        received = received.astimezone(UTC)
    return Deadline(due=day_of(received + hours))


def missing_papers(sent: date | datetime) -> Deadline:
    """What we ask for in a mangelbrev: by default fourteen days, ending on a working day."""
    start = day_of(sent)
    days = settings_table.value("missing_papers_days", start)
    return Deadline(due=calendar.next_working_day(start + timedelta(days=days)))


# The codes of the scenario format.
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
    """The calendar day in Norway: a deadline in weeks or months starts with the day."""
    return local_date(moment) if isinstance(moment, datetime) else moment
