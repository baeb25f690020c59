"""Temporary places for a § 27 application: placement, failed search, renewal, night list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DataError
from django.urls import reverse

from accounts.models import ReadLog
from casework.log.enums import ApplicationKind, LivingArrangement, Protection
from casework.models import Event, Flag
from common.calendar import add_months
from common.formatting import months_nb, nbdate
from stays.enums import UnsuitedFor
from stays.models import PlaceSearch, Renewal, Stay
from stays.placement.rules import costs
from stays.temporary.chains import chain_of
from stays.temporary.flags import flag_stays
from tests import factories as f

pytestmark = pytest.mark.django_db


def typed(day):
    return f"{day:%d.%m.%Y}"


@pytest.fixture
def application():
    return f.ApplicationFactory(assessed=True)


def asked(application):
    return reverse("stays:place", args=[application.pk])


def given(unit, today, **more):
    data = {
        "unit": unit.pk,
        "starts_on": typed(today),
        "granted_until": typed(today + timedelta(days=14)),
        "reason": "Kom på kvelden.",
    }
    return data | more


def test_withdrawn_case_leads_to_no_place(as_caseworker):
    application = f.ApplicationFactory(kind="midlertidig")
    url = reverse("casework:application", args=[application.pk])
    assert asked(application) in as_caseworker.get(url).text
    type(application).objects.update(state="trukket")
    assert asked(application) not in as_caseworker.get(url).text


def test_place_is_given_on_one_page(as_caseworker, application, today):
    unit = f.UnitFactory(temporary=True, night_price=900)
    assert as_caseworker.get(asked(application)).status_code == 200
    assert as_caseworker.post(asked(application), given(unit, today)).status_code == 302
    stay = Stay.objects.get()
    assert (stay.unit, stay.night_price) == (unit, 900)
    assert stay.granted_until == today + timedelta(days=14)
    assert stay.period.upper is None  # a person who stays after the vedtak has ended still counts


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": ""}, "skriv hvorfor det ikke er noe vedtak"),
        ({"granted_until": "01.01.2020"}, "innvilget til etter at det begynte"),
        ({"starts_on": "31.02.2026"}, "finnes ikke i kalenderen"),
    ],
)
def test_impossible_placement_gets_a_message_and_saves_nothing(
    as_caseworker, application, today, more, words
):
    unit = f.UnitFactory(temporary=True)
    assert words in as_caseworker.post(asked(application), given(unit, today, **more)).text
    assert not Stay.objects.exists()


def test_place_unsuited_for_a_family_needs_a_reason(as_caseworker, today):
    family = f.FamilyFactory(children=1)
    application = f.ApplicationFactory(person=family.head, household=family, assessed=True)
    unit = f.UnitFactory(temporary=True)
    page = as_caseworker.post(asked(application), given(unit, today)).text
    assert "er ikke egnet for barn" in page and not Stay.objects.exists()
    data = given(unit, today, unsuited_reason="Eneste ledige i natt.")
    assert as_caseworker.post(asked(application), data).status_code == 302
    stay = Stay.objects.get()
    assert stay.unsuited_for == UnsuitedFor.CHILDREN
    with pytest.raises(IntegrityError, match="stay_unsuited_why"), transaction.atomic():
        Stay.objects.update(unsuited_reason="")


def test_children_reported_by_phone_count_before_they_are_registered(as_caseworker, today):
    application = f.ApplicationFactory(
        assessed=True, kind=ApplicationKind.TEMPORARY, children_tonight=2
    )
    unit = f.UnitFactory(temporary=True)
    page = as_caseworker.get(asked(application)).text
    assert "Fortalt på telefon" in page and "Før inn barna" in page
    page = as_caseworker.post(asked(application), given(unit, today)).text
    assert "er ikke egnet for barn" in page and not Stay.objects.exists()
    data = given(unit, today, unsuited_reason="Eneste ledige i natt.")
    assert as_caseworker.post(asked(application), data).status_code == 302
    assert Stay.objects.get().unsuited_for == UnsuitedFor.CHILDREN


def test_place_left_before_the_first_night_is_cancelled(as_caseworker, application, today):
    first, second = f.UnitFactory(temporary=True), f.UnitFactory(temporary=True)
    as_caseworker.post(asked(application), given(first, today))
    as_caseworker.post(asked(application), given(second, today))
    assert Stay.objects.get().unit == first  # a move needs the checkbox that the person moves
    data = given(second, today, moving="on")
    assert as_caseworker.post(asked(application), data).status_code == 302
    assert Stay.objects.get().unit == second
    event = Event.objects.get(kind="stay.voided")
    assert str(first) in event.text and event.by == as_caseworker.user
    # No one lives in the first place now.
    other = f.ApplicationFactory(assessed=True)
    assert as_caseworker.post(asked(other), given(first, today)).status_code == 302


def test_placement_from_prison_ends_the_prison_stay_and_is_flagged(
    as_caseworker, application, today
):
    prison = f.StayFactory(person=application.person, prison=True, days_ago=90)
    unit = f.UnitFactory(temporary=True)
    assert 'name="let_out"' in as_caseworker.get(asked(application)).text
    assert (
        as_caseworker.post(asked(application), given(unit, today, let_out="on")).status_code == 302
    )
    prison.refresh_from_db()
    assert prison.period.upper == today
    flag_stays(today)
    assert "from_institution" in Flag.objects.get(person=application.person).marks


def test_room_can_be_given_to_a_person_who_returns_to_prison(as_caseworker, application, today):
    prison = f.StayFactory(person=application.person, prison=True, days_ago=90)
    unit = f.UnitFactory(temporary=True)
    assert as_caseworker.post(asked(application), given(unit, today)).status_code == 302
    prison.refresh_from_db()
    assert prison.period.upper is None


def test_place_unsuited_for_young_people_needs_a_reason(as_caseworker, today):
    young = f.PersonFactory(birth_date=today - timedelta(days=365 * 20), with_household=True)
    application = f.ApplicationFactory(person=young, assessed=True)
    unit = f.UnitFactory(temporary=True, suits_young=False)
    page = as_caseworker.post(asked(application), given(unit, today)).text
    assert "er ikke egnet for unge" in page and not Stay.objects.exists()


def test_database_refuses_two_in_one_place_and_reversed_periods(today):
    stay = f.StayFactory()
    with pytest.raises(IntegrityError, match="unit_one_at_a_time"), transaction.atomic():
        f.StayFactory(unit=stay.unit)
    with pytest.raises(DataError), transaction.atomic():
        Stay.objects.filter(pk=stay.pk).update(period=f.since(today, today - timedelta(days=1)))
    with pytest.raises(IntegrityError, match="stay_begins"), transaction.atomic():
        Stay.objects.filter(pk=stay.pk).update(period=f.since(today, today))


def test_place_taken_in_the_meantime_gets_a_message(as_caseworker, application, today):
    unit = f.UnitFactory(temporary=True)
    f.StayFactory(unit=unit, days_ago=0)
    page = as_caseworker.post(asked(application), given(unit, today)).text
    assert f"Det bor noen i {unit} i perioden. Velg en annen." in page
    assert Stay.objects.count() == 1


# ------------------------------------------------------------------ search and renewal


def test_each_failed_search_is_a_row_with_its_reason(as_caseworker, application, today):
    url = reverse("stays:place_search", args=[application.pk])
    data = {"outcome": "ingen_plass", "on": typed(today), "reason": ""}
    as_caseworker.post(url, data)
    assert not PlaceSearch.objects.exists()
    for why in ("Alt fullt", "Fortsatt fullt"):
        assert as_caseworker.post(url, data | {"reason": why}).status_code == 302
    assert PlaceSearch.objects.count() == 2
    assert "Fortsatt fullt" in as_caseworker.get(asked(application)).text
    assert Event.objects.filter(kind="stay.search").count() == 2


def test_longer_than_the_house_allows_is_warned_of(as_caseworker, application, today):
    house = f.PropertyFactory(name="Heimen", max_stay_months=2)
    unit = f.UnitFactory(property=house, temporary=True)
    before = f.StayFactory(person=application.person, unit=unit, days_ago=80)
    before.period = DateRange(before.period.lower, today)
    before.save()
    given = {
        "unit": f.UnitFactory(property=house, temporary=True).pk,
        "starts_on": typed(today),
        "granted_until": typed(today + timedelta(days=14)),
        "reason": "Haster",
    }
    url = reverse("stays:place", args=[application.pk])
    assert f"høyst {months_nb(2)}" in as_caseworker.get(url).text
    answer = as_caseworker.post(url, given, follow=True)
    limit = nbdate(add_months(before.period.lower, 2))
    warning = f"Lengste opphold i Heimen er {months_nb(2)}. Personen bør være videre innen {limit}."
    assert warning in answer.text, "counted from the first night in the house"
    stay = application.person.stays.latest("pk")
    renew = reverse("stays:renew", args=[stay.pk])
    assert limit in as_caseworker.get(renew).text
    data = {"until": typed(today + timedelta(days=30)), "reason": "Venter", "next_step": "Visning"}
    data["responsible"] = as_caseworker.user.pk
    assert warning in as_caseworker.post(renew, data, follow=True).text


def test_renewal_has_reason_next_step_and_owner_and_days_keep_counting(as_caseworker, today):
    stay = f.StayFactory(days_ago=80)
    url = reverse("stays:renew", args=[stay.pk])
    until = today + timedelta(days=30)
    data = {"until": typed(until), "reason": "Venter på bolig", "next_step": "", "responsible": ""}
    as_caseworker.post(url, data)
    assert not Renewal.objects.exists()
    data |= {"next_step": "Visning torsdag", "responsible": as_caseworker.user.pk}
    assert as_caseworker.post(url, data).status_code == 302
    stay.refresh_from_db()
    assert stay.granted_until == until
    assert chain_of(stay.person_id, today).days == 80
    assert "Visning torsdag" in as_caseworker.get(url).text
    page = as_caseworker.post(url, data).text
    assert f"Skriv en dag etter {typed(until)}" in page
    for empty in ("reason", "next_step"):
        with pytest.raises(IntegrityError, match="renewal_says_why"), transaction.atomic():
            Renewal.objects.update(**{empty: ""})
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.update(responsible=None)


def test_cost_to_date_covers_the_whole_chain_of_stays(today):
    person = f.PersonFactory()
    f.StayFactory(person=person, days_ago=20, days=10, night_price=1000)
    f.StayFactory(person=person, days_ago=10, night_price=500)
    assert costs(today, [person.pk]) == {person.pk: 15_000}
    assert costs(today, []) == {}


# ------------------------------------------------------------------ the night list


def test_night_list_shows_only_the_names_it_needs(as_caseworker, login):
    tomasz = f.PersonFactory(first_name="Tomasz", last_name="Wrona", responsible=as_caseworker.user)
    stay = f.StayFactory(person=tomasz)
    hidden = f.PersonFactory(last_name="Kanarifugl", strictly_protected=True)
    other = f.UnitFactory(temporary=True, property=stay.unit.property)
    f.StayFactory(unit=other, person=hidden)
    places = as_caseworker.get("/midlertidig/i-natt/").text
    assert stay.unit.property.name in places and "Tomasz" not in places
    page = as_caseworker.get(reverse("stays:tonight_at", args=[stay.unit.property_id])).text
    assert "Tomasz W." in page and "Wrona" not in page
    assert hidden.first_name not in page.replace("Tomasz", "") and "Bebodd" in page
    assert ReadLog.objects.get(page="i-natt").persons == [stay.person_id]


def test_night_list_says_who_is_with_them(as_caseworker, today):
    far, mor = f.PersonFactory(first_name="Far", responsible=as_caseworker.user), f.PersonFactory()
    household = f.HouseholdFactory(head=far, partner=mor, children=2)
    visiting = household.members.filter(person=household.children[0])
    stay = f.StayFactory(person=far)
    url = reverse("stays:tonight_at", args=[stay.unit.property_id])
    page = as_caseworker.get(url).text
    assert "Én voksen til." in page and "2 barn." in page and "Borte" not in page
    visiting.update(living=LivingArrangement.VISITING)  # lives elsewhere
    f.StayFactory(person=mor, with_friends=True)
    page = as_caseworker.get(url).text
    assert "voksen" not in page and "Ett barn." in page
    f.StayFactory(person=far, prison=True)
    page = as_caseworker.get(url).text
    assert "Borte i natt, rommet holdes." in page and "fengsel" not in page.lower()


def test_night_list_counts_children_told_of_by_phone(as_caseworker):
    stay = f.StayFactory(person__responsible=as_caseworker.user)
    call = f.ApplicationFactory(person=stay.person, children_tonight=2)
    call.bases.add(f.basis("sosialtjenesteloven_27"))  # asked for with a home
    page = as_caseworker.get(reverse("stays:tonight_at", args=[stay.unit.property_id])).text
    assert "2 barn." in page


def test_night_list_is_silent_about_who_lives_with_somebody_hidden(as_caseworker):
    far, mor = f.PersonFactory(responsible=as_caseworker.user), f.PersonFactory()
    f.HouseholdFactory(head=far, partner=mor)
    stay = f.StayFactory(person=far)
    url = reverse("stays:tonight_at", args=[stay.unit.property_id])
    assert f"{far.first_name} " in as_caseworker.get(url).text
    mor.protection = Protection.STRICTLY
    mor.save()
    page = as_caseworker.get(url).text
    assert f"{far.first_name} " not in page and "voksen" not in page and "Bebodd" in page
