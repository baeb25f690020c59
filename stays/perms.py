"""Who may do what with where people live. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_do_casework, can_read_cases

if TYPE_CHECKING:
    from accounts.models import User


def can_see_stays(user: User) -> bool:
    """Whoever reads cases sees who lives in temporary places."""
    return can_read_cases(user)


def can_record_stays(user: User) -> bool:
    """Whoever does casework records that a stay begins and ends."""
    return can_do_casework(user)


def can_follow_up_flags(user: User) -> bool:
    """Whoever does casework follows up flags, and the manager they escalate to."""
    return can_do_casework(user) or user.has_role(RoleKind.MANAGER)
