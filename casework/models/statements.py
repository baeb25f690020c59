from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ..enums import StatementSource
from ..querysets import StatementQuerySet
from .applications import Application
from .persons import Person


class Statement(models.Model):
    """A statement (uttalelse) asked of somebody who knows the person (need C9).

    Asked of a colleague with a user, or of a helper outside by a link and a code. The link is
    signed and holds keys only; `nonce` makes it void when a new one is made. An outside helper is
    asked only with the person's consent, and sees what the person has agreed to share.
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
                # Who is outside has no user, and signs by name.
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
        """Of whom it is asked, or who wrote it."""
        if self.signed:
            return self.signed
        if self.asked_of:
            return str(self.asked_of)
        return f"{self.helper_name}, {self.helper_place}" if self.helper_place else self.helper_name

    @property
    def about(self) -> str:
        """What somebody without access to the case sees of whom it is about."""
        if self.first_name and not self.person.is_protected:
            return self.person.first_name
        return self.person.initials

    def link_works(self, on: date) -> bool:
        return self.is_outside and self.is_open and on <= self.link_until
