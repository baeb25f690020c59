"""Who may report, coordinate and log contact with peers.

Område: Likepersoner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_do_casework

if TYPE_CHECKING:
    from accounts.models import User


def can_report_need(user: User) -> bool:
    """Users who do casework report that a peer could help a person.

    Rett: Melde at en likeperson kan hjelpe.
    """
    return can_do_casework(user)


def can_coordinate(user: User) -> bool:
    """The coordinator links, pauses and ends, and sees only call names and agreements.

    Rett: Koble likepersoner (ser bare kallenavn og avtaler).
    """
    return user.has_role(RoleKind.PEER_COORDINATOR)


def can_log(user: User) -> bool:
    """A peer logs contacts with their own participants; nobody else does.

    Rett: Logge kontakt (med egne deltakere).
    """
    return user.has_role(RoleKind.PEER)
