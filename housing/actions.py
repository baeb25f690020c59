"""Changes to the register of dwellings (the stock)."""

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


class MeetingNotHeldYet(RuleBroken):
    """A residents' meeting cannot be recorded before it has been held."""


class AlreadyImported(RuleBroken):
    """The uploaded file has already been imported."""


@transaction.atomic
def apply_import(*, upload: StockImport, by: User, at: datetime) -> stock_import.Report:
    """Import an uploaded file, once. Raises `AlreadyImported` the second time."""
    # Locked: of two users who confirm the same upload at once, the second gets the error.
    upload = StockImport.objects.select_for_update(of=("self",), no_key=True).get(pk=upload.pk)
    if upload.applied_at:
        raise AlreadyImported(_("Filen er allerede tatt inn."))
    report = stock_import.apply(stock_import.read(bytes(upload.content), upload.file_name))
    upload.applied_at, upload.applied_by = at, by
    upload.save(update_fields=["applied_at", "applied_by"])
    return report


@transaction.atomic
def export_stock(*, file_format: str, by: User, at: datetime) -> tuple[bytes, StockExport]:
    """The whole stock as a file, and the record of who exported it."""
    table = stock_export.table(Unit.objects.all())
    export = StockExport.objects.create(
        file_format=file_format, rows=len(table), exported_at=at, exported_by=by
    )
    return stock_export.to_file(table, file_format), export


@transaction.atomic
def change_unit(*, unit: Unit, by: User) -> Unit:
    """Save a changed unit; its history keeps the old values and who changed it."""
    unit._history_user = by
    unit.save()
    return unit


@transaction.atomic
def change_property(*, property: Property, by: User, at: datetime) -> int:
    """Save a changed property; its history keeps the old values and who changed it.

    When it is closed or rebuilt, its homes are out of use from today; returns how many. Raises
    `closing.CannotClose` while somebody lives there, or a home is reserved or offered.
    """
    # Read again, since somebody else may have changed it after the form was opened.
    stage_before = (
        Property.objects.select_for_update(of=("self",), no_key=True).get(pk=property.pk).stage
    )
    property._history_user = by
    property.save()
    return closing.apply_stage(property, stage_before=stage_before, by=by, on=local_date(at))


# ------------------------------------------------------------------ upkeep


class UpkeepRefused(RuleBroken):
    """The report cannot be saved or closed like this."""


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
    """Report what is broken. Locks and fire safety are always urgent (need H5).

    `cannot_be_used` makes the home unavailable from today until the repair is finished.
    Raises `UpkeepRefused` without a `unit` to make unavailable.
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
    """Write who does the repair and when. Raises `UpkeepRefused` when it is finished."""
    upkeep = _open(upkeep)
    upkeep.plan = plan
    if not upkeep.started_at:
        upkeep.started_at, upkeep.started_by = at, by
    upkeep.save()
    return upkeep


@transaction.atomic
def finish_upkeep(*, upkeep: Upkeep, outcome: str, by: User, at: datetime) -> Upkeep:
    """Finish a repair. A home that could not be used is available from today."""
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
    if closed and upkeep.unavailability is None:  # repaired the same day, so no day was lost
        closed.delete()
    return upkeep


def _open(upkeep: Upkeep) -> Upkeep:
    # Locked: of two users who close the same report at once, the second gets the error.
    upkeep = Upkeep.objects.select_for_update(of=("self",), no_key=True).get(pk=upkeep.pk)
    if upkeep.done_at:
        raise UpkeepRefused(
            _("Feilen er allerede meldt ferdig %(day)s.") % {"day": nbdate(upkeep.done_at)}
        )
    return upkeep


def _close(unit: Unit, text: str, on: date) -> Unavailability | None:
    """Make the home unavailable from the day; None if it already is."""
    # Locked, so that two reports about the same home at once make one unavailability.
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
def record_meeting(*, property: Property, by: User, at: datetime, **facts) -> ResidentsMeeting:
    """Record a residents' meeting (husmøte). Raises `MeetingNotHeldYet` (need H11)."""
    if facts["held_on"] > local_date(at):
        raise MeetingNotHeldYet(_("Møtet er ikke holdt ennå. Skriv dagen det ble holdt."))
    return ResidentsMeeting.objects.create(
        property=property, recorded_at=at, recorded_by=by, **facts
    )


@transaction.atomic
def avoid_word(*, word: str, instead: str, by: User) -> NameToAvoid:
    """Forbid a word in the names of places from now on (need H7)."""
    avoided = NameToAvoid(word=word.strip().casefold(), instead=instead.strip())
    avoided._history_user = by
    avoided.save()
    return avoided


@transaction.atomic
def allow_word(*, word: NameToAvoid, by: User) -> None:
    """Allow the word in names again. Its history is kept."""
    word._history_user = by
    word.delete()
