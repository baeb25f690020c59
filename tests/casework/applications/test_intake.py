"""Intake: § 27 by phone, missing papers, sending on (needs C5, C6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.applications import reply_clock
from casework.log.enums import ApplicationState
from casework.models import Application, Event, MissingPaper, Person, Wish
from common.formatting import nbdate
from tests.factories import (
    ApplicationFactory,
    OrganisationUnitFactory,
    PersonFactory,
    UserFactory,
    now,
    today,
)
from tests.factories_intake import MissingPaperFactory

pytestmark = pytest.mark.django_db

S27 = reverse("casework:section_27")


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def page(response) -> str:
    return response.content.decode()


def typed(client, url=S27, **changes) -> dict[str, str]:
    """The values of the form, replaced by what is typed."""
    form = client.get(url).context["form"]
    shown = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    return {**shown, **changes}


# ------------------------------------------------------------------ § 27 by phone


def test_unknown_person_applies_by_phone_with_four_fields(client, caseworker):
    sent = typed(client, first_name="Ada", last_name="Nord", tonight="ingen", wish="Et rom")
    response = client.post(S27, sent)

    case = Application.objects.get()
    assert response.url == reverse("casework:application", args=[case.pk])
    assert (case.kind, case.channel, case.state) == ("midlertidig", "telefon", "utredes")
    assert (case.responsible, case.tonight) == (caseworker, "ingen")
    assert [basis.code for basis in case.bases.all()] == ["sosialtjenesteloven_27"]
    assert Wish.objects.get(person=case.person).words == "Et rom"
    assert "Sted innen" in page(client.get(reverse("casework:applications")))
    assert "Har ingen steder å sove i natt" in page(client.get(response.url))


def test_registered_person_is_found_by_national_id_alone(client, caseworker):
    person = PersonFactory()
    client.post(S27, typed(client, number=person.national_id, tonight="utrygt"))

    assert Application.objects.get().person == person
    assert Person.objects.count() == 1


def test_similar_person_is_shown_before_another_is_registered(client, caseworker):
    known = PersonFactory(first_name="Ada", last_name="Nord")
    sent = typed(client, first_name="Ada", last_name="Nord", tonight="ingen")
    asked = client.post(S27, sent)
    assert "same_as" in asked.context["form"].errors

    client.post(S27, sent | {"same_as": known.pk})
    assert Application.objects.get().person == known


def test_missing_field_is_named_and_the_input_kept(client, caseworker):
    response = client.post(S27, typed(client, words="Står på stasjonen"))

    assert {"first_name", "tonight"} <= set(response.context["form"].errors)
    assert "Står på stasjonen" in page(response)
    assert not Application.objects.exists()


def test_evening_in_the_future_is_refused(client, caseworker):
    tomorrow = nbdate(today() + timedelta(days=1))
    sent = typed(client, first_name="Ada", last_name="Nord", tonight="ingen")
    assert (
        "received_on" in client.post(S27, sent | {"received_on": tomorrow}).context["form"].errors
    )


# ------------------------------------------------------------------ applying for others


def test_prison_applies_for_a_person_with_its_own_date_and_contact(client, caseworker):
    url = reverse("casework:application_new", args=[PersonFactory().pk])
    came = today() - timedelta(days=5)
    sent = typed(
        client,
        url,
        kind="ny",
        channel="brev",
        sender="fengsel",
        sender_name="Bodø fengsel",
        received_on=nbdate(came),
        received_time="09.15",
    )
    assert "sender_contact" in client.post(url, sent).context["form"].errors

    client.post(url, sent | {"sender_contact": "Sosialkonsulent Vik, 75 00 01 17"})
    case = Application.objects.get()
    assert case.received_on == came
    assert "Sosialkonsulent Vik" in page(
        client.get(reverse("casework:application", args=[case.pk]))
    )


# ------------------------------------------------------------------ missing papers


@pytest.mark.parametrize("language_form", ["nb", "nn"])
def test_letter_asking_for_papers_does_not_stop_the_deadline(client, caseworker, language_form):
    case = ApplicationFactory(person=PersonFactory(language_form=language_form))
    due = reply_clock.clock(case, now()).due
    url = reverse("casework:papers_ask", args=[case.pk])
    sent = typed(client, url, papers="Siste lønnsslipp\n\nLeiekontrakt")
    assert client.post(url, sent).status_code == 302

    assert [paper.what for paper in MissingPaper.objects.all()] == [
        "Siste lønnsslipp",
        "Leiekontrakt",
    ]
    case.refresh_from_db()
    assert case.interim_reply_at is None
    assert reply_clock.clock(case, now()).due == due
    assert case.letters.get().language == language_form
    shown = page(client.get(reverse("casework:application", args=[case.pk])))
    assert f"{caseworker} ba om papirer" in shown
    listed = page(client.get(reverse("casework:applications") + "?papirer=1"))
    assert "venter på papirer siden" in listed
    assert "Fristen vår løper" in Event.objects.get(kind="application_papers_asked").text


def test_papers_are_received_one_by_one(client, caseworker):
    paper = MissingPaperFactory(None, "Lønnsslipp", "Leiekontrakt")
    case = paper.request.application
    url = reverse("casework:paper_receive", args=[paper.pk])
    came = {f"p{paper.pk}-received_on": nbdate(today())}
    assert client.post(url, came).status_code == 302

    paper.refresh_from_db()
    assert paper.received_on == today()
    assert "1 mangler ennå" in Event.objects.get(kind="application_paper_received").text
    shown = page(client.post(url, came, follow=True))
    assert "allerede registrert" in shown
    assert "Kom " in shown
    assert case.paper_requests.get().papers.filter(received_on=None).count() == 1


def test_paper_cannot_come_in_the_future_and_a_letter_needs_a_paper(client, caseworker):
    paper = MissingPaperFactory()
    url = reverse("casework:paper_receive", args=[paper.pk])
    tomorrow = {f"p{paper.pk}-received_on": nbdate(today() + timedelta(days=1))}
    shown = page(client.post(url, tomorrow))
    assert shown.count("Datoen er ikke kommet ennå.") == 2  # in the summary and beside the field
    assert f'value="{nbdate(today() + timedelta(days=1))}"' in shown

    ask = reverse("casework:papers_ask", args=[ApplicationFactory().pk])
    refused = client.post(ask, typed(client, ask, papers=" \n ", due_on="01.01.2020"))
    assert {"papers", "due_on"} <= set(refused.context["form"].errors)
    odd = client.post(ask, typed(client, ask, papers="Leiekontrakt\nLønnsslipp \U00012345"))
    assert "kan ikke stå i brev" in str(odd.context["form"].errors["papers"])


# ------------------------------------------------------------------ sending to another unit


def test_case_sent_to_another_unit_keeps_its_date_until_acknowledged(client, caseworker):
    case = ApplicationFactory(responsible=caseworker)
    received, number = case.received_at, case.case_number
    there = OrganisationUnitFactory(kind=case.unit.kind, name="Solvær vest")
    client.post(
        reverse("casework:application_forward", args=[case.pk]),
        {"unit": there.pk, "reason": "Bor hos dere nå"},
    )
    case.refresh_from_db()
    assert (case.received_at, case.case_number, case.unit) == (received, number, there)
    assert case.responsible is None

    incoming = reverse("casework:applications") + "?mottak=1"
    assert case.case_number not in page(client.get(incoming)), "it is for another unit"
    receiver = UserFactory(caseworker=True, unit=there)
    client.force_login(receiver)
    assert case.case_number in page(client.get(incoming))
    shown = page(client.get(reverse("casework:application", args=[case.pk])))
    assert "er ikke bekreftet mottatt" in shown

    acknowledge = reverse("casework:transfer_acknowledge", args=[case.pk])
    assert client.post(acknowledge).status_code == 302
    assert case.case_number not in page(client.get(incoming))
    assert "allerede bekreftet" in page(client.post(acknowledge, follow=True))
    assert case.transfers.get().acknowledged_by == receiver


def test_taking_a_sent_case_acknowledges_it(client, caseworker):
    case = ApplicationFactory(state=ApplicationState.RECEIVED)
    there = OrganisationUnitFactory(kind=case.unit.kind, name="Solvær vest")
    client.post(
        reverse("casework:application_forward", args=[case.pk]),
        {"unit": there.pk, "reason": "Bor hos dere nå"},
    )
    client.post(reverse("casework:application_take", args=[case.pk]))
    assert case.transfers.get().acknowledged_by == caseworker
