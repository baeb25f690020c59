"""Where somebody who has died lived: stays end, the estate keeps the lease, or another takes it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.enums import LivingArrangement, MemberRelation
from casework.models import Death, HouseholdMember
from casework.persons.actions.deaths import Aftermath, DeathRefused, EndOfLease
from casework.persons.children import is_child_member
from common.calendar import ONE_DAY, add_months, local_date
from stays import availability
from stays.actions import lock_homes
from stays.enums import RENTED, SLEEPS, RiskOutcome, StayKind
from stays.models import Lease, Stay, TenancyRisk

from .cancelling import parts_of
from .takeover import record_taken_over, taken_over

if TYPE_CHECKING:
    from casework.models import Person


def last_day_of_notice(died_on: date) -> date:
    """The last day of the estate's notice: months to the end of a month (husll. § 9-6)."""
    months = settings_table.lawful_value("tenancy_termination_months", died_on)
    return add_months(died_on.replace(day=1), months + 1) - timedelta(days=1)


def rented_homes_of(person: Person, on: date) -> QuerySet[Stay]:
    """The stays in a rented home that have begun and go on after the day: what the estate, or a
    member of the household, must answer for."""
    return (
        Stay.objects.filter(person=person, kind__in=RENTED, period__startswith__lte=on)
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=on))
        .select_related("unit__property")
        .order_by("pk")
    )


def lock_homes_again(death: Death) -> None:
    """Lock the homes of the stays that the death ended, before it is undone: who offers one waits,
    and then sees the stay."""
    stays = [change for change in death.changed if change["model"] == Stay._meta.label_lower]
    homes = Stay.objects.filter(pk__in=[change["pk"] for change in stays]).values_list("unit_id")
    removed = [(change["before"] or {}).get("unit") for change in stays]
    lock_homes(*(pk for (pk,) in homes), *(int(pk) for pk in removed if pk))


def promised_since(person: Person, on: date) -> str:
    """Which homes the person lives in that are offered to, chosen or held for somebody else."""
    stays = Stay.objects.filter(person=person, unit__isnull=False)
    stays = stays.filter(Q(period__upper_inf=True) | Q(period__endswith__gt=on))
    found = (
        availability.promised(stay.unit, stay.period, person, on)
        for stay in stays.select_related("unit__property").order_by("pk")
    )
    return " ".join(filter(None, found))


def end_stays(aftermath: Aftermath) -> None:
    """End each stay on the day of the death; a rented home as it was answered.

    A rented home that has been left since stays as it was left. What had not begun never does.
    Those who lived there too go on in a place that nobody rents.
    """
    today = local_date(aftermath.at)
    successors = {end.successor for end in aftermath.leases.values() if end.successor}
    locked = list(
        Stay.objects.select_for_update(of=("self",), no_key=True)
        .filter(person__in=[aftermath.person, *successors])
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=aftermath.died_on))
        .order_by("pk")
    )
    stays = [stay for stay in locked if stay.person_id == aftermath.person.pk]
    leases = {
        lease.stay_id: lease
        for lease in Lease.objects.select_for_update(of=("self",), no_key=True)
        .filter(stay__in=stays)
        .order_by("pk")
    }
    for stay in stays:
        lease = leases.get(stay.pk)
        if stay.period.lower > aftermath.died_on:
            _remove(aftermath, stay, lease)
        elif stay.kind in RENTED:
            if stay.period.upper and stay.period.upper <= today:
                continue
            end = aftermath.leases.get(stay.pk)
            if end is None or not (end.last_day or end.successor):
                raise DeathRefused(_("Skriv når leieforholdet slutter, eller hvem som overtar."))
            _end_home(aftermath, stay, lease, end)
            if end.successor:
                slept = [other for other in locked if other.person_id == end.successor.pk]
                _leave(aftermath, slept, stay.period.upper)
        else:
            until = stay.period.upper
            aftermath.change(
                stay, period=aftermath.ends(stay.period.lower), end_reason=aftermath.why
            )
            left = _left_there(stay) if stay.kind != StayKind.INSTITUTION else None
            if left:
                _hand_on(aftermath, stay, left, until, _("En i husstanden er død."))


def _remove(aftermath: Aftermath, stay: Stay, lease: Lease | None) -> None:
    """A place the person was to move into: it, and all that hangs on it, is taken away. The offer
    has let go of the lease by now (see `Phase`)."""
    hanging = [stay.renewals]
    if lease:
        hanging += parts_of(lease)
    for rows in hanging:
        for row in rows.order_by("pk"):
            aftermath.remove(row)
    if lease:
        aftermath.remove(lease)
    aftermath.remove(stay)


def _left_there(stay: Stay) -> Person | None:
    """Who is left in the place: the head of the household, the partner, or its oldest adult, of
    those who have no other place."""
    on = stay.period.upper
    elsewhere = Stay.objects.filter(
        person=OuterRef("person"), period__contains=on, unsafe=False
    ).exclude(kind=StayKind.INSTITUTION)
    members = (
        HouseholdMember.objects.filter(
            ~Exists(elsewhere),
            household__members__in=HouseholdMember.objects.filter(
                person=stay.person_id, period__contains=on - ONE_DAY
            ),
            period__contains=on,
        )
        .exclude(person__in=Death.objects.in_force().values("person"))
        .exclude(person=stay.person_id)
        .exclude(living=LivingArrangement.VISITING)
        .select_related("person")
    )
    adults = [member for member in members if not is_child_member(member, on)]
    order = [MemberRelation.SELF, MemberRelation.PARTNER]
    first = min(
        adults,
        key=lambda member: (
            order.index(member.relation) if member.relation in order else len(order),
            member.person.birth_date or date.max,
            member.person_id,
        ),
        default=None,
    )
    return first and first.person


def _hand_on(
    aftermath: Aftermath, stay: Stay, successor: Person, until: date | None, why: str
) -> None:
    since = stay.period.upper
    for row in taken_over(stay, successor, since, until=until, by=aftermath.by, at=aftermath.at):
        aftermath.add(row)
    record_taken_over(stay, successor, since, why, by=aftermath.by, at=aftermath.at)


def _end_home(aftermath: Aftermath, stay: Stay, lease: Lease | None, end: EndOfLease) -> None:
    if end.successor is None:
        _close_risks(aftermath, lease, RiskOutcome.LOST)
        if end.last_day < max(aftermath.died_on, stay.period.lower):
            raise DeathRefused(
                _("Leieforholdet kan ikke slutte før dødsfallet, eller før det begynte."),
                f"last_day_{stay.pk}",
            )
        period = DateRange(stay.period.lower, end.last_day + ONE_DAY)
        aftermath.change(stay, period=period, end_reason=_("Leietakeren døde. Boet sa opp."))
        return
    until = stay.period.upper
    aftermath.change(
        stay,
        period=aftermath.ends(stay.period.lower),
        end_reason=_("Leietakeren døde. En i husstanden overtok."),
    )
    why = _("Trådte inn i leieavtalen etter en i husstanden som er død (husll. § 8-2).")
    _hand_on(aftermath, stay, end.successor, until, why)
    _close_risks(aftermath, lease, RiskOutcome.KEPT)


def _leave(aftermath: Aftermath, slept: list[Stay], since: date) -> None:
    """Whoever takes over the home no longer sleeps where they did."""
    for other in slept:
        if other.kind in SLEEPS and other.period.lower < since:
            why = _("Flyttet til boligen som ble overtatt")
            aftermath.change(other, period=DateRange(other.period.lower, since), end_reason=why)


def _close_risks(aftermath: Aftermath, lease: Lease | None, outcome: RiskOutcome) -> None:
    risks = TenancyRisk.objects.select_for_update(of=("self",), no_key=True)
    for risk in risks.open().filter(lease=lease).order_by("pk") if lease else ():
        aftermath.change(risk, outcome=outcome, closed_at=aftermath.at, closed_by=aftermath.by)
