"""Who may do what with users, the read log and the municipality's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import RoleKind

if TYPE_CHECKING:
    from .models import User


def can_manage_users(user: User) -> bool:
    """The system administrator makes users and gives and ends roles; nobody else does.

    It is a role without personal data: who holds it sees no person because of it (need S1).
    """
    return user.has_role(RoleKind.SYSTEM_ADMIN)


def can_read_log(user: User) -> bool:
    """The privacy officer (personvernombud) reads the log of who read whose record (need S2).

    The log shows persons by key alone, so the officer sees no name without asking a caseworker.
    """
    return user.has_role(RoleKind.PRIVACY_OFFICER)


def can_change_settings(user: User) -> bool:
    """A manager or the system administrator changes the municipality's numbers.

    The numbers are policy, which a manager answers for; none of them is about a person, so the
    system administrator may enter them.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)


def can_see_jobs(user: User) -> bool:
    """A manager and the system administrator see whether the jobs run: counts, and no person."""
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)
