"""What is done with users, roles and the municipality's numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from common.errors import RuleBroken

from .models import OrganisationUnit, Role, Setting, User
from .settings_table import KEYS


class OwnAdministration(RuleBroken):
    """Nobody takes the administration from themselves, or there may be none left to give it."""


class RoleAlreadyOver(RuleBroken):
    """A role that is over is a fact, and is not ended again."""


class ChangeInThePast(RuleBroken):
    """A number applies from a date on; what was decided under the old one stands."""

    field = "start"


@transaction.atomic
def add_user(*, username: str, full_name: str, email: str, by: User) -> User:
    """Make a user without a role and without a password.

    They choose the password from a link sent to them, or sign in through the municipality.
    """
    user = User(username=username, full_name=full_name, email=email)
    user.set_unusable_password()
    user.save()
    return user


@transaction.atomic
def give_role(
    *,
    user: User,
    unit: OrganisationUnit,
    kind: str,
    period: DateRange,
    protected_access: bool,
    shielded_access: bool,
    by: User,
) -> Role:
    """Make the user something at the unit for the period.

    IntegrityError when they already are (`role_once_at_a_time`), or when it would let a system
    administrator see protected people (`role_admin_sees_no_persons`).
    """
    return Role.objects.create(
        user=user,
        unit=unit,
        kind=kind,
        period=period,
        protected_access=protected_access,
        shielded_access=shielded_access,
    )


@transaction.atomic
def end_role(*, role: Role, last_day: date, first_day_after: date, by: User, on: date) -> None:
    """Let the role's last day be `last_day`; it was never held when that is before it began.

    Raises RoleAlreadyOver, or OwnAdministration when the user ends their own administration.
    """
    # Locked, so that two who end it at once do not both read it as open.
    role = Role.objects.select_for_update(of=("self",), no_key=True).get(pk=role.pk)
    if role.period.upper and role.period.upper <= on:
        raise RoleAlreadyOver(_("Rollen er allerede avsluttet."))
    if role.user_id == by.pk and role.kind == "systemadministrator":
        raise OwnAdministration(
            _("Du kan ikke avslutte din egen rolle som systemadministrator. Be en annen gjøre det.")
        )
    if last_day < role.period.lower:
        raise RuleBroken(_("Siste dag kan ikke være før rollen begynte."))
    role.period = DateRange(role.period.lower, first_day_after)
    role.save()


@transaction.atomic
def change_setting(*, key: str, value: Any, start: date, by: User, on: date) -> Setting:
    """Let the key have the value from `start` on; what applied before keeps its dates.

    Raises ChangeInThePast when `start` is before `on`. A change planned for the same day or later
    is replaced.
    """
    if key not in KEYS:
        raise KeyError(key)
    if start < on:
        raise ChangeInThePast(_("Velg i dag eller en senere dato. Det som har vært, endres ikke."))
    # Locked, so that two changes of the same key take turns.
    locked = Setting.objects.select_for_update(of=("self",), no_key=True)
    rows = list(locked.filter(key=key).order_by("pk"))
    for row in rows:
        if row.valid.lower and row.valid.lower >= start:
            row.delete()
        elif row.valid.upper is None or row.valid.upper > start:
            row.valid = DateRange(row.valid.lower, start)
            row.save()
    return Setting.objects.create(key=key, value=value, valid=DateRange(start, None))
