"""Who may do what in casework. Each function says it in prose."""

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
    """Who does casework takes cases, unless inhabil in the case (fvl. § 8)."""
    return can_do_casework(user) and not is_disqualified(user, application)


def is_disqualified(user: User, application: Application) -> bool:
    """The user has declared inhabilitet in this case (fvl. § 6)."""
    return Disqualification.objects.filter(application=application, user=user).exists()


def who_may_work(application: Application, kinds: list[RoleKind], on: date) -> QuerySet[User]:
    from accounts.models import Role, User

    roles = Role.objects.filter(period__contains=on)
    found = User.objects.filter(is_active=True, pk__in=roles.filter(kind__in=kinds).values("user"))
    if application.person.is_protected:
        found = found.filter(pk__in=roles.filter(protected_access=True).values("user"))
    if application.person.shielded:
        found = found.filter(pk__in=roles.filter(shielded_access=True).values("user"))
    return (
        found.exclude(
            pk__in=Disqualification.objects.filter(application=application).values("user")
        )
    ).order_by("full_name", "pk")
