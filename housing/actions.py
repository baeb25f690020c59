"""Changes to the stock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleBroken

from . import stock_import
from .models import StockImport, Unit

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyTakenIn(RuleBroken):
    """Somebody confirmed this upload before."""


@transaction.atomic
def apply_import(*, upload: StockImport, by: User, at: datetime) -> stock_import.Report:
    """Take in an uploaded file, once. `AlreadyTakenIn` when somebody was first."""
    # Two who confirm the same upload at once: the second waits here, and is told.
    upload = StockImport.objects.select_for_update().get(pk=upload.pk)
    if upload.applied_at:
        raise AlreadyTakenIn(_("Filen er allerede tatt inn."))
    report = stock_import.apply(stock_import.read(bytes(upload.content), upload.file_name))
    upload.applied_at, upload.applied_by = at, by
    upload.save(update_fields=["applied_at", "applied_by"])
    return report


@transaction.atomic
def change_unit(*, unit: Unit, by: User) -> Unit:
    """Save a changed unit; its history keeps what it was, and who changed it."""
    unit._history_user = by
    unit.save()
    return unit
