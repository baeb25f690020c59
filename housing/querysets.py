from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from .enums import TEMPORARY_TYPES


class PropertyQuerySet(models.QuerySet):
    def matching(self, text: str) -> Self:
        return self.filter(name__icontains=text)


class UnitQuerySet(models.QuerySet):
    def in_use(self, on: date) -> Self:
        return self.filter(in_use__contains=on)

    def temporary(self) -> Self:
        return self.filter(type__in=TEMPORARY_TYPES)

    def for_letting(self) -> Self:
        """Homes, and places to learn to live in one: all but the temporary kinds."""
        return self.exclude(type__in=TEMPORARY_TYPES)

    def available(self, on: date) -> Self:
        """Neither closed, nor under repair, on the date. Says nothing of who lives there."""
        from .models import Unavailability

        blocked = Unavailability.objects.filter(unit=OuterRef("pk"), period__contains=on)
        return self.in_use(on).filter(~Exists(blocked))


class UpkeepQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)


class AgreementQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(valid__contains=on)


class AgreementFlagQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def escalated(self) -> Self:
        return self.open().filter(escalated_on__isnull=False)
