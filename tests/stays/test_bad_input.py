"""What issue 4 forbids is refused by the database, with a message beside the field.

Each case is tried through HTTP, and also without the forms, as a job with an error would do.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, transaction
from django.urls import reverse

from casework.models import TransitionPlan
from common.calendar import add_months
from stays.leases.models import Lease
from stays.models import Stay
from tests import factories as f
from tests.factories_follow_up import PlanFactory

pytestmark = pytest.mark.django_db


def typed(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def refused(page, field: str, words: str) -> None:
    """The error is beside the field, and in the summary with a link to it."""
    form = page.context["form"]
    assert page.status_code in (200, 422)
    assert any(words in message for message in form.errors.get(field, [])), form.errors
    assert page.text.count(words) >= 2, "once beside the field and once in the summary"
    assert f'href="#id_{field}' in page.text


def database_refuses(match: str, change, *, error=IntegrityError) -> None:
    with pytest.raises(error, match=match), transaction.atomic():
        change()


# ---------------------------------------------------------- two in one place simultaneously


def test_two_stays_in_one_place_at_once(as_caseworker, today):
    there = f.StayFactory(days_ago=20)
    person = f.PersonFactory(with_household=True)
    data = {
        "kind": "midlertidig",
        "unit": there.unit_id,
        "starts_on": typed(today),
        "reason": "Kom på kvelden.",
    }
    page = as_caseworker.post(reverse("stays:stay_new", args=[person.pk]), data)
    refused(page, "unit", f"Det bor noen i {there.unit} i perioden. Velg en annen.")
    assert "Kom på kvelden." in page.text and Stay.objects.count() == 1
    database_refuses("unit_one_at_a_time", lambda: f.StayFactory(unit=there.unit, days_ago=5))


def test_one_person_in_two_temporary_places_at_once(as_caseworker, today):
    there = f.StayFactory(days_ago=20)
    room = f.UnitFactory(temporary=True)
    data = {
        "kind": "midlertidig",
        "unit": room.pk,
        "starts_on": typed(today),
        "reason": "Kom på kvelden.",
    }
    page = as_caseworker.post(reverse("stays:stay_new", args=[there.person_id]), data)
    refused(page, "starts_on", "Det står allerede at personen bor her")
    database_refuses(
        "temporary_one_place_at_a_time", lambda: f.StayFactory(person=there.person, days_ago=5)
    )


# ------------------------------------------------------------------ an end before the start


def test_a_stay_that_ends_before_it_begins(as_caseworker, today):
    person = f.PersonFactory(with_household=True)
    data = {
        "kind": "hos_andre",
        "starts_on": typed(today),
        "ends_on": typed(today - timedelta(days=3)),
    }
    page = as_caseworker.post(reverse("stays:stay_new", args=[person.pk]), data)
    refused(page, "ends_on", "slutte etter at det begynte")
    stay = f.StayFactory(days_ago=20)
    page = as_caseworker.post(
        reverse("stays:stay_end", args=[stay.pk]),
        {"ends_on": typed(stay.period.lower - timedelta(days=1)), "reason": "Dro"},
    )
    refused(page, "ends_on", "kan ikke slutte før")
    own = Stay.objects.filter(pk=stay.pk)
    database_refuses("stay_begins", lambda: own.update(period=f.since(today, today)))
    backwards = f.since(today, today - timedelta(days=1))
    database_refuses("range", lambda: own.update(period=backwards), error=DataError)


# ------------------------------------------------------------------ a lease shorter than the rule


def test_a_lease_shorter_than_the_rule_without_a_written_reason(as_caseworker, today):
    offer = f.OfferFactory(accepted=True)
    data = {
        "starts_on": typed(max(offer.available_from, today)),
        "expires_on": typed(add_months(max(offer.available_from, today), 12)),
        "rent": "8000",
        "deposit_kind": "ingen",
    }
    page = as_caseworker.post(reverse("allocation:lease_new", args=[offer.pk]), data)
    refused(page, "short_term_reason", "Skriv hvorfor tiden er kortere")
    assert not Lease.objects.exists()
    lease = f.LeaseFactory()
    shorter = {"shortest_until": lease.expires_on + timedelta(days=1), "short_term_reason": ""}
    own = Lease.objects.filter(pk=lease.pk)
    database_refuses("short", lambda: own.update(**shorter))


# ------------------------------------------------------------------ a family in an unsuited place


def test_a_family_in_a_place_unsuited_for_children_without_a_written_reason(as_caseworker, today):
    family = f.FamilyFactory(children=1)
    application = f.ApplicationFactory(person=family.head, household=family, assessed=True)
    room = f.UnitFactory(temporary=True, suits_children=False)
    data = {
        "unit": room.pk,
        "starts_on": typed(today),
        "granted_until": typed(today + timedelta(days=7)),
        "reason": "Kom på kvelden.",
    }
    url = reverse("stays:place", args=[application.pk])
    refused(as_caseworker.post(url, data), "unsuited_reason", "er ikke egnet for barn")
    assert not Stay.objects.exists()
    assert as_caseworker.post(url, data | {"unsuited_reason": "Eneste sted."}).status_code == 302
    database_refuses("stay_unsuited_why", lambda: Stay.objects.update(unsuited_reason=""))


# ------------------------------------------------------------------ a discharge date in the past


def test_a_planned_discharge_in_the_past(as_caseworker, today):
    person = f.PersonFactory(with_household=True)
    yesterday = today - timedelta(days=1)
    data = {
        "kind": "institusjon",
        "institution": "treatment",
        "starts_on": typed(today - timedelta(days=90)),
        "planned_out": typed(yesterday),
    }
    page = as_caseworker.post(reverse("stays:stay_new", args=[person.pk]), data)
    refused(page, "planned_out", "er gått. Skriv en dag som kommer")
    stay = f.StayFactory(treatment=True, days_ago=90)
    own = Stay.objects.filter(pk=stay.pk)
    database_refuses("stay_planned_out_ahead", lambda: own.update(planned_out=yesterday))
    # For a person who has left, the past situation is shown.
    own.update(planned_out=yesterday, period=f.since(stay.period.lower, today))


def test_a_transition_plan_with_a_day_in_the_past(as_caseworker, today):
    person = f.PersonFactory()
    yesterday = today - timedelta(days=1)
    data = {"owner": as_caseworker.user.pk, "expected_out": typed(yesterday)}
    page = as_caseworker.post(reverse("casework:plan_new", args=[person.pk]), data)
    refused(page, "expected_out", "er gått. Skriv en dag som kommer")
    plan = PlanFactory(person=person, started_on=today)
    page = as_caseworker.post(reverse("casework:plan_edit", args=[plan.pk]), data)
    refused(page, "expected_out", "er gått. Skriv en dag som kommer")
    own = TransitionPlan.objects.filter(pk=plan.pk)
    database_refuses("plan_out_after_start", lambda: own.update(expected_out=yesterday))
