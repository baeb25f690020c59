"""Where a person lives and has lived: stays, renewals and searches for a place (docs/adr/0001)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.visibility import visible_persons
from casework.models import Application, Person, Vedtak
from housing.models import Unit
from stays.leases.models import (
    Lease,
    LeaseRenewal,
    PriceIndex,
    ReadinessItem,
    RentAdjustment,
    TenancyRisk,
    TenancyStep,
)

from .enums import (
    IN_UNIT,
    InstitutionKind,
    SearchOutcome,
    StayKind,
    Unsuitable,
    UnsuitedFor,
    VoidedAs,
)

if TYPE_CHECKING:
    from accounts.models import User


class StayQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def current(self, on: date) -> Self:
        return self.filter(period__contains=on)

    def temporary(self) -> Self:
        return self.filter(kind=StayKind.TEMPORARY)


class RenewalQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "stay__person__"))


class PlaceSearchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))


__all__ = [
    "Lease",
    "LeaseRenewal",
    "PlaceSearch",
    "PriceIndex",
    "ReadinessItem",
    "Renewal",
    "RentAdjustment",
    "Stay",
    "TenancyRisk",
    "TenancyStep",
    "VoidedStay",
]


class Stay(models.Model):
    """A person lives somewhere in a half-open period `[from, to)`, counted in nights.

    Only the person who has the case has a row; the household lives with them. Every kind of place
    is a stay, so one list shows where a person has lived, and one query finds the chain.
    """

    # The user types the first day outside: «flyttet ut», «ute fra». See `common.changes`.
    ENDS_WITH_DAY_AFTER = True

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="stays", verbose_name=_("person")
    )
    kind = models.CharField(_("bor"), max_length=20, choices=StayKind)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="stays", verbose_name=_("bolig")
    )
    place = models.CharField(_("sted"), max_length=120, blank=True)
    institution = models.CharField(
        _("institusjon"), max_length=20, choices=InstitutionKind, blank=True
    )
    period = DateRangeField(_("periode"))
    planned_out = models.DateField(_("planlagt ut"), null=True, blank=True)
    vedtak = models.ForeignKey(
        Vedtak,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stays",
        verbose_name=_("vedtak"),
    )
    night_price = models.PositiveIntegerField(_("pris (kr per natt)"), null=True, blank=True)
    unsuitable = models.CharField(_("uegnet"), max_length=20, choices=Unsuitable, blank=True)
    must_leave_by = models.DateField(_("må ut innen"), null=True, blank=True)
    unsafe = models.BooleanField(_("vold eller trusler der personen bor"), default=False)
    # The day the vedtak or its renewal runs to. The stay does not end by itself on that day.
    granted_until = models.DateField(_("innvilget til"), null=True, blank=True)
    unsuited_for = models.CharField(
        _("ikke egnet for"), max_length=10, choices=UnsuitedFor, blank=True
    )
    unsuited_reason = models.CharField(
        _("hvorfor stedet likevel brukes for barn eller unge"), max_length=300, blank=True
    )
    end_reason = models.CharField(_("hvorfor det tok slutt"), max_length=160, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("opphold")
        verbose_name_plural = _("opphold")
        ordering = ["person", "period", "pk"]
        indexes = [
            GistIndex(fields=["person", "period"], name="stay_person"),
            # For the few stays in institutions: who will leave one, and who came straight from one.
            models.Index(
                fields=["planned_out"],
                name="stay_institution",
                condition=models.Q(kind=StayKind.INSTITUTION),
            ),
            models.Index(
                fields=["kind", "person"], name="stay_open", condition=Q(period__upper_inf=True)
            ),
            # The chain query reads only the next two: every temporary stay in order, and who was
            # in a temporary place recently.
            models.Index(
                F("person"),
                Func(F("period"), function="lower"),
                name="stay_temporary",
                include=["id", "unit", "period"],
                condition=Q(kind=StayKind.TEMPORARY),
            ),
            models.Index(
                Func(F("period"), template="coalesce(upper(%(expressions)s), 'infinity'::date)"),
                name="stay_temporary_until",
                include=["person", "period"],
                condition=Q(kind=StayKind.TEMPORARY),
            ),
            # The few homes that somebody will move into: they are not free (allocation/vacancy.py).
            models.Index(
                Func(F("period"), function="lower"),
                name="stay_begins",
                condition=Q(unit__isnull=False),
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="unit_one_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(unit__isnull=False),
                violation_error_message=_("Det bor allerede noen i denne boligen i perioden."),
            ),
            ExclusionConstraint(
                name="temporary_one_place_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=StayKind.TEMPORARY),
                violation_error_message=_(
                    "Personen har allerede et midlertidig opphold i denne perioden."
                ),
            ),
            ExclusionConstraint(
                name="lasting_one_home_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=StayKind.LEASE),
                violation_error_message=_("Personen leier allerede en kommunal bolig i perioden."),
            ),
            models.CheckConstraint(
                name="stay_unit_or_place",
                condition=Q(kind__in=IN_UNIT, unit__isnull=False)
                | (~Q(kind__in=IN_UNIT) & Q(unit__isnull=True)),
                violation_error_message=_("Velg boligen oppholdet er i."),
            ),
            models.CheckConstraint(
                name="stay_institution_kind",
                condition=Q(kind=StayKind.INSTITUTION) & ~Q(institution="")
                | ~Q(kind=StayKind.INSTITUTION) & Q(institution=""),
                violation_error_message=_("Velg hva slags institusjon det er."),
            ),
            models.CheckConstraint(
                name="stay_begins",
                condition=Q(period__startswith__isnull=False, period__isempty=False),
                violation_error_message=_("Et opphold må slutte etter at det begynte."),
            ),
            models.CheckConstraint(
                name="stay_unsuited_why",
                condition=Q(unsuited_for="") | ~Q(unsuited_reason=""),
                violation_error_message=_(
                    "Stedet er ikke egnet for barn eller unge. Skriv hvorfor det likevel brukes."
                ),
            ),
            models.CheckConstraint(
                name="stay_granted_after_it_begins",
                condition=Q(granted_until__isnull=True)
                | Q(granted_until__gt=F("period__startswith")),
                violation_error_message=_("Oppholdet må være innvilget til etter at det begynte."),
            ),
            # A constraint cannot read today's date; it uses the day the stay was recorded.
            models.CheckConstraint(
                name="stay_planned_out_ahead",
                condition=Q(planned_out__isnull=True)
                | Q(period__endswith__isnull=False)
                | Q(planned_out__gte=TruncDate("recorded_at")),
                violation_error_message=_(
                    "Dagen personen skal ut, er gått. Skriv en dag som kommer."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"

    @property
    def is_temporary(self) -> bool:
        return self.kind == StayKind.TEMPORARY

    @property
    def where(self) -> str:
        return str(self.unit) if self.unit_id else (self.place or self.get_kind_display())

    def cost(self, on: date) -> int | None:
        """Kroner so far (need T7); None when no price is known."""
        return None if self.night_price is None else self.night_price * self.nights(on)

    def nights(self, on: date) -> int:
        """Nights in `[from, to)`; an open stay counts up to `on`."""
        to = min(self.period.upper or on, on)
        return max((to - self.period.lower).days, 0)


class VoidedStay(models.Model):
    """A stay that was registered and never was: what it said, why it does not count, and who said
    so (docs/adr/0013).

    The row of the stay itself is deleted, so that no clock, list, vacancy or number can count it;
    its history remains. A stay that ended on its first day is one too: it has no night.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="voided_stays", verbose_name=_("person")
    )
    kind = models.CharField(_("bor"), max_length=20, choices=StayKind)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bolig")
    )
    place = models.CharField(_("sted"), max_length=120, blank=True)
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til"), null=True, blank=True)
    how = models.CharField(_("hvorfor det ikke telles"), max_length=20, choices=VoidedAs)
    reason = models.CharField(_("begrunnelse"), max_length=300)
    voided_at = models.DateTimeField()
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("opphold som ikke telles")
        verbose_name_plural = _("opphold som ikke telles")
        ordering = ["-voided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="voided_stay_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Skriv hvorfor."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on}"

    @property
    def where(self) -> str:
        return str(self.unit) if self.unit_id else (self.place or self.get_kind_display())


class Renewal(models.Model):
    """A longer grant of a temporary stay: reason, next step and responsible user (need T3)."""

    stay = models.ForeignKey(
        Stay, models.PROTECT, related_name="renewals", verbose_name=_("opphold")
    )
    starts_on = models.DateField(_("forlenget fra"))
    until = models.DateField(_("forlenget til"))
    reason = models.CharField(_("hvorfor personen ikke har varig bolig ennå"), max_length=300)
    next_step = models.CharField(_("neste steg mot varig bolig"), max_length=300)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("hvem har ansvaret"),
    )
    vedtak = models.ForeignKey(
        Vedtak,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("vedtak"),
    )
    renewed_at = models.DateTimeField()
    renewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    objects = RenewalQuerySet.as_manager()

    class Meta:
        verbose_name = _("forlengelse")
        verbose_name_plural = _("forlengelser")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "starts_on"],
                name="renewal_once",
                violation_error_message=_("Oppholdet er allerede forlenget fra denne dagen."),
            ),
            models.CheckConstraint(
                name="renewal_is_longer",
                condition=Q(until__gt=F("starts_on")),
                violation_error_message=_("Oppholdet må forlenges til en dag etter i dag."),
            ),
            models.CheckConstraint(
                name="renewal_says_why_and_what_next",
                condition=~Q(reason="") & ~Q(next_step=""),
                violation_error_message=_(
                    "Skriv hvorfor oppholdet forlenges, og neste steg mot varig bolig."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.until}"


class PlaceSearch(models.Model):
    """One search for a place for the night, and its outcome (need T4)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="place_searches", verbose_name=_("person")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="place_searches"
    )
    outcome = models.CharField(_("hva som skjedde"), max_length=20, choices=SearchOutcome)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sted i registeret"),
    )
    place = models.CharField(_("annet sted"), max_length=120, blank=True)
    reason = models.CharField(_("hvorfor"), max_length=300)
    on = models.DateField(_("gjaldt natten"))
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    objects = PlaceSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("leting etter plass")
        verbose_name_plural = _("leting etter plass")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["outcome", "-on"], name="place_search_outcome")]
        constraints = [
            models.CheckConstraint(
                name="place_search_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Skriv hvorfor."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.on}"
