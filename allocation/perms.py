"""Who may do what in allocation. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User


def can_see_waiting_list(user: User) -> bool:
    """Those who work with cases see the waiting list: caseworkers, approvers, chairs, managers.

    Whom they see on it is another matter: protected and shielded people are absent for who has
    no right to them, and the numbers do not reveal that they are (docs/adr/0004).
    """
    return user.has_role(*CASE_ROLES)


def can_set_class_by_hand(user: User) -> bool:
    """Caseworkers and approvers may propose another class, with a reason."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_override_fit(user: User) -> bool:
    """The chair of a meeting and an approver may set a requirement aside, with a reason (A5)."""
    return user.has_role(RoleKind.CHAIR, RoleKind.APPROVER)
