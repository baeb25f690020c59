"""Min dag: only the user's own lines; each role has its start page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.log.enums import FlagKind
from stays.temporary.flags import flag_stays
from tests import factories as f

pytestmark = pytest.mark.django_db


def _flag(owner, **kwargs):
    return f.FlagFactory(owner=owner, person=f.PersonFactory(**kwargs))


def test_min_dag_shows_my_flags_and_not_those_of_others(as_caseworker):
    mine = _flag(as_caseworker.user, last_name="Egenes")
    _flag(f.UserFactory(caseworker=True), last_name="Fremmedeide")
    html = as_caseworker.get("/").content.decode()
    assert mine.person.name in html
    assert "Fremmedeide" not in html


def test_a_protected_person_is_absent_from_min_dag_and_its_counts(login):
    client = login("saksbehandler")
    _flag(client.user, last_name="Kanarifugl", protected=True)
    answer = client.get("/")
    assert "Kanarifugl" not in answer.content.decode()
    assert answer.context["day"].temporary.total == 0
    assert answer.context["day"].deadlines.total == 0


def test_discharge_without_a_home_is_shown_in_time(as_caseworker, today):
    person = f.PersonFactory(last_name="Utskrevet", responsible=as_caseworker.user)
    f.StayFactory(person=person, treatment=True, days_ago=30, planned_out=today + timedelta(days=7))
    assert "Utskrevet" in as_caseworker.get("/").content.decode()


def test_person_straight_from_prison_is_listed_before_long_stays(as_caseworker, today):
    for number in range(6):
        long = f.PersonFactory(last_name=f"Langtidsbo{number}", responsible=as_caseworker.user)
        f.StayFactory(person=long, days_ago=100 + number)
    released = f.PersonFactory(last_name="Nyløslatt", responsible=as_caseworker.user)
    f.StayFactory(person=released, prison=True, days_ago=90, days=90)
    f.StayFactory(person=released, days_ago=0)
    flag_stays(today)
    lines = as_caseworker.get("/").context["day"].temporary.lines
    assert lines[0].name == released.name
    assert "Langtidsbo5" in lines[1].name


def test_a_vedtak_that_waits_for_my_approval_is_a_deadline(as_approver):
    vedtak = f.VedtakFactory(submitted=True, approver=as_approver.user)
    html = as_approver.get("/").content.decode()
    assert vedtak.application.person.name in html
    assert reverse("casework:vedtak", args=[vedtak.pk]) in html


def test_home_allocated_by_a_meeting_waits_for_an_offer(as_caseworker):
    mine = f.ApplicationFactory(granted=True, responsible=as_caseworker.user)
    chosen = f.ConsiderationFactory(
        item=f.AgendaItemFactory(decided=True), application=mine, chosen=True
    )
    offer_page = reverse("allocation:offer_new", args=[chosen.pk])
    assert offer_page in as_caseworker.get("/").content.decode()

    f.OfferFactory(item=chosen.item, application=mine, unit=chosen.item.unit)
    assert offer_page not in as_caseworker.get("/").content.decode()


def test_accepted_offer_without_a_lease_waits_for_the_caseworker(as_caseworker):
    offer = f.OfferFactory(accepted=True, application__responsible=as_caseworker.user)
    html = as_caseworker.get("/").content.decode()
    assert reverse("allocation:lease_new", args=[offer.pk]) in html


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("boligforvalter", "/boliger/"),
        ("systemadministrator", "/brukere/"),
        ("personvernombud", "/leselogg/"),
    ],
)
def test_user_without_min_dag_is_redirected_to_their_start_page(login, role, page):
    answer = login(role).get("/")
    assert answer.status_code == 302
    assert answer["Location"] == page


def test_user_without_a_role_has_no_start_page(login):
    assert login().get("/").status_code == 403


def test_ten_flags_need_no_more_queries_than_one(as_caseworker, django_assert_max_num_queries):
    for _n in range(10):
        flag = _flag(as_caseworker.user)
        f.FlagFactory(
            owner=as_caseworker.user,
            person=flag.person,
            kind=FlagKind.LEASE,
            key="leie",
            threshold=3,
            facts={"expires_on": f.days_ago(-80).isoformat(), "stage": "3", "lease": 1},
        )
    as_caseworker.get("/")
    with django_assert_max_num_queries(26):
        as_caseworker.get("/")
