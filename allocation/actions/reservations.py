"""A dwelling reserved for somebody who will leave an institution or prison (need A13)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.models import User
from casework.applications.perms import is_disqualified
from casework.log import events
from casework.log.saving import save
from casework.models import Application
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked
from housing.models import Unit
from stays.models import Stay

from ..enums import AllocationEvent
from ..models import Offer, Reservation


class ReservationRefused(RuleBroken):
    """The dwelling cannot be reserved or released."""


@transaction.atomic
def reserve(
    *,
    application: Application,
    unit: Unit,
    moves_in_on: date,
    until: date,
    reason: str,
    by: User,
    at: datetime,
) -> Reservation:
    """Reserve the dwelling for the case from today to `until`, the last day.

    Raises ReservationRefused. Of two users who reserve the same dwelling at once, the second
    waits for the unit's row and then breaks the constraint `unit_reserved_for_one`.
    """
    on = local_date(at)
    unit = locked(Unit.objects.select_related("property"), unit.pk)
    if is_disqualified(by, application):
        raise ReservationRefused(_("Du er inhabil i denne saken. En annen må ta den."))
    if moves_in_on < on:
        raise ReservationRefused(_("Dagen er gått. Skriv en dag som kommer."), "moves_in_on")
    if until < moves_in_on:
        raise ReservationRefused(_("Boligen må holdes av til personen flytter inn."), "until")
    latest = on + timedelta(days=settings_table.value("reserve_longest_days", on))
    if until > latest:
        raise ReservationRefused(
            _("En bolig holdes av høyst til %(day)s. Skriv en tidligere dag.")
            % {"day": nbdate(latest)},
            "until",
        )
    this, for_good = Unit.objects.filter(pk=unit.pk), DateRange(moves_in_on, None)
    if Stay.objects.filter(unit=unit, period__overlap=for_good).exists():
        raise ReservationRefused(
            _("Det bor noen i %(unit)s %(day)s. Velg en annen bolig.")
            % {"unit": unit, "day": nbdate(moves_in_on)},
            "unit",
        )
    if not this.for_letting().open_in(for_good).exists():
        raise ReservationRefused(
            _("%(unit)s kan ikke leies ut %(day)s.") % {"unit": unit, "day": nbdate(moves_in_on)},
            "unit",
        )
    if Offer.objects.reserving().filter(unit=unit).exclude(application=application).exists():
        raise ReservationRefused(_("Boligen er allerede tilbudt til noen."), "unit")
    reservation = save(
        Reservation(unit=unit, application=application),
        by,
        moves_in_on=moves_in_on,
        period=DateRange(on, until + timedelta(days=1)),
        reason=reason.strip(),
        reserved_at=at,
        reserved_by=by,
    )
    text = _("%(unit)s er holdt av til innflytting %(day)s.") % {
        "unit": unit,
        "day": nbdate(moves_in_on),
    }
    _record(reservation, AllocationEvent.UNIT_RESERVED, text, by=by, at=at)
    return reservation


@transaction.atomic
def release(reservation: Reservation, *, reason: str, by: User, at: datetime) -> Reservation:
    """End the reservation, so that others can get the dwelling. Raises ReservationRefused."""
    # Locked: of two users who release it, the second is refused.
    reservation = locked(
        Reservation.objects.select_related("unit__property", "application__person"), reservation.pk
    )
    if reservation.released_at:
        raise ReservationRefused(_("Boligen er allerede frigitt."))
    save(reservation, by, released_at=at, released_by=by, release_reason=reason.strip())
    text = _("%(unit)s holdes ikke av lenger: %(why)s") % {
        "unit": reservation.unit,
        "why": reason.strip(),
    }
    _record(reservation, AllocationEvent.UNIT_RELEASED, text, by=by, at=at)
    return reservation


def _record(
    reservation: Reservation, kind: AllocationEvent, text: str, *, by: User, at: datetime
) -> None:
    events.record(
        reservation.application.person,
        kind,
        text[:400],
        by=by,
        at=at,
        application=reservation.application,
        reservation=reservation.pk,
    )
