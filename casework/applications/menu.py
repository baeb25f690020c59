"""The small number beside Søknader in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES
from casework.persons.models import Person

from .models import Application

if TYPE_CHECKING:
    from accounts.models import User

# Past this a number says only «many», and counting costs.
MOST = 499


def open_applications(user: User) -> int | None:
    """Open applications at the user's units; asked on every page, so counted only so far."""
    if not user.has_role(*CASE_ROLES):
        return None
    units = {role.unit_id for role in user.current_roles}
    hidden = Person.objects.hidden_from(user)
    found = Application.objects.open().filter(unit__in=units).exclude(person__in=hidden).order_by()
    count = found.values("pk")[: MOST + 1].count()
    return count if count <= MOST else None
