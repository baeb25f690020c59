"""The stock: areas, properties, units, and when they cannot be used (needs H1–H11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from common.formatting import kroner
from common.model_parts import PhoneField, all_or_none
from common.sorting import home_key, norwegian_key

from .enums import (
    ALWAYS_URGENT,
    TEMPORARY_TYPES,
    PropertyStage,
    Staffing,
    UnavailableCause,
    UnitType,
    UpkeepKind,
)
from .providers.models import Provider

# What is yes, no or not known of a home.
YES_OR_NO = (
    "lift", "step_free", "wheelchair", "own_entrance", "accepts_pets", "near_transport", "quiet",
    "drug_free", "suits_children", "suits_young",
)  # fmt: skip


def _named(text: str) -> Q:
    """Every word of the text is in the name. A number is found as it is written, also where the
    key has zeros before it."""
    found = Q()
    for word in norwegian_key(text).split():
        named = Q(sort_name__contains=word)
        if (key := home_key(word)) != word:
            named |= Q(sort_name__contains=key)
        found &= named
    return found


class PropertyQuerySet(models.QuerySet):
    def named(self, text: str) -> Self:
        """Those with every word of the text in their name."""
        return self.filter(_named(text))

    def matching(self, text: str) -> Self:
        return self.filter(name__icontains=text)


class UnitQuerySet(models.QuerySet):
    def named(self, text: str) -> Self:
        """Those with every word of the text in their name or the property's."""
        return self.filter(_named(text))

    def in_use(self, on: date) -> Self:
        return self.filter(in_use__contains=on)

    def temporary(self) -> Self:
        return self.filter(type__in=TEMPORARY_TYPES)

    def for_letting(self) -> Self:
        """Lasting homes and training homes: all but the temporary types."""
        return self.exclude(type__in=TEMPORARY_TYPES)

    def open_in(self, period: DateRange) -> Self:
        """In use and not unavailable in the half-open period; without an end, on its first day.

        Somebody may live there: see `stays.availability`.
        """
        if period.upper is None:
            closed, days = {"period__contains": period.lower}, period.lower
        else:
            closed, days = {"period__overlap": period}, period
        blocked = Unavailability.objects.filter(unit=OuterRef("pk"), **closed)
        return self.filter(~Exists(blocked), in_use__contains=days)


class UpkeepQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)


def _check_name(name: str) -> None:
    """Refuse a name that tells who lives there (need H7)."""
    if reason := NameToAvoid.objects.name_check()(name):
        raise ValidationError({"name": reason})


class NameToAvoidQuerySet(models.QuerySet):
    def name_check(self) -> Callable[..., str]:
        """Return a function that gives the reason why names are refused, or "" if they are fine.

        The words are read once, for all the rows of a file. A word is also found inside a longer
        word.
        """
        words = list(self.values_list("word", "instead"))

        def refusal(*names: str) -> str:
            folded = " ".join(names).casefold()
            for word, instead in words:
                if word.casefold() in folded:
                    return _objection(word, instead)
            return ""

        return refusal


def _objection(word: str, instead: str) -> str:
    reason = _("«%(word)s» sier noe om dem som bor der, og brukes ikke i navn.") % {"word": word}
    instead_use = _("Bruk heller %(instead)s.") % {"instead": instead or _("adressen")}
    return f"{reason} {instead_use}"


class Area(models.Model):
    """A part of the municipality that applicants may wish for, or wish to avoid."""

    code = models.SlugField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("navn"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("område")
        verbose_name_plural = _("områder")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Property(models.Model):
    """A building or group of dwellings with one neutral name (needs H1, H7)."""

    name = models.CharField(_("navn"), max_length=120, unique=True)
    sort_name = models.CharField(max_length=320, editable=False, db_collation="C")
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
    stage_reason = models.CharField(
        _("hvorfor"),
        max_length=300,
        blank=True,
        help_text=_("For eksempel «Leieavtalen med borettslaget går ut»."),
    )
    stage_from = models.DateField(_("fra"), null=True, blank=True)
    stage_until = models.DateField(_("til"), null=True, blank=True)
    acquired_on = models.DateField(
        _("kommunen har hatt den siden"),
        null=True,
        blank=True,
        help_text=_("Tomme dager telles ikke før denne dagen."),
    )
    contact_name = models.CharField(_("kontaktperson"), max_length=120, blank=True)
    contact_phone = PhoneField(_("telefon"), blank=True)
    resident_contact = models.CharField(
        _("beboerkontakt"),
        max_length=120,
        blank=True,
        help_text=_("Den beboerne i huset går til. Bare en som har sagt ja til å stå her."),
    )
    resident_contact_phone = PhoneField(_("telefon til beboerkontakten"), blank=True)
    surroundings = models.TextField(
        _("omgivelser"),
        max_length=1000,
        blank=True,
        help_text=_("Nærhet til buss, butikk, skole og natur. Beskriv stedet, ikke beboerne."),
    )
    expectations = models.TextField(_("hva huset venter av beboerne"), max_length=2000, blank=True)
    max_stay_months = models.PositiveSmallIntegerField(
        _("lengste opphold (måneder)"), null=True, blank=True
    )
    source_note = models.CharField(_("merknad"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    history = HistoricalRecords()

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name = _("eiendom")
        verbose_name_plural = _("eiendommer")
        ordering = ["sort_name", "pk"]
        indexes = [models.Index(fields=["sort_name", "id"], name="property_sort")]
        constraints = [
            models.CheckConstraint(
                name="property_at_risk_why",
                condition=~Q(stage=PropertyStage.AT_RISK) | ~Q(stage_reason=""),
                violation_error_message=_("Skriv hvorfor eiendommen kan falle bort."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_name = home_key(self.name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        _check_name(self.name)


class Unit(models.Model):
    """A place someone can live: a dwelling, or a room where rooms are let (need H1).

    Vacant, occupied, reserved and unavailable are never stored: they follow from the stays,
    offers and unavailabilities on a date. Rent is in kroner a month, night price in kroner a night.
    Bedrooms, floor, staffing and each yes or no may be unknown: then they meet no requirement.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="units", verbose_name=_("eiendom")
    )
    name = models.CharField(
        _("betegnelse"), max_length=40, help_text=_("For eksempel H0202 eller Rom 4.")
    )
    sort_name = models.CharField(max_length=440, editable=False, db_collation="C")
    dwelling_number = models.CharField(
        _("bruksenhetsnummer"),
        max_length=5,
        blank=True,
        validators=[
            RegexValidator(r"^[HKLU]\d{4}$", _("Skriv bokstav og fire siffer, som H0202."))
        ],
    )
    extra_reference = models.CharField(_("egen referanse"), max_length=40, blank=True)
    kobo_id = models.CharField(_("Kobo-ID"), max_length=40, blank=True)
    provider_reference = models.CharField(_("leverandørens ID"), max_length=40, blank=True)
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
    lift = models.BooleanField(_("heis"), null=True, blank=True)
    step_free = models.BooleanField(_("uten trinn"), null=True, blank=True)
    wheelchair = models.BooleanField(_("tilgjengelig med rullestol"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("plass til (personer)"), null=True, blank=True)
    staffing = models.CharField(
        _("bemanning"), max_length=10, choices=Staffing, default=Staffing.NONE, blank=True
    )
    own_entrance = models.BooleanField(_("egen inngang"), null=True, blank=True)
    accepts_pets = models.BooleanField(_("dyr tillatt"), null=True, blank=True)
    near_transport = models.BooleanField(_("nær buss eller bane"), null=True, blank=True)
    quiet = models.BooleanField(_("rolig"), null=True, blank=True)
    drug_free = models.BooleanField(_("rusfritt miljø"), null=True, blank=True)
    min_age = models.PositiveSmallIntegerField(_("alder fra"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("alder til og med"), null=True, blank=True)
    suits_children = models.BooleanField(_("egnet for barn"), null=True, blank=True)
    suits_young = models.BooleanField(_("egnet for unge"), null=True, blank=True)
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
    # What Kobo Bolig knows of the home, in its own words. No rule reads them.
    disposal_form = models.CharField(_("disposisjonsform"), max_length=60, blank=True)
    ownership_form = models.CharField(_("eieform"), max_length=60, blank=True)
    owner = models.CharField(_("eier"), max_length=120, blank=True)
    owned_section = models.CharField(_("eierseksjon"), max_length=40, blank=True)
    features = models.CharField(_("egenskaper"), max_length=500, blank=True)
    shared_home = models.BooleanField(_("er bofellesskap"), null=True, blank=True)
    rent_to_own = models.BooleanField(_("kan kjøpes etter leie"), null=True, blank=True)
    in_use = DateRangeField(_("i bruk"))
    predecessors = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="successors",
        verbose_name=_("er blitt til av"),
        help_text=_("Boligene denne er delt fra, slått sammen av eller omnummerert fra."),
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
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
            models.UniqueConstraint(
                fields=["kobo_id"],
                name="unit_kobo_id_once",
                condition=~Q(kobo_id=""),
                violation_error_message=_("En annen bolig har denne Kobo-ID-en."),
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
        self.sort_name = self.sorted_by()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        _check_name(self.name)

    def sorted_by(self) -> str:
        """The key of the home among all homes."""
        return home_key(f"{self.property.name}, {self.name}")

    def yes_or_no(self) -> list[tuple[str, bool | None]]:
        """What the home has and suits, by name; None is not known."""
        return [
            (self._meta.get_field(name).verbose_name, getattr(self, name)) for name in YES_OR_NO
        ]

    def price(self) -> str:
        """«8 000 kr», or «1 250 kr per natt»; "" when neither is known."""
        if self.rent is not None:
            return kroner(self.rent)
        if self.night_price is not None:
            return _("%(price)s per natt") % {"price": kroner(self.night_price)}
        return ""


class Unavailability(models.Model):
    """A half-open period in which nobody can live in the unit, with the cause (need H3)."""

    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="unavailabilities", verbose_name=_("bolig")
    )
    cause = models.CharField(_("årsak"), max_length=20, choices=UnavailableCause)
    period = DateRangeField(_("periode"))
    note = models.CharField(_("merknad"), max_length=200, blank=True)
    cost = models.PositiveIntegerField(_("kostnad (kr)"), null=True, blank=True)
    # Made by `housing.closing` as the property's stage changed, and ended by it.
    by_stage = models.BooleanField(default=False, editable=False)
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


class StockExport(models.Model):
    """A download of the stock as a file: who, when, and how many rows (need X1)."""

    file_format = models.CharField(_("format"), max_length=4)
    rows = models.PositiveIntegerField(_("rader"))
    exported_at = models.DateTimeField(_("lastet ned"))
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("nedlasting av boliger")
        verbose_name_plural = _("nedlastinger av boliger")
        ordering = ["-exported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.rows} ({self.file_format})"


class NameToAvoid(models.Model):
    """A word forbidden in names of places, because it tells who lives there (need H7)."""

    word = models.CharField(_("ord"), max_length=40, unique=True)
    instead = models.CharField(_("skriv heller"), max_length=120, blank=True)
    history = HistoricalRecords()

    objects = NameToAvoidQuerySet.as_manager()

    class Meta:
        verbose_name = _("ord vi ikke bruker i navn")
        verbose_name_plural = _("ord vi ikke bruker i navn")
        ordering = ["word", "pk"]

    def __str__(self) -> str:
        return self.word


class Upkeep(models.Model):
    """A repair: reported, in progress, finished (need H5).

    When nobody can live in the home meanwhile, `unavailability` is set, and ends when the repair
    is finished. The text says what is broken and where, never who lives there.
    """

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="upkeep", verbose_name=_("eiendom")
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="upkeep",
        verbose_name=_("bolig"),
    )
    kind = models.CharField(_("gjelder"), max_length=20, choices=UpkeepKind)
    urgent = models.BooleanField(_("haster"), default=False)
    text = models.CharField(_("hva er galt"), max_length=300)
    unavailability = models.OneToOneField(
        Unavailability, models.SET_NULL, null=True, blank=True, related_name="upkeep"
    )
    reported_at = models.DateTimeField(_("meldt"))
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("satt i gang"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    plan = models.CharField(_("hvem gjør det, og når"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("hva som ble gjort"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = UpkeepQuerySet.as_manager()

    class Meta:
        verbose_name = _("vedlikehold")
        verbose_name_plural = _("vedlikehold")
        ordering = ["-urgent", "reported_at", "pk"]
        indexes = [
            models.Index(
                fields=["-urgent", "reported_at", "id"],
                name="upkeep_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(fields=["-done_at", "-id"], name="upkeep_done"),
        ]
        constraints = [
            all_or_none("upkeep_started_at_by", "started_at", "started_by"),
            all_or_none("upkeep_done_at_by", "done_at", "done_by"),
            models.CheckConstraint(
                name="upkeep_lock_is_urgent",
                condition=~Q(kind__in=ALWAYS_URGENT) | Q(urgent=True),
                violation_error_message=_("Låser og brannsikring haster alltid."),
            ),
            models.CheckConstraint(
                name="upkeep_done_says_what",
                condition=Q(done_at__isnull=True) | ~Q(outcome=""),
                violation_error_message=_("Skriv hva som ble gjort."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.unit or self.property}"

    def state(self) -> str:
        if self.done_at:
            return _("Ferdig")
        return _("I arbeid") if self.started_at else _("Meldt")


class ResidentsMeeting(models.Model):
    """A residents' meeting (husmøte): what was raised and agreed, without names (need H11)."""

    property = models.ForeignKey(
        Property, models.PROTECT, related_name="meetings", verbose_name=_("eiendom")
    )
    held_on = models.DateField(_("dato"))
    took_part = models.PositiveSmallIntegerField(_("antall beboere"), null=True, blank=True)
    raised = models.TextField(
        _("hva beboerne tok opp"), max_length=2000, help_text=_("Uten navn på beboere.")
    )
    agreed = models.TextField(_("hva som ble avtalt, og hvem som gjør det"), max_length=2000)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("husmøte")
        verbose_name_plural = _("husmøter")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.property}: {self.held_on}"
