"""Changes to users, roles and the municipality's settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.lawful import check_lawful
from common.locking import locked

from . import absence, leaving
from .access.events import record
from .enums import AccessEventKind, RoleKind
from .models import Municipality, OrganisationUnit, Role, Setting, User
from .settings_table import KEYS


class OwnAdministration(RuleBroken):
    """Users may not end their own role as system administrator, or nobody may be left."""


class RoleAlreadyOver(RuleBroken):
    """A role that has ended cannot be ended again."""


class ChangeInThePast(RuleBroken):
    """A setting cannot change back in time: decisions were made with the old value."""

    field = "start"


@transaction.atomic
def add_user(*, username: str, full_name: str, email: str, by: User) -> User:
    """Create a user without a role and without a password.

    They set a password from a link sent to them, or sign in through the municipality.
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
    at: datetime,
) -> Role:
    """Give the user a role that opens no persons, at the unit for the half-open period.

    Raises IntegrityError when they already have it (`role_once_at_a_time`), when somebody must
    confirm it (`role_is_confirmed`, see `access.actions.propose_role`), or when a system
    administrator would see persons (`role_admin_opens_nobody`, `role_admin_sees_no_persons`).
    """
    role = Role.objects.create(
        user=user,
        unit=unit,
        kind=kind,
        period=period,
        protected_access=protected_access,
        shielded_access=shielded_access,
    )
    record(AccessEventKind.GIVEN, user=user, role=role, by=by, at=at)
    return role


@transaction.atomic
def save_profile(*, user: User, seen: int | None = None) -> User:
    """Save the user's own profile. Raises `Overwritten` when it has changed since `seen`."""
    if seen is not None:
        # Locked, so that of two windows the second is told.
        locked(User.objects.all(), user.pk)
        check_seen(user, seen)
    user.save()
    return user


@transaction.atomic
def end_role(
    *,
    role: Role,
    last_day: date,
    first_day_after: date,
    by: User,
    at: datetime,
    receiver: User | None = None,
    stand_in: User | None = None,
    at_once: bool = False,
    seen: int | None = None,
) -> None:
    """End the role after `last_day`; `at_once` also one that began today, or has not begun.

    When it is the user's last one and they hold something, it is handed over to `receiver`: now,
    or on the first day without a role. Where they stand in for somebody in this role, `stand_in`
    does so from then.

    Raises RoleAlreadyOver, OwnAdministration when users end their own administration,
    HandOverRefused without a receiver who is needed or with one who is not, AbsenceRefused without
    a `stand_in` who is needed, or RuleBroken when `last_day` is before the role began or would
    make it longer: that takes a new role, and perhaps somebody who confirms it.
    """
    on = local_date(at)
    # Locked, so that only one of two users who end it at once succeeds.
    role = locked(Role.objects.all(), role.pk)
    check_seen(role, seen)
    if role.period.upper and role.period.upper <= on:
        raise RoleAlreadyOver(_("Rollen er allerede avsluttet."))
    if role.user_id == by.pk and role.kind == RoleKind.SYSTEM_ADMIN:
        raise OwnAdministration(
            _("Du kan ikke avslutte din egen rolle som systemadministrator. Be en annen gjøre det.")
        )
    never_was = at_once and role.period.lower >= on
    if last_day < role.period.lower and not never_was:
        raise RuleBroken(_("Siste dag kan ikke være før rollen begynte."))
    if role.period.upper and first_day_after > role.period.upper:
        raise RuleBroken(_("Rollen varer ikke så lenge. Gi en ny rolle for tiden etter."))
    user, key = role.user, role.pk
    if never_was:
        role._history_user = by
        role.delete()
        role.pk = key
    else:
        role.period = DateRange(role.period.lower, first_day_after)
        role.save()
    record(AccessEventKind.ENDED, user=user, role=role, by=by, at=at)
    absence.replace_stand_in(
        user=user, role=role, stand_in=stand_in, on=max(first_day_after, on), by=by, at=at
    )
    if leaving.has_role_after(user, max(first_day_after, on), without=role):
        if receiver is not None:
            raise leaving.HandOverRefused(
                _(
                    "Brukeren har en annen rolle etter siste dag, så ingenting overføres. La feltet"
                    " stå tomt, eller velg «Overfør alt til en annen» på brukerens side."
                )
            )
        return
    if receiver is None and leaving.held_by(user):
        raise leaving.HandOverRefused(str(leaving.LAST_ROLE))
    if receiver is not None:
        leaving.plan_departure(
            user=user, receiver=receiver, on=max(first_day_after, on), by=by, at=at
        )


@transaction.atomic
def change_setting(
    *,
    key: str,
    value: Any,
    start: date,
    by: User,
    on: date,
    reason: str = "",
    seen: int | None = None,
) -> Setting:
    """Give the key a value from `start` on; the earlier value applies until then.

    Changes planned for `start` or later are replaced. A value outside the bound of the law needs a
    `reason`, which is kept in the history. Raises `OutsideLaw` without one, ChangeInThePast when
    `start` is before `on`, `Overwritten` when it has changed since `seen`, and KeyError for an
    unknown key.
    """
    key_rules = KEYS[key]
    law = str(key_rules.bound.law) if key_rules.bound else ""
    why = check_lawful(key_rules.against(value), law, reason)
    if start < on:
        raise ChangeInThePast(_("Velg i dag eller en senere dato. Det som har vært, endres ikke."))
    # Locked, so that two changes of the same key run one after the other.
    locked = Setting.objects.select_for_update(of=("self",), no_key=True)
    rows = list(locked.filter(key=key).order_by("pk"))
    check_seen(Setting.history.filter(key=key), seen)
    for row in rows:
        row._history_user = by
        if row.valid.lower and row.valid.lower >= start:
            row.delete()
        elif row.valid.upper is None or row.valid.upper > start:
            row.valid = DateRange(row.valid.lower, start)
            row.save()
    row = Setting(key=key, value=value, valid=DateRange(start, None))
    row._history_user, row._change_reason = by, why
    row.save()
    return row


@transaction.atomic
def save_municipality(*, seen: int | None = None, by: User, **facts: Any) -> Municipality:
    """Change the municipality's name, number, address, phone and hours, in letters from now on.

    Raises `Overwritten` when somebody has changed it since `seen`.
    """
    # Locked, so that of two who change it at once the second is told.
    row = locked(Municipality.objects.all(), 1)
    check_seen(row, seen)
    return _save(row, facts, by)


@transaction.atomic
def save_unit(
    *, unit: OrganisationUnit | None, seen: int | None = None, by: User, **facts: Any
) -> OrganisationUnit:
    """Make a unit, or change one: its name, kind, address, phone and hours, in letters from now on.

    Raises IntegrityError when another unit has the name, and `Overwritten` when somebody has
    changed it since `seen`.
    """
    if unit is None:
        return _save(OrganisationUnit(), facts, by)
    # Locked, so that of two who change it at once the second is told.
    row = locked(OrganisationUnit.objects.all(), unit.pk)
    check_seen(row, seen)
    return _save(row, facts, by)


def _save(row: Any, facts: dict[str, Any], by: User) -> Any:
    for name, fact in facts.items():
        setattr(row, name, fact)
    row._history_user = by
    row.save()
    return row
