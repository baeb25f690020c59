"""What users hold (cases, flags, tasks …), and handing it over when they leave or change.

Each app registers what its users hold, in its `AppConfig.ready()`:

    leaving.register(Holding(key="cases", label=_("Saker"), rows=own_cases, …))

The system administrator sees only the numbers: none of the names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.calendar import local_date
from common.errors import RuleBroken
from common.jobs import NIGHT, JobResult

from .enums import RoleKind
from .models import Departure, Role, User

if TYPE_CHECKING:
    from django.utils.functional import Promise


LOOKS_BACK, LOOKS_AHEAD = 365, 30  # days
LAST_ROLE = gettext_lazy(
    "Dette er den siste rollen. Velg hvem som overtar det brukeren har ansvar for."
)


class HandOverRefused(RuleBroken):
    """The work cannot be handed over like this."""

    field = "receiver"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A kind of thing users hold. `rows(user)` is what the user has to do with now, and
    `for_receiver(rows, user)` those of them that user may take: whom they may see, and where the
    law wants another (four eyes). `field` names the user; `also(row)` gives more fields to set.
    `tell(row, …)` records it where users look for it. A receiver needs one of `roles`. `place` is
    the order the kinds are locked in (docs/adr/0006).
    """

    key: str
    label: str | Promise
    rows: Callable[[User], models.QuerySet]
    field: str
    roles: tuple[RoleKind, ...]
    place: int
    for_receiver: Callable[[models.QuerySet, User], models.QuerySet] = lambda rows, user: (
        rows.visible_to(user)
    )
    also: Callable[[models.Model, User], dict[str, Any]] = lambda row, user: {}
    tell: Callable[..., object] | None = None


_holdings: dict[str, Holding] = {}


def register(*holdings: Holding) -> None:
    """Register kinds of things users hold."""
    _holdings.update({holding.key: holding for holding in holdings})
    ordered = sorted(_holdings.values(), key=lambda holding: holding.place)
    _holdings.clear()
    _holdings.update({holding.key: holding for holding in ordered})


def held_by(user: User) -> list[tuple[str, int]]:
    """What the user holds: «Saker», 12. Only what there is any of. One query a kind."""
    counts = [(str(h.label), h.rows(user).count()) for h in _holdings.values()]
    return [(label, number) for label, number in counts if number]


def has_role_after(user: User, on: date, *, without: Role | None = None) -> bool:
    """Whether the user has a role from the day on, now or planned, `without` counting."""
    roles = user.roles.exclude(pk=without.pk) if without else user.roles.all()
    return roles.filter(
        models.Q(period__upper_inf=True) | models.Q(period__endswith__gt=on)
    ).exists()


def receivers(user: User, on: date) -> models.QuerySet[User]:
    """Who may take over from the user: those active with a role of the same kind on the date."""
    kinds = user.roles.values_list("kind", flat=True)
    working = Role.objects.filter(period__contains=on, kind__in=set(kinds))
    return (
        User.objects.filter(is_active=True, pk__in=working.values("user"))
        .exclude(pk=user.pk)
        .order_by("full_name", "pk")
    )


def leavers(on: date) -> list[tuple[User, date, list[tuple[str, int]]]]:
    """Users whose last role ends within a month, or has ended within a year, and who still hold
    something: with the first day without a role, and what they hold."""
    last = models.Max(
        Coalesce(
            models.Func(
                models.F("roles__period"), function="upper", output_field=models.DateField()
            ),
            date.max,
        )
    )
    ending = User.objects.annotate(out=last).filter(
        out__range=(on - timedelta(days=LOOKS_BACK), on + timedelta(days=LOOKS_AHEAD))
    )
    found = [(user, user.out, held_by(user)) for user in ending.order_by("out", "pk")]
    return [row for row in found if row[2]]


@transaction.atomic
def plan_departure(*, user: User, receiver: User, on: date, by: User, at: datetime) -> Departure:
    """Hand over what the user holds on `on`, the first day without a role; at once if it is here.

    A plan not yet carried out is replaced. Raises `HandOverRefused`.
    """
    today = local_date(at)
    if not receivers(user, today).filter(pk=receiver.pk).exists():
        raise HandOverRefused(_("Velg en som har en rolle i dag."))
    Departure.objects.filter(user=user, moved_on__isnull=True).delete()
    departure = Departure.objects.create(
        user=user, receiver=receiver, on=on, planned_at=at, planned_by=by
    )
    if on <= today:
        hand_over(departure, on=today, at=at)
    return departure


@transaction.atomic
def hand_over(departure: Departure, *, on: date, at: datetime) -> Departure:
    """Move everything the receiver may take, in one transaction. What is left shows on the page
    of the user. The trace: the numbers here, each row's own history, and the person's timeline.
    """
    user, receiver = departure.user, departure.receiver
    kinds = {role.kind for role in receiver.roles_on(on)}
    seen = User.objects.get(pk=receiver.pk)
    seen.current_roles = receiver.roles_on(on)
    moved: dict[str, int] = {}
    for holding in _holdings.values():
        if not kinds & set(holding.roles):
            continue
        rows = holding.for_receiver(holding.rows(user), seen)
        keys = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
        model = rows.model
        locked = model._base_manager.select_for_update(of=("self",), no_key=True)
        for row in locked.filter(pk__in=keys).order_by("pk"):
            facts = {holding.field: receiver, **holding.also(row, user)}
            for name, value in facts.items():
                setattr(row, name, value)
            row._history_user = departure.planned_by
            row.save(update_fields=list(facts))
            if holding.tell:
                holding.tell(row, user=user, receiver=receiver, by=departure.planned_by, at=at)
            moved[holding.key] = moved.get(holding.key, 0) + 1
    departure.moved_on, departure.moved = on, moved
    departure.save(update_fields=["moved_on", "moved"])
    return departure


def moved_words(departure: Departure) -> list[tuple[str, int]]:
    """What was moved, in words and numbers."""
    return [
        (str(_holdings[key].label) if key in _holdings else key, number)
        for key, number in departure.moved.items()
    ]


def hand_over_due(on: date) -> JobResult:
    """Carry out the planned departures whose day has come. One whose user has a role again, or
    whose receiver has none, waits. Safe to run twice, and for any date."""
    at = datetime.combine(on, NIGHT, tzinfo=get_default_timezone())
    due = Departure.objects.filter(moved_on__isnull=True, on__lte=on)
    count = 0
    for departure in due.select_related("user", "receiver", "planned_by").order_by("pk"):
        if departure.user.roles_on(on) or not departure.receiver.roles_on(on):
            continue
        hand_over(departure, on=on, at=at)
        count += 1
    return JobResult(raised=count)
