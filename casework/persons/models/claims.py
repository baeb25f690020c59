from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.log.visibility import visible_persons
from common.model_parts import all_or_none, done_by

from .persons import Person

if TYPE_CHECKING:
    from accounts.models import User


class NumberClaimQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Nobody has answered them."""
        return self.filter(answered_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """Claims of numbers whose holder the user may see."""
        return self.filter(visible_persons(user, "person__"))


class NumberClaim(models.Model):
    """Somebody registered the number of a person they may not see (needs C4, S3).

    It is the trace of a question that could tell who is in Varig, and the message to those who may
    see the person. The names that were typed are not kept.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="number_claims")
    asked_by = done_by()
    asked_at = models.DateTimeField(_("skrevet"))
    answered_by = done_by(null=True, blank=True)
    answered_at = models.DateTimeField(_("tatt kontakt"), null=True, blank=True)

    objects = NumberClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("nummer til kontroll")
        verbose_name_plural = _("numre til kontroll")
        ordering = ["asked_at", "pk"]
        indexes = [models.Index(fields=["asked_by", "asked_at"], name="number_claim_asked")]
        constraints = [all_or_none("number_claim_answered", "answered_at", "answered_by")]

    def __str__(self) -> str:
        return f"Nummer til kontroll {self.asked_at:%Y-%m-%d}"
