"""Corrections of a lease and what is registered on it, with a reason on the person's timeline and a
trace in the history of the row (docs/adr/0013). Letters that were sent remain as they were sent.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts.models import User
from casework.applications import lease_terms
from casework.log.corrections import NotTakenBack
from casework.log.events import record
from casework.log.saving import save
from common.calendar import local_date
from common.corrections import check_seen
from common.formatting import kroner, nbdate
from common.locking import locked
from stays.actions import (
    StayRefused,
    check_latest,
    check_reasonable,
    check_unit,
    lock_homes,
    locked_stay,
    save_stay,
)
from stays.correcting import ended_by
from stays.enums import SLEEPS, StayEvent, StayKind, StepKind
from stays.models import LeaseRenewal, PriceIndex, Stay, TenancyStep

from .actions import (
    check_closes,
    check_step,
    check_still_claimed,
    check_term,
    locked_lease,
    shortest_term,
)
from .models import Lease

# What a correction of the contract may change.
TERMS = ("agreed_on", "starts_on", "expires_on", "rent", "deposit_kind", "deposit")
MOVED_HERE = (*SLEEPS, StayKind.LEASE)


@transaction.atomic
def correct_lease(
    lease: Lease,
    *,
    short_term_reason: str,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    **terms: Any,
) -> Lease:
    """Correct the terms of the contract (`TERMS`), when they were written down wrong.

    The stay begins with the lease; where the tenant slept until then ends with it. The rent is
    that of the contract, and later adjustments stand. Raises `StayRefused`, `Overwritten`.
    """
    lock_homes(lease.stay.unit_id)
    stay = locked_stay(lease.stay)
    lease = locked_lease(lease)
    check_seen(lease, seen)
    on, changed = local_date(at), {n: v for n, v in terms.items() if v != getattr(lease, n)}
    days = {name: value for name, value in changed.items() if isinstance(value, date)}
    check_reasonable(on, **days)
    if terms["agreed_on"] > on:
        raise StayRefused(_("Dagen er ikke kommet ennå."), "agreed_on")
    if "expires_on" in changed and stay.period.upper is None:
        check_closes(stay.unit, terms["expires_on"])
    _check_dates(lease, terms["starts_on"], terms["expires_on"], short_term_reason, changed)
    if "starts_on" in changed:
        _move_in_on(stay, terms["starts_on"], by)
    text = _("Leieforholdet er rettet: %(what)s %(why)s") % {
        "what": "; ".join(_change(lease, name, value) for name, value in changed.items()),
        "why": why.strip(),
    }
    for name, value in terms.items():
        setattr(lease, name, value)
    lease.short_term_reason = short_term_reason.strip()
    lease._history_user = by
    save_stay(lease)
    _record(lease, text, by, at)
    return lease


def _check_dates(
    lease: Lease, starts_on: date, expires_on: date | None, reason: str, changed: dict[str, Any]
) -> None:
    renewed = lease.renewals.exists()
    if renewed and "expires_on" in changed:
        raise StayRefused(_("Sluttdatoen følger forlengelsen. Rett forlengelsen."), "expires_on")
    if "starts_on" in changed and lease.application and lease.shortest_until:
        lease.shortest_until = shortest_term(lease.application, starts_on)
    if expires_on is not None and not renewed and {"starts_on", "expires_on"} & set(changed):
        shortest = lease.shortest_until or _as_long_as_before(lease, starts_on)
        check_term(starts_on, expires_on, shortest, reason.strip())


def _as_long_as_before(lease: Lease, starts_on: date) -> date:
    """For a lease older than Varig, whose rule nobody wrote down: no shorter than it was, or than
    today's rule, without a reason."""
    rule = lease_terms.term(lease.stay.person, starts_on, renewal=False).last_day(starts_on)
    return min(rule, lease.expires_on or rule)


def _move_in_on(stay: Stay, starts_on: date, by: User) -> None:
    """Move the first day of the stay, and the last of where the tenant slept until then."""
    if stay.period.upper and stay.period.upper <= starts_on:
        raise StayRefused(
            _("Personen flyttet ut %(day)s, og kan ikke ha flyttet inn etter det.")
            % {"day": nbdate(stay.period.upper)},
            "starts_on",
        )
    check_unit(stay.unit, stay.kind, DateRange(starts_on, None))
    before = list(ended_by(stay).filter(kind__in=MOVED_HERE))
    moved = [(stay, DateRange(starts_on, stay.period.upper))]
    for other in before:
        if other.period.lower >= starts_on:
            raise StayRefused(
                _("Personen har et opphold fra %(date)s (%(where)s). Avslutt eller rett det først.")
                % {"date": nbdate(other.period.lower), "where": other.where},
                "starts_on",
            )
        moved.append((other, DateRange(other.period.lower, starts_on)))
    # The one that gives room for the other is moved first.
    if starts_on < stay.period.lower:
        moved.reverse()
    for row, period in moved:
        row.period = period
        row._history_user = by
        save_stay(row)


def _change(lease: Lease, name: str, value: Any) -> str:
    """«husleie (kr per måned) 8 000 kr → 8 500 kr»."""
    field = lease._meta.get_field(name)

    def shown(value: Any) -> str:
        if value is None:
            return _("ingen")
        if isinstance(value, date):
            return nbdate(value)
        if field.choices:
            return str(dict(field.flatchoices)[value])
        return kroner(value)

    return f"{field.verbose_name} {shown(getattr(lease, name))} → {shown(value)}."


# ------------------------------------------------------------------ what hangs on the lease


@transaction.atomic
def correct_step(
    step: TenancyStep,
    *,
    kind: str,
    on: date,
    due_on: date | None,
    note: str,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> TenancyStep:
    """Correct a step. Its deadline follows the rules as for a new one. Raises `StayRefused`."""
    lease = locked_lease(step.lease)
    step = _still_there(lease.steps, step)
    check_seen(step, seen)
    was_claim = step.kind == StepKind.EVICTION_CLAIM
    due_on = check_step(lease, kind=kind, on=on, due_on=due_on, note=note, at=at, corrected=step)
    step.kind, step.on, step.due_on, step.note = kind, on, due_on, note.strip()
    step._history_user = by
    save_stay(step)
    if was_claim:
        check_still_claimed(step)
    what = {"step": step.get_kind_display(), "day": nbdate(on), "why": why.strip()}
    _record(lease, _("Steg rettet: %(step)s %(day)s. %(why)s") % what, by, at)
    return step


@transaction.atomic
def correct_renewal(
    renewal: LeaseRenewal,
    *,
    expires_on: date,
    short_term_reason: str,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> LeaseRenewal:
    """Correct the last day of the latest renewal, and so of the lease. Raises `StayRefused`."""
    lock_homes(renewal.lease.stay.unit_id)
    lease = locked_lease(renewal.lease)
    renewal = _still_there(lease.renewals, renewal)
    check_latest(lease.renewals, renewal)
    check_seen(renewal, seen)
    check_reasonable(local_date(at), expires_on=expires_on)
    if expires_on > renewal.expires_on:
        check_closes(lease.stay.unit, expires_on)
    check_term(
        renewal.old_expires_on, expires_on, renewal.shortest_until, short_term_reason.strip()
    )
    renewal.expires_on, renewal.short_term_reason = expires_on, short_term_reason.strip()
    renewal._history_user = by
    save_stay(renewal)
    save(lease, by, expires_on=expires_on)
    what = {"day": nbdate(expires_on), "why": why.strip()}
    _record(lease, _("Forlengelsen er rettet, og går til %(day)s. %(why)s") % what, by, at)
    return renewal


@transaction.atomic
def correct_index(
    index: PriceIndex, *, value: Decimal, why: str, by: User, at: datetime, seen: int | None = None
) -> PriceIndex:
    """Correct the index of a month. Notices already sent say what they said."""
    index = locked(PriceIndex.objects.all(), index.pk)
    check_seen(index, seen)
    index._change_reason = why.strip()[:100]
    return save(index, by, value=value)


def _still_there(rows: models.Manager, row: models.Model) -> Any:
    """The row as it is now. Raises `NotTakenBack` when somebody has taken it back."""
    if found := rows.filter(pk=row.pk).first():
        return found
    raise NotTakenBack.already()


def _record(lease: Lease, text: str, by: User, at: datetime) -> None:
    record(
        lease.stay.person,
        StayEvent.LEASE_CHANGED,
        text,
        by=by,
        at=at,
        application=lease.application,
        lease=lease.pk,
    )
