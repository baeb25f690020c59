"""Providers of temporary places: what was agreed, and whether it is so (need H12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.errors import RuleBroken, explain_integrity_error

from . import flags as agreement_flags
from .models import Provider, QualityAgreement, QualityCheck

if TYPE_CHECKING:
    from accounts.models import User


class ProviderRefused(RuleBroken):
    """The agreement or the check cannot be as it was written."""


@transaction.atomic
def save_provider(*, provider: Provider, by: User) -> Provider:
    """Save a new or changed provider; its history keeps who did it."""
    provider._history_user = by
    provider.save()
    return provider


@transaction.atomic
def make_agreement(*, provider: Provider, by: User, on: date, **agreed) -> QualityAgreement:
    """Enter a kvalitetsavtale. One at a time for a provider: the next begins where this ends.

    The flag of the one it follows is over at once, as the night's job would find it to be.
    """
    agreement = QualityAgreement(provider=provider, **agreed)
    agreement._history_user = by
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError as error:
        said = explain_integrity_error(error)
        if said is None:
            raise
        raise ProviderRefused(said) from error
    agreement_flags.close_renewed(agreement, on)
    return agreement


@transaction.atomic
def record_check(*, provider: Provider, by: User, on: date, **seen) -> QualityCheck:
    """Write down a check that was made; a breach has a day it is to be mended by."""
    if seen["checked_on"] > on:
        raise ProviderRefused(_("Kontrollen er ikke gjort ennå. Skriv dagen den ble gjort."))
    check = QualityCheck(provider=provider, checked_by=by, **seen)
    check._history_user = by
    check.save()
    return check


@transaction.atomic
def mend(*, check: QualityCheck, by: User, at: datetime) -> QualityCheck:
    """The breach is mended; said once."""
    # Two who say so at once: the second waits here, and is told.
    check = QualityCheck.objects.select_for_update(of=("self",), no_key=True).get(pk=check.pk)
    if check.mended_at or not check.breach:
        raise ProviderRefused(_("Det er ikke noe avvik å rette her."))
    check.mended_at, check.mended_by = at, by
    check.save()
    return check
