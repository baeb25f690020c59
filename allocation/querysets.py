from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from casework.querysets import sees

from .enums import MeetingState, OfferState

if TYPE_CHECKING:
    from accounts.models import User


class ManualClassQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "application__person__"))

    def pending(self) -> Self:
        """Proposed, and not answered by another yet."""
        return self.filter(approved_at__isnull=True)


class MeetingQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        return self.exclude(state=MeetingState.APPROVED)


class OfferQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "application__person__"))

    def open(self) -> Self:
        return self.filter(state=OfferState.SENT)

    def reserving(self) -> Self:
        """Offers that hold their unit: waiting for an answer, or said yes to without a lease."""
        return self.filter(
            models.Q(state=OfferState.SENT)
            | models.Q(state=OfferState.ACCEPTED, lease__isnull=True)
        )


class NeedCheckQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "application__person__"))

    def open(self) -> Self:
        return self.filter(answered_at__isnull=True, lapsed_on__isnull=True)


class ReservationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "application__person__"))

    def standing(self, on: date) -> Self:
        """Those that hold their dwelling on the date: not released, and not run out."""
        return self.filter(released_at__isnull=True, period__contains=on)
