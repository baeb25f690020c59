from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.log.visibility import visible_persons
from common.model_parts import all_or_none, done_by

from .persons import Household, HouseholdMember, Person

if TYPE_CHECKING:
    from accounts.models import User


class HouseholdSplitQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        """Splits that are not undone."""
        return self.filter(undone_at__isnull=True)

    def of(self, household: Household | None) -> Self:
        """Splits where the household is the one that was left, or the new one."""
        if household is None:
            return self.none()
        return self.filter(Q(household=household) | Q(new_household=household))

    def visible_to(self, user: User) -> Self:
        """Splits of households whose heads the user may see. Who has a hidden member is hidden."""
        heads = visible_persons(user, "head__") & visible_persons(user, "new_head__")
        return self.filter(heads)


class HouseholdSplit(models.Model):
    """A household that was split in one act, with all that is needed to undo it (need C2).

    `changed` holds keys of rows: {ended, begun, stays_begun: {key: end or null}, stays_ended: {key:
    [end or null, reason]}, cases_moved, cases_begun: [key]}. What ended (memberships are `ended`
    and `begun`) had that end before the split; what began had it from the start.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="splits")
    new_household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="+")
    head = models.ForeignKey(Person, models.PROTECT, related_name="splits_as_left")
    new_head = models.ForeignKey(Person, models.PROTECT, related_name="splits_as_moved")
    since = models.DateField(_("delt fra"))
    changed = models.JSONField(default=dict)
    split_at = models.DateTimeField(_("registrert"))
    split_by = done_by()
    undone_at = models.DateTimeField(_("angret"), null=True, blank=True)
    undone_by = done_by(null=True, blank=True)
    undo_reason = models.CharField(_("hvorfor det er angret"), max_length=200, blank=True)

    objects = HouseholdSplitQuerySet.as_manager()

    class Meta:
        verbose_name = _("deling av husstand")
        verbose_name_plural = _("delinger av husstander")
        ordering = ["-split_at", "-pk"]
        constraints = [
            all_or_none("split_undone_at_by", "undone_at", "undone_by"),
            models.CheckConstraint(
                name="split_undone_says_why",
                condition=Q(undone_at__isnull=True) | ~Q(undo_reason=""),
                violation_error_message=_("Skriv hvorfor delingen angres."),
            ),
        ]

    def __str__(self) -> str:
        return f"Delt fra {self.since}"

    def keys(self, what: str) -> list[int]:
        """The keys of the rows of one part of `changed`."""
        return [int(key) for key in self.changed.get(what, ())]

    def moved(self) -> models.QuerySet[HouseholdMember]:
        """The memberships that began in the new household."""
        rows = HouseholdMember.objects.filter(
            pk__in=self.keys("begun"), household=self.new_household_id
        )
        return rows.select_related("person").order_by("pk")
