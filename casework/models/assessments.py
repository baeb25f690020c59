from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from housing.enums import Staffing, UnitType
from housing.models import Area, Property

from ..enums import SupportNeed
from ..querysets import DimensionQuerySet
from .applications import Application
from .persons import Person


class Wish(models.Model):
    """The person's own wish, in their own words, shown first everywhere (need C10).

    A new wish does not overwrite an old one: the latest is shown, all are kept.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="wishes")
    words = models.TextField(_("det viktigste for meg"))
    setting = models.CharField(
        _("hvor det ble sagt"),
        max_length=120,
        blank=True,
        help_text=_("For eksempel «samtale, med tolk»."),
    )
    said_on = models.DateField(_("sagt"))
    read_back = models.BooleanField(_("lest opp og godkjent av personen"), default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("ønske")
        verbose_name_plural = _("ønsker")
        ordering = ["-said_on", "-pk"]
        indexes = [models.Index(fields=["person", "-said_on", "-id"], name="wish_latest")]

    def __str__(self) -> str:
        return self.words[:60]


class Dimension(models.Model):
    """Something a kartlegging asks about. The municipality decides which (needs C8, X5).

    A change is a new row with the same code from a day on; an answer keeps the row it answered.
    """

    code = models.SlugField(_("kode"), max_length=40)
    name = models.CharField(_("navn"), max_length=80)
    question = models.CharField(_("spørsmål"), max_length=200)
    order = models.PositiveSmallIntegerField(_("rekkefølge"))
    staffing = models.CharField(
        _("mye hjelp her peker mot"), max_length=10, choices=Staffing, default=Staffing.NONE
    )
    valid = DateRangeField(_("gjelder"))
    history = HistoricalRecords()

    objects = DimensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("område i kartlegging")
        verbose_name_plural = _("områder i kartlegging")
        ordering = ["order", "pk"]
        constraints = [
            ExclusionConstraint(
                name="dimension_one_version_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Området har allerede en versjon i perioden."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """A kartlegging: dated, made together with the person, never overwritten (need C8)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="assessments")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    wish = models.ForeignKey(Wish, models.PROTECT, related_name="assessments")
    held_on = models.DateField(_("dato for samtalen"))
    together = models.CharField(
        _("hvem var med"), max_length=160, blank=True, help_text=_("Personen selv, tolk, talsmann.")
    )
    goals = models.TextField(_("mål, med egne ord"), blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kartlegging")
        verbose_name_plural = _("kartlegginger")
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["person", "-held_on", "-id"], name="assessment_latest")]

    def __str__(self) -> str:
        return f"Kartlegging {self.held_on}"


class AssessmentAnswer(models.Model):
    """One dimension in one kartlegging: the person's own view beside the professional's."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="+")
    own_view = models.TextField(_("personen sier"), blank=True)
    support_need = models.PositiveSmallIntegerField(
        _("behov for hjelp"), choices=SupportNeed, default=SupportNeed.UNCLEAR
    )
    agreed_help = models.TextField(_("hjelp som er avtalt"), blank=True)
    source = models.CharField(_("kilde"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("svar i kartlegging")
        verbose_name_plural = _("svar i kartlegging")
        ordering = ["dimension__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.get_support_need_display()}"


class HousingAnswer(models.Model):
    """What a kartlegging says of the dwelling itself, as the person tells it (needs C8, C10).

    None is «ikke avklart»: nothing is derived from it, neither yes nor no.
    """

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="housing")
    wheelchair = models.BooleanField(_("bruker rullestol hjemme"), null=True, blank=True)
    no_stairs = models.BooleanField(_("kan ikke bruke trapper"), null=True, blank=True)
    max_floor = models.PositiveSmallIntegerField(
        _("kan gå trapper opp til etasje"), null=True, blank=True
    )
    night_help = models.BooleanField(_("må kunne nå noen om natten"), null=True, blank=True)
    pets = models.BooleanField(_("har dyr"), null=True, blank=True)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="+", verbose_name=_("ønsker område")
    )
    avoid_areas = models.ManyToManyField(
        Area, blank=True, related_name="+", verbose_name=_("områder å unngå")
    )
    avoid_reason = models.CharField(_("hvorfor (frivillig)"), max_length=200, blank=True)
    own_entrance = models.BooleanField(_("ønsker egen inngang"), default=False)
    near_transport = models.BooleanField(_("ønsker nær buss eller bane"), default=False)
    quiet = models.BooleanField(_("ønsker rolig"), default=False)
    drug_free = models.BooleanField(_("ønsker rusfritt miljø"), default=False)

    class Meta:
        verbose_name = _("svar om boligen")
        verbose_name_plural = _("svar om boligen")

    def __str__(self) -> str:
        return f"Om boligen, {self.assessment}"


class HousingNeed(models.Model):
    """Boligbehov (need C11): what a dwelling must be, and what would be good.

    The first fields are requirements, the later ones wishes; which is which is decided in
    `allocation.fit`. The newest row of an application is the one in force.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="needs")
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="needs"
    )
    types = ArrayField(
        models.CharField(max_length=20, choices=UnitType), verbose_name=_("boligtyper som passer")
    )
    bedrooms = models.PositiveSmallIntegerField(_("antall soverom, minst"), default=1)
    step_free = models.BooleanField(_("uten trapper"), default=False)
    wheelchair = models.BooleanField(_("må kunne brukes med rullestol"), default=False)
    max_floor = models.SmallIntegerField(_("høyeste etasje uten heis"), null=True, blank=True)
    staffing = models.CharField(
        _("bemanning, minst"), max_length=10, choices=Staffing, default=Staffing.NONE
    )
    pets = models.BooleanField(_("har dyr"), default=False)
    avoid_areas = models.ManyToManyField(
        Area, blank=True, related_name="+", verbose_name=_("områder å unngå")
    )
    avoid_properties = models.ManyToManyField(
        Property, blank=True, related_name="+", verbose_name=_("miljø å unngå")
    )
    avoid_reason = models.CharField(_("hvorfor (frivillig)"), max_length=200, blank=True)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="+", verbose_name=_("ønsker område")
    )
    types_preferred = ArrayField(
        models.CharField(max_length=20, choices=UnitType),
        default=list,
        blank=True,
        verbose_name=_("ønsker boligtype"),
    )
    own_entrance = models.BooleanField(_("ønsker egen inngang"), default=False)
    near_transport = models.BooleanField(_("ønsker nær buss eller bane"), default=False)
    quiet = models.BooleanField(_("ønsker rolig"), default=False)
    drug_free = models.BooleanField(_("ønsker rusfritt miljø"), default=False)
    rent_max = models.PositiveIntegerField(
        _("høyeste husleie (kr per måned)"), null=True, blank=True
    )
    available_from = models.DateField(_("kan flytte fra"), null=True, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edit_reason = models.CharField(_("hvorfor behovet er endret"), max_length=300, blank=True)
    # What the rules gave on the day, frozen: a list of field, value, shown and why.
    derived = models.JSONField(_("beregnet"), default=list, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("boligbehov")
        verbose_name_plural = _("boligbehov")
        ordering = ["-decided_at", "-pk"]
        indexes = [models.Index(fields=["application", "-decided_at", "-id"], name="need_latest")]
        constraints = [
            models.CheckConstraint(
                name="need_bedrooms",
                condition=models.Q(bedrooms__lte=9),
                violation_error_message=_("Antall soverom må være mellom 0 og 9."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bedrooms} soverom"
