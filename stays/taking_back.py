"""What of stays and leases can be «feilregistrert» (docs: `casework.log.corrections`). A stay is
itself voided by `stays.correcting`, and a lease cancelled by `stays.leases.cancelling`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.corrections import Correctable
from casework.log.saving import save
from common.calendar import local_date
from common.formatting import kroner, nbdate

from .actions import check_latest, locked_stay
from .enums import StepKind
from .leases.actions import check_still_claimed, locked_lease
from .models import LeaseRenewal, PlaceSearch, Renewal, RentAdjustment, TenancyStep

if TYPE_CHECKING:
    from accounts.models import User

ON_LEASE: dict[str, Any] = {
    "person_path": "lease__stay__person",
    "lock": lambda row: locked_lease(row.lease),
    "about": lambda row: {"application": row.lease.application, "lease": row.lease_id},
    "back": lambda row, user: reverse("stays:lease", args=[row.lease_id]),
}


def after_search(search: PlaceSearch) -> str:
    """The page where the log of searches is shown."""
    if search.application_id:
        return reverse("stays:place", args=[search.application_id])
    return reverse("desk:person_stays", args=[search.person_id])


def _evictions_are_still_claimed(step: TenancyStep, *, by: User, at: datetime) -> None:
    if step.kind == StepKind.EVICTION_CLAIM:
        check_still_claimed(step)


def _lease_expires_as_before(renewal: LeaseRenewal, *, by: User, at: datetime) -> None:
    save(renewal.lease, by, expires_on=renewal.old_expires_on)


def _granted_before(renewal: Renewal) -> date | None:
    """The day the stay was granted until when it was renewed. A renewal of one without such a day
    begins on the day it was made, so there the history of the stay tells which it was."""
    if renewal.starts_on > max(local_date(renewal.renewed_at), renewal.stay.period.lower):
        return renewal.starts_on
    made = renewal.history.earliest()
    earlier = renewal.stay.history.filter(history_date__lte=made.history_date)
    row = earlier.exclude(granted_until=made.until).order_by("-history_id").first()
    return row.granted_until if row else renewal.starts_on


def _granted_as_before(renewal: Renewal, *, by: User, at: datetime) -> None:
    save(renewal.stay, by, granted_until=_granted_before(renewal))


STEP = Correctable(
    "steg",
    TenancyStep,
    label=lambda row: f"{row.get_kind_display()} {nbdate(row.on)}",
    after=_evictions_are_still_claimed,
    **ON_LEASE,
)
LEASE_RENEWAL = Correctable(
    "forlenget-leieforhold",
    LeaseRenewal,
    label=lambda row: _("forlenget til %(day)s") % {"day": nbdate(row.expires_on)},
    check=lambda row: check_latest(row.lease.renewals, row),
    after=_lease_expires_as_before,
    follows=lambda row: _("Leieforholdet går da ut %(day)s.") % {"day": nbdate(row.old_expires_on)},
    **ON_LEASE,
)
ADJUSTMENT = Correctable(
    "ny-husleie",
    RentAdjustment,
    label=lambda row: _("varselet om ny husleie fra %(day)s") % {"day": nbdate(row.effective_on)},
    check=lambda row: check_latest(row.lease.adjustments, row),
    follows=lambda row: (
        _("Husleien blir %(rent)s. Brevet står i saken, så si fra til leietakeren.")
        % {"rent": kroner(row.old_rent)}
    ),
    **ON_LEASE,
)
STAY_RENEWAL = Correctable(
    "forlenget-opphold",
    Renewal,
    label=lambda row: _("midlertidig opphold forlenget til %(day)s") % {"day": nbdate(row.until)},
    person_path="stay__person",
    lock=lambda row: locked_stay(row.stay),
    check=lambda row: check_latest(row.stay.renewals, row),
    after=_granted_as_before,
    about=lambda row: {"stay": row.stay_id},
    part="person_stays",
)
SEARCH = Correctable(
    "leting",
    PlaceSearch,
    label=lambda row: f"{row.get_outcome_display()} {nbdate(row.on)}",
    about=lambda row: {"application": row.application},
    back=lambda row, user: after_search(row),
)
