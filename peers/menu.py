from __future__ import annotations

from typing import TYPE_CHECKING

from .models import PeerLink

if TYPE_CHECKING:
    from accounts.models import User


def waiting(user: User) -> int:
    """How many people wait for a peer, of those the user may see."""
    return PeerLink.objects.visible_to(user).waiting().count()
