from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from common.sorting import norwegian_key

from .enums import PropertyStage, Staffing, UnavailableCause, UnitType
from .querysets import PropertyQuerySet, UnitQuerySet


class Area(models.Model):
    """A part of the municipality that people wish for, or wish to avoid."""

    code = models.SlugField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("navn"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("område")
        verbose_name_plural = _("områder")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Provider(models.Model):
    """Someone outside the municipality who runs places to live (need H12)."""

    name = models.CharField(_("navn"), max_length=120, unique=True)
    organisation_number = models.CharField(_("organisasjonsnummer"), max_length=9, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("leverandør")
        verbose_name_plural = _("leverandører")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Property(models.Model):
    """A building or group of dwellings with one neutral name (needs H1, H7)."""

    name = models.CharField(_("navn"), max_length=120, unique=True)
    sort_name = models.CharField(max_length=160, editable=False, db_collation="C")
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(
        _("postnummer"),
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^\d{4}$", _("Postnummeret har fire siffer."))],
    )
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="properties",
        verbose_name=_("område"),
    )
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="properties",
        verbose_name=_("leverandør"),
    )
    stage = models.CharField(
        _("livsløp"), max_length=20, choices=PropertyStage, default=PropertyStage.IN_USE
    )
    source_note = models.CharField(_("merknad"), max_length=300, blank=True)
    history = HistoricalRecords()

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name = _("eiendom")
        verbose_name_plural = _("eiendommer")
        ordering = ["sort_name", "pk"]
        indexes = [models.Index(fields=["sort_name", "id"], name="property_sort")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_name = norwegian_key(self.name)
        super().save(*args, **kwargs)


class Unit(models.Model):
    """A place someone can live: a dwelling, or a room where rooms are let (need H1).

    Vacant, occupied, reserved and unavailable are never stored: they are read off on a date
    from stays, offers and unavailabilities. Rent is kroner a month, night price kroner a night.
    Bedrooms, floor and staffing may be unknown (imported with gaps): then they meet no requirement.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="units", verbose_name=_("eiendom")
    )
    name = models.CharField(
        _("betegnelse"), max_length=40, help_text=_("For eksempel H0202 eller Rom 4.")
    )
    sort_name = models.CharField(max_length=220, editable=False, db_collation="C")
    dwelling_number = models.CharField(
        _("bruksenhetsnummer"),
        max_length=5,
        blank=True,
        validators=[
            RegexValidator(r"^[HKLU]\d{4}$", _("Skriv bokstav og fire siffer, som H0202."))
        ],
    )
    extra_reference = models.CharField(_("ekstra referanse"), max_length=40, blank=True)
    type = models.CharField(_("boligtype"), max_length=20, choices=UnitType)
    bedrooms = models.PositiveSmallIntegerField(
        _("antall soverom"),
        null=True,
        blank=True,
        default=1,
        help_text=_("Tomt når det ikke er avklart."),
    )
    size_m2 = models.PositiveSmallIntegerField(_("bruksareal (m²)"), null=True, blank=True)
    floor = models.SmallIntegerField(_("etasje"), null=True, blank=True, default=1)
    lift = models.BooleanField(_("heis"), default=False)
    step_free = models.BooleanField(_("uten trinn"), default=False)
    wheelchair = models.BooleanField(_("tilgjengelig med rullestol"), default=False)
    capacity = models.PositiveSmallIntegerField(_("plass til (personer)"), null=True, blank=True)
    staffing = models.CharField(
        _("bemanning"), max_length=10, choices=Staffing, default=Staffing.NONE, blank=True
    )
    own_entrance = models.BooleanField(_("egen inngang"), default=False)
    accepts_pets = models.BooleanField(_("dyr tillatt"), default=True)
    near_transport = models.BooleanField(_("nær buss eller bane"), default=False)
    quiet = models.BooleanField(_("rolig"), default=False)
    drug_free = models.BooleanField(_("rusfritt miljø"), default=False)
    min_age = models.PositiveSmallIntegerField(_("alder fra"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("alder til og med"), null=True, blank=True)
    suits_children = models.BooleanField(_("egnet for barn"), default=True)
    rent = models.PositiveIntegerField(_("husleie (kr per måned)"), null=True, blank=True)
    night_price = models.PositiveIntegerField(_("pris (kr per natt)"), null=True, blank=True)
    allocated_by = models.ForeignKey(
        OrganisationUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tildeles av"),
    )
    operated_by = models.ForeignKey(
        OrganisationUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("driftes av"),
    )
    followed_up_by = models.ForeignKey(
        OrganisationUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("følges opp av"),
    )
    in_use = DateRangeField(_("i bruk"))
    history = HistoricalRecords()

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("bolig")
        verbose_name_plural = _("boliger")
        ordering = ["sort_name", "pk"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="unit_sort"),
            models.Index(fields=["type", "sort_name", "id"], name="unit_type"),
            GinIndex(fields=["sort_name"], name="unit_search", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["property", "name", "extra_reference"],
                name="unit_named_once",
                violation_error_message=_("Eiendommen har allerede en bolig med dette navnet."),
            ),
            models.CheckConstraint(
                name="unit_age_range",
                condition=Q(min_age__isnull=True)
                | Q(max_age__isnull=True)
                | Q(max_age__gte=F("min_age")),
                violation_error_message=_("Alder til må være høyere enn alder fra."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.property.name}, {self.name}"

    def save(self, *args, **kwargs) -> None:
        self.sort_name = norwegian_key(f"{self.property.name}, {self.name}")
        super().save(*args, **kwargs)


class Unavailability(models.Model):
    """A period in which a unit cannot be lived in, with its cause (need H3)."""

    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="unavailabilities", verbose_name=_("bolig")
    )
    cause = models.CharField(_("årsak"), max_length=20, choices=UnavailableCause)
    period = DateRangeField(_("periode"))
    note = models.CharField(_("merknad"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("utilgjengelig periode")
        verbose_name_plural = _("utilgjengelige perioder")
        constraints = [
            ExclusionConstraint(
                name="unavailability_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Boligen er allerede utilgjengelig i denne perioden."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_cause_display()}"


class StockImport(models.Model):
    """A file with dwellings as it was uploaded, and what came of it (need X1)."""

    file_name = models.CharField(_("filnavn"), max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(_("lastet opp"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("tatt inn"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("import av boliger")
        verbose_name_plural = _("importer av boliger")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="stock_import_applied_at_by",
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
