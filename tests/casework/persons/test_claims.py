"""The number of somebody hidden answers like a free one, up to a step that is written down, limited
and sent to those who may see the person (needs C4, S3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import Event, NumberClaim, Person
from common.national_id import generate_tenor
from tests.casework.persons.test_persons import BORN, NEW, typed
from tests.factories import (
    FamilyFactory,
    NumberClaimFactory,
    PersonFactory,
    UserFactory,
    now,
)
from tests.factories_follow_up import setting

pytestmark = pytest.mark.django_db

HELD = generate_tenor(BORN, 0)
FREE = generate_tenor(BORN, 1)
HIDDEN = [{"protected": True}, {"employee": True}]
TO_CHECK = "Nummeret må kontrolleres av en annen før det kan brukes."


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


@pytest.fixture(params=HIDDEN, ids=["protected", "shielded"])
def holder(request):
    return PersonFactory(national_id=HELD, first_name="Kanari", last_name="Fugl", **request.param)


def test_until_it_is_saved_a_held_number_answers_as_a_free_one(client, caseworker, holder):
    """Something else is wrong, so nothing is saved: the two pages are the same, and no claim is
    made."""
    wrong = {"birth_date": "31.02.1990"}
    held = client.post(NEW, typed(national_id=HELD, **wrong))
    free = client.post(NEW, typed(national_id=FREE, **wrong))

    assert errors(held) == errors(free) != []
    assert not NumberClaim.objects.exists()


def errors(response) -> list[str]:
    form = response.context["form"]
    return sorted(f"{name}: {text}" for name, texts in form.errors.items() for text in texts)


def test_saving_says_it_must_be_checked_and_leaves_a_claim(client, caseworker, holder):
    page = client.post(NEW, typed(national_id=HELD))

    assert [text for text in errors(page) if TO_CHECK in text]
    shown = page.content.decode()
    assert "Fugl" not in shown
    assert "Kanari" not in shown
    claim = NumberClaim.objects.get()
    assert (claim.person, claim.asked_by) == (holder, caseworker)
    assert Event.objects.filter(person=holder, kind="number_claimed", by=caseworker).exists()
    assert Person.objects.count() == 1  # nobody was registered


def test_changing_a_person_to_a_held_number_is_the_same_step(client, caseworker, holder):
    person = PersonFactory(national_id=FREE, birth_date=BORN)
    page = client.get(reverse("casework:person_edit", args=[person.pk]))
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data.update(national_id=HELD, birth_date="04.05.1990")
    page = client.post(reverse("casework:person_edit", args=[person.pk]), data)

    assert [text for text in errors(page) if TO_CHECK in text]
    assert NumberClaim.objects.filter(person=holder, asked_by=caseworker).count() == 1
    person.refresh_from_db()
    assert person.national_id == FREE


def test_a_member_of_a_household_with_a_held_number_is_the_same_step(client, caseworker, holder):
    head = FamilyFactory(children=0).head
    url = reverse("casework:household", args=[head.pk])
    asked = client.post(url, {"number": HELD, "relation": "annen"})
    assert not [text for text in errors(asked) if TO_CHECK in text]  # the name is asked for

    page = client.post(
        url,
        {
            "number": HELD,
            "first_name": "Hanne",
            "last_name": "Myrland",
            "birth_date": "04.05.1990",
            "relation": "annen",
            "living": "fast",
            "since": f"{now():%d.%m.%Y}",
        },
    )
    assert TO_CHECK in str(page.context["form"].errors["number"])  # beside the field
    assert NumberClaim.objects.filter(person=holder).count() == 1


def test_after_too_many_no_new_number_is_taken_free_or_not(client, caseworker, holder):
    setting("number_claims_a_day", 2)
    for _n in range(2):
        client.post(NEW, typed(national_id=HELD))
    held, free = (client.post(NEW, typed(national_id=number)) for number in (HELD, FREE))

    assert errors(held) == errors(free)
    assert "Du har sendt 2 numre til kontroll" in str(errors(free))
    assert NumberClaim.objects.count() == 2
    NumberClaim.objects.update(asked_at=now() - timedelta(days=1, minutes=1))
    assert client.post(NEW, typed(national_id=FREE)).status_code == 302


def test_who_may_see_the_person_is_told_and_answers_once(client, caseworker, holder):
    client.post(NEW, typed(national_id=HELD))
    claim = NumberClaim.objects.get()
    url = reverse("casework:number_claim", args=[claim.pk])
    other = UserFactory(caseworker=True)
    client.force_login(other)
    assert client.get(url).status_code == 404
    assert "Nummer til kontroll" not in client.get("/").content.decode()

    trusted = UserFactory(caseworker=True, sees_protected=True, sees_shielded=True)
    client.force_login(trusted)
    day = client.get("/").content.decode()
    assert "Nummer til kontroll" in day
    assert f"{caseworker} skrev nummeret" in day
    assert client.get(url).status_code == 200
    client.post(url)
    claim.refresh_from_db()
    assert claim.answered_by == trusted
    assert "Nummer til kontroll" not in client.get("/").content.decode()
    again = client.post(url, follow=True)
    assert "Noen andre har nettopp gjort dette." in again.content.decode()


def test_nobody_answers_a_claim_of_their_own_or_of_somebody_they_may_not_see(client):
    shielded = NumberClaimFactory(person=PersonFactory(employee=True))
    user = UserFactory(caseworker=True, sees_protected=True)
    own = NumberClaimFactory(person=PersonFactory(protected=True), asked_by=user)
    client.force_login(user)

    for claim in (shielded, own):
        url = reverse("casework:number_claim", args=[claim.pk])
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 404
