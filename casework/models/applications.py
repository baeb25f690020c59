from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import settings_table
from accounts.models import OrganisationUnit
from common import calendar
from common.calendar import local_date

from ..enums import (
    AppealBody,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    Sender,
    Tonight,
)
from ..querysets import ApplicationQuerySet
from .persons import Household, Person


class LegalBasis(models.Model):
    """A hjemmel in force for a period, with its klageinstans and its words in the letter (C13)."""

    code = models.CharField(_("kode"), max_length=40)
    title = models.CharField(_("navn"), max_length=160)
    title_nn = models.CharField(_("navn på nynorsk"), max_length=160)
    citation = models.CharField(_("henvisning"), max_length=200)
    citation_nn = models.CharField(_("henvisning på nynorsk"), max_length=200)
    rules_text = models.TextField(_("reglene, i klarspråk"))
    rules_text_nn = models.TextField(_("reglene, i klarspråk på nynorsk"))
    appeal_body = models.CharField(_("klageinstans"), max_length=30, choices=AppealBody)
    valid = DateRangeField(_("gjelder"))
    history = HistoricalRecords()

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


class CaseCounter(models.Model):
    """The last case number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}/{self.last}"

    @classmethod
    def take(cls, year: int) -> int:
        """The next free number. One atomic statement: two at once get two numbers."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO casework_casecounter AS c (year, last) VALUES (%s, 1)"
                " ON CONFLICT (year) DO UPDATE SET last = c.last + 1 RETURNING last",
                [year],
            )
            return cursor.fetchone()[0]


class Application(models.Model):
    """A søknad: what somebody asked for, and when it was received. Also the case (sak)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="applications", verbose_name=_("søker")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="applications", verbose_name=_("husstand")
    )
    kind = models.CharField(_("gjelder"), max_length=20, choices=ApplicationKind)
    state = models.CharField(
        _("status"), max_length=20, choices=ApplicationState, default=ApplicationState.RECEIVED
    )
    case_year = models.PositiveSmallIntegerField(editable=False)
    case_seq = models.PositiveIntegerField(editable=False)
    case_number = models.GeneratedField(
        expression=Concat(
            Cast("case_year", models.TextField()),
            Value("/"),
            LPad(Cast("case_seq", models.TextField()), 4, Value("0")),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("saksnummer"),
    )
    channel = models.CharField(_("kom inn som"), max_length=20, choices=ApplicationChannel)
    sender = models.CharField(_("sendt av"), max_length=20, choices=Sender, default=Sender.PERSON)
    sender_name = models.CharField(_("navn på avsender"), max_length=120, blank=True)
    sender_contact = models.CharField(_("kontakt hos avsender"), max_length=120, blank=True)
    tonight = models.CharField(_("i natt"), max_length=20, choices=Tonight, blank=True)
    children_tonight = models.PositiveSmallIntegerField(
        _("barn som er med i natt"), null=True, blank=True
    )
    received_at = models.DateTimeField(_("mottatt"))
    words = models.TextField(_("hva søkeren ber om, med egne ord"), blank=True)
    bases = models.ManyToManyField(
        LegalBasis, related_name="applications", verbose_name=_("søkt etter")
    )
    unit = models.ForeignKey(
        OrganisationUnit, models.PROTECT, related_name="applications", verbose_name=_("enhet")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("saksbehandler"),
    )
    registered_at = models.DateTimeField(_("registrert"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    interim_reply_at = models.DateTimeField(_("foreløpig svar sendt"), null=True, blank=True)
    interim_reply_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("søknad")
        verbose_name_plural = _("søknader")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="application_received"),
            models.Index(fields=["state", "-received_at", "-id"], name="application_state"),
            models.Index(fields=["responsible", "state"], name="application_responsible"),
            models.Index(fields=["case_number"], name="application_case"),
            models.Index(fields=["kind", "-received_at", "-id"], name="application_kind"),
            models.Index(fields=["responsible", "-received_at", "-id"], name="application_mine"),
            # The case a person is met about now: what a flag of theirs belongs to.
            models.Index(
                fields=["person", "-received_at", "-id"],
                include=["responsible"],
                name="application_present",
                condition=Q(
                    state__in=[
                        ApplicationState.RECEIVED,
                        ApplicationState.ASSESSING,
                        ApplicationState.DECIDED,
                    ]
                ),
            ),
            # The open ones are few among all there ever were: the menu's count, «over fristen».
            models.Index(
                fields=["-received_at", "-id"],
                include=["unit"],
                name="application_open",
                condition=Q(state__in=[ApplicationState.RECEIVED, ApplicationState.ASSESSING]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_year", "case_seq"],
                name="application_case_number_once",
                violation_error_message=_("Saksnummeret er allerede brukt."),
            ),
            models.CheckConstraint(
                name="application_received_before_registered",
                condition=Q(received_at__lte=F("registered_at")),
                violation_error_message=_(
                    "Søknaden kan ikke være mottatt etter at den er registrert."
                ),
            ),
            models.CheckConstraint(
                name="application_interim_reply_at_by",
                condition=Q(interim_reply_at__isnull=True, interim_reply_by__isnull=True)
                | Q(interim_reply_at__isnull=False, interim_reply_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_year}/{self.case_seq:04d}"

    @property
    def received_on(self) -> date:
        return local_date(self.received_at)

    @property
    def is_open(self) -> bool:
        return self.state in (ApplicationState.RECEIVED, ApplicationState.ASSESSING)

    def reply_due(self) -> date:
        """The day a foreløpig svar or a vedtak must be sent (fvl. § 11 a)."""
        months = settings_table.value("interim_reply_months", self.received_on)
        return calendar.deadline_months(self.received_on, months)

    def is_late(self, at: datetime) -> bool:
        return self.is_open and not self.interim_reply_at and local_date(at) > self.reply_due()
