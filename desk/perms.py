"""Who may open the desk's pages.

Område: Sidene.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import RoleKind
from casework.log.perms import can_read_cases

if TYPE_CHECKING:
    from accounts.models import User


def can_see_day(user: User) -> bool:
    """Users who read cases have Min dag; others have another first page.

    Rett: Se Min dag.
    """
    return can_read_cases(user)


def can_see_persons(user: User) -> bool:
    """Only users who read cases see persons.

    Rett: Se personer.
    """
    return can_read_cases(user)


def can_see_units(user: User) -> bool:
    """Users who read cases, and stock managers, see the dwellings.

    Rett: Se boliger.
    """
    return can_read_cases(user) or user.has_role(RoleKind.STOCK_MANAGER)


def can_see_tenants(user: User) -> bool:
    """Only users who read cases see who lives in a dwelling, and of those only the persons they
    have a duty towards (`stays.tenants`).

    Rett: Se hvem som bor i en bolig (de en har en grunn til å se).
    """
    return can_read_cases(user)


def can_search(user: User) -> bool:
    """Users who see persons or dwellings may search, and find what they may see.

    Rett: Søke (og finne det en ellers ser).
    """
    return can_see_units(user)
