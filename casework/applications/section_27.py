"""The two deadlines of a § 27 application: vedtak the same day, a place within 24 hours.

`standing` says how they stand, to every page. An app above knows who has a place to sleep, and
registers how to find it; its flags rest on the same SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.log.enums import APPLICATION_ALIVE, Outcome
from common.calendar import local_date
from common.formatting import nbdate, nbtime

if TYPE_CHECKING:
    from .models import Application


# The legal basis: an application with it asks for a place, whatever it is called.
PLACE_BASIS = "sosialtjenesteloven_27"


@dataclass(frozen=True, slots=True)
class Deadline27:
    """One deadline as pages show it. `color` is danger, warning, success, or neutral (not owed)."""

    text: str
    color: str
    is_met: bool

    @property
    def icon(self) -> str:
        if self.is_met:
            return "CheckmarkCircle"
        return "ExclamationmarkTriangle" if self.color == "danger" else "Clock"


@dataclass(frozen=True, slots=True)
class Section27:
    """How a case stands: `decided_at` and `placed_on` are None until the deadline is met.

    `placed_at` is when the place was recorded. No place is owed after the outcome `refused`.
    """

    received_on: date
    place_by: datetime
    decided_at: datetime | None
    placed_on: date | None
    placed_at: datetime | None
    refused: str | None
    at: datetime

    @property
    def is_met(self) -> bool:
        return self.vedtak.is_met and self.place.is_met

    @property
    def is_late(self) -> bool:
        return any(one.color == "danger" for one in self.deadlines)

    @property
    def deadlines(self) -> tuple[Deadline27, Deadline27]:
        return self.vedtak, self.place

    @property
    def vedtak(self) -> Deadline27:
        """The vedtak is due the calendar day the application came."""
        day = nbdate(self.received_on)
        if self.decided_at is None:
            if local_date(self.at) > self.received_on:
                return Deadline27(_("Vedtak over fristen %s") % day, "danger", False)
            return Deadline27(_("Vedtak i dag, %s") % day, "warning", False)
        met = _("Vedtak fattet %(day)s %(clock)s") % {
            "day": nbdate(self.decided_at),
            "clock": nbtime(self.decided_at),
        }
        return _met(met, local_date(self.decided_at) > self.received_on)

    @property
    def place(self) -> Deadline27:
        """A place to sleep is due by the minute. A stay has a day, so on the last day it is told
        when it was recorded after the minute: nobody knows whether it was there in time."""
        by = f"{nbdate(self.place_by)} {nbtime(self.place_by)}"
        if self.placed_on is not None:
            met, last_day = (
                _("Sted å sove fra %s") % nbdate(self.placed_on),
                local_date(self.place_by),
            )
            if self.placed_on == last_day and self.placed_at and self.placed_at > self.place_by:
                return Deadline27(f"{met} ({_('ført etter fristen')})", "success", True)
            return _met(met, self.placed_on > last_day)
        if self.refused:
            text = _("%s, så ikke noe sted") % Outcome(self.refused).label
            return Deadline27(text, "neutral", True)
        if self.at > self.place_by:
            return Deadline27(_("Sted over fristen %s") % by, "danger", False)
        return Deadline27(_("Sted innen %s") % by, "warning", False)


Finder = Callable[[Iterable[int] | None, datetime], dict[int, Section27]]
_finders: list[Finder] = []


def register(find: Finder) -> None:
    """Register, from an app above, how the § 27 cases with these ids stand at a moment, or all."""
    if find not in _finders:
        _finders.append(find)


def standing(applications: Iterable[Application], at: datetime) -> dict[int, Section27]:
    """How the § 27 applications among these stand, by primary key. One query, if there are any.

    Those withdrawn, lapsed or sent on have no deadlines; nor has one more than a year old.
    """
    # The finder knows which of them are under § 27: it reads their legal bases in its one query.
    asked = [
        application.pk for application in applications if application.state in APPLICATION_ALIVE
    ]
    if not asked:
        return {}
    return {pk: found for find in _finders for pk, found in find(asked, at).items()}


def late(at: datetime) -> list[int]:
    """The § 27 applications, open or decided, where the vedtak or the place is over its deadline
    and still lacking, by primary key. One query."""
    return [pk for find in _finders for pk, found in find(None, at).items() if found.is_late]


def running(
    applications: Iterable[Application], at: datetime
) -> list[tuple[Application, Section27]]:
    """The § 27 applications among these that still lack the vedtak or the place. One query."""
    applications = list(applications)
    found = standing(applications, at)
    return [
        (application, found[application.pk])
        for application in applications
        if application.pk in found and not found[application.pk].is_met
    ]


def _met(text: str, late: bool) -> Deadline27:
    return Deadline27(f"{text} ({_('for sent')})" if late else text, "success", True)
