from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.enums import CASE_ROLES

from .enums import PROTECTED

if TYPE_CHECKING:
    from accounts.models import User


def visible_persons(user: User, prefix: str = "") -> Q:
    """A filter for the persons the user may see; `prefix` is the path to the person.

    Persons with a protected address (fortrolig, strengt fortrolig), the municipality's own
    employees, and those who share or have shared a household with one, are left out unless a role
    gives access (needs S3, S4, docs/adr/0017). A user without a role in casework sees nobody.
    """
    if not user.is_authenticated or not user.has_role(*CASE_ROLES):
        return Q(pk__in=[])
    return not_hidden(user, prefix)


def not_hidden(user: User, prefix: str = "") -> Q:
    """A filter for the persons who are not hidden from the user by protection or shielding, as
    the part of `visible_persons` that does not depend on a role."""
    condition = Q()
    if not user.sees_protected:
        condition &= ~Q(**{f"{prefix}protection__in": PROTECTED})
        condition &= Q(**{f"{prefix}beside_protected": False})
    if not user.sees_shielded:
        condition &= Q(**{f"{prefix}shielded": False, f"{prefix}beside_shielded": False})
    return condition
