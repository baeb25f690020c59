"""Numbers a person has and had, birth dates beside them, and who shares a household (C1, C4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from casework.log.enums import IdKind
from casework.models import Event, Person, Service
from casework.persons.actions import persons as actions
from common.calendar import add_months
from common.formatting import nbdate
from common.national_id import generate_tenor, shows_birth_date
from tests.casework.persons.test_persons import BORN, NEW, typed
from tests.factories import (
    ApplicationFactory,
    HouseholdFactory,
    PersonFactory,
    ServiceFactory,
    UserFactory,
    now,
)

pytestmark = pytest.mark.django_db

OLD, RIGHT = generate_tenor(BORN, 7), generate_tenor(BORN, 8)
D_NUMBER = "53097248016"
DUF = "201912345678"


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def renumbered(person: Person, by, **facts) -> Person:
    return actions.change_person(
        person=person, by=by, at=now(), facts=facts, version=actions.version_of(person)
    )


def registered(by, **facts) -> Person:
    given = {"first_name": "Liv", "last_name": "Sand", "birth_date": BORN, **facts}
    return actions.register_person(by=by, at=now(), facts=given)


# ------------------------------------------------------------------ the birth date


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("13097248022", date(1972, 9, 13)),
        ("53097248016", date(1972, 9, 13)),  # D-number
        ("13527248013", date(1972, 12, 13)),  # H-number
        ("10915596784", date(1955, 11, 10)),  # Tenor
        ("50846202355", date(1962, 4, 10)),  # D-number of Tenor
    ],
)
def test_birth_date_is_compared_with_every_kind_of_number(number, born):
    assert shows_birth_date(number, born)
    assert not shows_birth_date(number, add_months(born, 1))


def test_birth_date_that_contradicts_the_number_is_asked_about_and_kept(client, caseworker):
    sent = typed(birth_date="05.05.1990")
    page = client.post(NEW, sent)
    assert "en annen enn nummeret viser" in page.context["form"].errors["other_birth_date"][0]
    assert 'name="other_birth_date"' in page.text
    assert not Person.objects.filter(last_name="Myrland").exists()

    assert client.post(NEW, sent | {"other_birth_date": "on"}).status_code == 302
    person = Person.objects.get(last_name="Myrland")
    assert person.birth_date == date(1990, 5, 5)
    text = Event.objects.get(person=person, kind="person_registered").text
    assert "Fødselsdatoen er en annen enn nummeret viser." in text

    # What is confirmed is not asked about again when something else is changed.
    url = reverse("casework:person_edit", args=[person.pk])
    form = client.get(url).context["form"]
    again = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    again.update(phone="75 00 01 17", birth_date="05.05.1990")
    assert client.post(url, again).status_code == 302


def test_the_same_is_asked_when_a_member_is_registered_by_number(client, caseworker):
    household = HouseholdFactory()
    url = reverse("casework:household", args=[household.head.pk])
    sent = {
        "number": generate_tenor(BORN, 3),
        "first_name": "Per",
        "last_name": "Ås",
        "birth_date": "05.05.1990",
        "relation": "partner",
        "living": "fast",
        "since": nbdate(now()),
    }
    assert "other_birth_date" in client.post(url, sent).context["form"].errors
    assert client.post(url, sent | {"other_birth_date": "on"}).status_code == 302
    assert household.members.filter(person__last_name="Ås").exists()


# ------------------------------------------------------------------ numbers from before


def test_old_numbers_lead_to_the_person_and_bar_a_second_registration(client, caseworker):
    """A DUF number gave way to a D-number, and that to another, one of them a correction."""
    person = registered(caseworker, id_kind=IdKind.DUF, duf=DUF)
    renumbered(person, caseworker, id_kind=IdKind.NATIONAL, duf="", national_id=OLD)
    person.refresh_from_db()
    renumbered(person, caseworker, national_id=RIGHT)
    for number in (DUF, OLD, RIGHT):
        found = Person.objects.visible_to(caseworker).matching(number)
        assert list(found) == [person]
        answer = client.post(reverse("desk:search"), {"q": number})
        assert answer.url == reverse("desk:person", args=[person.pk])

    sent = typed(national_id=OLD)
    page = client.post(NEW, sent)
    assert "Har hatt dette nummeret før" in page.text
    assert not Person.objects.filter(last_name="Myrland").exists()
    # By phone or as a member of a household, the old number is the person.
    with pytest.raises(actions.HadNumberBefore) as error:
        actions.check_number_is_free(by=caseworker, national_id=OLD)
    assert error.value.person == person
    # The number was a typing error, and its owner comes: that is possible, and said.
    again = sent | {"other_person": "on", "seen": page.context["form"].data["seen"]}
    assert client.post(NEW, again).status_code == 302
    assert Person.objects.get(national_id=OLD).last_name == "Myrland"


@pytest.mark.parametrize(
    ("old", "sent"),
    [
        ({"id_kind": IdKind.DUF, "duf": DUF}, {"id_kind": "duf", "duf": DUF, "national_id": ""}),
        ({"id_kind": IdKind.NATIONAL, "national_id": D_NUMBER}, {"national_id": D_NUMBER}),
    ],
)
def test_number_that_gave_way_to_another_kind_is_nobody_elses(client, caseworker, old, sent):
    """It was no typing error: there is no tick that lets a second registration through."""
    person = registered(caseworker, **old)
    renumbered(person, caseworker, id_kind=IdKind.NATIONAL, duf="", national_id=RIGHT)
    page = client.post(NEW, typed(**sent, other_person="on", seen=str(person.pk)))
    assert "Nummeret er allerede registrert på Liv Sand." in page.text
    assert Person.objects.count() == 1


def test_the_old_number_of_a_hidden_person_tells_nothing(client, caseworker):
    trusted = UserFactory(caseworker=True, sees_protected=True)
    hidden = registered(trusted, id_kind=IdKind.NATIONAL, national_id=OLD)
    renumbered(hidden, trusted, national_id=RIGHT, protection="strengtFortrolig")
    page = client.post(NEW, typed(national_id=OLD))
    assert "Nummeret må kontrolleres av en annen" in page.text
    assert "Sand" not in page.text
    assert not Person.objects.visible_to(caseworker).matching(OLD).exists()


def test_person_takes_back_an_old_number_of_their_own(caseworker):
    person = registered(caseworker, id_kind=IdKind.NATIONAL, national_id=OLD)
    renumbered(person, caseworker, national_id=RIGHT)
    person.refresh_from_db()
    assert renumbered(person, caseworker, national_id=OLD).national_id == OLD


# ------------------------------------------------------------------ two sides


def test_partners_case_is_found_from_both_sides(client, caseworker):
    partner = PersonFactory()
    household = HouseholdFactory(partner=partner)
    # Ola applied before he moved in with Kari: his case is in a household of his own.
    case = ApplicationFactory(person=partner, household=HouseholdFactory())
    own = ApplicationFactory(person=household.head, household=household)
    for person, other in ((household.head, case), (partner, own)):
        for page in ("person", "person_cases"):
            text = client.get(reverse(f"desk:{page}", args=[person.pk])).text
            assert other.case_number in text
            assert other.person.name in text

    partner.protection = "strengtFortrolig"
    partner.save()
    text = client.get(reverse("desk:person", args=[household.head.pk])).text
    assert case.case_number not in text


# ------------------------------------------------------------------ service hours


def test_service_hours_survive_an_edit(client, caseworker):
    service = ServiceFactory(hours_per_week=Decimal("2.5"))
    url = reverse("casework:service", args=[service.pk])
    page = client.get(url)
    # A field of type «number» is emptied by the browser when it holds a comma.
    assert 'value="2,5"' in page.text
    assert 'type="number"' not in page.text
    form = page.context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    sent |= {"period_0": nbdate(service.period.lower), "period_1": "", "contact": "Ny kontakt"}
    sent |= {"hours_per_week": "2,5"}
    assert client.post(url, sent).status_code == 302
    service = Service.objects.get(pk=service.pk)
    assert (service.hours_per_week, service.contact) == (Decimal("2.5"), "Ny kontakt")
