"""Housing situation (bosituasjon): dated, coded episodes that never overlap (need C7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from allocation import ranking
from casework.log.enums import MemberRelation, Protection
from casework.models import Event
from common.calendar import add_months
from housing.enums import UnitType
from stays.enums import InstitutionKind, StayKind
from stays.homes import homes_by, is_home_on
from stays.models import Stay
from stays.situation import current_situation, situations
from stays.temporary.chains import chain_of
from tests.factories import (
    ApplicationFactory,
    HouseholdFactory,
    LeaseFactory,
    MemberFactory,
    PersonFactory,
    StayFactory,
    UnitFactory,
    days_ago,
    now,
)

pytestmark = pytest.mark.django_db


def typed(day):
    return f"{day:%d.%m.%Y}"


def episode(person, kind, first=30, last=None, **known):
    if kind == StayKind.INSTITUTION:
        known.setdefault("institution", InstitutionKind.TREATMENT)
    return Stay.objects.create(
        person=person,
        kind=kind,
        period=DateRange(days_ago(first), None if last is None else days_ago(last)),
        recorded_at=now(),
        recorded_by=person.created_by,
        **known,
    )


def classified(person, on):
    return situations(person.stays.select_related("unit__property").order_by("-period"), on)


@pytest.mark.parametrize(
    ("kind", "ethos", "homeless"),
    [
        (StayKind.STREET, 1, True),
        (StayKind.MAKESHIFT, 5, True),
        (StayKind.WITH_OTHERS, 6, True),
        (StayKind.FAMILY, None, False),
        (StayKind.OWN_HOME, None, False),
        (StayKind.INSTITUTION, None, None),
    ],
)
def test_each_situation_has_a_code_and_whether_it_is_homeless(today, kind, ethos, homeless):
    person = PersonFactory()
    episode(person, kind)
    (item,) = classified(person, today)
    assert (item.ethos, item.homeless) == (ethos, homeless)


@pytest.mark.parametrize(
    ("type", "ethos"),
    [(UnitType.GUEST_HOUSE, 3), (UnitType.EMERGENCY, 2), (UnitType.CABIN, 5)],
)
def test_temporary_place_is_coded_by_its_type(today, type, ethos):
    stay = StayFactory(unit=UnitFactory(temporary=True, type=type))
    (item,) = classified(stay.person, today)
    assert (item.ethos, item.homeless) == (ethos, True)


@pytest.mark.parametrize(("months", "homeless"), [(1, True), (2, True), (3, False)])
def test_institution_counts_as_homeless_two_months_before_discharge(today, months, homeless):
    person = PersonFactory()
    episode(person, StayKind.INSTITUTION, planned_out=add_months(today, months))
    (item,) = classified(person, today)
    assert item.homeless is homeless
    assert item.ethos == (4 if homeless else None)


def test_person_with_a_home_to_go_to_is_not_homeless(today):
    person = PersonFactory()
    episode(person, StayKind.OWN_HOME, 900)
    episode(person, StayKind.INSTITUTION, planned_out=today + timedelta(days=7))
    episode(person, StayKind.WITH_OTHERS, 20)
    assert [item.homeless for item in classified(person, today)] == [False, False, False]


@pytest.mark.parametrize(
    ("first", "last", "known", "homeless"),
    [
        (900, None, {}, False),
        (900, -5, {}, True),
        (-7, None, {}, False),
        (-8, None, {}, True),
        (900, None, {"unsafe": True}, True),
        (900, None, {"must_leave_by": days_ago(-7)}, True),
        (900, None, {"must_leave_by": days_ago(-8)}, False),
    ],
)
def test_home_on_the_day_of_leaving_is_one_rule(today, first, last, known, homeless):
    application = ApplicationFactory(granted=True)
    person, out = application.person, today + timedelta(days=7)
    home = episode(person, StayKind.OWN_HOME, first, last, **known)
    inside = episode(person, StayKind.INSTITUTION, planned_out=out)
    item = next(item for item in classified(person, today) if item.stay == inside)
    (entry,) = ranking.waiting(today)
    ready = homes_by([(person.pk, out)], today)[person.pk, out].is_ready
    assert (item.homeless, entry.facts.homeless) == (homeless, homeless)
    assert ready == is_home_on(home, out) == (not homeless)


def test_past_episodes_are_classified_by_how_they_ended(today):
    person = PersonFactory()
    episode(person, StayKind.INSTITUTION, 200, 100)
    episode(person, StayKind.STREET, 100, 90)
    episode(person, StayKind.INSTITUTION, 90, 10)
    episode(person, StayKind.OWN_HOME, 10)
    episodes = classified(person, today)
    assert [item.homeless for item in episodes] == [False, False, True, True]
    assert current_situation(episodes).stay.kind == StayKind.OWN_HOME


@pytest.mark.parametrize("kind", [k for k in StayKind if k not in ("leie", "midlertidig", "prove")])
@pytest.mark.parametrize("months", [None, 1, 4])
def test_the_waiting_list_and_the_page_agree_on_who_is_homeless(today, kind, months):
    application = ApplicationFactory(granted=True)
    out = add_months(today, months) if months and kind == StayKind.INSTITUTION else None
    episode(application.person, kind, planned_out=out)
    (entry,) = ranking.waiting(today)
    (item,) = classified(application.person, today)
    assert entry.facts.homeless == bool(item.homeless)


# ------------------------------------------------------------------ the pages


def test_page_shows_the_housing_situation(as_caseworker):
    person = PersonFactory()
    episode(person, StayKind.WITH_OTHERS, place="Hos søster", must_leave_by=days_ago(-10))
    page = as_caseworker.get(reverse("desk:person_stays", args=[person.pk])).text
    assert "Bostedsløs etter definisjonen" in page and "Ja" in page
    assert "Hos andre, i mangel av egen bolig" in page
    assert f"Må ut innen {typed(days_ago(-10))}" in page


def test_home_of_the_household_is_a_home_on_the_page(as_caseworker, today):
    """The lease is in the wife's name; the son lives there, and the husband comes home to it."""
    wife, husband, son = PersonFactory(), PersonFactory(), PersonFactory()
    household = HouseholdFactory(head=wife, partner=husband)
    MemberFactory(household=household, person=son, relation=MemberRelation.OTHER)
    home = LeaseFactory(person=wife, days_ago=300).stay
    out = today + timedelta(days=20)
    episode(husband, StayKind.INSTITUTION, planned_out=out)
    pages = {
        person: as_caseworker.get(reverse("desk:person_stays", args=[person.pk])).text
        for person in (husband, son)
    }
    assert "Har bolig å komme ut til." in pages[husband]
    assert str(home.unit) in pages[son] and "sammen med husstanden" in pages[son]
    assert homes_by([(husband.pk, out)], today)[husband.pk, out].is_ready
    type(wife).objects.filter(pk=wife.pk).update(protection=Protection.CONFIDENTIAL)
    for person in (husband, son):
        page = as_caseworker.get(reverse("desk:person_stays", args=[person.pk])).text
        assert str(home.unit) not in page, "the address of the wife is named to nobody"
    assert not homes_by([(husband.pk, out)], today)[husband.pk, out].is_ready


def register(client, person, **data):
    return client.post(reverse("stays:stay_new", args=[person.pk]), data)


def test_overlapping_episode_is_refused_with_a_sentence(as_caseworker, today):
    person = PersonFactory(with_household=True)
    data = {"kind": "hos_andre", "starts_on": typed(days_ago(40)), "place": "Hos søster"}
    assert register(as_caseworker, person, **data).status_code == 302
    data = {"kind": "ute", "starts_on": typed(days_ago(5))}
    page = register(as_caseworker, person, **data).text
    assert f"Det står allerede at personen bor her: Hos søster fra {typed(days_ago(40))}." in page
    assert register(as_caseworker, person, **data, moving="on").status_code == 302
    first, second = Stay.objects.order_by("period")
    assert (first.period.upper, second.period.lower) == (days_ago(5), days_ago(5))


def test_own_home_and_institution_can_overlap(as_caseworker):
    person = PersonFactory(with_household=True)
    episode(person, StayKind.OWN_HOME, 400)
    data = {"kind": "institusjon", "institution": "treatment", "starts_on": typed(days_ago(9))}
    assert register(as_caseworker, person, **data).status_code == 302


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"starts_on": "01.01.1950"}, "Personen er født"),
        ({"starts_on": "10.03.2026", "ends_on": "10.03.2026"}, "slutte etter at det begynte"),
        ({"starts_on": "10.03.2026", "must_leave_by": "09.03.2026"}, "kan ikke være før"),
        ({"starts_on": "30.02.2026"}, "finnes ikke i kalenderen"),
    ],
)
def test_impossible_dates_are_refused(as_caseworker, data, words):
    person = PersonFactory(birth_date=date(1980, 5, 5), with_household=True)
    assert words in register(as_caseworker, person, kind="egen", **data).text
    assert not Stay.objects.exists()


def test_episode_is_corrected_with_a_reason_and_days_are_recounted(as_caseworker, today):
    stay = StayFactory(days_ago=30)
    url = reverse("stays:stay_change", args=[stay.pk])
    assert as_caseworker.get(url).status_code == 200
    data = {"kind": stay.kind, "unit": stay.unit_id}
    data |= {"starts_on": typed(days_ago(40)), "ends_on": ""}
    assert "Fyll ut" in as_caseworker.post(url, data).text
    assert as_caseworker.post(url, {**data, "why": "Kvitteringen viser det."}).status_code == 302
    assert chain_of(stay.person_id, today).days == 40
    assert "Kvitteringen viser det." in Event.objects.get(kind="stay.changed").text


def test_dates_of_a_lease_cannot_be_corrected_here(as_caseworker, today):
    stay = StayFactory(lease=True, days_ago=30)
    url = reverse("stays:stay_change", args=[stay.pk])
    data = {"starts_on": typed(days_ago(90)), "unsafe": "on", "why": "Naboen truer."}
    assert as_caseworker.post(url, data).status_code == 302
    stay.refresh_from_db()
    assert (stay.period.lower, stay.unsafe) == (days_ago(30), True)


def test_user_without_access_cannot_correct_an_episode(as_caseworker, login):
    stay = StayFactory(person=PersonFactory(strictly_protected=True))
    url = reverse("stays:stay_change", args=[stay.pk])
    assert as_caseworker.get(url).status_code == 404
    assert login("leder").get(url).status_code == 403
