"""Representatives of a person, and who gets the letters (need C3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse

from casework.letters import letters
from casework.models import Event, Representative
from tests.factories import PersonFactory, RepresentativeFactory, UserFactory, since, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def typed(**changes) -> dict[str, str]:
    return {
        "kind": "fullmektig",
        "name": "Ewa Wrona",
        "relation": "Søster",
        "phone": "481 20 377",
        "address": "Ospeveien 4",
        "postcode": "9910",
        "city": "Solvær",
        "period_0": today().strftime("%d.%m.%Y"),
        "period_1": "",
        **changes,
    }


def url(person) -> str:
    return reverse("casework:representatives", args=[person.pk])


def copies(person, on) -> list[str]:
    return [f"{copy.name} ({copy.role})" for copy in letters.copies(person, language="nb", on=on)]


def test_proxy_is_shown_first_and_gets_letters_during_the_period(client, caseworker):
    person = PersonFactory()
    assert client.post(url(person), typed()).status_code == 302

    proxy = person.representatives.get()
    assert proxy.history.get().history_user == caseworker
    page = client.get(reverse("desk:person", args=[person.pk])).content.decode()
    assert "Ewa Wrona" in page
    assert "får kopi av brev" in page
    assert copies(person, today()) == ["Ewa Wrona (fullmektig)"]
    assert copies(person, today() - timedelta(days=1)) == []
    assert "Ewa" not in Event.objects.get(person=person).text, "more users read the log"


def test_spokesperson_gets_no_letters(client, caseworker):
    person = PersonFactory()
    client.post(url(person), typed(kind="talsmann", address="", postcode="", city=""))

    assert person.representatives.get().kind == "talsmann"
    assert copies(person, today()) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": ""}, "address"),
        ({"postcode": "99"}, "postcode"),
        ({"name": ""}, "name"),
        ({"period_0": "20.11.2026", "period_1": "01.11.2026"}, "period"),
    ],
)
def test_error_is_shown_beside_the_field(client, caseworker, wrong, field):
    person = PersonFactory()
    response = client.post(url(person), typed(**wrong))

    assert field in response.context["form"].errors
    assert not person.representatives.exists()


def test_same_representative_twice_at_a_time_is_refused(client, caseworker):
    person = PersonFactory()
    client.post(url(person), typed())
    response = client.post(url(person), typed(name="ewa wrona"))

    assert "allerede registrert" in response.content.decode()
    assert person.representatives.count() == 1


def test_representation_ends_from_a_day_and_keeps_its_other_fields(client, caseworker):
    proxy = RepresentativeFactory(period=since(today() - timedelta(days=30)))
    ends = {"representative": proxy.pk, f"r{proxy.pk}-last": today().strftime("%d.%m.%Y")}
    assert client.post(url(proxy.person), ends).status_code == 302

    assert copies(proxy.person, today()) == []
    assert copies(proxy.person, today() - timedelta(days=1)) == ["Fredrik Fullmektig (fullmektig)"]
    proxy.refresh_from_db()
    assert proxy.history.count() == 2
    # Ended before: it is no longer offered.
    assert client.post(url(proxy.person), ends).status_code == 404


def test_representation_cannot_end_before_it_starts(client, caseworker):
    proxy = RepresentativeFactory(period=since(today()))
    ends = {"representative": proxy.pk, f"r{proxy.pk}-last": today().strftime("%d.%m.%Y")}
    assert "Velg en dato etter det" in client.post(url(proxy.person), ends).content.decode()


def test_a_change_is_kept_in_history(client, caseworker):
    proxy = RepresentativeFactory()
    edit = reverse("casework:representative_edit", args=[proxy.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, typed(name="Fredrik Fullmektig", period_0="01.01.2026"))

    changed = Representative.objects.get(pk=proxy.pk)
    assert changed.sent_to == "Ospeveien 4, 9910 Solvær"
    assert changed.history.count() == 2
    assert Event.objects.filter(kind="representative_changed").count() == 1


def test_representative_of_a_protected_person_is_404(client, caseworker):
    proxy = RepresentativeFactory(person=PersonFactory(protected=True))

    assert client.get(url(proxy.person)).status_code == 404
    edit = reverse("casework:representative_edit", args=[proxy.pk])
    assert client.get(edit).status_code == 404


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"is_protected": "on"}, "address", "En beskyttet adresse skal ikke stå her"),
        (
            {"is_protected": "on", "address": "", "postcode": "", "city": ""},
            "letter_agreement",
            "Skriv hvordan kopien av brev når fram",
        ),
        (
            {"address": "", "postcode": "", "city": ""},
            "address",
            "eller hvordan kopien når fram",
        ),
    ],
)
def test_receiver_of_copies_needs_an_address_that_is_not_protected(
    client, caseworker, facts, field, words
):
    person = PersonFactory()
    response = client.post(url(person), typed(**facts))
    assert words in str(response.context["form"].errors[field])
    assert response.context["form"]["name"].value() == "Ewa Wrona", "the input is kept"
    assert not person.representatives.exists()


def test_delivery_of_a_copy_to_a_protected_representative_is_agreed(client, caseworker):
    person = PersonFactory()
    nowhere = {"address": "", "postcode": "", "city": ""}
    client.post(
        url(person), typed(is_protected="on", letter_agreement="Hentes på kontoret", **nowhere)
    )
    proxy = person.representatives.get()
    assert proxy.is_protected and proxy.is_reached and proxy.sent_to == ""
    page = client.get(url(person)).text
    assert "Kopi av brev etter avtale: Hentes på kontoret" in page
    assert "Har adressebeskyttelse" in page


def test_database_refuses_a_protected_address():
    with pytest.raises(IntegrityError, match="representative_protected_has_no_address"):
        RepresentativeFactory(is_protected=True)
