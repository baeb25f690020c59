"""Who may do what with the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind

if TYPE_CHECKING:
    from accounts.models import User


def can_manage_stock(user: User) -> bool:
    """The boligforvalter keeps the register: imports, adds and changes dwellings."""
    return user.has_role(RoleKind.STOCK_MANAGER)
