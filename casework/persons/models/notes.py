from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from casework.log.enums import NoteReaders
from casework.log.visibility import visible_persons

from .persons import Person

if TYPE_CHECKING:
    from accounts.models import User


FOR_ALL = Q(readers=NoteReaders.CASE)


class NoteQuerySet(models.QuerySet):
    def open_to_all(self) -> Self:
        """Notes that everyone who works with the case may read, and nobody's only."""
        return self.filter(FOR_ALL)

    def visible_to(self, user: User) -> Self:
        """Notes the user may read: for everyone, for their unit, or for them (need C22)."""
        units = [role.unit_id for role in user.current_roles]
        return self.filter(
            visible_persons(user, "person__"),
            FOR_ALL
            | Q(readers=NoteReaders.UNIT, unit__in=units)
            | Q(written_by=user)
            | Q(readers=NoteReaders.RESPONSIBLE, person__responsible=user)
            | Q(readers=NoteReaders.RESPONSIBLE, application__responsible=user),
        )


class Note(models.Model):
    """A journal note: what was observed kept apart from what was said (need C22)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    application = models.ForeignKey(
        "casework.Application", models.SET_NULL, null=True, blank=True, related_name="notes"
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

    @property
    def is_for_some(self) -> bool:
        """Whether only some of those who work with the case may read it."""
        return self.readers != NoteReaders.CASE
