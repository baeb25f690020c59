"""Changes to the register of dwellings (the stock)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from common import changes, spreadsheets
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked

from . import closing, stock_export
from .enums import ALWAYS_URGENT, UnavailableCause, use_of
from .models import (
    NameToAvoid,
    Property,
    ResidentsMeeting,
    StockExport,
    Unavailability,
    Unit,
    Upkeep,
)

if TYPE_CHECKING:
    from accounts.models import User


class MeetingNotHeldYet(RuleBroken):
    """A residents' meeting cannot be recorded before it has been held."""


@transaction.atomic
def export_stock(*, file_format: str, by: User, at: datetime) -> tuple[bytes, StockExport]:
    """The whole stock as a file, and the record of who exported it."""
    empty = Property.objects.filter(units__isnull=True)
    rows = list(stock_export.rows(Unit.objects.all(), empty))
    export = StockExport.objects.create(
        file_format=file_format, rows=len(rows), exported_at=at, exported_by=by
    )
    return spreadsheets.write(stock_export.NAMES, rows, file_format), export


# ------------------------------------------------------------------ properties and homes


class ChangedMeanwhile(RuleBroken):
    """Somebody saved it after the form was opened; nothing is overwritten unseen."""

    field = "revision"

    def __init__(self, stored: Property | Unit) -> None:
        last, *earlier = stored.history.select_related("history_user")[:2]
        self.told, self.changes = changes.told([last]), []
        if earlier:
            self.changes = changes.of_row(stored, earlier[0].history_id)[1]
        super().__init__(
            _(
                "Noen har endret dette etter at du åpnet siden, og ingenting er lagret. Det du "
                "skrev, står her. Se hva som er nytt, og lagre igjen hvis det fortsatt stemmer."
            )
        )


def _lock(changed: Property | Unit) -> Property | Unit:
    """The stored row, locked. Raises `ChangedMeanwhile` when it is not the one the user read."""
    model = type(changed)
    stored = locked(model.objects.all(), changed.pk)
    if stored.revision != changed.revision:
        raise ChangedMeanwhile(stored)
    changed.revision += 1
    return stored


@transaction.atomic
def add_property(*, property: Property, by: User, at: datetime) -> Property:
    """Save a new property. Its stage counts from today when no other day is given (need H1)."""
    property.stage_from = property.stage_from or local_date(at)
    _check_stage_days(property, local_date(at))
    property._history_user = by
    property.save()
    return property


@transaction.atomic
def change_property(*, property: Property, by: User, at: datetime) -> int:
    """Save a changed property; its history keeps the old values and who changed it.

    Its homes follow a changed stage from `stage_from`, or from today; returns how many. Raises
    `ChangedMeanwhile`, RuleBroken for impossible days, and `closing.CannotClose` while somebody
    lives there, or a home is reserved or offered.
    """
    stored = _lock(property)
    if property.stage != stored.stage and property.stage_from in (None, stored.stage_from):
        property.stage_from = local_date(at)
    _check_stage_days(property, local_date(at))
    property._history_user = by
    property.save()
    if property.name != stored.name:  # its homes are sorted and found by its name
        units = list(property.units.select_related("property"))
        for unit in units:
            unit.sort_name = unit.sorted_by()
        Unit.objects.bulk_update(units, ["sort_name"], batch_size=1000)
    return closing.apply_stage(property, before=stored, by=by)


def _check_stage_days(property: Property, today: date) -> None:
    first, last = property.stage_from, property.stage_until
    closing.refuse_far_ahead(
        today, acquired_on=property.acquired_on, stage_from=first, stage_until=last
    )
    if first and last and last < first:
        raise RuleBroken(_("Siste dag kan ikke være før første dag."), "stage_until")


@transaction.atomic
def add_unit(*, unit: Unit, by: User, at: datetime) -> Unit:
    """Save a new home or room, with the days it is in use (need H1)."""
    _check_use(unit, local_date(at))
    unit._history_user = by
    unit.save()
    return unit


@transaction.atomic
def change_unit(*, unit: Unit, by: User, at: datetime) -> Unit:
    """Save a changed home; its history keeps the old values and who changed it.

    Raises `ChangedMeanwhile`, and `closing.CannotClose` when somebody needs it on a day that would
    no longer be one of use, or from today as the home for another use than its new type.
    """
    stored = _lock(unit)
    _check_use(unit, local_date(at))
    for days in closing.days_lost(stored.in_use, unit.in_use):
        first = unit.in_use.lower
        is_before = first is not None and days.upper is not None and days.upper <= first
        closing.refuse_if_needed([stored], days, "used_from" if is_before else "used_to")
    if use_of(unit.type) != use_of(stored.type):
        closing.refuse_if_needed([stored], DateRange(local_date(at), None), "type")
    unit._history_user = by
    unit.save()
    return unit


def _check_use(unit: Unit, today: date) -> None:
    closing.refuse_far_ahead(today, used_from=unit.in_use.lower, used_to=unit.in_use.upper)


# ------------------------------------------------------------------ out of use for a time


class StillNeeded(RuleBroken):
    """Somebody lives in the home, or has been given it; asked about before it is out of use."""

    field = "anyway"


def _ask_if_needed(unit: Unit, period: DateRange, on: date, anyway: bool) -> None:
    # Locked, so that nobody is given the home meanwhile.
    unit = locked(Unit.objects.all(), unit.pk)
    if anyway or (period.upper and period.upper <= on):
        return
    if reasons := closing.why_needed([unit], period):
        raise StillNeeded(
            _("%(why)s Kryss av hvis boligen likevel skal ut av bruk.") % {"why": reasons}
        )


@transaction.atomic
def take_out_of_use(
    *,
    unit: Unit,
    cause: str,
    period: DateRange,
    by: User,
    on: date,
    note: str = "",
    cost: int | None = None,
    anyway: bool = False,
) -> Unavailability:
    """Nobody can live in the home in the period: repair, cleaning, conversion (need H3).

    `cost` is in kroner. `anyway` says that it is settled with whoever lives there or has been
    given the home. Raises `StillNeeded`, and IntegrityError when it is already out of use then.
    """
    _ask_if_needed(unit, period, on, anyway)
    row = Unavailability(unit=unit, cause=cause, period=period, note=note, cost=cost)
    row._history_user = by
    row.save()
    return row


@transaction.atomic
def change_out_of_use(
    *,
    unavailability: Unavailability,
    by: User,
    on: date,
    cause: str,
    period: DateRange,
    note: str,
    cost: int | None,
    anyway: bool = False,
    seen: int | None = None,
) -> Unavailability:
    """Correct a period out of use; its history keeps what it said.

    Raises `StillNeeded` and `Overwritten`.
    """
    if period != unavailability.period:
        _ask_if_needed(unavailability.unit, period, on, anyway)
    # Locked, so that two corrections at the same time run one after the other.
    row = locked(Unavailability.objects.all(), unavailability.pk)
    check_seen(row, seen)
    row.cause, row.period, row.note, row.cost = cause, period, note, cost
    row._history_user = by
    row.save()
    return row


@transaction.atomic
def undo_out_of_use(*, unavailability: Unavailability, by: User) -> None:
    """It was registered by mistake: the days are as if it had never been. The history is kept."""
    unavailability._history_user = by
    unavailability._change_reason = "feilregistrert"
    unavailability.delete()


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
def start_upkeep(
    *, upkeep: Upkeep, plan: str, by: User, at: datetime, seen: int | None = None
) -> Upkeep:
    """Write who does the repair and when.

    Raises `UpkeepRefused` when it is finished, and `Overwritten`."""
    upkeep = _open(upkeep)
    check_seen(upkeep, seen)
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


@transaction.atomic
def reopen_upkeep(*, upkeep: Upkeep, by: User, at: datetime) -> Upkeep:
    """It was marked as finished by mistake. A home that could not be used cannot be used still,
    unless something else has been registered of it since. Raises `UpkeepRefused`."""
    # Locked, so that of two users who reopen it the second gets the error.
    upkeep = locked(Upkeep.objects.all(), upkeep.pk)
    if not upkeep.done_at:
        raise UpkeepRefused(_("Feilen er ikke meldt ferdig."))
    closed = upkeep.unavailability
    if closed:
        # Locked, as where a fault is reported.
        locked(Unit.objects.all(), closed.unit_id)
    if closed and closed.period.upper == local_date(upkeep.done_at):
        later = closed.unit.unavailabilities.filter(period__startswith__gt=closed.period.lower)
        following = later.order_by("period").first()
        closed.period = DateRange(closed.period.lower, following and following.period.lower)
        closed._history_user = by
        closed.save()
    upkeep.done_at, upkeep.done_by, upkeep.outcome = None, None, ""
    upkeep._history_user = by
    upkeep.save()
    return upkeep


def _open(upkeep: Upkeep) -> Upkeep:
    # Locked: of two users who close the same report at once, the second gets the error.
    upkeep = locked(Upkeep.objects.all(), upkeep.pk)
    if upkeep.done_at:
        raise UpkeepRefused(
            _("Feilen er allerede meldt ferdig %(day)s.") % {"day": nbdate(upkeep.done_at)}
        )
    return upkeep


def _close(unit: Unit, text: str, on: date) -> Unavailability | None:
    """Make the home unavailable from the day; None if it already is."""
    # Locked, so that two reports about the same home at once make one unavailability.
    locked(Unit.objects.all(), unit.pk)
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
    _refuse_not_held(facts["held_on"], at)
    return ResidentsMeeting.objects.create(
        property=property, recorded_at=at, recorded_by=by, **facts
    )


@transaction.atomic
def correct_meeting(
    *, meeting: ResidentsMeeting, by: User, at: datetime, seen: int | None = None, **facts
) -> ResidentsMeeting:
    """Correct a meeting that was recorded wrong. Raises `MeetingNotHeldYet`, and `Overwritten`."""
    _refuse_not_held(facts["held_on"], at)
    # Locked, so that of two who save at once the second is told.
    rows = ResidentsMeeting.objects.select_for_update(of=("self",), no_key=True)
    meeting = rows.get(pk=meeting.pk)
    check_seen(meeting, seen)
    for name, value in facts.items():
        setattr(meeting, name, value)
    meeting._history_user = by
    meeting.save()
    return meeting


def _refuse_not_held(held_on: date, at: datetime) -> None:
    if held_on > local_date(at):
        raise MeetingNotHeldYet(_("Møtet er ikke holdt ennå. Skriv dagen det ble holdt."))


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
