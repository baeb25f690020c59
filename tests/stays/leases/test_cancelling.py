"""A lease that was signed and not begun, or registered wrong: the person waits as before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from allocation import ranking, vacancy
from allocation.enums import OfferState
from allocation.models import Offer
from casework.log.enums import FlagKind
from casework.models import Event, Flag
from housing.models import Unit
from stays.enums import Readiness, StayKind
from stays.leases.actions import agree_lease
from stays.leases.date_flags import flag_dates
from stays.leases.flags import flag_leases
from stays.leases.models import Lease
from stays.models import Stay, TenancyRisk, VoidedStay
from stays.temporary.chains import chain_of
from tests import factories as f
from tests.factories_leases import RiskFactory, StepFactory
from tests.stays.test_correcting import send, typed, url

pytestmark = pytest.mark.django_db


def place(application, on):
    return [entry.application_id for entry in ranking.waiting(on)].index(application.pk)


def status(unit, on):
    return vacancy.with_status(Unit.objects.filter(pk=unit.pk), on).get().status


def let(client, offer, starts_on):
    where = reverse("allocation:lease_new", args=[offer.pk])
    data = {"starts_on": typed(starts_on), "rent": 8000, "deposit_kind": "ingen"}
    assert client.post(where, data).status_code == 302
    return Lease.objects.get()


def test_a_cancelled_contract_leaves_everything_as_it_was(as_caseworker, today):
    others = [f.ApplicationFactory(granted=True) for _ in range(2)]
    room = f.StayFactory(days_ago=100)
    application = f.ApplicationFactory(person=room.person, granted=True)
    others.append(f.ApplicationFactory(granted=True))
    before = place(application, today)
    offer = f.OfferFactory(application=application, accepted=True, available_from=today)
    lease = let(as_caseworker, offer, today + timedelta(days=10))
    room.refresh_from_db()
    assert room.period.upper == today + timedelta(days=10)
    assert application.pk not in [e.application_id for e in ranking.waiting(today)]

    where = url("lease_cancel", lease)
    assert where in as_caseworker.get(url("lease", lease)).text
    answer = send(as_caseworker, where, reason="Personen ombestemte seg.")
    assert answer.url == reverse("desk:person_stays", args=[room.person_id])
    assert not Lease.objects.exists() and not Stay.objects.filter(kind=StayKind.LEASE).exists()
    room.refresh_from_db()
    assert room.period.upper is None
    assert chain_of(room.person_id, today).days == 100
    assert place(application, today) == before
    assert status(offer.unit, today + timedelta(days=10)) == vacancy.UnitStatus.VACANT
    offer.refresh_from_db()
    assert (offer.state, offer.lease) == (OfferState.WITHDRAWN, None)
    voided = VoidedStay.objects.get()
    assert (voided.how, voided.unit) == ("ikke_inngatt", offer.unit)
    cancelled = Event.objects.get(kind="lease.cancelled")
    assert "Personen ombestemte seg." in cancelled.text
    # The case tells it too, and what did not come to be is struck out.
    assert cancelled.application == application
    assert Event.objects.get(kind="lease.agreed").taken_back_by == cancelled
    case = as_caseworker.get(reverse("casework:application", args=[application.pk])).text
    assert "<s>Leieforhold inngått:" in case and "Kontrakt ikke inngått:" in case
    assert "Kontrakt ikke inngått" in as_caseworker.get(answer.url).text
    assert Lease.history.filter(id=lease.pk, history_type="-").exists()
    # The home can be let again from the same day.
    agree_lease(
        application=others[0],
        unit=offer.unit,
        starts_on=today,
        expires_on=None,
        rent=8000,
        by=as_caseworker.user,
        at=f.now(),
    )


def test_the_offer_may_stand_so_that_a_new_contract_is_made(as_caseworker, today):
    offer = f.OfferFactory(accepted=True, available_from=today)
    lease = let(as_caseworker, offer, today)
    send(
        as_caseworker, url("lease_cancel", lease), reason="Feil dato i kontrakten.", keep_offer="on"
    )
    offer.refresh_from_db()
    assert offer.is_accepted and offer.lease is None
    assert let(as_caseworker, offer, today + timedelta(days=5)).application == offer.application


def test_a_lease_that_has_begun_can_only_be_registered_wrong(as_caseworker, today):
    lease = f.LeaseFactory(days_ago=60, expires_on=today + timedelta(days=20))
    RiskFactory(lease=lease, review_on=today)
    StepFactory(lease=lease)
    lease.readiness.create(kind=Readiness.KEYS, due_on=f.days_ago(3))
    flag_leases(today)
    flag_dates(today)
    kinds = set(Flag.objects.open().values_list("kind", flat=True))
    assert kinds == {FlagKind.LEASE, FlagKind.TENANCY, FlagKind.READINESS}
    where = url("lease_cancel", lease)
    page = as_caseworker.post(where, {"how": "ikke_inngatt", "reason": "Feil."})
    assert page.context["form"].errors["how"]
    # Who withdrew after the start ends the lease, and the page says where.
    end = page.context["note_url"]
    assert "Trakk personen seg" in page.context["note"] and end.split("?")[0] == url(
        "stay_end", lease.stay
    )
    assert as_caseworker.get(end).context["form"]["reason"].value() == (
        "Personen trakk seg og flyttet ikke inn"
    )
    answer = send(as_caseworker, where, how="feilregistrert", reason="Ført på feil person.")
    assert answer.status_code == 302
    assert not Lease.objects.exists() and not TenancyRisk.objects.exists()
    assert TenancyRisk.history.filter(history_type="-").exists()
    assert not Flag.objects.open().exists()
    assert VoidedStay.objects.get().how == "feilregistrert"


def test_a_wrong_lease_is_taken_out_though_the_home_is_offered_to_another(as_caseworker, today):
    offer = f.OfferFactory(accepted=True, available_from=f.days_ago(60))
    lease = f.LeaseFactory(application=offer.application, unit=offer.unit, days_ago=60)
    Offer.objects.filter(pk=offer.pk).update(lease=lease)
    Stay.objects.filter(pk=lease.stay_id).update(period=f.since(f.days_ago(60), f.days_ago(5)))
    f.OfferFactory(unit=offer.unit)
    data = {"how": "feilregistrert", "reason": "Ført på feil person."}
    kept = as_caseworker.post(url("lease_cancel", lease), {**data, "keep_offer": "on"})
    assert "allerede tilbudt til noen" in kept.text and Lease.objects.exists()
    assert as_caseworker.post(url("lease_cancel", lease), data).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.lease) == (OfferState.WITHDRAWN, None)
    assert not Lease.objects.exists()


def test_an_exchange_that_came_to_nothing_gives_the_old_home_back(as_caseworker, today):
    old = f.LeaseFactory(days_ago=700)
    application = f.ApplicationFactory(person=old.stay.person, kind="bytte", granted=True)
    new = agree_lease(
        application=application,
        unit=f.UnitFactory(),
        starts_on=today + timedelta(days=30),
        expires_on=None,
        rent=9000,
        by=as_caseworker.user,
        at=f.now(),
    )
    old.stay.refresh_from_db()
    assert old.stay.period.upper == today + timedelta(days=30)
    send(as_caseworker, url("lease_cancel", new), reason="Vil bli boende.")
    old.stay.refresh_from_db()
    assert old.stay.period.upper is None
    assert as_caseworker.get(url("lease", old)).context["lives_there"]


def test_a_tenant_who_has_not_moved_out_is_a_tenant_again(as_caseworker, today):
    lease = f.LeaseFactory(days_ago=100)
    Stay.objects.filter(pk=lease.stay_id).update(period=f.since(f.days_ago(100), f.days_ago(5)))
    page = as_caseworker.get(url("lease", lease))
    assert url("stay_reopen", lease.stay) in page.text
    send(as_caseworker, url("stay_reopen", lease.stay), reason="Flyttet ikke.")
    assert Lease.objects.current(today).filter(pk=lease.pk).exists()


def test_the_disqualified_cannot_cancel_a_lease_of_an_offer(as_caseworker, today):
    offer = f.OfferFactory(accepted=True, available_from=today)
    lease = let(as_caseworker, offer, today)
    offer.application.disqualifications.create(
        user=as_caseworker.user, reason="Nabo", declared_at=f.now(), declared_by=as_caseworker.user
    )
    page = send(as_caseworker, url("lease_cancel", lease), reason="Feil.")
    assert "inhabil" in page.text and Lease.objects.exists()
