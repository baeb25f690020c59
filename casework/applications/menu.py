"""The count beside Søknader in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES
from casework.persons.models import Person

from .models import Application

if TYPE_CHECKING:
    from accounts.models import User

# A higher count says only «many», and is slow to get.
MOST = 499


def open_applications(user: User) -> int | None:
    """How many are open at the user's units; None above `MOST`, or without a case role."""
    if not user.has_role(*CASE_ROLES):
        return None
    units = {role.unit_id for role in user.current_roles}
    hidden = Person.objects.hidden_from(user)
    cases = Application.objects.open().filter(unit__in=units).exclude(person__in=hidden).order_by()
    count = cases.values("pk")[: MOST + 1].count()
    return count if count <= MOST else None
