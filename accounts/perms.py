"""Who may do what with users, the read log, jobs and settings. Docstrings state the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import CONFIRMING_ROLES, RoleKind

if TYPE_CHECKING:
    from .models import RoleProposal, User


def can_manage_users(user: User) -> bool:
    """Only the system administrator creates users, and gives and ends roles.

    The role itself gives no access to persons (need S1).
    """
    return user.has_role(RoleKind.SYSTEM_ADMIN)


def can_confirm_roles(user: User) -> bool:
    """A manager or the privacy officer confirms or refuses roles that open persons (need S1)."""
    return user.has_role(*CONFIRMING_ROLES)


def can_confirm_role(user: User, proposal: RoleProposal) -> bool:
    """Somebody who confirms roles, and neither proposed this one nor is to have it."""
    return can_confirm_roles(user) and user.pk not in (proposal.user_id, proposal.proposed_by_id)


def can_see_access_log(user: User) -> bool:
    """Those who give roles and those who confirm them see who got and lost access, by whom."""
    return can_manage_users(user) or can_confirm_roles(user)


def can_read_log(user: User) -> bool:
    """The privacy officer (personvernombud) reads the log of who read whose record (need S2).

    The log shows only keys of persons, so the officer must ask a caseworker for a name.
    """
    return user.has_role(RoleKind.PRIVACY_OFFICER)


def can_change_settings(user: User) -> bool:
    """A manager or the system administrator changes the municipality's settings.

    The settings are policy, for which a manager is responsible. None of them is about a person, so
    the system administrator may enter them.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)


def can_see_jobs(user: User) -> bool:
    """A manager and the system administrator see whether the jobs run: counts, not persons."""
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)


def can_register_absence(user: User) -> bool:
    """Users register their own absence; a manager or the system administrator that of others."""
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)
