"""The board, registering and ending stays, and follow-up, through HTTP."""

from __future__ import annotations

import pytest
from django.urls import reverse

from casework.models import Flag
from stays.models import Stay
from stays.temporary.board import SIZE
from stays.temporary.flags import flag_stays
from tests.factories import FamilyFactory, PersonFactory, StayFactory, UnitFactory

pytestmark = pytest.mark.django_db
BOARD = "/midlertidig/"


def test_the_board_shows_the_longest_first_with_children_marked(as_caseworker):
    StayFactory(days_ago=20)
    family = FamilyFactory(children=2)
    StayFactory(person=family.head, days_ago=120)
    rows = as_caseworker.get(BOARD).context["page"].items
    assert [(row.days, row.children) for row in rows] == [(120, 2), (20, 0)]
    page = as_caseworker.get(BOARD).content.decode()
    assert "120" in page and "2 barn" in page


def test_filters_for_long_stays_families_and_own_cases_work(as_caseworker):
    StayFactory(days_ago=20)
    StayFactory(person=FamilyFactory(children=1).head, days_ago=30)
    StayFactory(person=PersonFactory(responsible=as_caseworker.user), days_ago=40)
    StayFactory(days_ago=90)  # not over 90
    StayFactory(days_ago=91)
    days = {
        chosen: [row.days for row in as_caseworker.get(BOARD, {chosen: "1"}).context["page"]]
        for chosen in ("over90", "barn", "mine")
    }
    assert days == {"over90": [91], "barn": [30], "mine": [40]}


def test_pages_of_the_board_show_everyone_once_in_both_directions(as_caseworker):
    for n in range(SIZE + 3):
        StayFactory(days_ago=10 + n // 2)
    first = as_caseworker.get(BOARD).context["page"]
    second = as_caseworker.get(BOARD, {"etter": first.next_cursor}).context["page"]
    seen = [row.stay_id for row in [*first, *second]]
    assert len(set(seen)) == len(seen) == SIZE + 3
    back = as_caseworker.get(BOARD, {"etter": second.prev_cursor}).context["page"]
    assert [row.stay_id for row in back] == [row.stay_id for row in first]
    assert as_caseworker.get(BOARD, {"etter": "tull\x00"}).status_code == 200


def test_a_protected_person_is_not_on_the_board_nor_counted(as_caseworker, login):
    person = PersonFactory(strictly_protected=True, last_name="Kanarifugl")
    stay = StayFactory(person=person, days_ago=100)
    assert "Kanarifugl" not in as_caseworker.get(BOARD).content.decode()
    assert as_caseworker.get(reverse("stays:stay_end", args=[stay.pk])).status_code == 404
    allowed = login("saksbehandler", sees_protected=True)
    assert "Kanarifugl" in allowed.get(BOARD).content.decode()


def test_board_has_the_same_number_of_queries_for_many(
    as_caseworker, django_assert_max_num_queries, today
):
    for n in range(10):
        StayFactory(days_ago=20 + 10 * n)
    flag_stays(today)
    as_caseworker.get(BOARD)
    with django_assert_max_num_queries(14):
        as_caseworker.get(BOARD)


def test_stay_form_sent_twice_creates_one_stay(as_caseworker, today):
    person, unit = PersonFactory(with_household=True), UnitFactory(temporary=True)
    url = reverse("stays:stay_new", args=[person.pk])
    token = as_caseworker.get(url).context["form"]["form_token"].value()
    data = {
        "kind": "midlertidig",
        "starts_on": f"{today:%d.%m.%Y}",
        "unit": unit.pk,
        "reason": "Kom på kvelden.",
        "form_token": token,
    }
    for _ in range(2):
        assert as_caseworker.post(url, data).status_code == 302
    assert Stay.objects.get().unit == unit


def test_refusal_gets_a_message_and_the_input_is_kept(as_caseworker, today):
    person, unit = PersonFactory(with_household=True), UnitFactory(temporary=True)
    url = reverse("stays:stay_new", args=[person.pk])
    data = {"kind": "midlertidig", "starts_on": "31.02.2026", "unit": unit.pk}
    page = as_caseworker.post(url, data).content.decode()
    assert "31.02.2026 finnes ikke i kalenderen." in page
    data["starts_on"] = f"{today:%d.%m.%Y}"
    data["place"] = "Skrevet av meg"
    page = as_caseworker.post(url, data).content.decode()
    assert "skriv hvorfor det ikke er noe vedtak" in page and "Skrevet av meg" in page
    assert not Stay.objects.exists()


def test_a_stay_is_ended(as_caseworker, today):
    stay = StayFactory(days_ago=30)
    url = reverse("stays:stay_end", args=[stay.pk])
    assert as_caseworker.get(url).status_code == 200
    as_caseworker.post(url, {"ends_on": f"{today:%d.%m.%Y}", "reason": "Flyttet"})
    stay.refresh_from_db()
    assert stay.period.upper == today


def test_closing_a_flag_needs_a_note(as_caseworker, today):
    StayFactory(days_ago=100)
    flag_stays(today)
    flag = Flag.objects.get()
    url = reverse("stays:flag", args=[flag.pk])
    assert "Dag 90 var" in as_caseworker.get(url).content.decode()
    page = as_caseworker.post(url, {"note": ""}).content.decode()
    assert "Skriv hva som er gjort" in page
    assert as_caseworker.post(url, {"note": "Plan er skrevet."}).status_code == 302
    flag.refresh_from_db()
    assert flag.closing_note == "Plan er skrevet."
    assert "Plan er skrevet." in as_caseworker.get(url).content.decode()


def test_user_without_a_casework_role_sees_no_stays(login):
    stay = StayFactory(days_ago=100)
    for role in ("likeperson", "systemadministrator", "boligforvalter"):
        client = login(role)
        assert client.get(BOARD).status_code == 403
        assert client.get(reverse("stays:stay_end", args=[stay.pk])).status_code == 403
