"""Who may read and record where people live.

Område: Hvor folk bor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_do_casework, can_read_cases

if TYPE_CHECKING:
    from accounts.models import User


def can_see_stays(user: User) -> bool:
    """Users who read cases see who lives in temporary places.

    Rett: Se hvem som bor midlertidig.
    """
    return can_read_cases(user)


def can_record_stays(user: User) -> bool:
    """Users who do casework record that a stay begins and ends.

    Rett: Føre at et opphold begynner og slutter.
    """
    return can_do_casework(user)


def can_follow_up_flags(user: User) -> bool:
    """Users who do casework follow up flags, and so do managers, to whom flags escalate.

    Rett: Følge opp varsler.
    """
    return can_do_casework(user) or user.has_role(RoleKind.MANAGER)
