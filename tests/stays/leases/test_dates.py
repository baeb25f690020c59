"""The dates of a tenancy: steps within reason, shown by their dates, and on the board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from allocation.models import Offer, Reservation
from casework.log import flags as flag_words
from casework.log.enums import FlagKind
from casework.models import Flag
from stays.enums import RiskOutcome, StepKind
from stays.leases.date_flags import flag_dates
from stays.leases.horizon import open_steps
from stays.models import TenancyStep
from tests import factories as f
from tests.factories_leases import RiskFactory, StepFactory

pytestmark = pytest.mark.django_db


def nb(day):
    return day.strftime("%d.%m.%Y")


def step(client, lease, kind, on, **more):
    url = reverse("stays:lease_step", args=[lease.pk])
    return client.post(url, {"kind": kind, "on": nb(on), "due_on": "", "note": "", **more})


def test_an_eviction_day_without_a_claim_is_refused(as_caseworker):
    lease = f.LeaseFactory(days_ago=200)
    day = f.today() + timedelta(days=30)
    page = step(as_caseworker, lease, StepKind.EVICTION_DAY, day, note="Fra namsmannen")
    assert "etter en begjæring" in page.content.decode()
    assert not TenancyStep.objects.exists()
    StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(5))
    assert step(as_caseworker, lease, StepKind.EVICTION_DAY, day).status_code == 302


def test_the_claim_of_an_eviction_day_is_not_corrected_away(as_caseworker):
    lease = f.LeaseFactory(days_ago=200)
    day = f.today() + timedelta(days=30)
    StepFactory(lease=lease, kind=StepKind.EVICTION_NOTICE, on=f.days_ago(60))
    claim = StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(5))
    correct = reverse("stays:step_correct", args=[claim.pk])
    data = {"on": nb(claim.on), "due_on": "", "note": "x", "why": "Feil"}
    page = as_caseworker.post(correct, {**data, "kind": StepKind.EVICTION_DAY, "on": nb(day)})
    assert "etter en begjæring" in page.text, "it cannot become the day it is the claim of"
    assert step(as_caseworker, lease, StepKind.EVICTION_DAY, day).status_code == 302
    page = as_caseworker.post(correct, {**data, "kind": StepKind.CONTACT})
    assert f"Utkastelsen {nb(day)} er berammet etter begjæringen" in page.text
    take_back = reverse("casework:take_back", args=["steg", claim.pk])
    page = as_caseworker.post(take_back, {"why": "Feil"})
    assert "er berammet etter begjæringen" in page.text
    claim.refresh_from_db()
    assert claim.kind == StepKind.EVICTION_CLAIM
    other = StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(4))
    assert as_caseworker.post(correct, {**data, "kind": StepKind.CONTACT}).status_code == 302
    assert lease.steps.filter(pk=other.pk).exists()


@pytest.mark.parametrize("field", ["on", "due_on"])
def test_a_day_of_the_wrong_year_is_refused(as_caseworker, field):
    lease = f.LeaseFactory(days_ago=200)
    StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(5))
    on = f.today() + timedelta(days=30)
    days = {"on": nb(on), field: nb(on.replace(year=2126))}
    url = reverse("stays:lease_step", args=[lease.pk])
    page = as_caseworker.post(url, {"kind": StepKind.EVICTION_DAY, "note": "", **days})
    assert "for langt fram" in page.content.decode()
    assert TenancyStep.objects.count() == 1


def test_a_step_is_on_the_board_and_flagged_without_another_button(as_caseworker):
    lease = f.LeaseFactory(days_ago=200)
    lease.stay.person.responsible = as_caseworker.user
    lease.stay.person.save()
    StepFactory(lease=lease, kind=StepKind.WARNING, on=f.days_ago(20), due_on=f.days_ago(6))
    board = as_caseworker.get(reverse("stays:leases_at_risk")).content.decode()
    assert lease.stay.person.name in board
    assert "Steg med frist, uten plan" in board
    flag_dates(f.today())
    flag = Flag.objects.get(kind=FlagKind.TENANCY)
    assert flag.owner == as_caseworker.user
    assert "Skriftlig advarsel" in flag_words.words(flag, f.today()).why
    assert lease.stay.person.name in as_caseworker.get("/").content.decode()


def test_a_step_with_a_plan_is_the_plans_and_told_of_once(as_caseworker):
    lease = f.LeaseFactory(days_ago=200)
    StepFactory(lease=lease, kind=StepKind.WARNING, on=f.days_ago(20), due_on=f.days_ago(6))
    RiskFactory(lease=lease)
    board = as_caseworker.get(reverse("stays:leases_at_risk")).content.decode()
    assert "Steg med frist, uten plan" not in board


def test_the_board_and_the_flag_agree_on_which_step_stands(as_caseworker):
    """A risk that was closed before, a visit and a payment plan hide neither from the board."""
    again = f.LeaseFactory(days_ago=400)
    closed_at = f.now() - timedelta(days=200)
    RiskFactory(lease=again, opened_at=closed_at, closed_at=closed_at, closed_by=f.UserFactory(),
                outcome=RiskOutcome.KEPT)  # fmt: skip
    StepFactory(lease=again, kind=StepKind.TERMINATION, on=f.days_ago(40), due_on=f.days_ago(9))
    visited = f.LeaseFactory(days_ago=400)
    StepFactory(lease=visited, kind=StepKind.WARNING, on=f.days_ago(20), due_on=f.days_ago(6))
    StepFactory(lease=visited, kind=StepKind.CONTACT, on=f.days_ago(10))
    evicted = f.LeaseFactory(days_ago=400)
    StepFactory(lease=evicted, kind=StepKind.EVICTION_DAY, on=f.today() + timedelta(days=20))
    StepFactory(lease=evicted, kind=StepKind.PAYMENT_PLAN, on=f.today())
    settled = f.LeaseFactory(days_ago=400)
    StepFactory(lease=settled, kind=StepKind.WARNING, on=f.days_ago(20), due_on=f.days_ago(6))
    StepFactory(lease=settled, kind=StepKind.PAYMENT_PLAN, on=f.days_ago(3))
    flag_dates(f.today())
    flagged = Flag.objects.filter(kind=FlagKind.TENANCY).values_list("person", flat=True)
    shown = [step.lease for step in open_steps(as_caseworker.user, f.today())]
    assert set(shown) == {again, visited, evicted}
    assert set(flagged) == {lease.stay.person_id for lease in shown}


def test_a_hidden_tenant_is_not_on_the_board(as_caseworker):
    hidden = f.PersonFactory(strictly_protected=True, last_name="Kanari")
    lease = f.LeaseFactory(person=hidden, days_ago=200)
    StepFactory(lease=lease, kind=StepKind.WARNING, on=f.days_ago(20), due_on=f.days_ago(6))
    board = as_caseworker.get(reverse("stays:leases_at_risk")).content.decode()
    assert "Kanari" not in board and "Steg med frist" not in board


def test_a_hold_ends_within_reason(as_caseworker):
    case = f.ApplicationFactory(granted=True)
    stay = f.StayFactory(
        person=case.person,
        kind="institusjon",
        unit=None,
        institution="prison",
        planned_out=f.today() + timedelta(days=20),
    )
    unit = f.UnitFactory()
    data = {
        "application": case.pk,
        "unit": unit.pk,
        "moves_in_on": nb(stay.planned_out),
        "until": nb(f.today() + timedelta(days=400)),
        "reason": "Skal ut.",
    }
    url = reverse("allocation:reserve", args=[stay.person_id])
    page = as_caseworker.post(url, data).content.decode()
    assert "holdes av høyst til" in page
    assert not Reservation.objects.exists()
    data["until"] = nb(f.today() + timedelta(days=30))
    assert as_caseworker.post(url, data).status_code == 302


def test_what_a_grant_of_a_place_says():
    stay, today = f.StayFactory(days_ago=40), f.today()
    facts = {"vedtak": None, "stay": stay.pk, "valid_to": f.days_ago(3).isoformat()}
    flag = f.FlagFactory(person=stay.person, application=None, kind=FlagKind.GRANT, facts=facts)
    words = flag_words.words(flag, today)
    assert "bor der fortsatt" in words.why and "hjem" not in words.why
    assert words.action_url == reverse("stays:renew", args=[stay.pk])
    flag.facts["vedtak"] = 1
    assert "gikk ut" in flag_words.words(flag, today).why
    flag.facts["valid_to"] = (today + timedelta(days=3)).isoformat()
    assert "går ut" in flag_words.words(flag, today).why


def test_every_new_flag_has_words():
    """Also for a flag of which every fact is the latest possible."""
    today = f.today()
    case = f.ApplicationFactory(granted=True)
    lease = f.LeaseFactory(application=case)
    offer = f.OfferFactory()
    facts = {
        FlagKind.TENANCY: {"lease": lease.pk, "step": "", "due": today.isoformat()},
        FlagKind.READINESS: {"lease": lease.pk, "kind": "visning", "due": today.isoformat()},
        FlagKind.GRANT: {"vedtak": case.decision.pk, "valid_to": today.isoformat()},
        FlagKind.LONGEST_STAY: {"house": "Heimen", "months": 3, "until": today.isoformat()},
        FlagKind.CONDITION: {"vedtak": case.decision.pk, "due": today.isoformat()},
        FlagKind.PROMISED: {"promised": today.isoformat()},
        FlagKind.VIEWING: {"offer": offer.pk, "viewing": today.isoformat()},
    }
    for kind, values in facts.items():
        flag = f.FlagFactory(application=case, person=case.person, kind=kind, facts=values)
        words = flag_words.words(flag, today + timedelta(days=1))
        assert words.why and words.next and words.action_url


def test_the_day_of_the_viewing_is_kept_on_the_offer(as_caseworker):
    from tests.allocation.test_offers import chosen, send

    send(as_caseworker, chosen(), f.today(), viewing_on=nb(f.today() + timedelta(days=3)))
    assert Offer.objects.get().viewing_on == f.today() + timedelta(days=3)


def test_day_of_an_eviction_is_not_its_deadline(as_caseworker):
    """Else the flag names the day it was written down for the day people are put out."""
    lease = f.LeaseFactory(days_ago=200)
    StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(3))
    ahead = nb(f.today() + timedelta(days=40))
    page = step(as_caseworker, lease, StepKind.EVICTION_DAY, f.today(), due_on=ahead)
    assert "Skriv dagen for utkastelsen i «Dato»." in page.content.decode()
    assert not lease.steps.filter(kind=StepKind.EVICTION_DAY).exists()
