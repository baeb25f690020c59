"""Providers of temporary places: agreements, and checks that they are kept (need H12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken, explain_integrity_error
from common.locking import locked

from . import flags as agreement_flags
from .models import Provider, QualityAgreement, QualityCheck

if TYPE_CHECKING:
    from accounts.models import User


class ProviderRefused(RuleBroken):
    """The agreement or the check cannot be saved like this."""


@transaction.atomic
def save_provider(*, provider: Provider, by: User, seen: int | None = None) -> Provider:
    """Save a new or changed provider; its history keeps who did it. Raises `Overwritten`."""
    if seen is not None:
        # Locked, so that of two who save at once the second is told.
        locked(Provider.objects.all(), provider.pk)
        check_seen(provider, seen)
    provider._history_user = by
    provider.save()
    return provider


@transaction.atomic
def make_agreement(*, provider: Provider, by: User, on: date, **agreed) -> QualityAgreement:
    """Enter a quality agreement. Raises `ProviderRefused` if the provider has one in the period.

    The flag of the agreement it follows is closed at once, without waiting for the job.
    """
    agreement = QualityAgreement(provider=provider)
    _save_agreement(agreement, by, on, agreed)
    return agreement


@transaction.atomic
def correct_agreement(
    *, agreement: QualityAgreement, by: User, on: date, seen: int | None = None, **agreed
) -> QualityAgreement:
    """Correct an agreement that was entered wrong. The job judges its end again.

    Raises `ProviderRefused`, and `Overwritten` if somebody has changed it since `seen`.
    """
    agreement = locked(QualityAgreement.objects.select_related("provider"), agreement.pk)
    check_seen(agreement, seen)
    _save_agreement(agreement, by, on, agreed)
    return agreement


def _save_agreement(agreement: QualityAgreement, by: User, on: date, agreed: dict) -> None:
    try:
        with transaction.atomic():
            _save(agreement, by, agreed)
    except IntegrityError as error:
        reason = explain_integrity_error(error)
        if reason is None:
            raise
        raise ProviderRefused(reason) from error
    agreement_flags.close_renewed(agreement, on)


@transaction.atomic
def record_check(*, provider: Provider, by: User, on: date, **found) -> QualityCheck:
    """Record a check that was made; a breach has a date to be corrected by. `ProviderRefused`."""
    _refuse_ahead(found["checked_on"], on)
    return _save(QualityCheck(provider=provider, checked_by=by), by, found)


@transaction.atomic
def correct_check(
    *, check: QualityCheck, by: User, on: date, seen: int | None = None, **found
) -> QualityCheck:
    """Correct a check that was entered wrong. A breach that was none has no flag any more.

    Raises `ProviderRefused`, and `Overwritten` if somebody has changed it since `seen`.
    """
    _refuse_ahead(found["checked_on"], on)
    check = locked(QualityCheck.objects.all(), check.pk)
    check_seen(check, seen)
    if not found["breach"]:
        found |= {"mended_at": None, "mended_by": None}
        agreement_flags.close_corrected(check, on)
    return _save(check, by, found)


def _save(row, by: User, facts: dict):
    for name, value in facts.items():
        setattr(row, name, value)
    row._history_user = by
    row.save()
    return row


def _refuse_ahead(checked_on: date, on: date) -> None:
    if checked_on > on:
        raise ProviderRefused(_("Kontrollen er ikke gjort ennå. Skriv dagen den ble gjort."))


@transaction.atomic
def correct_breach(*, check: QualityCheck, by: User, at: datetime) -> QualityCheck:
    """Mark the breach as corrected, once. Raises `ProviderRefused` the second time."""
    # Locked: of two users who do so at once, the second gets the error.
    check = locked(QualityCheck.objects.all(), check.pk)
    if check.mended_at or not check.breach:
        raise ProviderRefused(_("Det er ikke noe avvik å rette her."))
    check.mended_at, check.mended_by = at, by
    check.save()
    agreement_flags.close_corrected(check, local_date(at))
    return check


@transaction.atomic
def breach_not_corrected(*, check: QualityCheck, by: User) -> QualityCheck:
    """It was marked as corrected by mistake. The history is kept, and the job flags it again."""
    check = locked(QualityCheck.objects.all(), check.pk)
    if not check.mended_at:
        raise ProviderRefused(_("Avviket er ikke meldt rettet."))
    check.mended_at = check.mended_by = None
    check._history_user = by
    check.save()
    return check
