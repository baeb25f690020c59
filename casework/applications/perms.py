"""Who may do what with an application. Each docstring states the rule.

Område: Søknader.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.log.perms import can_do_casework

from .models import Application, Disqualification

if TYPE_CHECKING:
    from accounts.enums import RoleKind
    from accounts.models import User


def can_take_case(user: User, application: Application) -> bool:
    """Caseworkers may take a case unless disqualified (inhabil) in it (fvl. § 8).

    Rett: Ta en sak (ikke inhabil).
    """
    return can_do_casework(user) and not is_disqualified(user, application)


def is_disqualified(user: User, application: Application) -> bool:
    """Whether the user has declared a conflict of interest (inhabilitet) in it (fvl. § 6)."""
    return Disqualification.objects.filter(application=application, user=user).exists()


def who_may_work(application: Application, kinds: list[RoleKind], on: date) -> QuerySet[User]:
    """Active users with one of the roles on the date who may see the person, and are not
    disqualified in the case; by name."""
    from accounts.models import Role, User

    roles = Role.objects.filter(period__contains=on)
    users = User.objects.filter(is_active=True, pk__in=roles.filter(kind__in=kinds).values("user"))
    if application.person.needs_protected_access:
        users = users.filter(pk__in=roles.filter(protected_access=True).values("user"))
    if application.person.needs_shielded_access:
        users = users.filter(pk__in=roles.filter(shielded_access=True).values("user"))
    return (
        users.exclude(
            pk__in=Disqualification.objects.filter(application=application).values("user")
        )
    ).order_by("full_name", "pk")
