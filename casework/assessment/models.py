"""Assessments, the housing need, talks about choices, and statements (needs C8–C11, C21)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.applications.models import Application, Wish
from casework.log.enums import StatementSource, SupportNeed
from casework.log.visibility import visible_persons
from casework.persons.models import Person
from housing.enums import Staffing, UnitType
from housing.models import Area, Property

if TYPE_CHECKING:
    from accounts.models import User


class DimensionQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(valid__contains=on)


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def open(self) -> Self:
        return self.filter(received_at__isnull=True, withdrawn_at__isnull=True)

    def received(self) -> Self:
        return self.filter(received_at__isnull=False)


class Dimension(models.Model):
    """A subject an assessment asks about, chosen by the municipality (needs C8, X5).

    A change makes a new row with the same code from a day; answers keep the row they answered.
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
    """An assessment (kartlegging): dated, made with the person, never overwritten (need C8)."""

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
    """The answer to one dimension: the person's own view and the professional's."""

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
    """What the person says about the dwelling itself in an assessment (needs C8, C10).

    None means not clarified («ikke avklart»): nothing is derived from it, neither yes nor no.
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
    """A housing need (boligbehov): what a dwelling must have, and what is wished for (need C11).

    `allocation.fit` decides which fields are requirements and which are wishes. The newest row of
    an application is in force.
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
    # The values derived on the day: a list of field, value, shown and why.
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

    @property
    def needs_staff(self) -> bool:
        return self.staffing != Staffing.NONE


class ChoiceTalk(models.Model):
    """A talk about choices and consequences (valg og konsekvenser) (need C21).

    Not a tick box for «consulted»: it holds the alternatives, what each means, the person's own
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
    """One alternative presented to the person, and what it would mean for them."""

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


class Statement(models.Model):
    """A statement (uttalelse) asked from someone who knows the person (need C9).

    A colleague answers in Varig, an outside helper through a link and a code. The link is signed
    and holds no personal data; a new `nonce` ends it. An outside helper is asked only with the
    person's consent, and sees only what the person has agreed to share.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="statements")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="statements"
    )
    source = models.CharField(_("hva slags hjelper"), max_length=20, choices=StatementSource)
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements_asked",
        verbose_name=_("kollega"),
    )
    helper_name = models.CharField(_("navn"), max_length=120, blank=True)
    helper_place = models.CharField(_("arbeidssted"), max_length=120, blank=True)
    helper_email = models.EmailField(_("e-post"), blank=True)
    question = models.TextField(_("spørsmål"))
    due_on = models.DateField(_("svar innen"))
    consented_on = models.DateField(_("personen samtykket"), null=True, blank=True)
    shared = models.TextField(_("dette kan hjelperen få vite"), blank=True)
    first_name = models.BooleanField(_("vis fornavnet"), default=False)
    nonce = models.CharField(max_length=32, editable=False)
    origin = models.CharField(max_length=120, blank=True, editable=False)
    link_until = models.DateField(_("lenken virker til"))
    attempts = models.PositiveSmallIntegerField(_("feil kode"), default=0, editable=False)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reminded_on = models.DateField(_("påminnet før fristen"), null=True, blank=True)
    reminded_late_on = models.DateField(_("påminnet etter fristen"), null=True, blank=True)
    text = models.TextField(_("uttalelse"), blank=True)
    signed = models.CharField(_("skrevet av"), max_length=160, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    comment = models.TextField(_("personens kommentar"), blank=True)
    commented_at = models.DateTimeField(null=True, blank=True)
    commented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("uttalelse")
        verbose_name_plural = _("uttalelser")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-asked_at", "-id"], name="statement_of_person"),
            models.Index(
                fields=["due_on"],
                name="statement_open",
                condition=Q(received_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="statement_of_somebody",
                condition=Q(asked_of__isnull=False, helper_name="")
                | (Q(asked_of__isnull=True) & ~Q(helper_name="")),
                violation_error_message=_(
                    "Velg en kollega, eller skriv hvem utenfor kommunen du spør."
                ),
            ),
            models.CheckConstraint(
                name="statement_outside_with_consent",
                condition=Q(asked_of__isnull=False) | Q(consented_on__isnull=False),
                violation_error_message=_(
                    "Personen må samtykke før noen utenfor blir spurt. Skriv datoen."
                ),
            ),
            models.CheckConstraint(
                # An outside helper has no user, and signs by name.
                name="statement_received",
                condition=Q(received_at__isnull=True, received_by__isnull=True, text="")
                | (Q(received_at__isnull=False) & ~Q(text="") & ~Q(signed=""))
                & (Q(received_by__isnull=False) | Q(asked_of__isnull=True)),
                violation_error_message=_("En mottatt uttalelse har tekst, tid og hvem."),
            ),
            models.CheckConstraint(
                name="statement_withdrawn",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                violation_error_message=_("Skriv hvem som trakk spørsmålet."),
            ),
            models.CheckConstraint(
                name="statement_commented",
                condition=Q(commented_at__isnull=True, commented_by__isnull=True, comment="")
                | (Q(commented_at__isnull=False, commented_by__isnull=False) & ~Q(comment="")),
                violation_error_message=_("Skriv kommentaren, og hvem som førte den inn."),
            ),
        ]

    def __str__(self) -> str:
        return f"Uttalelse {self.due_on}"

    @property
    def is_open(self) -> bool:
        return self.received_at is None and self.withdrawn_at is None

    @property
    def is_outside(self) -> bool:
        return self.asked_of_id is None

    @property
    def who(self) -> str:
        """Who wrote it, or who was asked."""
        if self.signed:
            return self.signed
        if self.asked_of:
            return str(self.asked_of)
        return f"{self.helper_name}, {self.helper_place}" if self.helper_place else self.helper_name

    @property
    def about(self) -> str:
        """How the person is named to someone without access to the case."""
        if self.first_name and self.person.last_name and not self.person.is_protected:
            return self.person.first_name
        return self.person.initials

    def link_works(self, on: date) -> bool:
        """Whether an outside helper can still answer through the link on the date."""
        return self.is_outside and self.is_open and on <= self.link_until
