from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .applications import Application


class ChoiceTalk(models.Model):
    """Valg og konsekvenser (need C21): what the person could choose between, and what came of it.

    No tick that somebody «was consulted»: the alternatives, what each means, the person's own
    answer, who was present, and what was changed because of it (boligsosialloven § 6).
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="choice_talks", verbose_name=_("sak")
    )
    held_on = models.DateField(_("dato"))
    present = models.CharField(
        _("hvem var til stede"), max_length=200, help_text=_("Personen selv, tolk, fullmektig.")
    )
    answer = models.TextField(_("personens svar, med egne ord"))
    changed = models.TextField(_("hva vi endret på grunn av det personen mente"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("valg og konsekvenser")
        verbose_name_plural = _("valg og konsekvenser")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"Valg og konsekvenser {self.held_on}"


class ChoiceAlternative(models.Model):
    """One alternative that was presented, and what it would mean for the person."""

    talk = models.ForeignKey(ChoiceTalk, models.CASCADE, related_name="alternatives")
    what = models.CharField(_("alternativ"), max_length=160)
    means = models.TextField(_("hva det betyr for personen"))
    chosen = models.BooleanField(_("personen vil helst ha dette"), default=False)

    class Meta:
        verbose_name = _("alternativ")
        verbose_name_plural = _("alternativer")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.what
