"""What belongs to taking an application in: drafts, papers that are missing, and being sent on."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationUnit

from .applications import Application
from .letters import Letter
from .persons import Person


class Draft(models.Model):
    """A form somebody has begun on: what is typed, kept until it is sent or too old (need C5).

    It is seen by who wrote it alone, and is no part of anybody's record.
    """

    key = models.CharField(max_length=60)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="drafts")
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")

    class Meta:
        verbose_name = _("påbegynt skjema")
        verbose_name_plural = _("påbegynte skjemaer")
        ordering = ["-saved_at", "-pk"]
        indexes = [models.Index(fields=["saved_at"], name="draft_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["saved_by", "key"],
                name="draft_one_a_form",
                violation_error_message=_("Skjemaet er allerede påbegynt."),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PaperRequest(models.Model):
    """A mangelbrev: what we asked for, and by when. The clock of the case runs on (need C6)."""

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


class MissingPaper(models.Model):
    """One paper we asked for; received one by one."""

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
    """A case sent from one unit to another here, until somebody there says it has come (C6)."""

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
