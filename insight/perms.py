"""Who may see figures about everyone.

Område: Innsikt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind

if TYPE_CHECKING:
    from accounts.models import User


def can_see_overview(user: User) -> bool:
    """Managers and chairs of meetings, who may also open the lists behind the figures.

    Rett: Se oversikten og listene bak tallene.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.CHAIR)
