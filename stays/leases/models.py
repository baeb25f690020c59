"""A lease with its readiness, rent, renewals, and steps when it is at risk (needs H8-H10). Models
are named as text in foreign keys, since `stays.models` imports this module."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.visibility import visible_persons
from casework.models import Application, Letter
from common.model_parts import WHO_AND_WHEN, all_or_none, done_by
from stays.enums import Deposit, Readiness, RiskCause, RiskOutcome, StepKind

if TYPE_CHECKING:
    from accounts.models import User


class LeaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "stay__person__"))

    def current(self, on: date) -> Self:
        """Leases whose tenant lives there on the date."""
        # The second condition adds nothing to the first, but can use an index.
        return self.filter(stay__period__contains=on, lived_until__gt=on)


class RiskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "lease__stay__person__"))

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Lease(models.Model):
    """The contract on a stay in a municipal home: its term and rent (need H8).

    `agreed_on` is the day it was signed; from then the person no longer waits. The stay's period
    says when the tenant lives there, and `expires_on` is the last day of the contract.
    """

    stay = models.OneToOneField("stays.Stay", models.PROTECT, related_name="lease")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="leases"
    )
    agreed_on = models.DateField(_("inngått"))
    starts_on = models.DateField(_("leies fra"))
    expires_on = models.DateField(_("leies til"), null=True, blank=True)
    # The day the tenant's stay ends, `date.max` while it is open. Only the database writes it
    # (migration 0002). It lets an index find the current tenants: the board of leases of a country
    # takes 5 ms of SQL with it, 94 without.
    lived_until = models.DateField(default=date.max, editable=False)
    rent = models.PositiveIntegerField(_("husleie (kr per måned)"))
    deposit_kind = models.CharField(
        _("sikkerhet"), max_length=20, choices=Deposit, default=Deposit.NONE
    )
    deposit = models.PositiveIntegerField(_("beløp (kr)"), default=0)
    short_term_reason = models.CharField(
        _("hvorfor kortere tid enn regelen"), max_length=300, blank=True
    )
    # The earliest last day the rule allowed when it was agreed; None for leases older than Varig.
    shortest_until = models.DateField(_("minst til, etter regelen"), null=True, blank=True)
    informed_in = models.ForeignKey(
        Letter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leases",
        verbose_name=_("informert før signering i"),
    )
    # The lease of the one in the household who had it before, on the same contract.
    continues = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords(excluded_fields=["lived_until"])

    objects = LeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("leieforhold")
        verbose_name_plural = _("leieforhold")
        indexes = [
            models.Index(fields=["expires_on", "lived_until", "id"], name="lease_expires"),
            models.Index(fields=["application", "agreed_on"], name="lease_application"),
        ]
        constraints = [
            models.CheckConstraint(
                name="lease_term",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("starts_on")),
                violation_error_message=_("Leieforholdet må slutte etter at det begynner."),
            ),
            models.CheckConstraint(
                name="lease_shorter_says_why",
                condition=Q(expires_on__isnull=True)
                | Q(shortest_until__isnull=True)
                | Q(expires_on__gte=F("shortest_until"))
                | ~Q(short_term_reason=""),
                violation_error_message=_(
                    "Leietiden er kortere enn regelen. Skriv hvorfor den er kortere."
                ),
            ),
            models.CheckConstraint(
                name="lease_deposit_six_months",
                condition=Q(deposit__lte=F("rent") * 6),
                violation_error_message=_(
                    "Depositum kan være høyst seks måneders husleie (husll. § 3-5)."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Leieforhold {self.starts_on}"

    def last_adjustment(self, by_day: date = date.max) -> RentAdjustment | None:
        """The newest rent in force by the day, also of the lease this one goes on from."""
        own = self.adjustments.filter(effective_on__lte=by_day).select_related("to_index").first()
        if own or self.continues is None:
            return own
        return self.continues.last_adjustment(min(by_day, self.stay.period.lower))


class ReadinessItem(models.Model):
    """One thing to have in place before somebody moves in, and who helps (need H10)."""

    lease = models.ForeignKey("stays.Lease", models.CASCADE, related_name="readiness")
    kind = models.CharField(_("hva"), max_length=20, choices=Readiness)
    helper = models.CharField(_("hvem hjelper"), max_length=120, blank=True)
    due_on = models.DateField(_("avtalt til"), null=True, blank=True)
    not_needed = models.CharField(_("hvorfor det ikke trengs"), max_length=160, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = done_by(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("punkt før innflytting")
        verbose_name_plural = _("punkter før innflytting")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease", "kind"],
                name="readiness_once",
                violation_error_message=_("Punktet er allerede ført."),
            ),
            all_or_none("readiness_done", "done_at", "done_by", message=WHO_AND_WHEN),
            models.CheckConstraint(
                name="readiness_has_helper",
                condition=Q(done_at__isnull=True) | ~Q(helper=""),
                violation_error_message=_("Skriv hvem som hjalp, før punktet er ferdig."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_open(self) -> bool:
        return self.done_at is None and not self.not_needed


class LeaseRenewal(models.Model):
    """An extension (forlengelse) of a lease by a vedtak: the old and the new last day."""

    lease = models.ForeignKey("stays.Lease", models.PROTECT, related_name="renewals")
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="lease_renewal", verbose_name=_("søknad")
    )
    old_expires_on = models.DateField(_("gikk til"))
    expires_on = models.DateField(_("forlenget til"))
    shortest_until = models.DateField(_("minst til, etter regelen"))
    short_term_reason = models.CharField(
        _("hvorfor kortere tid enn regelen"), max_length=300, blank=True
    )
    prolonged_at = models.DateTimeField()
    prolonged_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("forlenget leieforhold")
        verbose_name_plural = _("forlengede leieforhold")
        ordering = ["-prolonged_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="lease_renewal_longer",
                condition=Q(expires_on__gt=F("old_expires_on")),
                violation_error_message=_(
                    "Leieforholdet må forlenges til etter dagen det gikk ut."
                ),
            ),
            models.CheckConstraint(
                name="lease_renewal_shorter_says_why",
                condition=Q(expires_on__gte=F("shortest_until")) | ~Q(short_term_reason=""),
                violation_error_message=_(
                    "Forlengelsen er kortere enn regelen. Skriv hvorfor den er kortere."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_expires_on} → {self.expires_on}"


class PriceIndex(models.Model):
    """The consumer price index of a month, as the municipality has entered it."""

    month = models.DateField(_("måned"), unique=True)
    value = models.DecimalField(_("indeks"), max_digits=6, decimal_places=1)
    entered_at = models.DateTimeField()
    entered_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("konsumprisindeks")
        verbose_name_plural = _("konsumprisindeks")
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                name="price_index_is_a_month",
                condition=Q(month__day=1),
                violation_error_message=_("Indeksen gjelder en hel måned."),
            ),
            models.CheckConstraint(
                name="price_index_positive",
                condition=Q(value__gt=Decimal(0)),
                violation_error_message=_("Indeksen må være over null."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}: {self.value}"


def _plus(interval: str, field: str = "effective_on") -> Func:
    return Func(
        F(field),
        template=f"(%(expressions)s + interval '{interval}')::date",
        output_field=models.DateField(),
    )


class RentAdjustment(models.Model):
    """A new rent in kroner a month by the price index: notified by letter a month before, at most
    once a year (husll. § 4-2)."""

    lease = models.ForeignKey("stays.Lease", models.PROTECT, related_name="adjustments")
    old_rent = models.PositiveIntegerField(_("husleie før"))
    new_rent = models.PositiveIntegerField(_("ny husleie"))
    from_index = models.ForeignKey(PriceIndex, models.PROTECT, related_name="+")
    to_index = models.ForeignKey(PriceIndex, models.PROTECT, related_name="+")
    notified_on = models.DateField(_("varslet"))
    effective_on = models.DateField(_("gjelder fra"))
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="rent_adjustment")
    adjusted_at = models.DateTimeField()
    adjusted_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("regulering av husleie")
        verbose_name_plural = _("reguleringer av husleie")
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="rent_a_months_notice",
                condition=Q(effective_on__gte=_plus("1 month", "notified_on")),
                violation_error_message=_("Ny husleie varsles minst en måned før (husll. § 4-2)."),
            ),
            ExclusionConstraint(
                name="rent_once_a_year",
                expressions=[
                    ("lease", RangeOperators.EQUAL),
                    (
                        Func(
                            F("effective_on"),
                            _plus("1 year"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "Husleien kan reguleres høyst én gang i året (husll. § 4-2)."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_rent} → {self.new_rent}"


class TenancyRisk(models.Model):
    """A tenancy at risk: the cause, the plan to keep it, and who is responsible (need H9).

    The tenant loses nothing by it: no service, vedtak or place on the waiting list ends.
    """

    lease = models.ForeignKey("stays.Lease", models.PROTECT, related_name="risks")
    cause = models.CharField(_("hva leieforholdet er i fare av"), max_length=20, choices=RiskCause)
    what = models.CharField(_("hva som har skjedd"), max_length=400)
    amount = models.PositiveIntegerField(_("skyldig (kr)"), null=True, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("ansvarlig"),
    )
    plan = models.TextField(_("plan for at personen skal bli boende"), max_length=2000)
    person_view = models.TextField(_("hva personen selv sier"), max_length=2000, blank=True)
    review_on = models.DateField(_("ses på igjen"))
    opened_at = models.DateTimeField()
    opened_by = done_by()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = done_by(null=True, blank=True)
    outcome = models.CharField(
        _("hvordan det gikk"), max_length=20, choices=RiskOutcome, blank=True
    )
    history = HistoricalRecords()

    objects = RiskQuerySet.as_manager()

    class Meta:
        verbose_name = _("leieforhold i fare")
        verbose_name_plural = _("leieforhold i fare")
        ordering = ["review_on", "pk"]
        indexes = [
            models.Index(
                fields=["review_on"], name="risk_open", condition=Q(closed_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lease"],
                condition=Q(closed_at__isnull=True),
                name="risk_one_open",
                violation_error_message=_("Leieforholdet er allerede meldt i fare."),
            ),
            all_or_none("risk_closed", "closed_at", "closed_by", message=WHO_AND_WHEN),
            models.CheckConstraint(
                name="risk_closed_with_outcome",
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False) & ~Q(outcome=""),
                violation_error_message=_("Velg hvordan det gikk."),
            ),
            models.CheckConstraint(
                name="risk_has_plan",
                condition=~Q(plan=""),
                violation_error_message=_("Skriv planen for at personen skal bli boende."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_cause_display()


class TenancyStep(models.Model):
    """A step taken in a tenancy on a day, and the deadline that follows from it."""

    lease = models.ForeignKey("stays.Lease", models.PROTECT, related_name="steps")
    kind = models.CharField(_("hva er gjort"), max_length=20, choices=StepKind)
    on = models.DateField(_("dato"))
    due_on = models.DateField(_("frist"), null=True, blank=True)
    note = models.CharField(_("merknad"), max_length=400, blank=True)
    logged_at = models.DateTimeField()
    logged_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("steg i leieforholdet")
        verbose_name_plural = _("steg i leieforholdet")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease", "kind", "on"],
                name="tenancy_step_once",
                violation_error_message=_("Steget er allerede ført denne dagen."),
            ),
            models.CheckConstraint(
                name="tenancy_step_due_after",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("on")),
                violation_error_message=_("Fristen kan ikke være før dagen steget ble gjort."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
