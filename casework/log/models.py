"""The log of casework: events, state changes, flags and stored files (needs C24, T8)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .enums import FlagClosed, FlagKind, Process
from .visibility import visible_persons

if TYPE_CHECKING:
    from accounts.models import User


class FlagQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def of(self, user: User) -> Self:
        return self.filter(owner=user)


class Event(models.Model):
    """Something that happened in a person's case, in one plain sentence (need C24).

    Written in the same transaction as the change. `data` holds keys, never names.
    """

    person = models.ForeignKey("casework.Person", models.CASCADE, related_name="events")
    application = models.ForeignKey(
        "casework.Application", models.CASCADE, null=True, blank=True, related_name="events"
    )
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The later event that says that this did not come to be, or was registered by mistake.
    taken_back_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("hendelse")
        verbose_name_plural = _("hendelser")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at", "-id"], name="event_person")]

    def __str__(self) -> str:
        return self.text

    @property
    def signed(self) -> str:
        """Who did it, to be shown after the sentence; "" when the sentence begins with the name."""
        name = str(self.by or "")
        return "" if self.text.startswith(f"{name} ") else name


class Transition(models.Model):
    """One state change of one process. Every state table writes them."""

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

    Raised by one SQL statement per kind. The key names what the flag is about (for a stay: the
    chain's first day and the threshold); a matter has one open flag at a time (`flag_once`).
    `casework.log.flags` makes sentences of `facts`.
    """

    # Twenty thousand may be raised at once, so only indexes that are used: nothing looks flags up
    # by case.
    person = models.ForeignKey("casework.Person", models.CASCADE, related_name="flags")
    application = models.ForeignKey(
        "casework.Application",
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
                fields=["escalated_on"],
                name="flag_escalated",
                condition=Q(closed_on__isnull=True, escalated_on__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "key"],
                name="flag_once",
                condition=Q(closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="flag_closed_because",
                condition=Q(closed_on__isnull=True, closed_because="")
                | Q(closed_on__isnull=False) & ~Q(closed_because=""),
                violation_error_message=_("Et varsel avsluttes med en grunn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class StoredFile(models.Model):
    """A file that never changes, with its SHA-256: a letter or minutes, rendered once.

    Kept in the database so that it is saved in the same transaction as what it belongs to. The
    database itself checks the checksum, and refuses changes.
    """

    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, editable=False)
    media_type = models.CharField(max_length=100, default="application/pdf")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("fil")
        verbose_name_plural = _("filer")

    def __str__(self) -> str:
        return self.sha256[:12]

    def save(self, *args, **kwargs) -> None:
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        super().save(*args, **kwargs)
