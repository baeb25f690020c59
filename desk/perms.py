"""Who may open the desk's pages. Each function says it in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_read_cases

if TYPE_CHECKING:
    from accounts.models import User


def can_see_day(user: User) -> bool:
    """Whoever works with cases has a Min dag; the others have a first page of their own."""
    return can_read_cases(user)


def can_see_persons(user: User) -> bool:
    """Whoever reads cases sees persons, those they may know of; nobody else does."""
    return can_read_cases(user)


def can_see_units(user: User) -> bool:
    """Whoever reads cases sees the dwellings, and so does the one who looks after them."""
    return can_read_cases(user) or user.has_role(RoleKind.STOCK_MANAGER)


def can_see_tenants(user: User) -> bool:
    """Who lives in a dwelling is told to those who read cases, of persons they may know of."""
    return can_read_cases(user)


def can_search(user: User) -> bool:
    """Whoever sees persons or dwellings may search, and finds what they may see."""
    return can_see_units(user)
