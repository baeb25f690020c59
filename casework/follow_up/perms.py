"""Who may take and finish handovers. Each docstring states the rule.

Område: Overlevering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES
from casework.log.perms import can_read_cases

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Handover


def can_take_handover(user: User, handover: Handover) -> bool:
    """The user it was sent to, or who stands in for them; if nobody is named, users who read cases
    at the unit.

    Rett: Ta en oppgave som er sendt (den den er sendt til, eller enheten).
    """
    if not can_read_cases(user):
        return False
    if handover.to_user_id:
        return handover.to_user_id == user.pk or handover.to_user_id in user.stands_in_for
    return any(
        role.unit_id == handover.to_unit_id and role.kind in CASE_ROLES
        for role in user.current_roles
    )


def can_finish_handover(user: User, handover: Handover) -> bool:
    """The user who took the task, while they read cases.

    Rett: Gjøre ferdig en oppgave (den som tok den).
    """
    return can_read_cases(user) and handover.acknowledged_by_id == user.pk
