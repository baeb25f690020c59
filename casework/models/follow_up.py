from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit

from ..enums import FlagClosed, FlagKind, NoteReaders, Process
from ..querysets import FlagQuerySet, NoteQuerySet
from .applications import Application
from .persons import Person


class Event(models.Model):
    """Something that happened in a person's case, in one plain sentence (need C24).

    Written in the same transaction as what it tells of. `data` holds keys, never names.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="events")
    application = models.ForeignKey(
        Application, models.CASCADE, null=True, blank=True, related_name="events"
    )
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("hendelse")
        verbose_name_plural = _("hendelser")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at", "-id"], name="event_person")]

    def __str__(self) -> str:
        return self.text


class Transition(models.Model):
    """One move of one process: the log every state table writes."""

    process = models.CharField(max_length=20, choices=Process)
    object_id = models.BigIntegerField()
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("statusendring")
        verbose_name_plural = _("statusendringer")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["process", "object_id", "at"], name="transition_object")]

    def __str__(self) -> str:
        return f"{self.process} {self.object_id}: {self.from_state} → {self.to_state}"


class Flag(models.Model):
    """Something that waits for somebody: why, the next step, whose, and by when (need T8).

    Raised by one SQL statement a kind, `ON CONFLICT DO NOTHING` on `flag_once`; the key names
    what it is about (for a stay: the chain's first day and the threshold), so that a job may
    run twice, or for last Tuesday. The sentences are made from `facts` in `casework.flags`.
    """

    # Twenty thousand are raised in one stroke: no index but those that are asked of. A person's
    # flags are found by `flag_once`, whose first column it is; nobody asks for a case's.
    person = models.ForeignKey(Person, models.CASCADE, related_name="flags", db_index=False)
    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="flags",
        db_index=False,
    )
    kind = models.CharField(_("gjelder"), max_length=20, choices=FlagKind)
    key = models.CharField(max_length=80)
    threshold = models.IntegerField(_("terskel"), null=True, blank=True)
    facts = models.JSONField(default=dict)
    marks = ArrayField(models.CharField(max_length=30), default=list)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("ansvarlig"),
        db_index=False,
    )
    due_on = models.DateField(_("frist"), null=True, blank=True)
    raised_on = models.DateField(_("varslet"))
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True)
    closed_because = models.CharField(max_length=20, choices=FlagClosed, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    escalated_on = models.DateField(_("løftet til leder"), null=True, blank=True)
    closing_note = models.CharField(_("hva som er gjort"), max_length=300, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("varsel")
        verbose_name_plural = _("varsler")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["owner", "kind", "due_on"],
                name="flag_open_owner",
                condition=Q(closed_on__isnull=True),
            ),
            models.Index(
                fields=["kind", "person"],
                name="flag_open_kind",
                condition=Q(closed_on__isnull=True),
            ),
            models.Index(
                fields=["escalated_on"],
                name="flag_escalated",
                condition=Q(closed_on__isnull=True, escalated_on__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="flag_once"),
            models.CheckConstraint(
                name="flag_closed_because",
                condition=Q(closed_on__isnull=True, closed_because="")
                | Q(closed_on__isnull=False) & ~Q(closed_because=""),
                violation_error_message=_("Et varsel avsluttes med en grunn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class Note(models.Model):
    """A journal note: what was observed kept apart from what was said (need C22)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    application = models.ForeignKey(
        Application, models.SET_NULL, null=True, blank=True, related_name="notes"
    )
    observation = models.TextField(_("hva du så eller gjorde"), blank=True)
    quotation = models.TextField(_("hva personen sa"), blank=True)
    is_contact = models.BooleanField(_("var i kontakt med personen"), default=False)
    objection = models.TextField(_("hva personen er uenig i"), blank=True)
    readers = models.CharField(
        _("hvem kan lese notatet"), max_length=10, choices=NoteReaders, default=NoteReaders.CASE
    )
    unit = models.ForeignKey(
        OrganisationUnit, models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("notat")
        verbose_name_plural = _("notater")
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["person", "-written_at", "-id"], name="note_person")]
        constraints = [
            models.CheckConstraint(
                name="note_says_something",
                condition=~Q(observation="") | ~Q(quotation=""),
                violation_error_message=_("Skriv hva du så, eller hva personen sa."),
            ),
            models.CheckConstraint(
                name="note_edited",
                condition=Q(edited_at__isnull=True, edited_by__isnull=True)
                | Q(edited_at__isnull=False, edited_by__isnull=False),
                violation_error_message=_("Både når og hvem må være ført."),
            ),
            models.CheckConstraint(
                name="note_unit_reads",
                condition=~Q(readers=NoteReaders.UNIT) | Q(unit__isnull=False),
                violation_error_message=_("Du er ikke ved noen enhet, og må velge andre lesere."),
            ),
        ]

    def __str__(self) -> str:
        return (self.quotation or self.observation)[:60]
