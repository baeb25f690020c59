from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.applications.models import Application
from casework.letters.models import LegalBasis, StandardText
from casework.log import deadlines
from casework.log.enums import (
    GRANTED,
    REFUSED,
    VEDTAK_OPEN,
    LanguageForm,
    LetterWent,
    Outcome,
    RefusalGround,
    ReversalGround,
    VedtakState,
)
from casework.log.visibility import visible_persons
from common.model_parts import all_or_none
from housing.enums import UnitType

if TYPE_CHECKING:
    from accounts.models import User
    from casework.log.deadlines import AppealDeadline


class VedtakQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "application__person__"))

    def issued(self) -> Self:
        return self.filter(state=VedtakState.ISSUED)

    def granted(self, *codes: str) -> Self:
        """Vedtak with a grant that stands; of one of these legal bases, if they are named."""
        grants = VedtakOutcome.objects.granted().filter(vedtak=OuterRef("pk"))
        if codes:
            grants = grants.filter(basis__code__in=codes)
        return self.filter(Exists(grants))

    def awaiting(self, approver: User) -> Self:
        return self.filter(state=VedtakState.SUBMITTED, approver=approver)


class OutcomeQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Outcomes in force: issued, and not replaced. `casework.vedtak.standing` is the same rule
        in SQL."""
        return self.filter(vedtak__state=VedtakState.ISSUED, replaced_on__isnull=True)

    def appealed(self) -> Self:
        """Outcomes an open appeal is about, which then decides."""
        return self.filter(appeals__isnull=False, appeals__closed_on__isnull=True).distinct()

    def granted(self) -> Self:
        return self.standing().filter(outcome__in=GRANTED)

    def unmet(self) -> Self:
        """Unmet need (C17): refused because no dwelling of the type exists, and in force.

        Type and size are on the vedtak: `vedtak__dwelling_type`, `vedtak__bedrooms`.
        """
        return self.standing().filter(ground=RefusalGround.NO_DWELLING)


class Vedtak(models.Model):
    """A decision that grants or refuses help, and can be appealed (law.md «two objects»).

    One user drafts it and another approves it (need C14). An issued vedtak never changes; only a
    new vedtak can correct it, for all of its legal bases or for some (docs/adr/0014): the state is
    "replaced" when no outcome of it stands any more.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="vedtak", verbose_name=_("søknad")
    )
    state = models.CharField(
        _("status"), max_length=20, choices=VedtakState, default=VedtakState.DRAFT
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("omgjør"),
    )
    # Where a vedtak from before Varig is kept; "" for one written here.
    earlier_reference = models.CharField(_("vedtaket ligger i"), max_length=80, blank=True)
    reversal_ground = models.CharField(
        _("grunnlag for å endre vedtaket"), max_length=20, choices=ReversalGround, blank=True
    )
    reversal_reason = models.TextField(_("hvorfor vi endrer vedtaket"), blank=True)
    # None until somebody has said so; a change after an appeal is not asked.
    to_harm = models.BooleanField(_("til skade for personen"), null=True, blank=True)
    harm_reason = models.TextField(_("hvorfor det kan endres til skade"), blank=True)
    language = models.CharField(
        _("målform"), max_length=2, choices=LanguageForm, default=LanguageForm.BOKMAL
    )
    dwelling_type = models.CharField(_("boligtype"), max_length=20, choices=UnitType, blank=True)
    bedrooms = models.PositiveSmallIntegerField(_("antall soverom"), null=True, blank=True)
    lease_years = models.PositiveSmallIntegerField(_("leietid (år)"), null=True, blank=True)
    place = models.CharField(_("sted (midlertidig botilbud)"), max_length=120, blank=True)
    # The main content of the help given under boligsosialloven § 6.
    help_content = models.TextField(_("hovedinnholdet i hjelpen"), blank=True)
    valid_from = models.DateField(_("gjelder fra"), null=True, blank=True)
    valid_to = models.DateField(_("gjelder til"), null=True, blank=True)
    facts = models.TextField(_("fakta vi har lagt til grunn"), blank=True)
    rules = models.TextField(_("regler vi har brukt"), blank=True)
    reasoning = models.TextField(_("vurdering"), blank=True)
    person_view = models.TextField(_("personens syn"), blank=True)
    best_interests = models.TextField(_("barnets beste"), blank=True)
    conditions = models.TextField(_("vilkår"), blank=True)
    # The questions the drafter has confirmed, in the words they were asked with (`completeness`).
    confirmed = models.JSONField(_("bekreftet"), default=list, blank=True)
    # The versions of standard texts inserted in the vedtak (need C12).
    standard_texts = models.ManyToManyField(
        StandardText, blank=True, related_name="vedtak", verbose_name=_("standardtekster")
    )
    # The browser window that saved last, the order of that save, and the number of saves: so that
    # two windows, or two requests, do not overwrite each other (`common.windows`).
    editor = models.CharField(max_length=36, blank=True, editable=False)
    editor_order = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(_("lagret"), null=True, blank=True, editable=False)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vedtak_to_approve",
        verbose_name=_("godkjenner"),
    )
    return_comment = models.TextField(_("kommentar fra godkjenner"), blank=True)
    issued_at = models.DateTimeField(_("fattet"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField(_("vedtaksdato"), null=True, blank=True, editable=False)
    # As the letter says: settings changed later move no deadline. A letter that is to be collected
    # tells no day.
    appeal_weeks = models.PositiveSmallIntegerField(
        _("klagefrist (uker)"), null=True, blank=True, editable=False
    )
    arrives_on = models.DateField(_("regnes som framme"), null=True, blank=True, editable=False)
    # How the letter went, as far as we know. With no day it arrived, `expected_on` is the day it
    # counts as arrived when it went in another way than it told.
    letter_went = models.CharField(
        _("hvordan brevet gikk"), max_length=10, choices=LetterWent, default=LetterWent.PAPER
    )
    expected_on = models.DateField(
        _("regnes som framme slik det gikk"), null=True, blank=True, editable=False
    )
    arrived_on = models.DateField(_("framme hos mottaker"), null=True, blank=True)
    history = HistoricalRecords()

    objects = VedtakQuerySet.as_manager()

    class Meta:
        verbose_name = _("vedtak")
        verbose_name_plural = _("vedtak")
        ordering = ["-drafted_at", "-pk"]
        indexes = [
            models.Index(fields=["application", "-issued_on"], name="vedtak_application"),
            models.Index(fields=["approver", "state"], name="vedtak_approver"),
            models.Index(
                fields=["application"],
                name="vedtak_letter_waits",
                condition=Q(letter_went=LetterWent.WAITING),
            ),
        ]
        constraints = [
            all_or_none("vedtak_submitted_at_by", "submitted_at", "submitted_by"),
            all_or_none("vedtak_issued_at_by", "issued_at", "issued_by"),
            all_or_none("vedtak_appeal_weeks", "issued_on", "appeal_weeks"),
            models.CheckConstraint(
                name="vedtak_letter_waits_or_arrives",
                condition=Q(issued_on__isnull=True)
                | Q(
                    letter_went=LetterWent.WAITING,
                    arrives_on__isnull=True,
                    expected_on__isnull=True,
                    arrived_on__isnull=True,
                )
                | ~Q(letter_went=LetterWent.WAITING)
                & (
                    Q(arrives_on__isnull=False)
                    | Q(expected_on__isnull=False)
                    | Q(arrived_on__isnull=False)
                ),
                violation_error_message=_("Brevet er enten framme, eller venter på å bli hentet."),
            ),
            models.CheckConstraint(
                name="vedtak_four_eyes",
                condition=Q(issued_by__isnull=True)
                | ~Q(issued_by=F("drafted_by"))
                | ~Q(earlier_reference=""),
                violation_error_message=_("Den som skrev vedtaket, kan ikke godkjenne det."),
            ),
            models.CheckConstraint(
                name="vedtak_issued_when_in_force",
                condition=Q(
                    state__in=[VedtakState.ISSUED, VedtakState.REPLACED],
                    issued_at__isnull=False,
                    issued_on__isnull=False,
                )
                | Q(
                    state__in=[
                        VedtakState.DRAFT,
                        VedtakState.SUBMITTED,
                        VedtakState.RETURNED,
                        VedtakState.DISCARDED,
                    ],
                    issued_at__isnull=True,
                    issued_on__isnull=True,
                ),
                violation_error_message=_(
                    "Et vedtak er fattet når det har en dato og en godkjenner."
                ),
            ),
            models.CheckConstraint(
                name="vedtak_validity",
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_(
                    "Vedtaket må gjelde til en dato etter at det begynner å gjelde."
                ),
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=VEDTAK_OPEN),
                name="vedtak_one_draft",
                violation_error_message=_("Søknaden har allerede et vedtak under arbeid."),
            ),
        ]

    def __str__(self) -> str:
        return f"Vedtak {self.pk}"

    def save(self, *args, **kwargs) -> None:
        if self.issued_on and self.appeal_weeks is None and "update_fields" not in kwargs:
            deadline = deadlines.appeal(self.issued_on)
            self.appeal_weeks, self.arrives_on = deadline.weeks, deadline.arrived
        super().save(*args, **kwargs)

    @property
    def is_issued(self) -> bool:
        return self.state == VedtakState.ISSUED

    @property
    def is_submitted(self) -> bool:
        return self.state == VedtakState.SUBMITTED

    @property
    def is_returned(self) -> bool:
        return self.state == VedtakState.RETURNED

    @property
    def is_discarded(self) -> bool:
        return self.state == VedtakState.DISCARDED

    @property
    def is_replaced(self) -> bool:
        return self.state == VedtakState.REPLACED

    @property
    def is_open(self) -> bool:
        return self.state in VEDTAK_OPEN

    @property
    def waits_at_office(self) -> bool:
        """Whether its letter is to be collected, and nobody has: the deadline does not run."""
        return self.letter_went == LetterWent.WAITING

    def appeal_deadline(self) -> AppealDeadline | None:
        """How the last day to appeal is counted (fvl. §§ 29-30): as the letter says, or from a
        later day it arrived. None if the vedtak is not issued, or its letter is not collected."""
        if self.appeal_weeks is None:
            return None
        arrived = self.arrived_on or self.expected_on
        return deadlines.appeal_as_told(self.appeal_weeks, self.arrives_on, arrived)

    def appeal_due(self) -> date | None:
        """The last day to appeal. None if the vedtak is not issued, or not collected."""
        deadline = self.appeal_deadline()
        return deadline.due if deadline else None


class VedtakOutcome(models.Model):
    """The outcome for one legal basis applied for; each gets its own (need C13)."""

    vedtak = models.ForeignKey(Vedtak, models.CASCADE, related_name="outcomes")
    basis = models.ForeignKey(
        LegalBasis, models.PROTECT, related_name="+", verbose_name=_("hjemmel")
    )
    outcome = models.CharField(_("utfall"), max_length=20, choices=Outcome)
    ground = models.CharField(_("hvorfor avslag"), max_length=20, choices=RefusalGround, blank=True)
    # Only where they differ from those of the vedtak, such as for a temporary place.
    valid_from = models.DateField(_("gjelder fra"), null=True, blank=True)
    valid_to = models.DateField(_("gjelder til"), null=True, blank=True)
    # The vedtak that replaces this outcome, also while it is written; from its date it does.
    replaced_by = models.ForeignKey(
        Vedtak,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_outcomes",
        verbose_name=_("erstattes av"),
    )
    replaced_on = models.DateField(_("erstattet"), null=True, blank=True, editable=False)
    # Of a partial grant: what is not granted, and why.
    refused = models.TextField(_("hva som ikke innvilges, og hvorfor"), blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("utfall")
        verbose_name_plural = _("utfall")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="outcome_ground_of_refusal",
                condition=Q(ground="") | Q(outcome__in=REFUSED),
                violation_error_message=_("Bare et avslag har en grunn til avslag."),
            ),
            models.CheckConstraint(
                name="outcome_replaced_by_a_vedtak",
                condition=Q(replaced_on__isnull=True) | Q(replaced_by__isnull=False),
            ),
            models.CheckConstraint(
                name="outcome_validity",
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_(
                    "Vedtaket må gjelde til en dato etter at det begynner å gjelde."
                ),
            ),
            models.UniqueConstraint(
                fields=["vedtak", "basis"],
                name="outcome_once_per_basis",
                violation_error_message=_("Hjemmelen har allerede et utfall i vedtaket."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis}: {self.get_outcome_display()}"

    @property
    def stands(self) -> bool:
        return self.vedtak.is_issued and self.replaced_on is None

    @property
    def is_granted(self) -> bool:
        return self.outcome in GRANTED

    @property
    def first_day(self) -> date | None:
        return self.valid_from or self.vedtak.valid_from

    @property
    def last_day(self) -> date | None:
        return self.valid_to or self.vedtak.valid_to
