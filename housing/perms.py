"""Who may do what with the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User

    from .providers.models import AgreementFlag


def can_manage_stock(user: User) -> bool:
    """The boligforvalter keeps the register: imports, adds and changes dwellings."""
    return user.has_role(RoleKind.STOCK_MANAGER)


def can_report_upkeep(user: User) -> bool:
    """Whoever works with the people who live there, or with the houses, reports what is broken."""
    return user.has_role(*CASE_ROLES, RoleKind.STOCK_MANAGER)


def can_follow_up_agreement(user: User, flag: AgreementFlag) -> bool:
    """Who answers for the agreement, and the boligforvalter."""
    return flag.owner_id == user.pk or can_manage_stock(user)
