from __future__ import annotations

import re
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.calendar import last_day
from common.model_parts import PhoneField, all_or_none

from ..enums import AgreementFlagClosed

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)  # of the first eight digits of an organisation number


def check_organisation_number(number: str) -> None:
    """Nine digits, the last a control digit (mod 11). Source: brreg.no, «Organisasjonsnummeret»."""
    if not re.fullmatch(r"[0-9]{9}", number):
        raise ValidationError(_("Organisasjonsnummeret har ni siffer."))
    weighed = sum(int(digit) * weight for digit, weight in zip(number[:8], WEIGHTS, strict=True))
    if (11 - weighed % 11) % 11 != int(number[8]):
        raise ValidationError(_("Organisasjonsnummeret finnes ikke. Se etter en skrivefeil."))


class AgreementQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(valid__contains=on)


class AgreementFlagQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def escalated(self) -> Self:
        return self.open().filter(escalated_on__isnull=False)


class Provider(models.Model):
    """Someone outside the municipality who runs places to live (need H12)."""

    name = models.CharField(_("navn"), max_length=120, unique=True)
    organisation_number = models.CharField(
        _("organisasjonsnummer"),
        max_length=9,
        blank=True,
        validators=[check_organisation_number],
    )
    contact_name = models.CharField(_("kontaktperson"), max_length=120, blank=True)
    phone = PhoneField(_("telefon"), blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("leverandør")
        verbose_name_plural = _("leverandører")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class QualityAgreement(models.Model):
    """A quality agreement (kvalitetsavtale) with a provider of temporary places (need H12)."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="agreements", verbose_name=_("leverandør")
    )
    reference = models.CharField(_("saksnummer eller navn"), max_length=60)
    valid = DateRangeField(_("gjelder"))
    standard = models.TextField(_("standard"), max_length=2000, blank=True)
    safety = models.TextField(_("trygghet"), max_length=2000, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("ansvarlig i kommunen"),
    )
    history = HistoricalRecords()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("kvalitetsavtale")
        verbose_name_plural = _("kvalitetsavtaler")
        ordering = ["-valid", "-pk"]
        constraints = [
            ExclusionConstraint(
                name="agreement_one_at_a_time",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "Leverandøren har allerede en kvalitetsavtale i denne perioden."
                ),
            ),
            models.CheckConstraint(
                name="agreement_has_an_end",
                condition=Q(
                    valid__startswith__isnull=False,
                    valid__endswith__isnull=False,
                    valid__isempty=False,
                ),
                violation_error_message=_("Kvalitetsavtalen må ha en første og en siste dag."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def last_day(self) -> date:
        return last_day(self.valid)


class AgreementFlag(models.Model):
    """A quality agreement expires while its places are in use, or a breach that a check found is
    not corrected in time (needs H12, T8).

    Not a `casework.Flag`, which is about a person and hidden when the person is. The owner is
    responsible for the agreement; None if that user has no role. Raised and closed by
    `housing.providers.flags`.
    """

    agreement = models.ForeignKey(
        QualityAgreement, models.CASCADE, null=True, blank=True, related_name="flags"
    )
    check_made = models.OneToOneField(
        "housing.QualityCheck",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="flag",
        verbose_name=_("kontroll"),
    )
    threshold = models.PositiveSmallIntegerField(_("dager før"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreement_flags",
        verbose_name=_("ansvarlig"),
    )
    due_on = models.DateField(_("frist"))
    raised_on = models.DateField(_("varslet"))
    escalated_on = models.DateField(_("løftet til leder"), null=True, blank=True)
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True)
    closed_because = models.CharField(max_length=20, choices=AgreementFlagClosed, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closing_note = models.CharField(_("hva som er gjort"), max_length=300, blank=True)

    objects = AgreementFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("varsel om kvalitetsavtale")
        verbose_name_plural = _("varsler om kvalitetsavtaler")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "threshold"],
                name="agreement_flag_once",
                condition=Q(closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="agreement_flag_of_one",
                condition=Q(agreement__isnull=False, check_made__isnull=True)
                | Q(agreement__isnull=True, check_made__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_flag_closed_because",
                condition=Q(closed_on__isnull=True, closed_because="")
                | Q(closed_on__isnull=False) & ~Q(closed_because=""),
                violation_error_message=_("Et varsel avsluttes med en grunn."),
            ),
            models.CheckConstraint(
                name="agreement_flag_handled_says_what",
                condition=~Q(closed_because=AgreementFlagClosed.HANDLED)
                | Q(closed_by__isnull=False) & ~Q(closing_note=""),
                violation_error_message=_(
                    "Skriv hva som er gjort, eller hvorfor det ikke skal gjøres mer nå."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement or self.check_made}: {self.threshold}"

    @property
    def provider(self) -> Provider:
        about = self.agreement or self.check_made
        assert about is not None  # agreement_flag_of_one
        return about.provider


class QualityCheck(models.Model):
    """A check that a place is as agreed; a breach is to be corrected by a date (need H12)."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="checks", verbose_name=_("leverandør")
    )
    property = models.ForeignKey(
        "housing.Property",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=_("sted"),
    )
    checked_on = models.DateField(_("dato"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("av")
    )
    found = models.TextField(_("hva vi så"), max_length=2000)
    breach = models.CharField(_("avvik fra avtalen"), max_length=300, blank=True)
    mend_by = models.DateField(_("rettes innen"), null=True, blank=True)
    mended_at = models.DateTimeField(_("rettet"), null=True, blank=True)
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kontroll")
        verbose_name_plural = _("kontroller")
        ordering = ["-checked_on", "-pk"]
        indexes = [
            models.Index(
                fields=["mend_by"],
                name="check_to_mend",
                condition=Q(mended_at__isnull=True, mend_by__isnull=False),
            )
        ]
        constraints = [
            all_or_none("check_mended_at_by", "mended_at", "mended_by"),
            models.CheckConstraint(
                name="check_breach_has_a_date",
                condition=Q(breach="", mend_by__isnull=True)
                | (~Q(breach="") & Q(mend_by__isnull=False)),
                violation_error_message=_("Skriv når avviket skal være rettet."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.checked_on}"
