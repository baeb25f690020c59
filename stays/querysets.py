from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from casework.querysets import sees

if TYPE_CHECKING:
    from accounts.models import User


class StayQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def current(self, on: date) -> Self:
        return self.filter(period__contains=on)

    def temporary(self) -> Self:
        from .enums import StayKind

        return self.filter(kind=StayKind.TEMPORARY)


class RenewalQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "stay__person__"))


class PlaceSearchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))


class LeaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "stay__person__"))

    def current(self, on: date) -> Self:
        """Those whose tenant lives there on the date."""
        # The second says nothing the first does not, but is answered by an index.
        return self.filter(stay__period__contains=on, lived_until__gt=on)


class RiskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "lease__stay__person__"))

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)
