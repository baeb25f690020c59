"""The person list and the person page: who may see whom, and the read log."""

from __future__ import annotations

from collections import Counter

import pytest
from django.urls import reverse

from accounts.models import ReadLog
from allocation import ranking
from casework.log.event_kinds import EventGroup, all_kinds
from desk import record
from peers.models import PeerLink
from tests import factories as f

pytestmark = pytest.mark.django_db

PARTS = (
    "person",
    "person_assessments",
    "person_cases",
    "person_stays",
    "person_follow_up",
    "person_documents",
    "person_events",
    "person_reads",
)


def _url(name, person):
    return reverse(f"desk:{name}", args=[person.pk])


@pytest.fixture
def person():
    made = f.PersonFactory(first_name="Tomasz", last_name="Wrona", with_household=True)
    f.ApplicationFactory(person=made, granted=True)
    f.StayFactory(person=made, days_ago=100)
    return made


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_page_opens_and_is_logged(as_caseworker, person, part):
    assert as_caseworker.get(_url(part, person)).status_code == 200
    page = part.replace("_", "-")
    assert ReadLog.objects.of(person.pk).filter(user=as_caseworker.user, page=page).exists()


@pytest.mark.parametrize("part", PARTS)
def test_a_protected_person_is_not_found_without_the_right(login, part):
    hidden = f.PersonFactory(protected=True)
    assert login("saksbehandler").get(_url(part, hidden)).status_code == 404
    assert login("boligforvalter").get(_url(part, hidden)).status_code == 403
    assert not ReadLog.objects.of(hidden.pk).exists()
    assert login("saksbehandler", sees_protected=True).get(_url(part, hidden)).status_code == 200


def test_list_leaves_out_persons_the_user_may_not_see(login):
    f.PersonFactory(last_name="Synlig")
    f.PersonFactory(last_name="Kanarifugl", protected=True)
    html = login("saksbehandler").get("/personer/").content.decode()
    assert "Synlig" in html
    assert "Kanarifugl" not in html


def test_a_protected_child_is_absent_from_the_parents_page(login):
    family = f.FamilyFactory(children=1)
    child = family.children[0]
    child.first_name, child.protection = "Kanarifugl", "strengtFortrolig"
    child.save()
    html = login("saksbehandler").get(_url("person", family.head)).content.decode()
    assert "Kanarifugl" not in html


def test_my_persons_list_has_only_my_persons(as_caseworker):
    f.PersonFactory(last_name="Egenes", responsible=as_caseworker.user)
    f.PersonFactory(last_name="Fremmedeide")
    html = as_caseworker.get("/personer/?mine=1").content.decode()
    assert "Egenes" in html
    assert "Fremmedeide" not in html


def test_showing_the_full_national_id_is_a_logged_action(as_caseworker, person):
    assert person.national_id not in as_caseworker.get(_url("person", person)).content.decode()
    url = _url("person_number", person)
    assert as_caseworker.get(url).status_code == 405
    answer = as_caseworker.post(url)
    assert person.national_id in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert ReadLog.objects.of(person.pk).filter(page="nummer").count() == 1


def test_day_90_is_shown_in_the_bar_and_as_text(as_caseworker, person):
    answer = as_caseworker.get(_url("person", person))
    career = answer.context["career"]
    assert "dag 90" in career.svg
    assert "dag 100" in career.rows[0][4]


def test_place_in_the_waiting_list_is_loaded_after_the_page(as_caseworker, person):
    case = person.applications.get()
    url = reverse("desk:person_rank", args=[person.pk, case.pk])
    assert url in as_caseworker.get(_url("person", person)).content.decode()
    fragment = as_caseworker.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Nummer 1 av 1" in fragment
    assert as_caseworker.get(url).status_code == 302
    other = f.ApplicationFactory()
    stolen = reverse("desk:person_rank", args=[person.pk, other.pk])
    assert as_caseworker.get(stolen).status_code == 404


def test_the_page_and_the_list_agree_on_who_waits(today):
    cases = [
        f.ApplicationFactory(granted=True),
        f.ApplicationFactory(refused=True),
        f.ApplicationFactory(),
        f.LeaseFactory().application or f.ApplicationFactory(),
    ]
    housed = f.ApplicationFactory(granted=True)
    f.StayFactory(person=housed.person, lease=True, days_ago=0)
    listed = {entry.application_id for entry in ranking.waiting(today)}
    for case in (*cases, housed):
        (same,) = [each for each in record.applications_of(case.person) if each.pk == case.pk]
        found = ranking.is_waiting(same, record.stays_of(case.person), today)
        assert found == (case.pk in listed)


def test_a_peer_is_named_only_when_the_person_shares_it(as_caseworker, person):
    link = f.PeerLinkFactory(linked=True, person=person)
    name = link.peer.user.get_short_name()
    PeerLink.objects.update(shares=[])
    helpers = as_caseworker.get(_url("person", person)).context["helpers"]
    assert name not in [each["name"] for each in helpers]
    PeerLink.objects.update(shares=["saksbehandler"])
    helpers = as_caseworker.get(_url("person", person)).context["helpers"]
    assert name in [each["name"] for each in helpers]


def test_list_of_readers_shows_each_reading_once(as_caseworker, login, person):
    other = login("leder")
    other.get(_url("person", person))
    html = as_caseworker.get(_url("person_reads", person)).content.decode()
    assert other.user.get_full_name() in html


def test_the_timeline_is_filtered_by_kind(as_caseworker, person):
    f.EventFactory(person=person, kind="stay.ended", text="Flyttet fra Fjordgløtt")
    f.EventFactory(person=person, kind="vedtak.issued", text="Fikk vedtak")
    html = as_caseworker.get(_url("person_events", person) + "?type=sak").content.decode()
    assert "Fikk vedtak" in html
    assert "Flyttet fra" not in html


@pytest.mark.parametrize("group", EventGroup)
def test_each_kind_of_event_is_only_in_its_own_group(as_caseworker, person, group):
    for kind in all_kinds():
        f.EventFactory(person=person, kind=kind, text=f"Hendelse {kind} slutt")
    html = as_caseworker.get(_url("person_events", person) + f"?type={group}").content.decode()
    shown = {kind for kind in all_kinds() if f"Hendelse {kind} slutt" in html}
    assert shown <= {kind for kind in all_kinds() if kind.group == group}
    assert shown


def test_every_kind_of_event_has_a_unique_value():
    stored = Counter(kind.value for kind in all_kinds())
    assert [value for value, times in stored.items() if times > 1] == []
    assert {"note", "stay.changed", "meeting.chosen", "peer.linked"} <= stored.keys()


def test_ten_years_of_history_need_no_more_queries(
    as_caseworker, person, django_assert_max_num_queries
):
    for n in range(10):
        f.ApplicationFactory(person=person)
        f.EventFactory(person=person)
        f.NoteFactory(person=person)
        f.StayFactory(person=person, with_friends=True, days_ago=400 + 300 * n, days=200)
    as_caseworker.get(_url("person", person))
    with django_assert_max_num_queries(28):
        as_caseworker.get(_url("person", person))


def test_list_has_the_same_number_of_queries_for_many(as_caseworker, django_assert_max_num_queries):
    for _n in range(20):
        f.PersonFactory()
    as_caseworker.get("/personer/")
    with django_assert_max_num_queries(10):
        as_caseworker.get("/personer/")
