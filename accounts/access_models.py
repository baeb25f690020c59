"""Roles that wait for a second person, and the log of who got and lost access (docs/adr/0024)."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.model_parts import all_or_none

from .enums import CONFIRMED_ROLES, AccessEventKind, ProposalState, RoleKind


def needs_confirmation(kind: str, *, protected_access: bool, shielded_access: bool) -> bool:
    """Whether a role of the kind, with the access, holds only when somebody has confirmed it."""
    return kind in CONFIRMED_ROLES or protected_access or shielded_access


class RoleProposal(models.Model):
    """A role that gives nothing until somebody else has confirmed it (docs/adr/0024).

    The role holds from the first day of the period, and not before the day it is confirmed.
    """

    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="role_proposals", verbose_name=_("bruker")
    )
    unit = models.ForeignKey(
        "accounts.OrganisationUnit", models.PROTECT, related_name="+", verbose_name=_("enhet")
    )
    kind = models.CharField(_("rolle"), max_length=30, choices=RoleKind)
    period = DateRangeField(_("periode"))
    protected_access = models.BooleanField(
        _("kan se personer med adressebeskyttelse"), default=False
    )
    shielded_access = models.BooleanField(_("kan se skjermede personer"), default=False)
    proposed_at = models.DateTimeField(_("foreslått"))
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    state = models.CharField(
        _("status"), max_length=20, choices=ProposalState, default=ProposalState.WAITING
    )
    answered_at = models.DateTimeField(_("besvart"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("begrunnelse"), blank=True)

    class Meta:
        verbose_name = _("forslag om rolle")
        verbose_name_plural = _("forslag om roller")
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "kind"],
                condition=models.Q(state=ProposalState.WAITING),
                name="proposal_one_waits",
                violation_error_message=_("Rollen er allerede foreslått, og venter på svar."),
            ),
            all_or_none("proposal_answered_at_by", "answered_at", "answered_by"),
            models.CheckConstraint(
                name="proposal_answered_or_not",
                condition=models.Q(
                    state__in=[ProposalState.WAITING, ProposalState.LAPSED],
                    answered_by__isnull=True,
                )
                | models.Q(
                    state__in=[
                        ProposalState.CONFIRMED,
                        ProposalState.REFUSED,
                        ProposalState.WITHDRAWN,
                    ],
                    answered_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="proposal_answered_by_another",
                condition=~models.Q(
                    models.Q(answered_by=models.F("user"))
                    | models.Q(answered_by=models.F("proposed_by")),
                    state__in=[ProposalState.CONFIRMED, ProposalState.REFUSED],
                ),
                violation_error_message=_(
                    "Den som foreslo rollen, og den som skal ha den, kan ikke svare."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.unit}"

    @property
    def is_waiting(self) -> bool:
        return self.state == ProposalState.WAITING


class AccessEvent(models.Model):
    """What was done to somebody's access, by whom and when: the log of roles. Append-only.

    `by` is None for a job or a command of the installation. The role is told in the row itself, so
    that the log outlives it.
    """

    event = models.CharField(_("hva"), max_length=20, choices=AccessEventKind)
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="access_events", verbose_name=_("bruker")
    )
    kind = models.CharField(_("rolle"), max_length=30, choices=RoleKind, blank=True)
    unit = models.ForeignKey(
        "accounts.OrganisationUnit", models.PROTECT, null=True, related_name="+"
    )
    period = DateRangeField(_("periode"), null=True)
    protected_access = models.BooleanField(default=False)
    shielded_access = models.BooleanField(default=False)
    reason = models.TextField(_("begrunnelse"), blank=True)
    at = models.DateTimeField(_("når"))
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("hvem")
    )

    class Meta:
        verbose_name = _("endring av tilgang")
        verbose_name_plural = _("endringer av tilgang")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="accessevent_latest")]

    def __str__(self) -> str:
        return f"{self.event} {self.user_id} {self.at:%Y-%m-%d %H:%M}"
