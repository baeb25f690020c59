"""Who may do what with peers. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_do_casework

if TYPE_CHECKING:
    from accounts.models import User


def can_report_need(user: User) -> bool:
    """Whoever does casework speaks up when a peer could help, having asked the person."""
    return can_do_casework(user)


def can_coordinate(user: User) -> bool:
    """The peer coordinator links, pauses and ends, knowing call names and agreements alone."""
    return user.has_role(RoleKind.PEER_COORDINATOR)


def can_log(user: User) -> bool:
    """A peer logs contacts with their own participants; nobody logs for them."""
    return user.has_role(RoleKind.PEER)
