"""Priorities, meetings, considerations, offers and reservations (needs A1–A13, C26)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from casework.log.enums import APPLICATION_CLOSED
from casework.log.visibility import visible_persons
from casework.models import Application, Letter, StoredFile
from housing.models import Unit
from stays.leases.models import Lease

from .enums import (
    RESERVING_OFFERS,
    DeclineCode,
    ItemOutcome,
    MeetingState,
    NeedAnswer,
    OfferState,
)

if TYPE_CHECKING:
    from accounts.models import User


class CaseQuerySet(models.QuerySet):
    """Rows that belong to an application."""

    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "application__person__"))


class ManualClassQuerySet(CaseQuerySet):
    def pending(self) -> Self:
        """Proposals that nobody has approved or declined yet."""
        return self.filter(approved_at__isnull=True)


class MeetingQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        return self.exclude(state=MeetingState.APPROVED)


class OfferQuerySet(CaseQuerySet):
    def open(self) -> Self:
        return self.filter(state=OfferState.SENT)

    def reserving(self) -> Self:
        """Offers that hold their unit: waiting for an answer, or accepted without a lease."""
        return self.filter(
            models.Q(state=OfferState.SENT)
            | models.Q(state=OfferState.ACCEPTED, lease__isnull=True)
        )


class AgendaItemQuerySet(models.QuerySet):
    def holding(self) -> Self:
        """The items that hold their home, for a purpose that is not for the minutes."""
        return self.filter(outcome=ItemOutcome.HELD, released_at__isnull=True)


class ConsiderationQuerySet(CaseQuerySet):
    def not_offered(self) -> Self:
        """The choices of meetings whose home no offer was made of."""
        offered = Exists(Offer.objects.filter(item=OuterRef("item")))
        return self.filter(~offered, chosen=True, item__outcome=ItemOutcome.CHOSEN)

    def can_be_offered(self) -> Self:
        """Those whose case may still get a home: it is not closed, and has no lease."""
        has_lease = Exists(Lease.objects.filter(application=OuterRef("application")))
        return self.exclude(application__state__in=APPLICATION_CLOSED).filter(~has_lease)


class NeedCheckQuerySet(CaseQuerySet):
    def open(self) -> Self:
        return self.filter(answered_at__isnull=True, lapsed_on__isnull=True)


class ReservationQuerySet(CaseQuerySet):
    def in_force(self, on: date) -> Self:
        """Reservations that hold their dwelling on the date: not released, and not expired."""
        return self.filter(released_at__isnull=True, period__contains=on)


class PriorityPolicy(models.Model):
    """A version of the municipality's priorities: classes in order, never points (needs A1, A2).

    `classes` is a list of {"name", "sentence", "any": [condition, …]}; `tie_breakers` a list of
    names. `allocation.policy` defines the conditions and tie-breakers, and their texts.
    """

    name = models.CharField(_("navn"), max_length=120)
    valid = DateRangeField(_("gjelder"))
    classes = models.JSONField(_("klasser"))
    tie_breakers = models.JSONField(_("rekkefølge innen en klasse"))
    decided_by = models.CharField(_("vedtatt av"), max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("prioriteringsregler")
        verbose_name_plural = _("prioriteringsregler")
        constraints = [
            ExclusionConstraint(
                name="policy_one_at_a_time",
                expressions=[("valid", RangeOperators.OVERLAPS)],
                violation_error_message=_("Det finnes allerede regler for denne perioden."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ManualClass(models.Model):
    """A priority class set by hand with a reason; it applies when another user has approved it
    (need A2). Class 0 means the class by the rules again."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="manual_classes")
    class_number = models.PositiveSmallIntegerField(_("prioritet"))
    reason = models.CharField(_("begrunnelse"), max_length=400)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = ManualClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("prioritet satt for hånd")
        verbose_name_plural = _("prioriteter satt for hånd")
        constraints = [
            models.CheckConstraint(
                name="manual_class_four_eyes",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("set_by")),
                violation_error_message=_("Den som satte prioriteten, kan ikke godkjenne den."),
            ),
            models.CheckConstraint(
                name="manual_class_approved_at_by",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(approved_at__isnull=True),
                name="manual_class_one_pending",
                violation_error_message=_(
                    "Et forslag om prioritet venter allerede på godkjenning."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Prioritet {self.class_number}"


class AllocationMeeting(models.Model):
    """An allocation meeting (tildelingsmøte), with minutes that cannot change (need A7)."""

    unit = models.ForeignKey(
        OrganisationUnit, models.PROTECT, related_name="meetings", verbose_name=_("kalles inn av")
    )
    starts_at = models.DateTimeField(_("tidspunkt"))
    place = models.CharField(_("sted"), max_length=120, blank=True)
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="meetings_chaired",
        verbose_name=_("møteleder"),
    )
    state = models.CharField(
        _("status"), max_length=20, choices=MeetingState, default=MeetingState.PLANNED
    )
    policy = models.ForeignKey(PriorityPolicy, models.PROTECT, null=True, blank=True)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    minutes = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="meeting"
    )
    history = HistoricalRecords()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("tildelingsmøte")
        verbose_name_plural = _("tildelingsmøter")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_approved_at_by",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="meeting_approved_has_minutes",
                condition=Q(
                    state=MeetingState.APPROVED, minutes__isnull=False, approved_at__isnull=False
                )
                | ~Q(state=MeetingState.APPROVED)
                & Q(minutes__isnull=True, approved_at__isnull=True),
                violation_error_message=_("Et møte er godkjent når protokollen er laget."),
            ),
        ]

    def __str__(self) -> str:
        return f"Tildelingsmøte {self.starts_at:%d.%m.%Y}"

    @property
    def is_planned(self) -> bool:
        return self.state == MeetingState.PLANNED

    @property
    def is_open(self) -> bool:
        return self.state == MeetingState.OPEN

    @property
    def is_approved(self) -> bool:
        return self.state == MeetingState.APPROVED


class Attendance(models.Model):
    """Someone present at a meeting."""

    meeting = models.ForeignKey(AllocationMeeting, models.CASCADE, related_name="attendances")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("navn"), max_length=120)
    capacity = models.CharField(_("rolle i møtet"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("til stede")
        verbose_name_plural = _("til stede")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "name"], name="present_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AgendaItem(models.Model):
    """One vacant unit on a meeting's agenda, and what the meeting decided about it."""

    meeting = models.ForeignKey(AllocationMeeting, models.CASCADE, related_name="items")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="agenda_items", verbose_name=_("bolig")
    )
    order = models.PositiveSmallIntegerField(_("sak"))
    outcome = models.CharField(
        _("utfall"), max_length=20, choices=ItemOutcome, default=ItemOutcome.OPEN, blank=True
    )
    reason = models.TextField(_("begrunnelse"), blank=True)
    dissent = models.TextField(_("dissens"), blank=True)
    follow_up = models.CharField(_("hva som skal følges opp"), max_length=200, blank=True)
    follow_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("følges opp av"),
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A home that was held (HELD) may be given again.
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("sak i møtet")
        verbose_name_plural = _("saker i møtet")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "unit"],
                name="unit_once_on_agenda",
                violation_error_message=_("Boligen står allerede på agendaen."),
            ),
            models.CheckConstraint(
                name="item_decided_at_by",
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="item_released_when_held",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(outcome=ItemOutcome.HELD, released_at__isnull=False, released_by__isnull=False),
            ),
            models.CheckConstraint(
                name="item_decided_with_reason",
                condition=Q(outcome="") | ~Q(reason=""),
                violation_error_message=_("Skriv begrunnelsen for det møtet bestemte."),
            ),
        ]

    def __str__(self) -> str:
        return f"Sak {self.order}"

    @property
    def is_chosen(self) -> bool:
        """Somebody is chosen for the home."""
        return self.outcome == ItemOutcome.CHOSEN

    @property
    def is_held(self) -> bool:
        """The home is held for a purpose that is not for the minutes."""
        return self.outcome == ItemOutcome.HELD

    @property
    def has_no_candidate(self) -> bool:
        return self.outcome == ItemOutcome.NO_CANDIDATE


class Consideration(models.Model):
    """An application weighed for a unit, with the facts frozen as they were (needs A12, A3)."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="considerations")
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="considerations", verbose_name=_("søknad")
    )
    rank = models.PositiveIntegerField(_("nummer på ventelisten"))
    class_number = models.PositiveSmallIntegerField(_("prioritet"))
    facts = models.JSONField(_("fakta"), default=dict)
    fit = models.JSONField(_("passer"), default=list)
    override_reason = models.CharField(
        _("hvorfor boligen tildeles selv om den ikke passer"), max_length=400, blank=True
    )
    chosen = models.BooleanField(_("valgt"), default=False)
    reserve = models.BooleanField(_("reserve"), default=False)
    why_not = models.CharField(_("hvorfor ikke valgt"), max_length=400, blank=True)
    considered_at = models.DateTimeField()

    objects = ConsiderationQuerySet.as_manager()

    class Meta:
        verbose_name = _("vurdering")
        verbose_name_plural = _("vurderinger")
        ordering = ["rank", "pk"]
        indexes = [
            models.Index(fields=["application", "-considered_at"], name="consideration_latest")
        ]
        constraints = [
            models.UniqueConstraint(fields=["item", "application"], name="considered_once"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(chosen=True),
                name="one_chosen",
                violation_error_message=_("Det er allerede valgt noen til denne boligen."),
            ),
            models.CheckConstraint(
                name="chosen_is_not_reserve", condition=~Q(chosen=True, reserve=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Vurdering {self.pk}"


class ItemDisqualification(models.Model):
    """A user who is present but disqualified (inhabil) in one item, and must leave the room."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="disqualifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("hvorfor"), max_length=200)
    left_room = models.BooleanField(_("har gått ut"), default=False)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("inhabilitet i sak")
        verbose_name_plural = _("inhabilitet i saker")
        constraints = [
            models.UniqueConstraint(fields=["item", "user"], name="item_disqualified_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} er inhabil"


class Offer(models.Model):
    """A dwelling offered to an application. It is logged, but is not a vedtak (need A9)."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="offers", verbose_name=_("søknad")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="offers", verbose_name=_("bolig"))
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="offers"
    )
    state = models.CharField(
        _("status"), max_length=20, choices=OfferState, default=OfferState.SENT
    )
    available_from = models.DateField(_("ledig fra"))
    answer_by = models.DateField(_("svarfrist"))
    viewing_on = models.DateField(_("visning"), null=True, blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decline_code = models.CharField(_("grunn"), max_length=20, choices=DeclineCode, blank=True)
    decline_words = models.TextField(_("med egne ord"), blank=True)
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="offer"
    )
    lease = models.OneToOneField(Lease, models.PROTECT, null=True, blank=True, related_name="offer")
    history = HistoricalRecords()

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("tilbud")
        verbose_name_plural = _("tilbud")
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["application", "-sent_at"], name="offer_application")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state=OfferState.SENT)
                | Q(state=OfferState.ACCEPTED, lease__isnull=True),
                name="unit_one_open_offer",
                violation_error_message=_("Boligen er allerede tilbudt til noen."),
            ),
            models.CheckConstraint(
                name="offer_answered_at_by",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="offer_declined_with_code",
                condition=~Q(state=OfferState.DECLINED) | ~Q(decline_code=""),
                violation_error_message=_("Velg grunnen til at tilbudet ikke passet."),
            ),
            models.CheckConstraint(
                name="offer_lease_after_yes",
                condition=Q(lease__isnull=True) | Q(state=OfferState.ACCEPTED),
            ),
        ]

    def __str__(self) -> str:
        return f"Tilbud {self.pk}"

    @property
    def awaits_answer(self) -> bool:
        return self.state == OfferState.SENT

    @property
    def is_accepted(self) -> bool:
        return self.state == OfferState.ACCEPTED

    @property
    def is_closed(self) -> bool:
        """It ended without a home: declined, withdrawn or expired."""
        return self.state not in RESERVING_OFFERS


class NeedCheck(models.Model):
    """The quarterly question to somebody who waits: is the need the same, and the phone number?

    A person who does not answer is contacted (`still_needed`), and is never taken off the list
    for it (need C26).
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="need_checks")
    asked_on = models.DateField(_("spurt"))
    answer_by = models.DateField(_("svar innen"))
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="need_check"
    )
    answer = models.CharField(_("svar"), max_length=10, choices=NeedAnswer, blank=True)
    note = models.CharField(_("hva personen sa"), max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The day the case was found to have left the waiting list.
    lapsed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = NeedCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("spørsmål om fortsatt behov")
        verbose_name_plural = _("spørsmål om fortsatt behov")
        ordering = ["answer_by", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at__isnull=True, lapsed_on__isnull=True),
                name="need_check_one_open",
                violation_error_message=_("Personen er allerede spurt, og har ikke svart."),
            ),
            models.CheckConstraint(
                name="need_check_answered",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                violation_error_message=_("Velg hva personen svarte."),
            ),
        ]

    def __str__(self) -> str:
        return f"Spurt {self.asked_on}"


class Reservation(models.Model):
    """A dwelling reserved for somebody who will leave an institution or prison (need A13).

    It ends by itself with `period`, which is half-open.
    """

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="reservations", verbose_name=_("bolig")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="reservations", verbose_name=_("sak")
    )
    moves_in_on = models.DateField(_("flytter inn"))
    period = DateRangeField(_("holdes av"))
    reason = models.CharField(_("hvorfor"), max_length=300)
    reserved_at = models.DateTimeField()
    reserved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_reason = models.CharField(_("hvorfor boligen er frigitt"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservasjon")
        verbose_name_plural = _("reservasjoner")
        ordering = ["moves_in_on", "pk"]
        constraints = [
            ExclusionConstraint(
                name="unit_reserved_for_one",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at__isnull=True),
                violation_error_message=_("Boligen er allerede holdt av for noen i perioden."),
            ),
            ExclusionConstraint(
                name="case_has_one_reservation",
                expressions=[
                    ("application", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at__isnull=True),
                violation_error_message=_("Det er allerede holdt av en bolig i denne saken."),
            ),
            models.CheckConstraint(
                name="reservation_until_moved_in",
                condition=Q(period__endswith__gt=F("moves_in_on")),
                violation_error_message=_("Boligen må holdes av til personen flytter inn."),
            ),
            models.CheckConstraint(
                name="reservation_released_at_by",
                condition=Q(released_at__isnull=True, released_by__isnull=True, release_reason="")
                | Q(released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason=""),
                violation_error_message=_("Skriv hvorfor boligen frigis."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} holdt av"
