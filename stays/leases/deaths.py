"""Where somebody who has died lived: stays end, the estate keeps the lease, or another takes it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.events import record
from casework.persons.actions.deaths import Aftermath, DeathRefused, EndOfLease
from common.calendar import ONE_DAY, add_months
from stays.enums import RENTED, RiskOutcome, StayEvent
from stays.models import Lease, Stay, TenancyRisk

from .takeover import taken_over


def last_day_of_notice(died_on: date) -> date:
    """The last day of the estate's notice: months to the end of a month (husll. § 9-6)."""
    months = settings_table.value("tenancy_termination_months", died_on)
    return add_months(died_on.replace(day=1), months + 1) - timedelta(days=1)


def homes_of(person, on: date):
    """The stays in a rented home that go on after the day: what the estate, or a member of the
    household, must answer for."""
    return (
        Stay.objects.filter(person=person, kind__in=RENTED)
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=on))
        .select_related("unit__property")
        .order_by("pk")
    )


def end_stays(aftermath: Aftermath) -> None:
    """End each stay on the day of the death; a rented home as it was answered."""
    stays = list(
        Stay.objects.select_for_update(of=("self",), no_key=True)
        .filter(person=aftermath.person)
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=aftermath.died_on))
        .order_by("pk")
    )
    leases = {
        lease.stay_id: lease
        for lease in Lease.objects.select_for_update(of=("self",), no_key=True)
        .filter(stay__in=stays)
        .order_by("pk")
    }
    for stay in stays:
        lease = leases.get(stay.pk)
        if stay.kind in RENTED:
            end = aftermath.leases.get(stay.pk)
            if end is None or not (end.last_day or end.successor):
                raise DeathRefused(_("Skriv når leieforholdet slutter, eller hvem som overtar."))
            _end_home(aftermath, stay, lease, end)
        elif stay.period.lower > aftermath.died_on and not stay.renewals.exists():
            aftermath.remove(stay)
        else:
            aftermath.change(
                stay, period=aftermath.ends(stay.period.lower), end_reason=aftermath.why
            )


def _end_home(aftermath: Aftermath, stay: Stay, lease: Lease | None, end: EndOfLease) -> None:
    risks = TenancyRisk.objects.select_for_update(of=("self",), no_key=True)
    for risk in risks.open().filter(lease=lease).order_by("pk") if lease else ():
        aftermath.change(
            risk,
            outcome=RiskOutcome.LOST,
            closed_at=aftermath.at,
            closed_by=aftermath.by,
        )
    if end.successor is None:
        if end.last_day < max(aftermath.died_on, stay.period.lower):
            raise DeathRefused(
                _("Leieforholdet kan ikke slutte før dødsfallet, eller før det begynte."),
                f"last_day_{stay.pk}",
            )
        period = DateRange(stay.period.lower, end.last_day + ONE_DAY)
        aftermath.change(stay, period=period, end_reason=_("Leietakeren døde. Boet sa opp."))
        return
    period = aftermath.ends(stay.period.lower)
    aftermath.change(
        stay, period=period, end_reason=_("Leietakeren døde. En i husstanden overtok.")
    )
    rows = taken_over(stay, end.successor, period.upper, by=aftermath.by, at=aftermath.at)
    for row in rows:
        aftermath.add(row)
    record(
        end.successor,
        StayEvent.LEASE_AGREED,
        _("Trådte inn i leieavtalen etter en i husstanden som er død (husll. § 8-2)."),
        by=aftermath.by,
        at=aftermath.at,
    )
