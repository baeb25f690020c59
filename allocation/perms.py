"""Who may do what in allocation. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User

    from .models import AllocationMeeting, ManualClass


def can_see_waiting_list(user: User) -> bool:
    """Those who work with cases see the waiting list: caseworkers, approvers, chairs, managers.

    Whom they see on it is another matter: protected and shielded people are absent for who has
    no right to them, and the numbers do not reveal that they are (docs/adr/0004).
    """
    return user.has_role(*CASE_ROLES)


def can_set_class_by_hand(user: User) -> bool:
    """Caseworkers and approvers may propose another class, with a reason."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_approve_class(user: User, proposal: ManualClass) -> bool:
    """An approver who did not propose the class."""
    return user.has_role(RoleKind.APPROVER) and proposal.set_by_id != user.pk


def can_decline_class(user: User, proposal: ManualClass) -> bool:
    """Who may approve it says no to it; who proposed it takes it back."""
    return can_approve_class(user, proposal) or proposal.set_by_id == user.pk


def can_read_meetings(user: User) -> bool:
    """Whoever reads cases reads the meetings and their minutes, the closed part left out."""
    return user.has_role(*CASE_ROLES)


def can_run_meetings(user: User) -> bool:
    """Chairs, caseworkers and approvers call meetings, set the agenda and write the minutes."""
    return user.has_role(RoleKind.CHAIR, RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_offer(user: User) -> bool:
    """Caseworkers and approvers send offers, note the answers and agree leases."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_approve_minutes(user: User, meeting: AllocationMeeting) -> bool:
    """The chair of the meeting, and nobody else."""
    return meeting.chair_id == user.pk


def can_ask_still_needed(user: User) -> bool:
    """Caseworkers and approvers ring, write and note what people answer (need C26)."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)
