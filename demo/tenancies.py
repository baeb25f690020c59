"""Events around leases: tenancies at risk, the price index, a reserved home."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.models import User
from allocation import vacancy
from allocation.actions.reservations import reserve
from casework.log.enums import ApplicationState, Protection
from casework.models import Application
from common.calendar import add_months
from housing.enums import TEMPORARY_TYPES
from stays.enums import Readiness, RiskCause, StepKind
from stays.leases import actions
from stays.leases.models import Lease

from .lives import at

AT_RISK = (
    (
        RiskCause.ARREARS,
        "Husleien for september og oktober er ikke betalt.",
        16400,
        "Fast trekk av husleien fra trygden fra januar. Samtale hver fjortende dag om økonomi.",
        "Jeg visste ikke hvem jeg skulle ringe da trygden stoppet.",
        StepKind.WARNING,
    ),
    (
        RiskCause.COMPLAINT,
        "Tre klager på støy om natta siden sommeren.",
        None,
        "Samtale med naboene sammen med miljøarbeider. Besøk tirsdag og fredag kveld.",
        "Det er kameratene mine som bråker. Jeg vil ha ro jeg også.",
        StepKind.CONTACT,
    ),
)


def add(today: date) -> None:
    """Add two tenancies with a plan, one move-in, and a home reserved for a discharge."""
    moment = at(today, 9)
    ingrid = User.objects.get(username="ingrid")
    leases = list(
        Lease.objects.current(today)
        .filter(stay__person__protection=Protection.NONE, stay__person__shielded=False)
        .select_related("stay__person")
        .order_by("-starts_on", "pk")[:40]
    )
    for lease, (cause, what, amount, plan, view, step) in zip(leases[8:], AT_RISK, strict=False):
        if lease.starts_on < today - timedelta(days=12):
            actions.take_step(
                lease=lease,
                kind=step,
                on=today - timedelta(days=9),
                due_on=None,
                note="",
                by=ingrid,
                at=moment,
            )
        actions.put_at_risk(
            lease=lease,
            cause=cause,
            what=what,
            amount=amount,
            responsible=ingrid,
            plan=plan,
            person_view=view,
            review_on=today + timedelta(days=21),
            by=ingrid,
            at=moment,
        )
    for kind, done in ((Readiness.VIEWING, True), (Readiness.KEYS, True), (Readiness.POWER, False)):
        actions.save_readiness(
            lease=leases[0],
            kind=kind,
            helper="Miljøarbeider Eli Moe",
            due_on=None if done else today + timedelta(days=3),
            not_needed="",
            done=done,
            by=ingrid,
            at=moment,
        )
    _index(today, ingrid, moment)
    _reserved(today, ingrid, moment)


def _index(today: date, by: User, moment: datetime) -> None:
    """Add made-up index numbers that rise a little each month."""
    month, value = today.replace(day=1), Decimal("139.2")
    for back in range(72):
        earlier = add_months(month, -back)
        actions.enter_index(month=earlier, value=value - back * Decimal("0.3"), by=by, at=moment)


def _reserved(today: date, by: User, moment: datetime) -> None:
    """Reserve a home for a person who leaves an institution within two months."""
    application = (
        Application.objects.filter(
            person__stays__planned_out__gt=today + timedelta(days=10),
            person__stays__planned_out__lt=today + timedelta(days=60),
            person__stays__period__contains=today,
            person__protection=Protection.NONE,
            state=ApplicationState.DECIDED,
        )
        .exclude(person__last_name="Brekkås")
        .order_by("person__stays__planned_out", "pk")
        .first()
    )
    home = vacancy.vacant_units(today).exclude(type__in=TEMPORARY_TYPES).last()
    if application is None or home is None:
        return
    leaves_on = application.person.stays.filter(planned_out__gt=today).values_list(
        "planned_out", flat=True
    )[0]
    reserve(
        application=application,
        unit=home,
        moves_in_on=leaves_on,
        until=leaves_on + timedelta(days=7),
        reason="Skal ut, og har ingen bolig å komme til.",
        by=by,
        at=moment,
    )
