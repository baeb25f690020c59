from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log import deadlines
from casework.log.enums import (
    APPEAL_HERE,
    APPEAL_OPEN,
    AppealBody,
    AppealChannel,
    AppealSender,
    AppealState,
    Outcome,
)
from casework.log.visibility import visible_persons
from casework.vedtak.models import Vedtak, VedtakOutcome
from common.model_parts import all_or_none, done_by

if TYPE_CHECKING:
    from accounts.models import User
    from casework.letters.models import LegalBasis
    from casework.log.deadlines import AppealDeadline


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "vedtak__application__person__"))

    def open(self) -> Self:
        return self.filter(state__in=APPEAL_OPEN)

    def here(self) -> Self:
        """Appeals the municipality must review."""
        return self.filter(state__in=APPEAL_HERE)

    def dismissal_waiting(self) -> Self:
        """Dismissed here by a letter that is to be collected, is not known to be, and is not
        appealed: `Appeal.dismissal_waits`."""
        return self.filter(
            state=AppealState.DISMISSED,
            outcome_on=None,
            dismissal_weeks__isnull=False,
            dismissal_arrives_on=None,
            appeals_of_dismissal=None,
        )

    def late(self, before: date) -> Self:
        """With us, and received on or before `before` (see `clock.late_before`)."""
        return self.here().filter(received_on__lte=before)


class Appeal(models.Model):
    """An appeal (klage) against one or more outcomes of a vedtak, to the appeals body they have in
    common (need C16, fvl. §§ 28-36). Other outcomes of the vedtak are not touched by it.

    A late appeal is registered, and the reviewer decides whether to take it up (§ 31). The reviewer
    is neither the drafter nor the approver of the vedtak, and reverses it or forwards the appeal.
    """

    vedtak = models.ForeignKey(Vedtak, models.PROTECT, related_name="appeals")
    # What the appeal is about; the database refuses two open appeals about the same one.
    outcomes = models.ManyToManyField(
        VedtakOutcome, related_name="appeals", verbose_name=_("gjelder")
    )
    # An appeal that was dismissed here (avvist), when this one is about the dismissal.
    about_dismissal = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals_of_dismissal",
        verbose_name=_("klage på avvisningen av"),
    )
    # Copied from the issued vedtak, for the constraint that the reviewer is another user. Of a
    # dismissal both are who dismissed.
    drafter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.CharField(_("klageinstans"), max_length=30, choices=AppealBody)
    state = models.CharField(
        _("status"), max_length=20, choices=AppealState, default=AppealState.RECEIVED
    )
    channel = models.CharField(
        _("kom inn som"), max_length=20, choices=AppealChannel, default=AppealChannel.LETTER
    )
    sender = models.CharField(
        _("klaget av"), max_length=20, choices=AppealSender, default=AppealSender.PERSON
    )
    sender_name = models.CharField(_("navn på den som klaget"), max_length=120, blank=True)
    received_on = models.DateField(_("mottatt"))
    # An appeal posted or delivered in time is in time, whenever it arrives (fvl. § 30).
    made_on = models.DateField(_("sendt eller framsatt"))
    words = models.TextField(_("hva klagen gjelder, med egne ord"))
    due_on = models.DateField(_("klagefristen var"), editable=False)
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True)
    # The deadline to appeal the dismissal, as its letter told it: no later agreement moves it.
    dismissal_weeks = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    dismissal_arrives_on = models.DateField(null=True, blank=True, editable=False)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    confirmation = models.OneToOneField(
        "casework.Letter", models.PROTECT, null=True, blank=True, related_name="confirms_appeal"
    )

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals",
        verbose_name=_("vurderes av"),
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    assigned_by = done_by(null=True, blank=True)

    taken_up_at = models.DateTimeField(_("tatt opp etter fristen"), null=True, blank=True)
    taken_up_by = done_by(null=True, blank=True)
    taken_up_reason = models.TextField(_("hvorfor klagen tas opp etter fristen"), blank=True)

    suspension_asked_on = models.DateField(_("utsatt iverksetting bedt om"), null=True, blank=True)
    suspension_granted = models.BooleanField(_("utsatt iverksetting gitt"), null=True, blank=True)
    suspension_reason = models.TextField(_("hvorfor vi utsetter eller ikke"), blank=True)
    suspension_at = models.DateTimeField(null=True, blank=True)
    suspension_by = done_by(null=True, blank=True)

    reviewed_at = models.DateTimeField(_("vurdert"), null=True, blank=True)
    reviewed_by = done_by(null=True, blank=True)
    review = models.TextField(_("vår vurdering av klagen"), blank=True)
    new_vedtak = models.OneToOneField(
        Vedtak, models.PROTECT, null=True, blank=True, related_name="from_appeal"
    )

    forwarded_at = models.DateTimeField(_("oversendt"), null=True, blank=True)
    forwarded_by = done_by(null=True, blank=True)
    letter = models.OneToOneField(
        "casework.Letter", models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    file = models.OneToOneField(
        "casework.StoredFile", models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    # Uploads that cannot be pages of the file (a Word document), and are sent beside it.
    sent_apart = models.ManyToManyField(
        "casework.Document", blank=True, related_name="+", verbose_name=_("sendt ved siden av")
    )
    reminded_at = models.DateTimeField(_("klageinstansen spurt"), null=True, blank=True)
    reminded_by = done_by(null=True, blank=True)

    outcome_on = models.DateField(_("klageinstansens vedtaksdato"), null=True, blank=True)
    outcome_words = models.TextField(_("hva klageinstansen kom til"), blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = done_by(null=True, blank=True)
    history = HistoricalRecords()

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("klage")
        verbose_name_plural = _("klager")
        ordering = ["-received_on", "-pk"]
        indexes = [
            models.Index(fields=["-received_on", "-id"], name="appeal_received"),
            models.Index(
                fields=["reviewer", "-received_on"],
                name="appeal_open_reviewer",
                condition=Q(state__in=APPEAL_OPEN),
            ),
        ]
        constraints = [
            all_or_none("appeal_assigned_at_by", "assigned_at", "assigned_by", "reviewer"),
            all_or_none("appeal_taken_up_at_by", "taken_up_at", "taken_up_by"),
            all_or_none(
                "appeal_suspension_at_by", "suspension_at", "suspension_by", "suspension_granted"
            ),
            all_or_none("appeal_reviewed_at_by", "reviewed_at", "reviewed_by"),
            all_or_none("appeal_forwarded_at_by", "forwarded_at", "forwarded_by", "letter", "file"),
            all_or_none("appeal_reminded_at_by", "reminded_at", "reminded_by"),
            all_or_none("appeal_outcome_at_by", "outcome_at", "outcome_by", "outcome_on"),
            models.CheckConstraint(
                name="appeal_reviewed_by_another",
                condition=Q(reviewer__isnull=True)
                | ~Q(reviewer=F("drafter")) & ~Q(reviewer=F("approver")),
                violation_error_message=_(
                    "Den som skrev eller godkjente vedtaket, kan ikke vurdere klagen på det. "
                    "Gi klagen til en annen."
                ),
            ),
            models.CheckConstraint(
                name="appeal_review_needs_reviewer",
                condition=~Q(state=AppealState.REVIEWING) | Q(reviewer__isnull=False),
                violation_error_message=_("Klagen må ha en som vurderer den."),
            ),
            models.CheckConstraint(
                name="appeal_late_is_taken_up",
                condition=Q(made_on__lte=F("due_on"))
                | Q(taken_up_at__isnull=False)
                | ~Q(state__in=[AppealState.REDRAFTING, AppealState.FORWARDED]),
                violation_error_message=_(
                    "Klagen kom etter fristen. Avgjør først om den skal tas opp eller avvises."
                ),
            ),
            models.CheckConstraint(
                name="appeal_made_before_received",
                condition=Q(made_on__lte=F("received_on")),
                violation_error_message=_("Klagen kan ikke være sendt etter at den er mottatt."),
            ),
            models.CheckConstraint(
                name="appeal_closed_when_done",
                condition=Q(state__in=APPEAL_OPEN, closed_on__isnull=True)
                | ~Q(state__in=APPEAL_OPEN) & Q(closed_on__isnull=False),
                violation_error_message=_("En klage som er avsluttet, har en dato for det."),
            ),
        ]

    def __str__(self) -> str:
        return f"Klage {self.received_on}"

    @property
    def bases(self) -> list[LegalBasis]:
        """The legal bases the appeal is about, in the versions of the vedtak."""
        return [outcome.basis for outcome in self.outcomes.select_related("basis")]

    @cached_property
    def is_of_a_decision(self) -> bool:
        """Whether what is appealed weighed the matter: not where the application lapsed, or it or
        an earlier appeal was dismissed."""
        undecided = (Outcome.DISMISSED, Outcome.LAPSED)
        decided = self.outcomes.exclude(outcome__in=undecided)
        return self.about_dismissal_id is None and decided.exists()

    @property
    def decided_on(self) -> date:
        """The day of what is appealed: the vedtak, or the dismissal of an earlier appeal."""
        return self.about_dismissal.closed_on if self.about_dismissal else self.vedtak.issued_on

    @property
    def is_dismissed_here(self) -> bool:
        """Whether we, and not the appeals body, dismissed it."""
        return self.state == AppealState.DISMISSED and self.outcome_on is None

    @property
    def dismissal_waits(self) -> bool:
        """Whether the letter that dismisses it is to be collected, and is not known to be, so that
        the deadline to appeal the dismissal does not run."""
        waits = self.is_dismissed_here and self.dismissal_weeks is not None
        return (
            waits and self.dismissal_arrives_on is None and not self.appeals_of_dismissal.exists()
        )

    @property
    def outcome_label(self) -> str:
        """Its state in words. A vedtak changed to the person's harm after an appeal is not reversed
        because of it (fvl. §§ 33 and 35)."""
        harmed = self.state == AppealState.REVERSED and self.new_vedtak and self.new_vedtak.to_harm
        return str(_("Endret til skade (fvl. § 35)")) if harmed else self.get_state_display()

    def dismissal_deadline(self, arrived: date | None = None) -> AppealDeadline | None:
        """How the last day to appeal our dismissal is counted, when its letter arrived on the day,
        if that is known; None if it is to be collected, and is not known to be."""
        if self.dismissal_weeks is None:  # dismissed before the letter's day was kept
            return deadlines.appeal(self.closed_on, arrived)
        return deadlines.appeal_as_told(self.dismissal_weeks, self.dismissal_arrives_on, arrived)

    @property
    def is_forwarded(self) -> bool:
        """Whether the appeals body has it, and has not answered."""
        return self.state == AppealState.FORWARDED

    @property
    def is_late(self) -> bool:
        return self.made_on > self.due_on

    @property
    def is_open(self) -> bool:
        return self.state in APPEAL_OPEN

    @property
    def is_here(self) -> bool:
        """Whether the municipality has it, and must review it."""
        return self.state in APPEAL_HERE

    @property
    def must_judge_lateness(self) -> bool:
        return self.is_late and self.taken_up_at is None and self.is_here

    @property
    def suspension_waits(self) -> bool:
        return (
            self.suspension_asked_on is not None
            and self.suspension_granted is None
            and self.is_open
        )

    @property
    def awaits_new_vedtak(self) -> bool:
        """The appeals body changed or set aside the vedtak, and no new one is issued; or it set
        aside a dismissal, and the appeal that was dismissed is not taken up."""
        if self.state not in (AppealState.CHANGED, AppealState.RETURNED):
            return False
        if self.about_dismissal:
            return self.about_dismissal.is_dismissed_here
        return (
            self.outcome_on is not None  # not known for appeals from before Varig
            and not (self.new_vedtak_id and self.new_vedtak.issued_at)
        )


def sender_gets_copies(appeal: Appeal, on: date) -> bool:
    """Whether a fullmektig or verge who appealed gets copies of letters made on the date, also of
    those about the appeal (fvl. § 12). True of an appeal from the person themself."""
    if not appeal.sender_name:
        return True
    person = appeal.vedtak.application.person
    registered = person.representatives.filter(
        kind=appeal.sender, name__iexact=appeal.sender_name.strip(), period__contains=on
    )
    return registered.exists()
