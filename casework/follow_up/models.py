"""Services, transition plans, institutions' notices and handovers (needs C18-C20, C23)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from casework.log.enums import NoticeKind
from casework.log.visibility import visible_persons
from casework.persons.models import Person
from common.model_parts import WHO_AND_WHEN, PhoneField, all_or_none, done_by

if TYPE_CHECKING:
    from accounts.models import User


class ServiceQuerySet(models.QuerySet):
    def with_hours(self, on: date) -> Self:
        """Annotate `hours_now`: hours a week on the date, by the latest step that has begun."""
        steps = ServiceStep.objects.filter(service=OuterRef("pk"), starts_on__lte=on)
        latest = steps.order_by("-starts_on", "-pk").values("hours_per_week")[:1]
        return self.annotate(hours_now=Coalesce(Subquery(latest), F("hours_per_week")))


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def open(self) -> Self:
        return self.filter(settled_on__isnull=True)


class MilestoneQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "plan__person__"))


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def waiting_for(self, user: User) -> Self:
        """Open handovers that are the user's: sent to them, sent to their unit without a name,
        or acknowledged by them."""
        units = [role.unit_id for role in user.current_roles]
        mine = Q(to_user=user) | Q(to_user__isnull=True, to_unit__in=units)
        return self.filter(
            Q(acknowledged_at__isnull=True) & mine | Q(acknowledged_by=user),
            done_at__isnull=True,
        )


class Service(models.Model):
    """A service the person has: who gives it, and for which half-open period (need C18).

    `hours_per_week` applies from the start; a `ServiceStep` changes it from a later day.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="services")
    unit = models.ForeignKey(
        OrganisationUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("enhet"),
    )
    name = models.CharField(_("tjeneste"), max_length=80)
    contact = models.CharField(_("kontaktperson"), max_length=120, blank=True)
    phone = PhoneField(_("telefon til kontaktpersonen"), blank=True)
    hours_per_week = models.DecimalField(
        _("timer i uka"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    period = DateRangeField(_("periode"))
    end_reason = models.CharField(_("hvorfor tjenesten er slutt"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("tjeneste")
        verbose_name_plural = _("tjenester")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ServiceStep(models.Model):
    """A change of a service's hours a week from a day on (need C18)."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="steps")
    starts_on = models.DateField(_("fra og med"))
    hours_per_week = models.DecimalField(_("timer i uka"), max_digits=4, decimal_places=1)
    why = models.CharField(_("hvorfor"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("endring av timer")
        verbose_name_plural = _("endringer av timer")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "starts_on"],
                name="service_step_once_a_day",
                violation_error_message=_("Timene er allerede endret fra denne dagen."),
            ),
            models.CheckConstraint(
                name="service_step_hours",
                condition=Q(hours_per_week__gte=Decimal(0)),
                violation_error_message=_("Timer i uka kan ikke være mindre enn null."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}: {self.hours_per_week}"


class TeamMember(models.Model):
    """A member of the person's support team (ansvarsgruppe); one is coordinator (need C18)."""

    # The user types the first day outside: «flyttet ut», «ute fra». See `common.changes`.
    ENDS_WITH_DAY_AFTER = True

    person = models.ForeignKey(Person, models.CASCADE, related_name="team")
    name = models.CharField(_("navn"), max_length=120)
    role = models.CharField(_("rolle"), max_length=80)
    contact = models.CharField(_("telefon eller e-post"), max_length=120, blank=True)
    is_coordinator = models.BooleanField(_("koordinator"), default=False)
    period = DateRangeField(_("periode"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("medlem av ansvarsgruppe")
        verbose_name_plural = _("medlemmer av ansvarsgruppe")
        ordering = ["-is_coordinator", "name", "pk"]
        constraints = [
            ExclusionConstraint(
                name="team_one_coordinator",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_coordinator=True),
                violation_error_message=_("Personen har allerede en koordinator i perioden."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class TeamMeeting(models.Model):
    """A meeting of the support team, planned or held."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="team_meetings")
    held_on = models.DateField(_("dato"))
    place = models.CharField(_("sted"), max_length=120, blank=True)
    topic = models.CharField(_("hva møtet gjelder"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("ansvarsgruppemøte")
        verbose_name_plural = _("ansvarsgruppemøter")
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "held_on"],
                name="team_meeting_once_a_day",
                violation_error_message=_("Det er allerede et ansvarsgruppemøte denne dagen."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.topic}".strip()


class TransitionPlan(models.Model):
    """A transition plan (overgangsplan), from first contact until the person has settled (C19)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="plans")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("ansvarlig for planen"),
    )
    institution = models.CharField(_("institusjon eller fengsel"), max_length=120, blank=True)
    expected_out = models.DateField(_("forventet ut"), null=True, blank=True)
    goal = models.CharField(_("hva personen vil, med egne ord"), max_length=300, blank=True)
    started_on = models.DateField(_("begynt"))
    settled_on = models.DateField(_("avsluttet"), null=True, blank=True)
    outcome = models.CharField(_("hvordan det gikk"), max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = done_by()
    history = HistoricalRecords()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("overgangsplan")
        verbose_name_plural = _("overgangsplaner")
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(settled_on__isnull=True),
                name="plan_one_open",
                violation_error_message=_("Personen har allerede en overgangsplan."),
            ),
            models.CheckConstraint(
                name="plan_settled_after_start",
                condition=Q(settled_on__isnull=True) | Q(settled_on__gte=F("started_on")),
                violation_error_message=_("Planen kan ikke avsluttes før den begynte."),
            ),
            models.CheckConstraint(
                name="plan_out_after_start",
                condition=Q(expected_out__isnull=True) | Q(expected_out__gte=F("started_on")),
                violation_error_message=_(
                    "Dagen personen skal ut, er gått. Skriv en dag som kommer."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Overgangsplan {self.started_on}"

    @property
    def is_open(self) -> bool:
        return self.settled_on is None


class Milestone(models.Model):
    """A goal in the plan with a due date and somebody responsible (need C19)."""

    plan = models.ForeignKey(TransitionPlan, models.CASCADE, related_name="milestones")
    title = models.CharField(_("milepæl"), max_length=160)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("ansvarlig"),
    )
    due_on = models.DateField(_("frist"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = done_by(null=True, blank=True)
    history = HistoricalRecords()

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milepæl")
        verbose_name_plural = _("milepæler")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on"], name="milestone_due", condition=Q(done_at__isnull=True))
        ]
        constraints = [all_or_none("milestone_done", "done_at", "done_by", message=WHO_AND_WHEN)]

    def __str__(self) -> str:
        return self.title


class ChecklistKind(models.Model):
    """An item of the municipality's checklist, which every new transition plan starts with."""

    name = models.CharField(_("punkt"), max_length=80)
    help = models.CharField(_("forklaring"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("rekkefølge"))
    valid = DateRangeField(_("brukes"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("punkt i sjekklisten")
        verbose_name_plural = _("punkter i sjekklisten")
        ordering = ["order", "pk"]
        constraints = [
            ExclusionConstraint(
                name="checklist_kind_once",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Punktet står allerede i listen."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """An item of a plan's checklist: who helps, and whether it is done (needs C19, H10)."""

    plan = models.ForeignKey(TransitionPlan, models.CASCADE, related_name="items")
    kind = models.ForeignKey(ChecklistKind, models.PROTECT, related_name="+")
    helper = models.CharField(_("hvem hjelper"), max_length=120, blank=True)
    not_needed = models.CharField(_("hvorfor det ikke trengs"), max_length=160, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = done_by(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("punkt i en plan")
        verbose_name_plural = _("punkter i en plan")
        ordering = ["kind__order", "pk"]
        constraints = [
            all_or_none("checklist_item_done", "done_at", "done_by", message=WHO_AND_WHEN),
            models.UniqueConstraint(
                fields=["plan", "kind"],
                name="checklist_item_once",
                violation_error_message=_("Punktet er allerede i planen."),
            ),
            models.CheckConstraint(
                name="checklist_item_has_helper",
                condition=Q(done_at__isnull=True) | ~Q(helper=""),
                violation_error_message=_("Skriv hvem som hjalp, før punktet er ferdig."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def is_open(self) -> bool:
        return self.done_at is None and not self.not_needed


class InstitutionNotice(models.Model):
    """An institution's notice of admission, discharge or release, or that none came (need C20).

    How late it is follows from the dates and the municipality's settings (see `notices`).
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    kind = models.CharField(_("hva det gjelder"), max_length=20, choices=NoticeKind)
    institution = models.CharField(_("institusjon eller fengsel"), max_length=120)
    notifier = models.CharField(_("hvem varslet"), max_length=120, blank=True)
    notified_on = models.DateField(_("varslet"), null=True, blank=True)
    concerns_on = models.DateField(_("dato det gjelder"))
    comment = models.CharField(_("merknad"), max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = done_by()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("varsel fra institusjon")
        verbose_name_plural = _("varsler fra institusjoner")
        ordering = ["-concerns_on", "-pk"]
        indexes = [models.Index(fields=["person", "-concerns_on"], name="notice_person")]
        constraints = [
            models.CheckConstraint(
                name="notice_from_somebody",
                condition=Q(notified_on__isnull=True) | ~Q(notifier=""),
                violation_error_message=_("Skriv hvem som varslet."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.concerns_on}"


class Handover(models.Model):
    """A task sent to another unit, which must acknowledge it (need C23)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="handovers")
    application = models.ForeignKey(
        "casework.Application",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="handovers",
        verbose_name=_("sak"),
    )
    to_unit = models.ForeignKey(
        OrganisationUnit, models.PROTECT, related_name="+", verbose_name=_("til enhet")
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("til person"),
    )
    what = models.CharField(_("hva som skal gjøres"), max_length=200)
    why = models.CharField(_("hvorfor"), max_length=300)
    due_on = models.DateField(_("frist"), null=True, blank=True)
    sent_at = models.DateTimeField()
    sent_by = done_by()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = done_by(null=True, blank=True)
    reply = models.CharField(_("svar til den som sendte"), max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = done_by(null=True, blank=True)
    history = HistoricalRecords()

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("overlevering")
        verbose_name_plural = _("overleveringer")
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(
                fields=["to_unit", "sent_at"],
                name="handover_open",
                condition=Q(done_at__isnull=True),
            ),
        ]
        constraints = [
            all_or_none(
                "handover_acknowledged", "acknowledged_at", "acknowledged_by", message=WHO_AND_WHEN
            ),
            all_or_none("handover_done", "done_at", "done_by", message=WHO_AND_WHEN),
            models.CheckConstraint(
                name="handover_acknowledged_first",
                condition=Q(done_at__isnull=True) | Q(acknowledged_at__isnull=False),
                violation_error_message=_("Oppgaven må kvitteres før den er ferdig."),
            ),
        ]

    def __str__(self) -> str:
        return self.what
