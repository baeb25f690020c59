from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .persons import Person


class PersonMerge(models.Model):
    """Two records of one person merged, with all that is needed to undo it (need C4).

    `moved` is a list of {model, field, rows: {key: [old, new]}}; `values` is {field: [before,
    after]} of the survivor; `taken` is the number that was taken from the loser; `removed` holds
    the loser's memberships in households where the survivor was at the same time.
    """

    survivor = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    loser = models.ForeignKey(Person, models.PROTECT, related_name="merged_as")
    reason = models.CharField(_("hvorfor det er samme person"), max_length=200)
    moved = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    taken = models.JSONField(default=dict)
    removed = models.JSONField(default=list)
    merged_at = models.DateTimeField(_("slått sammen"))
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("angret"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sammenslåing")
        verbose_name_plural = _("sammenslåinger")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["loser"],
                condition=Q(undone_at__isnull=True),
                name="person_merged_once",
                violation_error_message=_("Personen er allerede slått sammen med en annen."),
            ),
            models.CheckConstraint(
                name="merge_of_two",
                condition=~Q(survivor=F("loser")),
                violation_error_message=_("En person kan ikke slås sammen med seg selv."),
            ),
            models.CheckConstraint(
                name="merge_undone_at_by",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.survivor_id}"
