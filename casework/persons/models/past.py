"""Debt, damage or a lost tenancy in the past: few may read it, and the person may answer (C25).

Allocation never reads these rows: they exclude nobody.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.enums import PastMatterKind, PaymentState
from common.formatting import nbdate
from common.model_parts import done_by

from .persons import Person


class PastMatter(models.Model):
    """Something that happened in an earlier tenancy, with its source and the person's answer."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="past_matters")
    kind = models.CharField(_("hva det gjelder"), max_length=20, choices=PastMatterKind)
    dated_on = models.DateField(_("når det var"))
    source = models.CharField(_("kilde"), max_length=160)
    what = models.TextField(_("hva som skjedde"), max_length=1000)
    amount = models.PositiveIntegerField(_("beløp (kr)"), null=True, blank=True)
    answer = models.TextField(_("hva personen sier om det"), max_length=1000, blank=True)
    expires_on = models.DateField(_("vises til og med"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tidligere forhold")
        verbose_name_plural = _("tidligere forhold")
        ordering = ["-dated_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="past_matter_expires",
                condition=Q(expires_on__gt=F("dated_on")),
                violation_error_message=_("Siste dag det vises, må være etter at det skjedde."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {nbdate(self.dated_on)}"


class PaymentPlan(models.Model):
    """The instalments agreed with the person, in kroner a month, and how it goes (need C25)."""

    matter = models.OneToOneField(PastMatter, models.CASCADE, related_name="payment_plan")
    monthly = models.PositiveIntegerField(_("per måned (kr)"))
    agreed_on = models.DateField(_("avtalt"))
    state = models.CharField(
        _("hvordan det går"), max_length=20, choices=PaymentState, default=PaymentState.KEPT
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("nedbetalingsplan")
        verbose_name_plural = _("nedbetalingsplaner")

    def __str__(self) -> str:
        return f"{self.monthly} kr"


class NeedToKnow(models.Model):
    """A user's reason for reading a person's past matters, which lets them until a date.

    Those responsible for the person's case do not need one.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    why = models.CharField(_("hvorfor du trenger å lese dette"), max_length=300)
    until = models.DateField(_("til og med"))
    stated_at = models.DateTimeField()
    stated_by = done_by()

    class Meta:
        verbose_name = _("begrunnet lesing")
        verbose_name_plural = _("begrunnede lesinger")
        ordering = ["-stated_at", "-pk"]

    def __str__(self) -> str:
        return self.why[:60]
