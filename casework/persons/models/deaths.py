from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.log.enums import DeathSource
from common.model_parts import all_or_none, done_by

from .persons import Person


class DeathQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        """Deaths that are not undone."""
        return self.filter(undone_at__isnull=True)


class Death(models.Model):
    """A registered death, with all it ended, so that it can be undone (a wrong person).

    `changed` is a list of {model, pk, before, after, process}: the values of the changed fields.
    A row made by the act has no `before`, and a row it removed no `after`.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="deaths")
    died_on = models.DateField(_("dødsdato"))
    source = models.CharField(_("hvor opplysningen kommer fra"), max_length=20, choices=DeathSource)
    note = models.CharField(_("merknad"), max_length=300, blank=True)
    changed = models.JSONField(default=list)
    registered_at = models.DateTimeField(_("registrert"))
    registered_by = done_by()
    undone_at = models.DateTimeField(_("angret"), null=True, blank=True)
    undone_by = done_by(null=True, blank=True)
    undo_reason = models.CharField(_("hvorfor det er angret"), max_length=200, blank=True)

    objects = DeathQuerySet.as_manager()

    class Meta:
        verbose_name = _("dødsfall")
        verbose_name_plural = _("dødsfall")
        ordering = ["-registered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(undone_at__isnull=True),
                name="death_once",
                violation_error_message=_("Dødsfallet er allerede registrert."),
            ),
            all_or_none("death_undone_at_by", "undone_at", "undone_by"),
            models.CheckConstraint(
                name="death_undone_says_why",
                condition=Q(undone_at__isnull=True) | ~Q(undo_reason=""),
                violation_error_message=_("Skriv hvorfor dødsfallet angres."),
            ),
        ]

    def __str__(self) -> str:
        return f"Død {self.died_on}"


def died_on(person: Person) -> date | None:
    """The day the person died; None when they live. One query."""
    return person.deaths.in_force().values_list("died_on", flat=True).first()
