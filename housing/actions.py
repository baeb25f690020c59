"""Changes to the stock."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate

from . import closing, stock_export, stock_import
from .enums import ALWAYS_URGENT, UnavailableCause
from .models import (
    NameToAvoid,
    Property,
    ResidentsMeeting,
    StockExport,
    StockImport,
    Unavailability,
    Unit,
    Upkeep,
)

if TYPE_CHECKING:
    from accounts.models import User


class NotHeldYet(RuleBroken):
    """A husmøte is written down when it has been."""


class AlreadyTakenIn(RuleBroken):
    """Somebody confirmed this upload before."""


@transaction.atomic
def apply_import(*, upload: StockImport, by: User, at: datetime) -> stock_import.Report:
    """Take in an uploaded file, once. `AlreadyTakenIn` when somebody was first."""
    # Two who confirm the same upload at once: the second waits here, and is told.
    upload = StockImport.objects.select_for_update(of=("self",), no_key=True).get(pk=upload.pk)
    if upload.applied_at:
        raise AlreadyTakenIn(_("Filen er allerede tatt inn."))
    report = stock_import.apply(stock_import.read(bytes(upload.content), upload.file_name))
    upload.applied_at, upload.applied_by = at, by
    upload.save(update_fields=["applied_at", "applied_by"])
    return report


@transaction.atomic
def export_stock(*, file_format: str, by: User, at: datetime) -> tuple[bytes, StockExport]:
    """The whole stock as a file, and the note of who took it out."""
    table = stock_export.table(Unit.objects.all())
    done = StockExport.objects.create(
        file_format=file_format, rows=len(table), exported_at=at, exported_by=by
    )
    return stock_export.written(table, file_format), done


@transaction.atomic
def change_unit(*, unit: Unit, by: User) -> Unit:
    """Save a changed unit; its history keeps what it was, and who changed it."""
    unit._history_user = by
    unit.save()
    return unit


@transaction.atomic
def change_property(*, property: Property, by: User, at: datetime) -> int:
    """Save a changed property; its history keeps what it was, and who changed it.

    Closed or rebuilt, its homes are out of use from today; how many is given back.
    `closing.CannotClose` while somebody lives there, or a home is kept or offered.
    """
    # Read again: what it was when the page was drawn may be another's change ago.
    was = Property.objects.select_for_update(of=("self",), no_key=True).get(pk=property.pk).stage
    property._history_user = by
    property.save()
    return closing.follow(property, was=was, by=by, on=local_date(at))


# ------------------------------------------------------------------ upkeep


class UpkeepRefused(RuleBroken):
    """The report, or its closing, cannot be as it was written."""


@transaction.atomic
def report_upkeep(
    *,
    property: Property,
    kind: str,
    text: str,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    urgent: bool = False,
    cannot_be_used: bool = False,
) -> Upkeep:
    """Report what is broken. Locks and fire safety are urgent, whatever was ticked (need H5).

    `cannot_be_used` makes the home unavailable from today, until it is done.
    """
    unavailability = None
    if cannot_be_used:
        if unit is None:
            raise UpkeepRefused(_("Velg hvilken bolig som ikke kan brukes."))
        unavailability = _close(unit, text, local_date(at))
    return Upkeep.objects.create(
        property=property,
        unit=unit,
        kind=kind,
        urgent=urgent or kind in ALWAYS_URGENT,
        text=text,
        unavailability=unavailability,
        reported_at=at,
        reported_by=by,
    )


@transaction.atomic
def start_upkeep(*, upkeep: Upkeep, plan: str, by: User, at: datetime) -> Upkeep:
    """Somebody has taken it on: who, and when."""
    upkeep = _open(upkeep)
    upkeep.plan = plan
    if not upkeep.started_at:
        upkeep.started_at, upkeep.started_by = at, by
    upkeep.save()
    return upkeep


@transaction.atomic
def finish_upkeep(*, upkeep: Upkeep, outcome: str, by: User, at: datetime) -> Upkeep:
    """It is mended: a home that could not be used can be, from today."""
    upkeep = _open(upkeep)
    upkeep.done_at, upkeep.done_by, upkeep.outcome = at, by, outcome
    closed, upkeep.unavailability = upkeep.unavailability, None
    today = local_date(at)
    if closed and closed.period.lower < today:
        upkeep.unavailability = closed
        if closed.period.upper is None or closed.period.upper > today:
            closed.period = DateRange(closed.period.lower, today)
            closed.save()
    upkeep.save()
    if closed and upkeep.unavailability is None:  # mended the same day: no day was lost
        closed.delete()
    return upkeep


def _open(upkeep: Upkeep) -> Upkeep:
    # Two who close the same report at once: the second waits here, and is told.
    found = Upkeep.objects.select_for_update(of=("self",), no_key=True).get(pk=upkeep.pk)
    if found.done_at:
        raise UpkeepRefused(
            _("Feilen er allerede meldt ferdig %(day)s.") % {"day": nbdate(found.done_at)}
        )
    return found


def _close(unit: Unit, text: str, on: date) -> Unavailability | None:
    """The home is unavailable from the day; None when it is so already."""
    # Locked, so that two who report the same home at once do not both close it.
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    later = unit.unavailabilities.filter(period__overlap=DateRange(on, None)).order_by("period")
    first = later.first()
    if first and on in first.period:
        return None
    until = first.period.lower if first else None
    return Unavailability.objects.create(
        unit=unit, cause=UnavailableCause.DAMAGE, period=DateRange(on, until), note=text[:200]
    )


# ------------------------------------------------------------------ husmøter, words


@transaction.atomic
def record_meeting(*, property: Property, by: User, at: datetime, **told) -> ResidentsMeeting:
    """Write down a husmøte that has been held (need H11)."""
    if told["held_on"] > local_date(at):
        raise NotHeldYet(_("Møtet er ikke holdt ennå. Skriv dagen det ble holdt."))
    return ResidentsMeeting.objects.create(
        property=property, recorded_at=at, recorded_by=by, **told
    )


@transaction.atomic
def avoid_word(*, word: str, instead: str, by: User) -> NameToAvoid:
    """No place may be called by this word from now on (need H7)."""
    found = NameToAvoid(word=word.strip().casefold(), instead=instead.strip())
    found._history_user = by
    found.save()
    return found


@transaction.atomic
def allow_word(*, word: NameToAvoid, by: User) -> None:
    """The word may be used in names again; the history keeps that it was not."""
    word._history_user = by
    word.delete()
