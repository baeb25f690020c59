from __future__ import annotations

from typing import TYPE_CHECKING

from .models import PeerLink

if TYPE_CHECKING:
    from accounts.models import User


def waiting(user: User) -> int:
    """How many want a peer and wait for one, among those the coordinator may know of."""
    return PeerLink.objects.visible_to(user).waiting().count()
