"""When something must be done by: pure functions of a day and the municipality's settings.

Deadlines in weeks and months end on a working day (fvl. § 30, see `common.calendar`). The
settings are those in force on the day the clock started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

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


# The codes of the scenario format.
KINDS = {"forelopig_svar": interim_reply, "klage": appeal, "tilbud": offer_answer}


def day_of(moment: date | datetime) -> date:
    """The calendar day in Norway: a deadline in weeks or months starts with the day."""
    return local_date(moment) if isinstance(moment, datetime) else moment
