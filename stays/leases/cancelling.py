"""A lease that never was: signed and cancelled before it began, or registered wrong.

The lease and its stay are deleted, as a stay that never was (docs/adr/0013): the home is vacant
again, and the person waits as before, since nothing in their application has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Manager
from django.utils.translation import gettext as _

from accounts.models import User
from casework.log.enums import FlagClosed
from casework.models import Flag
from common.calendar import local_date
from common.corrections import check_seen
from common.locking import locked
from stays.actions import StayRefused, delete_rows, lock_homes, locked_stay, void
from stays.correcting import reopen_locked
from stays.enums import VoidedAs
from stays.models import Stay, VoidedStay

from .models import Lease

_listeners: list[Callable[..., None]] = []


def listen(listener: Callable[..., None]) -> None:
    """Register a listener from an app above: `listener(lease, keep_offer=, reason=, by=, at=)`. It
    is called in the transaction, before the stay and the lease are locked, and lets go of the
    lease."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def cancel_lease(
    *,
    lease: Lease,
    how: str,
    reason: str,
    by: User,
    at: datetime,
    reopen: Iterable[Stay] = (),
    keep_offer: bool = False,
    seen: int | None = None,
) -> VoidedStay:
    """Take out a lease that does not hold, with everything registered on it; letters remain.

    `how` is `VoidedAs.NO_CONTRACT`, for a lease that has not begun before today, or `MISTAKEN`.
    `reopen` are the stays that ended because the tenant was to move in. `keep_offer` lets the
    offer stand, so that a new contract can be made. Raises `StayRefused`.
    """
    # Locks in the order of docs/adr/0006.
    reopen = list(reopen)
    lock_homes(lease.stay.unit_id, *(ended.unit_id for ended in reopen))
    for listener in _listeners:
        listener(lease, keep_offer=keep_offer, reason=reason, by=by, at=at)
    stay = locked_stay(lease.stay)
    lease = locked(Lease.objects.all(), lease.pk, no_key=False)
    check_seen(lease, seen)
    if how == VoidedAs.NO_CONTRACT and has_begun(lease, at):
        raise StayRefused(
            _(
                "Leieforholdet har begynt. Trakk personen seg, eller er flyttet ut, avslutter du "
                "leieforholdet. Er det ført ved en feil, velger du «Feilregistrert»."
            ),
            "how",
        )
    Flag.objects.open().filter(person=stay.person, facts__lease=lease.pk).update(
        closed_on=local_date(at), closed_because=FlagClosed.FACTS
    )
    for rows in parts_of(lease):
        delete_rows(rows.all(), by=by)
    number, application = lease.pk, lease.application
    delete_rows([lease], by=by)
    stay = Stay.objects.select_related("person", "unit__property").get(pk=stay.pk)
    voided = void(
        stay,
        how=VoidedAs(how),
        reason=reason,
        by=by,
        at=at,
        application=application,
        lease=number,
    )
    for ended in reopen:
        reopen_locked(stay=ended, reason=voided.reason, by=by, at=at)
    return voided


def parts_of(lease: Lease) -> list[Manager]:
    """The managers of the rows that hang on the lease."""
    return [lease.steps, lease.risks, lease.adjustments, lease.renewals, lease.readiness]


def has_begun(lease: Lease, at: datetime) -> bool:
    """Whether a night has been lived there: on its first day the lease can still be cancelled."""
    return lease.starts_on < local_date(at)
