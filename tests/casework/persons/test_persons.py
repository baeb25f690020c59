"""Registering and editing persons and households."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from casework.letters import letters
from casework.log.enums import Protection
from casework.models import Event, HouseholdMember, Note, Person
from casework.persons.actions import persons as actions
from common.national_id import generate_tenor
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    MemberFactory,
    PersonFactory,
    UserFactory,
    now,
    today,
)

pytestmark = pytest.mark.django_db

BORN = date(1990, 5, 4)
NEW = reverse("casework:person_new")
NEUTRAL = "Nummeret må kontrolleres av en annen før det kan brukes."
with (Path(__file__).parent.parent.parent / "data" / "national_ids.csv").open() as numbers:
    NUMBERS = list(csv.DictReader(numbers))


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


@pytest.fixture
def trusted(client):
    user = UserFactory(caseworker=True, sees_protected=True, sees_shielded=True)
    client.force_login(user)
    return user


def typed(**changes) -> dict[str, str]:
    return {
        "first_name": "Hanne",
        "last_name": "Myrland",
        "id_kind": "fnr",
        "national_id": generate_tenor(BORN, 0),
        "birth_date": "04.05.1990",
        "sex": "kvinne",
        "language_form": "nb",
        **changes,
    }


def page(response) -> str:
    return response.content.decode()


# ------------------------------------------------------------------ registering


def test_registering_a_person_writes_an_event_and_history(client, caseworker):
    response = client.post(NEW, typed(phone="400 00 117", interpreter="on"))

    person = Person.objects.get(last_name="Myrland")
    assert response.url == reverse("desk:person", args=[person.pk])
    assert (person.birth_date, person.phone, person.interpreter) == (BORN, "+4740000117", True)
    assert person.responsible == caseworker
    assert person.history.get().history_user == caseworker
    assert Event.objects.get(person=person).by == caseworker


def test_form_sent_twice_creates_one_person(client, caseworker):
    token = client.get(NEW).context["form"]["form_token"].value()
    sent = typed(form_token=str(token))
    first, second = client.post(NEW, sent), client.post(NEW, sent)

    assert first.url == second.url
    assert Person.objects.count() == 1


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row["number"] + row["kind"])
def test_every_kind_of_national_id_is_accepted_and_invalid_ones_refused(client, caseworker, row):
    response = client.post(NEW, typed(national_id=row["number"], other_birth_date="on"))

    if row["valid"] == "yes":
        assert response.status_code == 302
        assert Person.objects.get().national_id == row["number"]
    else:
        assert response.status_code == 200
        assert response.context["form"].errors["national_id"]
        assert row["number"] in page(response), "the input is kept"
        assert not Person.objects.exists()


def test_demo_refuses_numbers_that_may_belong_to_real_people(client, caseworker, settings):
    settings.DEMO = True
    real = next(row["number"] for row in NUMBERS if row["kind"] == "fnr" and row["valid"] == "yes")

    assert "aldri nummeret til en virkelig person" in page(
        client.post(NEW, typed(national_id=real))
    )
    assert client.post(NEW, typed()).status_code == 302


def test_duf_number_or_no_number_is_accepted(client, caseworker):
    client.post(NEW, typed(id_kind="duf", duf="2020 000123 45", last_name="Duf"))
    client.post(NEW, typed(id_kind="ingen", national_id="ikke et nummer", first_name="Ada"))

    assert Person.objects.get(last_name="Duf").duf == "202000012345"
    assert Person.objects.get(first_name="Ada").national_id == ""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"birth_date": "31.02.1990"}, "birth_date"),
        ({"birth_date": "01.01.2190"}, "birth_date"),
        ({"birth_date": "i går"}, "birth_date"),
        ({"national_id": ""}, "national_id"),
        ({"id_kind": "duf", "duf": "12"}, "duf"),
        ({"id_kind": "pass"}, "id_kind"),
        ({"first_name": "", "last_name": ""}, "first_name"),
        ({"first_name": "A" * 81}, "first_name"),
        ({"first_name": "A\x00"}, "first_name"),
        ({"phone": "12"}, "phone"),
        ({"email": "ikke en adresse"}, "email"),
        ({"postcode": "99"}, "postcode"),
        ({"sex": "annet"}, "sex"),
    ],
)
def test_error_is_shown_beside_the_field(client, caseworker, wrong, field):
    response = client.post(NEW, typed(**wrong))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not Person.objects.exists()


def test_sex_and_birth_date_are_registered_even_if_the_number_differs(client, caseworker):
    """Birth date and sex are as registered, never derived from the number (C1)."""
    client.post(NEW, typed(birth_date="05.04.1991", sex="mann", other_birth_date="on"))

    person = Person.objects.get()
    assert (person.birth_date, person.sex) == (date(1991, 4, 5), "mann")


# ------------------------------------------------------------------ duplicates


def test_used_national_id_links_to_its_person(client, caseworker):
    known = PersonFactory(national_id=generate_tenor(BORN, 0))
    response = client.post(NEW, typed())

    assert f"allerede registrert på {known.name}" in page(response)
    assert f'href="{reverse("desk:person", args=[known.pk])}"' in page(response)
    assert "Myrland" in page(response)


@pytest.mark.parametrize("hidden", [{"protected": True}, {"employee": True}])
def test_used_national_id_reveals_nothing_about_a_hidden_person(client, caseworker, hidden):
    secret = PersonFactory(
        national_id=generate_tenor(BORN, 0), first_name="Kanari", last_name="Fugl", **hidden
    )
    shown = page(client.post(NEW, typed()))

    assert NEUTRAL in shown
    assert "Fugl" not in shown
    assert reverse("desk:person", args=[secret.pk]) not in shown


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"first_name": "Hanne Marie", "birth_date": BORN}, "samme fødselsdato"),
        ({"last_name": "Myhrland", "birth_date": BORN}, "samme fødselsdato"),
        ({"birth_date": date(1990, 4, 5)}, "dag og måned byttet om"),
        ({"birth_date": None}, "fødselsdato ikke kjent"),
    ],
)
def test_similar_person_is_shown_before_another_is_registered(client, caseworker, known, why):
    PersonFactory(**{"first_name": "Hanne", "last_name": "Myrland", "unknown_id": True, **known})
    sent = typed(phone="400 00 117")
    response = client.post(NEW, sent)

    assert why in page(response)
    assert "400 00 117" in page(response), "all input is kept"
    assert Person.objects.count() == 1

    seen = response.context["form"]["seen"].value()
    assert client.post(NEW, {**sent, "seen": seen, "other_person": "on"}).status_code == 302
    assert Person.objects.count() == 2


def test_person_who_is_not_similar_does_not_stop_registration(client, caseworker):
    PersonFactory(first_name="Oskar", last_name="Vik", birth_date=BORN, unknown_id=True)
    PersonFactory(first_name="Hanne", last_name="Myrland", birth_date=date(1961, 1, 30))

    assert client.post(NEW, typed()).status_code == 302


def test_confirming_another_person_applies_only_to_those_shown(client, caseworker):
    PersonFactory(first_name="Hanne", last_name="Myrland", birth_date=BORN)
    response = client.post(NEW, typed(other_person="on", seen=""))

    assert response.status_code == 200
    assert Person.objects.count() == 1


@pytest.mark.parametrize("hidden", [{"strictly_protected": True}, {"employee": True}])
def test_duplicate_search_ignores_protected_persons(client, caseworker, hidden):
    PersonFactory(first_name="Hanne", last_name="Myrland", birth_date=BORN, **hidden)

    assert client.post(NEW, typed(national_id=generate_tenor(BORN, 9))).status_code == 302


def test_user_with_access_is_warned_about_protected_duplicates(client, trusted):
    PersonFactory(first_name="Hanne", last_name="Myrland", birth_date=BORN, protected=True)

    sent = typed(national_id=generate_tenor(BORN, 9), protection="ugradert")
    assert "samme fødselsdato" in page(client.post(NEW, sent))


# ------------------------------------------------------------------ changing


def edit(person) -> str:
    return reverse("casework:person_edit", args=[person.pk])


def as_shown(client, person, **changes) -> dict[str, str]:
    form = client.get(edit(person)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)} | changes


def test_a_change_is_kept_in_history_and_named_in_the_timeline(client, caseworker):
    person = PersonFactory(phone="+4740000000")
    client.post(edit(person), as_shown(client, person, phone="400 00 117"))

    person.refresh_from_db()
    assert person.phone == "+4740000117"
    assert person.history.first().history_user == caseworker
    event = Event.objects.get(person=person, kind="person_changed")
    assert event.text == "Endret: telefon."
    assert "117" not in str(event.data), "the event names the field, not the new value"


def test_second_of_two_editors_gets_a_message_and_keeps_the_input(client, caseworker):
    person = PersonFactory(city="Solvær")
    mine = as_shown(client, person, city="Myrland")
    person.city = "Vik"
    person.save()

    response = client.post(edit(person), mine)
    assert "Noen har endret dette mens du skrev" in page(response)
    assert "Vik" in page(response)
    assert response.context["form"]["city"].value() == "Myrland"
    person.refresh_from_db()
    assert person.city == "Vik"

    again = {**mine, "version": response.context["form"]["version"].value()}
    assert client.post(edit(person), again).status_code == 302
    person.refresh_from_db()
    assert person.city == "Myrland"


@pytest.mark.parametrize("version", ["", "-1", "99999999999999999999", "x"])
def test_invalid_version_gives_a_message_not_a_crash(client, caseworker, version):
    person = PersonFactory()
    response = client.post(edit(person), as_shown(client, person, version=version, city="Vik"))

    assert response.status_code == 200
    person.refresh_from_db()
    assert person.city == "Solvær"


def test_protection_is_set_only_by_users_with_access(client, caseworker):
    person = PersonFactory()
    assert "protection" not in client.get(edit(person)).context["form"].fields
    client.post(edit(person), as_shown(client, person, protection="fortrolig", shielded="on"))
    person.refresh_from_db()
    assert (person.protection, person.shielded) == (Protection.NONE, False)

    client.force_login(UserFactory(caseworker=True, sees_protected=True))
    client.post(edit(person), as_shown(client, person, protection="strengtFortrolig"))
    person.refresh_from_db()
    assert person.protection == Protection.STRICTLY


def test_used_national_id_is_also_refused_on_edit(client, caseworker):
    other, person = PersonFactory(), PersonFactory()
    response = client.post(edit(person), as_shown(client, person, national_id=other.national_id))

    assert f"allerede registrert på {other.name}" in page(response)


# ------------------------------------------------------------------ households


def home(person) -> str:
    return reverse("casework:household", args=[person.pk])


def member(**changes) -> dict[str, str]:
    return {
        "number": "",
        "first_name": "Zofia",
        "last_name": "Wrona",
        "birth_date": "01.03.2017",
        "relation": "barn",
        "living": "samvar",
        "since": today().strftime("%d.%m.%Y"),
        **changes,
    }


def test_child_is_registered_with_few_fields_and_its_living_arrangement(client, caseworker):
    father = PersonFactory()
    assert client.post(home(father), member()).status_code == 302

    child = HouseholdMember.objects.get(person__first_name="Zofia")
    assert (child.relation, child.living) == ("barn", "samvar")
    assert child.household == actions.own_household(father, today())
    assert "Zofia Wrona" in page(client.get(home(father)))


def test_registered_person_is_found_by_national_id_alone(client, caseworker):
    head, partner = PersonFactory(), PersonFactory()
    client.post(
        home(head),
        member(number=partner.national_id, first_name="", birth_date="", relation="partner"),
    )

    assert actions.own_household(partner, today()) == actions.own_household(head, today())


def test_similar_person_is_offered_before_a_child_is_registered_twice(client, caseworker):
    head = PersonFactory()
    child = PersonFactory(first_name="Zofia", last_name="Wrona", birth_date=date(2017, 3, 1))
    response = client.post(home(head), member())
    assert "Er det en av disse?" in page(response)
    assert Person.objects.count() == 2

    client.post(home(head), member(same_as=str(child.pk)))
    assert child.memberships.count() == 1
    assert Person.objects.count() == 2


def test_household_form_reveals_no_protected_persons(client, caseworker):
    head = PersonFactory()
    secret = PersonFactory(
        first_name="Zofia", last_name="Wrona", birth_date=date(2017, 3, 1), protected=True
    )
    assert NEUTRAL in page(client.post(home(head), member(number=secret.national_id)))
    client.post(home(head), member(same_as=str(secret.pk)))
    assert not secret.memberships.exists()


def test_a_child_of_a_protected_parent_is_protected(client, trusted):
    mother = PersonFactory(strictly_protected=True)
    client.post(home(mother), member())

    assert Person.objects.get(first_name="Zofia").protection == Protection.STRICTLY


def test_protected_member_is_hidden_in_the_household(client, caseworker):
    family = FamilyFactory(children=1)
    Person.objects.filter(pk=family.children[0].pk).update(
        protection=Protection.CONFIDENTIAL, first_name="Kanari"
    )
    assert "Kanari" not in page(client.get(home(family.head)))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"since": "31.02.2026"}, "since"),
        ({"since": "01.01.2010"}, "since"),  # before the birth
        ({"relation": ""}, "relation"),
        ({"relation": "hovedperson"}, "relation"),  # the household has one
        ({"birth_date": "01.01.2100"}, "birth_date"),
        ({"first_name": "", "last_name": ""}, "first_name"),
        ({"number": "123"}, "number"),
        ({"number": generate_tenor(BORN, 3), "first_name": "", "last_name": ""}, "first_name"),
    ],
)
def test_invalid_membership_is_refused_with_a_sentence(client, caseworker, wrong, field):
    head = PersonFactory(with_household=True)
    response = client.post(home(head), member(**wrong))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert Person.objects.count() == 1, "nothing is saved in part"


def test_periods_that_overlap_are_refused_beside_the_date(client, caseworker):
    family = FamilyFactory(children=1)
    child = family.children[0]
    response = client.post(home(family.head), member(number=child.national_id, birth_date=""))
    assert "allerede med i husstanden" in response.context["form"].errors["since"][0]

    other = FamilyFactory(children=0)
    response = client.post(
        home(family.head),
        member(number=other.head.national_id, birth_date="", relation="partner"),
    )
    assert "annen husstand" in response.context["form"].errors["since"][0]


def test_membership_ends_from_a_date_and_can_start_again(client, caseworker):
    family = FamilyFactory(children=1)
    row = HouseholdMember.objects.get(person=family.children[0])
    ended = today().strftime("%d.%m.%Y")
    client.post(home(family.head), {"member": row.pk, f"m{row.pk}-last": ended})

    row.refresh_from_db()
    assert row.period.upper == today()
    assert (
        client.post(
            home(family.head), member(number=row.person.national_id, birth_date="")
        ).status_code
        == 302
    )


@pytest.mark.parametrize("last", ["01.01.2001", "31.02.2026", ""])
def test_membership_cannot_end_before_it_starts(client, caseworker, last):
    family = FamilyFactory(children=1)
    row = HouseholdMember.objects.get(person=family.children[0])
    response = client.post(home(family.head), {"member": row.pk, f"m{row.pk}-last": last})

    assert response.status_code == 200
    assert "ds-validation-message" in page(response)
    row.refresh_from_db()
    assert row.period.upper is None


def test_a_member_of_another_household_cannot_be_ended_here(client, caseworker):
    head, other = PersonFactory(with_household=True), FamilyFactory(children=1)
    row = HouseholdMember.objects.get(person=other.children[0])
    sent = {"member": row.pk, f"m{row.pk}-last": today().strftime("%d.%m.%Y")}

    assert client.post(home(head), sent).status_code == 404


def test_adult_child_applies_with_their_own_household():
    by, family = UserFactory(caseworker=True), FamilyFactory(children=1)
    partner = PersonFactory()
    MemberFactory(household=family, person=partner, relation="partner")

    assert actions.household_of(partner, by=by, at=now()) == family
    own = actions.household_of(family.children[0], by=by, at=now())
    assert own != family
    assert actions.household_of(family.children[0], by=by, at=now()) == own


# ------------------------------------------------------------------ notes


def test_note_separates_observation_and_quotation(client, caseworker):
    application = ApplicationFactory()
    url = reverse("casework:note_new", args=[application.person_id])
    client.post(url, {"quotation": "Jeg sover dårlig.", "application": application.pk})

    note = Note.objects.get()
    assert (note.quotation, note.observation) == ("Jeg sover dårlig.", "")
    assert note.application == application


def test_empty_note_is_refused_with_a_sentence(client, caseworker):
    url = reverse("casework:note_new", args=[PersonFactory().pk])

    assert "Skriv hva du så, eller hva personen sa." in page(client.post(url, {}))


def test_note_cannot_be_added_to_the_case_of_another_person(client, caseworker):
    url = reverse("casework:note_new", args=[PersonFactory().pk])
    other = ApplicationFactory()

    assert client.post(url, {"quotation": "Hei", "application": other.pk}).status_code == 200
    assert not Note.objects.exists()


# ------------------------------------------------------------------ who may

PAGES = ["person_edit", "household", "note_new", "application_new"]


@pytest.mark.parametrize("name", PAGES)
def test_hidden_person_is_404(client, caseworker, name):
    for hidden in (PersonFactory(protected=True), PersonFactory(employee=True)):
        url = reverse(f"casework:{name}", args=[hidden.pk])
        assert client.get(url).status_code == 404
        assert client.post(url, {}).status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["leder", "moteleder", "boligforvalter", "likeperson"])
def test_colleague_without_the_role_is_forbidden(client, name, role):
    client.force_login(UserFactory(role=role))
    person = PersonFactory()

    assert client.get(reverse(f"casework:{name}", args=[person.pk])).status_code == 403
    assert client.get(NEW).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_person_page_has_few_queries_for_a_large_household(
    client, caseworker, name, django_assert_max_num_queries
):
    family = FamilyFactory(children=5)
    with django_assert_max_num_queries(21):
        assert client.get(reverse(f"casework:{name}", args=[family.head.pk])).status_code == 200


def test_person_with_a_future_birth_date_does_not_crash_the_page(client, caseworker):
    family = FamilyFactory(children=1)
    Person.objects.filter(pk=family.children[0].pk).update(birth_date=today() + timedelta(days=30))
    assert client.get(home(family.head)).status_code == 200


# ------------------------------------------------------------------ one name only


@pytest.mark.parametrize("name", ["first_name", "last_name"])
def test_person_with_one_name_is_registered_found_and_written_to(client, caseworker, name):
    one = {"first_name": "", "last_name": "", name: "Suharto"}
    response = client.post(NEW, typed(**one, address="Vegen 1", postcode="9990", city="Solvær"))
    assert response.status_code == 302, response.content.decode()[-3000:]
    person = Person.objects.get()
    assert (person.name, person.listed_name, person.called) == ("Suharto",) * 3
    assert person.initials == "S."

    found = client.post("/sok/", {"q": "suharto"})
    assert found.context["found"].persons == [person]
    for url in (f"/personer/{person.pk}/", "/personer/"):
        page = client.get(url).content.decode()
        assert "Suharto" in page
        assert not re.search(r"Suharto\s*,\s*<|>\s*,\s*Suharto|Suharto ,", page)
    case = ApplicationFactory(person=person)
    frame = letters.frame(case, language="nb", on=today(), by=caseworker)
    assert frame["recipient"]["name"] == "Suharto"

    nobody = client.post(NEW, typed(first_name="", last_name="", national_id=""))
    assert "Skriv navnet." in nobody.content.decode()


def test_member_is_not_registered_by_the_suggested_last_name_alone(client, caseworker):
    head = FamilyFactory().head
    url = reverse("casework:household", args=[head.pk])
    before = Person.objects.count()
    client.post(url, {"last_name": head.last_name, "relation": "barn", "living": "fast"})
    assert Person.objects.count() == before


# ------------------------------------------------------------------ signs


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x85"])
def test_control_character_is_named_at_its_field(client, caseworker, sign):
    page = client.post(NEW, typed(first_name=f"Han{sign}ne", address=f"Vegen{sign} 1"))
    assert set(page.context["form"].errors) == {"first_name", "address"}
    assert not Person.objects.exists()
