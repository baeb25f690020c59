from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.enums import AppealBody, LanguageForm, LetterKind, TextPart
from casework.log.models import StoredFile
from casework.persons.models import Person


class StandardText(models.Model):
    """The municipality's standard text for a part of a vedtak, in force for a period (need C12).

    A change makes a new version from a date; a vedtak keeps the versions it was written with.
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
        """The text in the language (nb or nn)."""
        return self.text_nn if language == LanguageForm.NYNORSK else self.text

    def in_force(self, on: date) -> bool:
        lower, upper = self.valid.lower, self.valid.upper
        return (lower is None or lower <= on) and (upper is None or on < upper)


class PlainWord(models.Model):
    """A word that makes a letter hard to read (tungt ord), and what to write instead."""

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


class LegalBasis(models.Model):
    """A legal basis (hjemmel) in force for a period, its appeals body and letter texts (C13)."""

    code = models.CharField(_("kode"), max_length=40)
    title = models.CharField(_("navn"), max_length=160)
    title_nn = models.CharField(_("navn på nynorsk"), max_length=160)
    citation = models.CharField(_("henvisning"), max_length=200)
    citation_nn = models.CharField(_("henvisning på nynorsk"), max_length=200)
    rules_text = models.TextField(_("reglene, i klarspråk"))
    rules_text_nn = models.TextField(_("reglene, i klarspråk på nynorsk"))
    appeal_body = models.CharField(_("klageinstans"), max_length=30, choices=AppealBody)
    valid = DateRangeField(_("gjelder"))
    # With why, when the appeals body is another than the law says.
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("hjemmel")
        verbose_name_plural = _("hjemler")
        ordering = ["code", "pk"]
        constraints = [
            ExclusionConstraint(
                name="legal_basis_one_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Hjemmelen finnes allerede i denne perioden."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LetterText(models.Model):
    """The municipality's own words for one fixed text of letters, in force for a period.

    `code` is the way to the text in `templates/letters/words/*.toml`: «interim.intro». A version
    with `is_standard` takes the standard text back into use, also when a later Varig words it
    better; its two texts are the standard of its day. Letters keep the words they were sent with.
    """

    code = models.CharField(_("kode"), max_length=80, editable=False)
    text = models.TextField(_("tekst på bokmål"))
    text_nn = models.TextField(_("tekst på nynorsk"))
    is_standard = models.BooleanField(_("standardteksten"), default=False, editable=False)
    valid = DateRangeField(_("gjelder"))
    # With why, when the text is one that a law wants in the letter.
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("fast tekst")
        verbose_name_plural = _("faste tekster")
        ordering = ["code", "-valid", "pk"]
        constraints = [
            ExclusionConstraint(
                name="letter_text_one_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Teksten har allerede en versjon i denne perioden."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AppealBodyAddress(models.Model):
    """An appeals body of this municipality as letters name it, checked by somebody (fvl. § 27).

    Without a row, letters have what follows from the number of the municipality
    (`defaults.STATE_BODIES`), which nobody here has checked.
    """

    body = models.CharField(
        _("klageinstans"), max_length=30, choices=AppealBody, unique=True, editable=False
    )
    name = models.CharField(_("navn"), max_length=120)
    name_nn = models.CharField(_("navn på nynorsk"), max_length=120)
    address = models.CharField(_("postadresse"), max_length=200)
    # For which municipality it was checked: another number may have another statsforvalter.
    municipality_number = models.CharField(max_length=4, editable=False)
    checked_at = models.DateTimeField(editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("klageinstans")
        verbose_name_plural = _("klageinstanser")
        ordering = ["body", "pk"]

    def __str__(self) -> str:
        return self.name


class Letter(models.Model):
    """A letter as it was sent; it never changes."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="letters")
    application = models.ForeignKey("casework.Application", models.PROTECT, related_name="letters")
    vedtak = models.OneToOneField(
        "casework.Vedtak", models.PROTECT, null=True, blank=True, related_name="letter"
    )
    kind = models.CharField(_("type"), max_length=20, choices=LetterKind)
    language = models.CharField(max_length=2, choices=LanguageForm)
    title = models.CharField(_("tittel"), max_length=200)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="letter")
    # What was printed, and under "page" what the page of its vedtak showed beside it that day.
    said = models.JSONField(default=dict, editable=False)
    made_at = models.DateTimeField(_("laget"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("brev")
        verbose_name_plural = _("brev")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class LetterCopy(models.Model):
    """A copy of a letter, as addressed: to whom, in what role, and where it was sent."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="copies")
    name = models.CharField(_("navn"), max_length=160)
    role = models.CharField(_("som"), max_length=20)
    # As printed in the letter, so never a protected address.
    sent_to = models.CharField(_("sendt til"), max_length=300)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="letter_copy")

    class Meta:
        verbose_name = _("kopi av brev")
        verbose_name_plural = _("kopier av brev")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"
