"""Absence: a stand-in sees the absent user's Min dag, gets their mail, and may act."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from common.calendar import ONE_DAY, last_day, local_date
from common.errors import RuleBroken
from common.formatting import nbdate

from .leaving import receivers
from .models import Absence, Role, User

if TYPE_CHECKING:
    from django.db.backends.postgresql.psycopg_any import DateRange


class AbsenceRefused(RuleBroken):
    """The absence cannot be registered like this; `field` is the form field."""


@transaction.atomic
def register_absence(
    *, user: User, stand_in: User, period: DateRange, by: User, at: datetime
) -> Absence:
    """Record who stands in for the user in the period. Raises `AbsenceRefused`, and IntegrityError
    (`absence_one_stand_in`) when the period has one already."""
    if period.upper <= local_date(at):
        raise AbsenceRefused(_("Perioden er over."), "period")
    _check_stand_in(user, stand_in, period)
    absence = Absence(
        user=user, stand_in=stand_in, period=period, registered_at=at, registered_by=by
    )
    absence._history_user = by
    absence.save()
    return absence


def _check_stand_in(user: User, stand_in: User, period: DateRange) -> None:
    """Raises `AbsenceRefused` for somebody who is away, or has no such role all the period."""
    if not receivers(user, period.lower).filter(pk=stand_in.pk).exists():
        raise AbsenceRefused(
            _("Velg en som har samme slags rolle som %(name)s i perioden.") % {"name": user},
            "stand_in",
        )
    if not receivers(user, period.upper - ONE_DAY).filter(pk=stand_in.pk).exists():
        raise AbsenceRefused(
            _(
                "Rollen til %(name)s tar slutt før perioden gjør det. Velg en annen, eller en "
                "kortere periode."
            )
            % {"name": stand_in},
            "stand_in",
        )
    if Absence.objects.filter(user=stand_in, period__overlap=period).exists():
        raise AbsenceRefused(_("Stedfortrederen er selv borte i perioden."), "stand_in")


def stands_in_from(user: User, on: date, *, without: Role | None = None) -> list[Absence]:
    """The absences that last past the day in which the user stands in; with `without`, those they
    then have no other role for."""
    rows = Absence.objects.filter(stand_in=user, period__endswith__gt=on).select_related("user")
    found = list(rows.order_by("period", "pk"))
    if without is None:
        return found
    others = user.roles.exclude(pk=without.pk)
    return [
        absence
        for absence in found
        if not others.filter(
            kind__in=absence.user.roles.values("kind"),
            period__contains=max(on, absence.period.lower),
        ).exists()
    ]


@transaction.atomic
def replace_stand_in(
    *, user: User, role: Role, stand_in: User | None, on: date, by: User, at: datetime
) -> None:
    """Somebody else stands in from the day, since the role ends in which the user did.

    An absence that has begun by then is divided, so that it says who stood in when. Raises
    `AbsenceRefused` without another who can.
    """
    for absence in stands_in_from(user, on, without=role):
        if stand_in is None:
            raise AbsenceRefused(
                _("%(name)s er stedfortreder for %(absent)s til og med %(day)s. Velg en annen.")
                % {"name": user, "absent": absence.user, "day": nbdate(last_day(absence.period))},
                "stand_in",
            )
        # Locked, so that the one who is back meanwhile stays back.
        locked = Absence.objects.select_for_update(of=("self",), no_key=True)
        absence = locked.select_related("user").get(pk=absence.pk)
        rest = type(absence.period)(max(on, absence.period.lower), absence.period.upper)
        if rest.lower >= rest.upper:
            continue
        _check_stand_in(absence.user, stand_in, rest)
        absence._history_user = by
        if absence.period.lower >= on:
            absence.stand_in = stand_in
            absence.save(update_fields=["stand_in"])
            continue
        absence.period = type(absence.period)(absence.period.lower, on)
        absence.save(update_fields=["period"])
        following = Absence(
            user=absence.user, stand_in=stand_in, period=rest, registered_at=at, registered_by=by
        )
        following._history_user = by
        following.save()


@transaction.atomic
def end_absence(*, absence: Absence, by: User, at: datetime) -> None:
    """The user is back today. An absence that has not begun is taken away."""
    on = local_date(at)
    absence._history_user = by
    if absence.period.lower >= on:
        absence.delete()
        return
    absence.period = type(absence.period)(absence.period.lower, on)
    absence.save(update_fields=["period"])


def away(on: date) -> dict[int, User]:
    """The stand-in of each user who is away on the date, by the user's id; nobody who has left."""
    rows = Absence.objects.standing(on).select_related("stand_in")
    return {row.user_id: row.stand_in for row in rows.order_by("pk")}


def seen_by(absent: User, stand_in: User) -> User:
    """The absent user as the stand-in may see them: what is theirs to do, for the persons the
    stand-in may see, and with the roles both have."""
    kinds = {role.kind for role in absent.current_roles}
    view = copy(absent)
    view.current_roles = [role for role in stand_in.current_roles if role.kind in kinds]
    view.sees_protected = stand_in.sees_protected
    view.sees_shielded = stand_in.sees_shielded
    return view
