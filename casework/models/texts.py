from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ..enums import LanguageForm, TextPart


class StandardText(models.Model):
    """Words the municipality has settled for a part of a vedtak, in force for a period (C12).

    A change is a new version from a date; the versions a vedtak was written with are kept.
    """

    code = models.SlugField(_("kode"), max_length=60, editable=False)
    part = models.CharField(_("del av vedtaket"), max_length=20, choices=TextPart)
    title = models.CharField(_("navn"), max_length=120)
    text = models.TextField(_("tekst på bokmål"))
    text_nn = models.TextField(_("tekst på nynorsk"))
    valid = DateRangeField(_("gjelder"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("standardtekst")
        verbose_name_plural = _("standardtekster")
        ordering = ["part", "title", "-valid", "pk"]
        constraints = [
            ExclusionConstraint(
                name="standard_text_one_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Teksten har allerede en versjon i denne perioden."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def words(self, language: str) -> str:
        return self.text_nn if language == LanguageForm.NYNORSK else self.text

    def in_force(self, on: date) -> bool:
        lower, upper = self.valid.lower, self.valid.upper
        return (lower is None or lower <= on) and (upper is None or on < upper)


class PlainWord(models.Model):
    """A word that makes a letter hard to read, and what to write instead."""

    word = models.CharField(_("ord eller uttrykk"), max_length=60)
    instead = models.CharField(_("skriv heller"), max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tungt ord")
        verbose_name_plural = _("tunge ord")
        ordering = ["word", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("word"),
                name="plain_word_once",
                violation_error_message=_("Ordet står allerede på lista."),
            ),
        ]

    def __str__(self) -> str:
        return self.word
