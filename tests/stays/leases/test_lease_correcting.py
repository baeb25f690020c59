"""Corrections of a lease and of what is registered on it, through the pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from casework.log.corrections import NotTakenBack
from casework.models import Event
from common.formatting import nbdate
from stays.leases import correcting as lease_correcting
from stays.leases.models import Lease
from stays.models import LeaseRenewal, PriceIndex, RentAdjustment, Stay, TenancyStep
from tests import factories as f
from tests.factories_leases import (
    AdjustmentFactory,
    LeaseRenewalFactory,
    PriceIndexFactory,
    RiskFactory,
    StepFactory,
)
from tests.stays.test_correcting import filled, send, typed, url

pytestmark = pytest.mark.django_db


def take_back(what, row):
    return reverse("casework:take_back", args=[what, row.pk])


def test_rent_deposit_and_dates_of_the_contract_are_corrected(as_caseworker, today):
    lease = f.LeaseFactory(rent=8000)
    where = url("lease_correct", lease)
    assert where in as_caseworker.get(url("lease", lease)).text
    until = lease.expires_on + timedelta(days=31)
    answer = send(
        as_caseworker,
        where,
        rent=8500,
        deposit_kind="depositum",
        deposit=20000,
        expires_on=typed(until),
        why="Står i kontrakten.",
    )
    assert answer.status_code == 302, answer.context["form"].errors
    lease.refresh_from_db()
    assert (lease.rent, lease.deposit, lease.expires_on) == (8500, 20000, until)
    text = Event.objects.get(kind="lease.changed").text
    assert "8\xa0000\xa0kr → 8\xa0500\xa0kr" in text and "Står i kontrakten." in text
    assert lease.history.first().history_user == as_caseworker.user


def test_the_stay_begins_with_the_lease_and_the_room_before_ends_with_it(as_caseworker, today):
    room = f.StayFactory(days_ago=60, days=30)
    lease = f.LeaseFactory(person=room.person, days_ago=30)
    for days_ago in (20, 40):
        starts_on = typed(f.days_ago(days_ago))
        where = url("lease_correct", lease)
        assert send(as_caseworker, where, starts_on=starts_on, why="Nøkler").status_code == 302
        lease.refresh_from_db(), lease.stay.refresh_from_db(), room.refresh_from_db()
        day = f.days_ago(days_ago)
        assert (lease.starts_on, lease.stay.period.lower, room.period.upper) == (day, day, day)
    page = send(as_caseworker, where, starts_on=typed(f.days_ago(90)), why="Feil.")
    assert page.context["form"].errors["starts_on"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("expires_on", "01.01.2126"), ("starts_on", "01.01.2126"), ("rent", "-1"), ("why", "")],
)
def test_an_impossible_correction_is_refused_beside_its_field(as_caseworker, field, value):
    lease = f.LeaseFactory()
    page = send(as_caseworker, url("lease_correct", lease), **{"why": "Feil.", field: value})
    assert page.context["form"].errors[field]
    assert not Event.objects.filter(kind="lease.changed").exists()


def test_two_tabs_do_not_undo_each_other_on_a_lease(as_caseworker):
    lease = f.LeaseFactory(rent=8000)
    where = url("lease_correct", lease)
    first = filled(as_caseworker, where, rent=8100, why="Rett leie.")
    second = filled(as_caseworker, where, deposit_kind="garanti", deposit=9000, why="Garanti.")
    assert as_caseworker.post(where, first).status_code == 302
    assert "Noen har endret dette" in as_caseworker.post(where, second).text
    assert Lease.objects.get().rent == 8100


def test_two_tabs_do_not_undo_each_other_on_a_plan(as_caseworker):
    risk = RiskFactory()
    where = url("risk", risk)
    first = filled(as_caseworker, where, plan="Trekk i trygd.")
    second = filled(as_caseworker, where, plan="Samtale.")
    assert as_caseworker.post(where, first).status_code == 302
    assert "Noen har endret dette" in as_caseworker.post(where, second).text
    risk.refresh_from_db()
    assert risk.plan == "Trekk i trygd."


def test_a_step_is_corrected_with_the_deadline_of_the_rules_or_taken_out(as_caseworker):
    step = StepFactory(kind="advarsel")
    page = as_caseworker.get(url("lease", step.lease))
    back = take_back("steg", step)
    assert url("step_correct", step) in page.text and back in page.text
    where = url("step_correct", step)
    page = send(as_caseworker, where, on="01.01.2126", why="Feil.")
    assert page.context["form"].errors["on"]
    send(as_caseworker, where, on=typed(f.days_ago(6)), due_on="", why="Brevet er datert da.")
    step.refresh_from_db()
    assert step.on == f.days_ago(6) and step.due_on > step.on
    answer = send(as_caseworker, back, why="Feil sak.")
    assert answer.url == url("lease", step.lease)
    assert not TenancyStep.objects.exists()
    assert Event.objects.filter(kind="lease.changed").count() == 1
    event = Event.objects.get(kind="taken_back")
    assert event.application == step.lease.application and "Feil sak." in event.text
    with pytest.raises(NotTakenBack):  # the second of two users, whose page was open
        lease_correcting.correct_step(
            step, kind=step.kind, on=step.on, due_on=None, note="", why="Feil.",
            by=as_caseworker.user, at=f.now(),
        )  # fmt: skip


def test_the_latest_renewal_is_corrected_or_taken_out(as_caseworker):
    renewal = LeaseRenewalFactory(short_term_reason="Kort", lease__days_ago=1000)
    lease, old = renewal.lease, renewal.old_expires_on
    Lease.objects.filter(pk=lease.pk).update(expires_on=renewal.expires_on)
    page = send(as_caseworker, url("lease_correct", lease), expires_on=typed(old), why="Feil dato")
    assert "følger forlengelsen" in page.context["form"].errors["expires_on"][0]
    until = renewal.expires_on - timedelta(days=10)
    send(as_caseworker, url("renewal_correct", renewal), expires_on=typed(until), why="Skrivefeil")
    lease.refresh_from_db()
    assert lease.expires_on == until == LeaseRenewal.objects.get().expires_on
    back = take_back("forlenget-leieforhold", renewal)
    assert back in as_caseworker.get(url("lease", lease)).text
    assert nbdate(old) in as_caseworker.get(back).text, "what follows is said beforehand"
    send(as_caseworker, back, why="Ble ikke signert.")
    lease.refresh_from_db()
    assert lease.expires_on == old and not LeaseRenewal.objects.exists()


def test_a_notice_of_rent_that_was_wrong_no_longer_holds(as_caseworker):
    adjustment = AdjustmentFactory()
    lease = adjustment.lease
    back = take_back("ny-husleie", adjustment)
    assert back in as_caseworker.get(url("lease", lease)).text
    send(as_caseworker, back, why="Feil indeks.")
    assert not RentAdjustment.objects.exists()
    assert adjustment.letter.pk, "the letter remains in the case"
    assert "Feil indeks." in Event.objects.get(kind="taken_back").text


def test_only_the_latest_renewal_and_notice_are_taken_back(as_caseworker, today):
    lease = f.LeaseFactory(days_ago=1500)
    then = {"effective_on": f.days_ago(800), "notified_on": f.days_ago(900)}
    first = AdjustmentFactory(lease=lease, **then)
    AdjustmentFactory(lease=lease, from_index=first.from_index, to_index=first.to_index)
    renewal = LeaseRenewalFactory(lease=lease, prolonged_at=f.now() - timedelta(days=900))
    LeaseRenewalFactory(lease=lease)
    for what, row in (("ny-husleie", first), ("forlenget-leieforhold", renewal)):
        page = send(as_caseworker, take_back(what, row), why="Feil.")
        assert "Bare den siste kan rettes." in str(page.context["form"].errors), what
        assert type(row).objects.filter(pk=row.pk).exists()


def test_a_risk_closed_by_mistake_is_open_again_with_its_plan(as_caseworker):
    risk = RiskFactory(closed=True)
    where = url("risk_reopen", risk)
    assert where in as_caseworker.get(url("lease", risk.lease)).text
    assert send(as_caseworker, where, why="").context["form"].errors["why"]
    assert send(as_caseworker, where, why="Gjaldt naboen.").status_code == 302
    risk.refresh_from_db()
    assert (risk.closed_at, risk.closed_by, risk.outcome) == (None, None, "")
    assert risk.history.first().history_user == as_caseworker.user
    assert risk.plan in as_caseworker.get(url("lease", risk.lease)).text
    assert as_caseworker.get(where).status_code == 404
    other = RiskFactory(closed=True, lease=risk.lease)
    page = send(as_caseworker, url("risk_reopen", other), why="Feil.")
    assert "allerede meldt i fare" in str(page.context["form"].errors)


def test_the_index_of_a_month_is_corrected(login):
    client = login("leder")
    index = PriceIndexFactory(value=Decimal("140.0"))
    where = reverse("stays:price_index_correct", args=[index.pk])
    assert where in client.get(reverse("stays:price_index")).text
    assert client.post(where, {"value": "141,5", "why": ""}).context["form"].errors["why"]
    assert client.post(where, {"value": "141,5", "why": "Skrivefeil"}).status_code == 302
    changed = PriceIndex.objects.get()
    assert changed.value == Decimal("141.5")
    assert changed.history.first().history_change_reason == "Skrivefeil"


def test_nobody_corrects_the_lease_of_a_protected_tenant(as_caseworker):
    lease = f.LeaseFactory(person=f.PersonFactory(strictly_protected=True))
    step = StepFactory(lease=lease)
    for name, row in (("lease_correct", lease), ("lease_cancel", lease), ("step_correct", step)):
        assert as_caseworker.get(url(name, row)).status_code == 404


def test_a_stay_in_an_institution_has_its_days_corrected(as_caseworker, today):
    stay = f.StayFactory(prison=True, days_ago=50, planned_out=today + timedelta(days=20))
    where = url("stay_change", stay)
    page = send(as_caseworker, where, planned_out=typed(today - timedelta(days=1)), why="Feil.")
    assert page.context["form"].errors["planned_out"]
    later, out = today + timedelta(days=40), f.days_ago(2)
    send(
        as_caseworker,
        where,
        planned_out=typed(later),
        starts_on=typed(f.days_ago(60)),
        why="Feil.",
    )
    stay.refresh_from_db()
    assert (stay.period.lower, stay.planned_out) == (f.days_ago(60), later)
    send(as_caseworker, where, ends_on=typed(out), why="Kom ut før.")
    assert Stay.objects.get(pk=stay.pk).period.upper == out
