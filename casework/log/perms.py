"""Who may do what in casework. Each docstring states the rule.

Område: Saker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User


def can_read_cases(user: User) -> bool:
    """Caseworkers, approvers, meeting chairs and managers read cases; nobody else does.

    Rett: Lese saker.
    """
    return user.has_role(*CASE_ROLES)


def can_do_casework(user: User) -> bool:
    """Caseworkers and approvers register persons and applications, and make assessments.

    Rett: Registrere personer og søknader, og kartlegge.
    """
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)
