"""Address protection of a person who lives with others (needs S3, C2)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from casework.models import Event, Person
from tests.factories import FamilyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusted(client):
    user = UserFactory(caseworker=True, sees_protected=True, sees_shielded=True)
    client.force_login(user)
    return user


def typed(client, person, **changes) -> dict[str, str]:
    form = client.get(reverse("casework:person_edit", args=[person.pk])).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    known = {name: value for name, value in sent.items() if value not in (None, False)}
    return {**known, "protection": "strengtFortrolig", **changes}


def members(family) -> list[Person]:
    return [member.person for member in family.members.order_by("relation", "pk")]


def test_household_of_a_protected_person_is_shown_and_protected_too(client, trusted):
    family = FamilyFactory(children=2)
    head = family.members.get(relation="hovedperson").person
    edit = reverse("casework:person_edit", args=[head.pk])

    asked = client.post(edit, typed(client, head))
    head.refresh_from_db()
    assert head.protection == "ugradert", "nothing is saved before the user has chosen"
    form = asked.context["form"]
    assert len(form["protect"].value()) == 2, "everyone is selected by default"

    sent = typed(client, head, asked="on", protect=form["protect"].value())
    refused = client.post(edit, sent)
    assert "protect_reason" in refused.context["form"].errors

    assert client.post(edit, sent | {"protect_reason": "Bor sammen."}).status_code == 302
    assert {each.protection for each in members(family)} == {"strengtFortrolig"}
    events = Event.objects.filter(kind="person_protected")
    assert events.count() == 3
    assert "Bor sammen." in events.filter(person=head).get().text


def test_household_member_can_be_left_unprotected_with_a_reason(client, trusted):
    family = FamilyFactory(children=2)
    head = family.members.get(relation="hovedperson").person
    one, other = family.members.filter(relation="barn").order_by("pk")
    edit = reverse("casework:person_edit", args=[head.pk])

    sent = typed(
        client, head, asked="on", protect=[one.person_id], protect_reason="Bor mest hos far."
    )
    assert client.post(edit, sent).status_code == 302
    one.person.refresh_from_db()
    other.person.refresh_from_db()
    assert (one.person.protection, other.person.protection) == ("strengtFortrolig", "ugradert")
    assert "1 med, 1 uten" in Event.objects.get(person=head, kind="person_protected").text


def test_person_living_alone_gets_no_household_question(client, trusted):
    family = FamilyFactory(children=0)
    head = family.members.get().person
    edit = reverse("casework:person_edit", args=[head.pk])

    assert client.post(edit, typed(client, head)).status_code == 302
