"""A member of the household goes on living in the home of another, with the same lease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange

from common.calendar import local_date
from stays.models import Lease, Stay

if TYPE_CHECKING:
    from accounts.models import User
    from casework.models import Person


def taken_over(
    stay: Stay, successor: Person, since: date, *, by: User, at: datetime
) -> Iterator[Stay | Lease]:
    """The rows of the one who stays, to be saved in turn: the stay, and its lease if it has one.

    The terms are those of the old lease; the rent is what was last set.
    """
    yield (
        own := Stay(
            person=successor,
            kind=stay.kind,
            unit_id=stay.unit_id,
            place=stay.place,
            vedtak_id=stay.vedtak_id,
            night_price=stay.night_price,
            granted_until=stay.granted_until
            if stay.granted_until and stay.granted_until > since
            else None,
            period=DateRange(since, None),
            recorded_at=at,
            recorded_by=by,
        )
    )
    lease = Lease.objects.filter(stay=stay).first()
    if lease is None:
        return
    rent = lease.adjustments.first()
    yield Lease(
        stay=own,
        application_id=lease.application_id,
        agreed_on=local_date(at),
        starts_on=since,
        expires_on=lease.expires_on if lease.expires_on and lease.expires_on > since else None,
        rent=rent.new_rent if rent else lease.rent,
        deposit_kind=lease.deposit_kind,
        deposit=lease.deposit,
        agreed_by=by,
    )
