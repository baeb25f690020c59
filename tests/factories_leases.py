"""Factories for leases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import factory

from allocation import models as allocation
from stays import models as stays
from stays.enums import RiskCause, RiskOutcome, StepKind
from tests import factories as f


class RiskFactory(f.Factory):
    """Rent arrears, with a plan from yesterday and a review in a month."""

    class Meta:
        model = stays.TenancyRisk

    class Params:
        closed = factory.Trait(
            outcome=RiskOutcome.KEPT,
            closed_at=factory.LazyFunction(f.now),
            closed_by=factory.SelfAttribute("responsible"),
        )

    lease = factory.SubFactory(f.LeaseFactory)
    cause = RiskCause.ARREARS
    what = "To måneders husleie er ikke betalt."
    amount = 16000
    responsible = factory.SubFactory(f.UserFactory, caseworker=True)
    plan = "Fast trekk fra trygden, og samtale hver fjortende dag."
    review_on = factory.LazyFunction(lambda: f.today() + timedelta(days=30))
    opened_at = factory.LazyFunction(lambda: f.now() - timedelta(days=1))
    opened_by = factory.SelfAttribute("responsible")


class StepFactory(f.Factory):
    class Meta:
        model = stays.TenancyStep

    lease = factory.SubFactory(f.LeaseFactory)
    kind = StepKind.WARNING
    on = factory.LazyFunction(lambda: f.days_ago(3))
    logged_at = factory.LazyFunction(f.now)
    logged_by = factory.SubFactory(f.UserFactory, caseworker=True)


class PriceIndexFactory(f.Factory):
    class Meta:
        model = stays.PriceIndex

    month = factory.LazyFunction(lambda: f.today().replace(day=1))
    value = Decimal("140.0")
    entered_at = factory.LazyFunction(f.now)
    entered_by = factory.SubFactory(f.UserFactory, caseworker=True)


class AdjustmentFactory(f.Factory):
    """A new rent from a month after yesterday's notice."""

    class Meta:
        model = stays.RentAdjustment

    lease = factory.SubFactory(f.LeaseFactory, days_ago=500)
    old_rent = 8000
    new_rent = 8200
    from_index = factory.SubFactory(
        PriceIndexFactory, month=factory.LazyFunction(lambda: f.days_ago(500).replace(day=1))
    )
    to_index = factory.SubFactory(PriceIndexFactory, value=Decimal("143.5"))
    notified_on = factory.LazyFunction(lambda: f.days_ago(1))
    effective_on = factory.LazyFunction(lambda: f.today() + timedelta(days=31))
    letter = factory.SubFactory(f.LetterFactory)
    adjusted_at = factory.LazyFunction(f.now)
    adjusted_by = factory.SubFactory(f.UserFactory, caseworker=True)


class LeaseRenewalFactory(f.Factory):
    """The lease goes on for three years more."""

    class Meta:
        model = stays.LeaseRenewal

    lease = factory.SubFactory(f.LeaseFactory, days_ago=1000)
    application = factory.LazyAttribute(
        lambda o: f.ApplicationFactory(person=o.lease.stay.person, kind="forlengelse")
    )
    old_expires_on = factory.LazyAttribute(lambda o: o.lease.expires_on)
    expires_on = factory.LazyAttribute(lambda o: o.old_expires_on + timedelta(days=3 * 365))
    shortest_until = factory.SelfAttribute("expires_on")
    prolonged_at = factory.LazyFunction(f.now)
    prolonged_by = factory.SubFactory(f.UserFactory, caseworker=True)


class ReservationFactory(f.Factory):
    """Reserved for a person discharged in three weeks, until a week after that."""

    class Meta:
        model = allocation.Reservation

    unit = factory.SubFactory(f.UnitFactory)
    application = factory.SubFactory(f.ApplicationFactory, granted=True)
    moves_in_on = factory.LazyFunction(lambda: f.today() + timedelta(days=21))
    period = factory.LazyAttribute(
        lambda o: f.since(f.days_ago(1), o.moves_in_on + timedelta(days=8))
    )
    reason = "Skal skrives ut, og har ingen bolig."
    reserved_at = factory.LazyFunction(f.now)
    reserved_by = factory.SubFactory(f.UserFactory, caseworker=True)
