"""Who may do what with the stock. Each docstring states the rule.

Område: Boligmassen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User

    from .providers.models import AgreementFlag


def can_manage_stock(user: User) -> bool:
    """The stock manager (boligforvalter) imports, adds and changes dwellings.

    Rett: Ta inn, legge til og endre boliger.
    """
    return user.has_role(RoleKind.STOCK_MANAGER)


def can_report_upkeep(user: User) -> bool:
    """Users who work with persons' cases, and the stock manager, report what is broken.

    Rett: Melde om feil og mangler.
    """
    return user.has_role(*CASE_ROLES, RoleKind.STOCK_MANAGER)


def can_follow_up_agreement(user: User, flag: AgreementFlag) -> bool:
    """The user responsible for the agreement, and the stock manager.

    Rett: Følge opp en kvalitetsavtale (ansvarlig for avtalen).
    """
    return flag.owner_id == user.pk or can_manage_stock(user)
