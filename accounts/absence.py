"""Absence: a stand-in sees the absent user's Min dag, gets their mail, and may act."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.errors import RuleBroken

from .leaving import receivers
from .models import Absence, User

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
    if not receivers(user, period.lower).filter(pk=stand_in.pk).exists():
        raise AbsenceRefused(_("Velg en som har samme slags rolle i perioden."), "stand_in")
    if Absence.objects.filter(user=stand_in, period__overlap=period).exists():
        raise AbsenceRefused(_("Stedfortrederen er selv borte i perioden."), "stand_in")
    absence = Absence(
        user=user, stand_in=stand_in, period=period, registered_at=at, registered_by=by
    )
    absence._history_user = by
    absence.save()
    return absence


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
    """The stand-in of each user who is away on the date, by the user's id."""
    rows = Absence.objects.filter(period__contains=on).select_related("stand_in")
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
