from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.enums import CASE_ROLES

from .enums import PROTECTED

if TYPE_CHECKING:
    from accounts.models import User


def sees(user: User, prefix: str = "") -> Q:
    """The persons a user may know exist, as a condition on the person at `prefix`.

    Protected people (fortrolig, strengt fortrolig) and the municipality's own employees are
    absent unless a role gives the right (needs S3, S4). Who has no role in casework sees nobody.
    """
    if not user.is_authenticated or not user.has_role(*CASE_ROLES):
        return Q(pk__in=[])
    condition = Q()
    if not user.sees_protected:
        condition &= ~Q(**{f"{prefix}protection__in": PROTECTED})
    if not user.sees_shielded:
        condition &= Q(**{f"{prefix}shielded": False})
    return condition
