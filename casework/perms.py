"""Who may do what in casework. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

from .models import Application, Disqualification, Vedtak

if TYPE_CHECKING:
    from accounts.models import User


def can_read_cases(user: User) -> bool:
    """Caseworkers, approvers, meeting chairs and managers read cases; nobody else does."""
    return user.has_role(*CASE_ROLES)


def can_do_casework(user: User) -> bool:
    """Caseworkers and approvers register persons and applications, and hold kartlegginger."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def is_disqualified(user: User, application: Application) -> bool:
    """The user has declared inhabilitet in this case (fvl. § 6)."""
    return Disqualification.objects.filter(application=application, user=user).exists()


def can_draft_vedtak(user: User, application: Application) -> bool:
    """Caseworkers and approvers draft, unless inhabil in the case."""
    return can_do_casework(user) and not is_disqualified(user, application)


def can_approve_vedtak(user: User, vedtak: Vedtak) -> bool:
    """An approver who did not draft it, and is not inhabil in the case (need C14)."""
    return (
        user.has_role(RoleKind.APPROVER)
        and vedtak.drafted_by_id != user.pk
        and not is_disqualified(user, vedtak.application)
    )
