"""Who may be named on a page or list of homes (needs S3, S4; docs/adr/0017).

A home that is lived in looks the same whoever lives there. Only a reader with a duty towards the
tenant sees who it is, so most names are missing, and a missing one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from casework.models import Person
from housing.models import Unit

if TYPE_CHECKING:
    from accounts.models import User


def named_tenants(user: User, pairs: Iterable[tuple[int, int | None]]) -> dict[int, Person]:
    """The persons, by id, whom a page of homes may name to the user, of these (unit id, person id).

    Those the user has a duty towards (`PersonQuerySet.followed_by`). One who may see everybody is
    also told who lives in the houses their unit operates or follows up: to others such a list would
    show by its one empty line where somebody hidden lives. At most two queries.
    """
    pairs = [(unit, person) for unit, person in pairs if person]
    if not pairs:
        return {}
    persons = Person.objects.visible_to(user)
    named = persons.followed_by(user).in_bulk({person for _unit, person in pairs})
    if user.sees_protected and user.sees_shielded and len(named) < len(pairs):
        units = [role.unit_id for role in user.current_roles]
        own = set(
            Unit.objects.filter(Q(operated_by__in=units) | Q(followed_up_by__in=units))
            .filter(pk__in=[unit for unit, _person in pairs])
            .values_list("pk", flat=True)
        )
        if own:
            named |= persons.in_bulk({person for unit, person in pairs if unit in own})
    return named
