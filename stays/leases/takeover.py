"""A member of the household goes on living in the home of another, with the same lease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from casework.log.events import record
from common.formatting import nbdate
from stays.enums import StayEvent
from stays.models import Lease, Stay, TenancyRisk, TenancyStep

if TYPE_CHECKING:
    from accounts.models import User
    from casework.models import Person

# What of a place is the same for whoever lives there.
OF_THE_PLACE = (
    "kind", "unit_id", "place", "vedtak_id", "night_price", "unsuitable", "unsafe",
    "must_leave_by", "unsuited_for", "unsuited_reason",
)  # fmt: skip
# The contract is the same: it began, and ends, when it did. A lease that has run out has run out.
OF_THE_CONTRACT = (
    "application_id", "agreed_on", "starts_on", "expires_on", "deposit_kind", "deposit",
    "short_term_reason", "shortest_until", "informed_in_id",
)  # fmt: skip


def taken_over(
    stay: Stay, successor: Person, since: date, *, until: date | None, by: User, at: datetime
) -> Iterator[Stay | Lease | TenancyRisk | TenancyStep]:
    """The rows of the one who stays, to be saved in turn: the stay, and its lease if it has one,
    with its open risk and its steps.

    `until` is the day the home was to be left, if known. The rent is what is in force on `since`;
    a notice of a later one was sent to the one who had the lease, and does not hold for the other.
    """
    yield (
        own := Stay(
            person=successor,
            **{name: getattr(stay, name) for name in OF_THE_PLACE},
            granted_until=stay.granted_until
            if stay.granted_until and stay.granted_until > since
            else None,
            period=DateRange(since, until),
            recorded_at=at,
            recorded_by=by,
        )
    )
    lease = Lease.objects.filter(stay=stay).first()
    if lease is None:
        return
    adjusted = lease.last_adjustment(since)
    yield (
        same := Lease(
            stay=own,
            continues=lease,
            **{name: getattr(lease, name) for name in OF_THE_CONTRACT},
            rent=adjusted.new_rent if adjusted else lease.rent,
            agreed_by=by,
        )
    )
    # What is under way goes on against whoever is left: nobody is evicted unseen.
    for row in (*lease.risks.open().order_by("pk"), *lease.steps.order_by("pk")):
        row.pk, row._state.adding, row.lease = None, True, same
        yield row


def record_taken_over(
    stay: Stay, successor: Person, since: date, why: str, *, by: User, at: datetime
) -> None:
    """On the timeline of the one who goes on living there."""
    leased = Lease.objects.filter(stay=stay).exists()
    record(
        successor,
        StayEvent.LEASE_AGREED if leased else StayEvent.STAY_REGISTERED,
        _("Bor videre i %(where)s fra %(day)s. %(why)s")
        % {"where": stay.where, "day": nbdate(since), "why": why},
        by=by,
        at=at,
    )
