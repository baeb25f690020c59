"""Applications (søknader) with their missing papers, transfers and wishes."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from casework.letters.models import LegalBasis, Letter
from casework.log.enums import (
    APPLICATION_ALIVE,
    APPLICATION_OPEN,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    Sender,
    Tonight,
)
from casework.log.visibility import visible_persons
from casework.persons.models import Household, Person
from common.calendar import local_date
from common.model_parts import all_or_none

from . import section_27

if TYPE_CHECKING:
    from accounts.models import User


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def for_tonight(self) -> Self:
        """Those that ask for a temporary place (§ 27): by their kind, or a legal basis chosen."""
        asked = LegalBasis.objects.filter(applications=OuterRef("pk"), code=section_27.PLACE_BASIS)
        return self.filter(Q(kind=ApplicationKind.TEMPORARY) | Exists(asked))

    def open(self) -> Self:
        return self.filter(state__in=APPLICATION_OPEN)

    def late(self, before: datetime, at: datetime) -> Self:
        """Open, no interim reply sent, received before `reply_clock.late_before`; or open, and
        promised an answer before the day; or lacking what § 27 gives, decided or not (C6)."""
        unanswered = Q(interim_reply_at__isnull=True, received_at__lt=before)
        promised = Q(promised_on__lt=local_date(at))
        return self.filter(
            Q(state__in=APPLICATION_OPEN) & (unanswered | promised) | Q(pk__in=section_27.late(at))
        )


class CaseCounter(models.Model):
    """The last case number used in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}/{self.last}"

    @classmethod
    def take(cls, year: int) -> int:
        """Take the next number of the year. One atomic statement, so no number is used twice."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO casework_casecounter AS c (year, last) VALUES (%s, 1)"
                " ON CONFLICT (year) DO UPDATE SET last = c.last + 1 RETURNING last",
                [year],
            )
            return cursor.fetchone()[0]


class Application(models.Model):
    """An application: what was asked for, and when it was received. Also the case (sak)."""

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
    # The day the person was told they can expect an answer by.
    promised_on = models.DateField(_("lovet svar innen"), null=True, blank=True)
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
            # The person's current case, which their flags belong to.
            models.Index(
                fields=["person", "-received_at", "-id"],
                include=["responsible"],
                name="application_present",
                condition=Q(state__in=[*APPLICATION_ALIVE]),
            ),
            # Few of all applications are open: for the menu's count and «over fristen».
            models.Index(
                fields=["-received_at", "-id"],
                include=["unit"],
                name="application_open",
                condition=Q(state__in=[*APPLICATION_OPEN]),
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
    def is_for_tonight(self) -> bool:
        """Whether it asks for a temporary place (§ 27), perhaps with a home (`for_tonight`)."""
        return self.kind == ApplicationKind.TEMPORARY or any(
            basis.code == section_27.PLACE_BASIS for basis in self.bases.all()
        )

    @property
    def received_on(self) -> date:
        return local_date(self.received_at)

    @property
    def received_clock(self) -> time | None:
        """The time of day it came in; None when it is not known, which midnight stands for."""
        clock = self.received_at.astimezone(timezone.get_default_timezone()).time()
        return None if clock == time.min else clock

    @property
    def is_open(self) -> bool:
        return self.state in APPLICATION_OPEN

    @property
    def is_alive(self) -> bool:
        return self.state in APPLICATION_ALIVE


class PaperRequest(models.Model):
    """A letter asking for missing papers (mangelbrev). It does not stop the reply clock (C6)."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="paper_requests", verbose_name=_("søknad")
    )
    letter = models.OneToOneField(
        Letter, models.PROTECT, related_name="paper_request", verbose_name=_("brev")
    )
    due_on = models.DateField(_("sendes innen"))
    asked_at = models.DateTimeField(_("bedt om"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("mangelbrev")
        verbose_name_plural = _("mangelbrev")
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.due_on}"


class AdvanceNotice(models.Model):
    """An advance notice (forhåndsvarsel) in a case, and what the person answered (fvl. § 16)."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="notices", verbose_name=_("søknad")
    )
    letter = models.OneToOneField(
        Letter, models.PROTECT, related_name="advance_notice", verbose_name=_("brev")
    )
    # The codes of the legal bases it is about: it opens for a change of no other.
    about = ArrayField(models.CharField(max_length=40), verbose_name=_("hva det gjelder"))
    due_on = models.DateField(_("svar innen"))
    sent_at = models.DateTimeField(_("sendt"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_on = models.DateField(_("svarte"), null=True, blank=True)
    answer = models.TextField(_("hva personen svarte"), blank=True)
    answered_at = models.DateTimeField(_("registrert"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("forhåndsvarsel")
        verbose_name_plural = _("forhåndsvarsler")
        ordering = ["sent_at", "pk"]
        constraints = [
            all_or_none("notice_answered_at_by", "answered_at", "answered_by", "answered_on"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.due_on}"

    def is_heard(self, on: date) -> bool:
        """Whether the person has answered, or the last day to answer is past."""
        return self.answered_on is not None or self.due_on < on


class MissingPaper(models.Model):
    """One paper we asked for. Papers are registered one at a time as they come."""

    request = models.ForeignKey(PaperRequest, models.CASCADE, related_name="papers")
    what = models.CharField(_("hva"), max_length=200)
    received_on = models.DateField(_("kom"), null=True, blank=True)
    received_at = models.DateTimeField(_("registrert"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("papir vi mangler")
        verbose_name_plural = _("papirer vi mangler")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="paper_received_at_by",
                condition=Q(
                    received_on__isnull=True, received_at__isnull=True, received_by__isnull=True
                )
                | Q(
                    received_on__isnull=False,
                    received_at__isnull=False,
                    received_by__isnull=False,
                ),
                violation_error_message=_("Skriv når papiret kom."),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def is_late(self, on: date) -> bool:
        return self.received_on is None and self.request.due_on < on


class UnitTransfer(models.Model):
    """A case sent to another unit of the municipality, open until that unit confirms it (C6)."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="transfers", verbose_name=_("sak")
    )
    from_unit = models.ForeignKey(OrganisationUnit, models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(OrganisationUnit, models.PROTECT, related_name="+")
    reason = models.CharField(_("hvorfor"), max_length=140)
    sent_at = models.DateTimeField(_("sendt"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(_("bekreftet mottatt"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("oversending")
        verbose_name_plural = _("oversendinger")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="transfer_acknowledged_at_by",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(acknowledged_at__isnull=True),
                name="transfer_one_open",
                violation_error_message=_("Saken er allerede sendt, og ikke bekreftet mottatt."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.from_unit_id} → {self.to_unit_id}"


class Disqualification(models.Model):
    """A user disqualified (inhabil) in a case, who may not decide it (fvl. §§ 6, 8, C14)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="disqualifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("hvorfor"), max_length=200)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("inhabilitet")
        verbose_name_plural = _("inhabilitet")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "user"],
                name="disqualified_once",
                violation_error_message=_("Inhabiliteten er allerede registrert."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} er inhabil"


class Wish(models.Model):
    """The person's own wish, in their own words, shown first everywhere (need C10).

    A new wish does not overwrite an old one: the newest is shown, and all are kept.
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
