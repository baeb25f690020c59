"""The allocation meeting (tildelingsmøte): call, decisions and minutes (need A7, A12)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from accounts import drafts
from accounts.models import Draft
from allocation import vacancy
from allocation.actions import meetings as actions
from allocation.enums import ItemOutcome, MeetingState
from allocation.models import (
    AgendaItem,
    AllocationMeeting,
    Consideration,
    ItemDisqualification,
    PriorityPolicy,
)
from casework.log.enums import Process
from casework.models import Disqualification, Event, Person, Transition
from housing.enums import UnitStatus
from tests import factories as f
from tests.readings import sign
from tests.test_editing import form_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair(login):
    return login("moteleder")


def sitting(chair_user, **kwargs):
    """An open meeting with its chair present and the policy frozen."""
    meeting = f.MeetingFactory(open=True, chair=chair_user, **kwargs)
    meeting.policy = PriorityPolicy.objects.first()
    meeting.save()
    actions.attend(meeting=meeting, user=chair_user, capacity="Møteleder")
    return meeting


@pytest.fixture
def meeting(chair):
    return sitting(chair.user)


@pytest.fixture
def item(meeting):
    return f.AgendaItemFactory(meeting=meeting)


def granted(**person):
    return f.ApplicationFactory(granted=True, person=f.PersonFactory(**person))


def url(item, name="item"):
    return reverse(f"allocation:{name}", args=[item.meeting_id, item.pk])


def decide(client, item, **data):
    sent = {"outcome": "tildelt", "reason": "Boligen passer, og behovet haster.", **data}
    return sign(client, url(item), sent)


def choose(client, item, application, **data):
    return decide(client, item, chosen=application.pk, shown=str(application.pk), **data)


def test_draft_of_an_item_is_about_every_candidate_until_it_is_decided(chair, item):
    persons = {granted().person_id for _each in range(3)}
    form = form_on(chair.get(url(item)), "shown")
    sent = {**form, "reason": "Boligen passer", "draft_order": 1}
    assert chair.post(reverse("accounts:draft_save"), sent).status_code == 200
    assert set(Draft.objects.get().persons) == persons
    dead = Person.objects.get(pk=max(persons))
    drafts.follow_death(dead.pk, [], "/personer/%d/")
    assert Draft.objects.exists()
    assert str(dead) not in chair.get(reverse("desk:day")).text.split("Påbegynt")[1][:900]
    dead.shielded = True
    dead.save()
    assert drafts.shown_to(chair.user, 5) == []

    other = f.UserFactory(role="moteleder")
    Draft.objects.create(user=other, path=url(item), form="DecisionForm", saved_at=f.now())
    decide(chair, item, outcome="utsatt", reason="Vi venter.")
    item.refresh_from_db()
    assert item.outcome
    assert not Draft.objects.exists()


# ------------------------------------------------------------------ before


def test_a_chair_calls_a_meeting_and_attends_it(chair, today):
    unit = f.OrganisationUnitFactory()
    other = f.UserFactory(caseworker=True)
    answer = chair.post(
        reverse("allocation:meeting_new"),
        {
            "unit": unit.pk,
            "day": f"{today:%d.%m.%Y}",
            "time": "09.30",
            "place": "Skagen",
            "chair": chair.user.pk,
            "attendees": [other.pk],
        },
    )
    meeting = AllocationMeeting.objects.get()
    assert answer.url == reverse("allocation:meeting", args=[meeting.pk])
    assert f"{timezone.localtime(meeting.starts_at):%H.%M}" == "09.30"
    assert {a.user for a in meeting.attendances.all()} == {chair.user, other}
    assert Transition.objects.filter(process=Process.MEETING, to_state="planlagt").exists()


def test_meeting_cannot_be_called_for_a_past_day(chair, today):
    unit = f.OrganisationUnitFactory()
    answer = chair.post(
        reverse("allocation:meeting_new"),
        {"unit": unit.pk, "day": "01.01.2020", "time": "09.00", "chair": chair.user.pk},
    )
    assert "dag som er gått" in answer.content.decode()
    assert not AllocationMeeting.objects.exists()


def test_form_sent_twice_calls_one_meeting(chair, today):
    page = chair.get(reverse("allocation:meeting_new"))
    data = {
        "form_token": page.context["form"]["form_token"].value(),
        "unit": f.OrganisationUnitFactory().pk,
        "day": f"{today:%d.%m.%Y}",
        "time": "09.00",
        "chair": chair.user.pk,
    }
    first = chair.post(reverse("allocation:meeting_new"), data)
    second = chair.post(reverse("allocation:meeting_new"), data)
    assert first.url == second.url
    assert AllocationMeeting.objects.count() == 1


def test_vacant_homes_are_put_on_the_agenda_and_others_are_refused(chair):
    meeting = f.MeetingFactory(chair=chair.user)
    vacant, lived_in = f.UnitFactory(), f.LeaseFactory().stay.unit
    add = reverse("allocation:meeting_add", args=[meeting.pk])
    chair.post(add, {"bolig": [vacant.pk]})
    answer = chair.post(add, {"bolig": [lived_in.pk]}, follow=True)
    assert [i.unit for i in meeting.items.all()] == [vacant]
    assert "er ikke lenger ledig" in answer.content.decode()


def test_items_are_moved_and_taken_off_the_agenda(chair):
    meeting = f.MeetingFactory(chair=chair.user)
    first, second = (f.AgendaItemFactory(meeting=meeting) for _ in range(2))
    chair.post(url(second, "item_move"), {"hvor": "opp"})
    assert list(meeting.items.all()) == [second, first]
    chair.post(url(first, "item_move"), {"hvor": "ut"})
    assert list(meeting.items.all()) == [second]


def test_opening_freezes_the_policy_in_force(chair):
    meeting = f.MeetingFactory(chair=chair.user)
    item = f.AgendaItemFactory(meeting=meeting)
    answer = chair.post(reverse("allocation:meeting_open", args=[meeting.pk]))
    meeting.refresh_from_db()
    assert answer.url == url(item)
    assert meeting.state == MeetingState.OPEN
    assert meeting.policy is not None


def test_attendance_is_recorded_once_per_person(chair, meeting):
    add = reverse("allocation:meeting_present", args=[meeting.pk])
    for _ in range(2):
        chair.post(add, {"name": "Lise Dahl", "capacity": "rus og psykisk helse"})
    assert [a.name for a in meeting.attendances.filter(user=None)] == ["Lise Dahl"]
    answer = chair.post(add, {})
    assert "Velg en person, eller skriv et navn." in answer.content.decode()


# ------------------------------------------------------------------ candidates


def test_first_three_candidates_the_home_fits_are_shown_side_by_side(chair, item):
    fitting = [granted() for _ in range(4)]
    large = f.FamilyFactory(children=3)
    family = f.ApplicationFactory(granted=True, person=large.head)
    family.needs.update(bedrooms=4)
    answer = chair.get(url(item))
    beside = [c.pk for c in answer.context["weighing"].best]
    assert len(beside) == 3 and set(beside) < {a.pk for a in fitting}
    assert "Bare 1 soverom, trenger minst 4." in answer.content.decode()


def test_candidates_are_named_by_case_and_initials_only(chair, item):
    application = granted(first_name="Tomasz", last_name="Wisniewska")
    page = chair.get(url(item)).content.decode()
    assert application.case_number in page and "T.W." in page
    assert "Tomasz" not in page and "Wisniewska" not in page


def test_the_persons_own_words_and_what_they_avoid_are_shown(chair, item):
    application = granted()
    f.WishFactory(person=application.person, words="Egen dør, der Zofia kan sove over.")
    area = f.AreaFactory(name="Havnegata")
    application.needs.get().avoid_areas.add(area)
    page = chair.get(url(item)).content.decode()
    assert "Egen dør, der Zofia kan sove over." in page
    assert "Havnegata" in page


def test_protected_candidate_is_in_the_closed_part_for_users_with_access(login, item):
    hidden = granted(strictly_protected=True)
    without = login("moteleder").get(url(item))
    assert hidden.case_number not in without.content.decode()
    assert "Lukket del" not in without.content.decode()
    page = login("moteleder", sees_protected=True).get(url(item))
    assert [c.pk for c in page.context["weighing"].closed] == [hidden.pk]
    assert not page.context["weighing"].best


def test_reason_a_case_is_not_a_candidate_is_found_by_case_number(chair, item):
    application = granted()
    application.needs.update(bedrooms=4)
    answer = chair.get(url(item), {"hvorfor": application.case_number})
    assert [row.entry.application_id for row in answer.context["weighing"].found] == [
        application.pk
    ]


# ------------------------------------------------------------------ deciding


def test_decision_freezes_the_facts_it_was_based_on(chair, item):
    chosen, reserve, other = granted(), granted(), granted()
    shown = f"{chosen.pk},{reserve.pk},{other.pk}"
    answer = decide(
        chair,
        item,
        chosen=chosen.pk,
        reserve=reserve.pk,
        shown=shown,
        dissent="Nav ville vente.",
        follow_up="Hjelp til innflytting",
        follow_up_by=chair.user.pk,
        **{f"why_not_{other.pk}": "Ønsker et annet område."},
    )
    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.outcome == ItemOutcome.CHOSEN and item.decided_by == chair.user
    weighed = {c.application_id: c for c in item.considerations.all()}
    assert weighed[chosen.pk].chosen and weighed[reserve.pk].reserve
    assert weighed[other.pk].why_not == "Ønsker et annet område."
    assert all(c.facts["policy"] == item.meeting.policy_id and c.fit for c in weighed.values())
    kinds = {e.person_id: e.kind for e in Event.objects.filter(kind__startswith="meeting.")}
    assert kinds == {
        chosen.person_id: "meeting.chosen",
        reserve.person_id: "meeting.reserve",
        other.person_id: "meeting.considered",
    }
    assert item.unit not in vacancy.vacant_units(f.today())


def test_frozen_facts_are_shown_after_the_situation_has_changed(chair, item):
    application = granted()
    choose(chair, item, application)
    application.needs.update(bedrooms=5)
    page = chair.get(url(item)).content.decode()
    assert "Boligen tildeles sak" in page
    assert "trenger minst 5" not in page


@pytest.mark.parametrize("outcome", ["utsatt", "ingen"])
def test_postponed_and_no_candidate_are_outcomes_with_a_reason(chair, item, outcome):
    refused = decide(chair, item, outcome=outcome, reason="  ")
    assert "Skriv begrunnelsen" in refused.content.decode()
    assert decide(chair, item, outcome=outcome).status_code == 302
    item.refresh_from_db()
    assert item.outcome == outcome
    assert item.unit in vacancy.vacant_units(f.today())


def test_refused_decision_keeps_the_input(chair, item):
    answer = decide(chair, item, reason="Boligen ligger nær jobben.")
    page = answer.content.decode()
    assert "Velg hvem boligen skal tildeles." in page
    assert "Boligen ligger nær jobben." in page
    assert not Consideration.objects.exists()


def test_item_decided_in_another_browser_cannot_be_decided_again(chair, item):
    first, second = granted(), granted()
    choose(chair, item, first)
    answer = choose(chair, item, second)
    assert "allerede behandlet" in answer.content.decode()
    assert item.considerations.get(chosen=True).application == first


def test_occupied_home_cannot_be_allocated(chair, item):
    application = granted()
    f.StayFactory(unit=item.unit, kind="leie")
    answer = choose(chair, item, application)
    assert "er ikke lenger ledig" in answer.content.decode()


def test_person_who_no_longer_waits_cannot_be_chosen(chair, item):
    application = granted()
    f.LeaseFactory(application=application)
    answer = choose(chair, item, application)
    assert "står ikke lenger på ventelisten" in answer.content.decode()


def test_protected_person_cannot_be_chosen_without_access(chair, item):
    hidden = granted(protected=True)
    answer = choose(chair, item, hidden)
    assert "står ikke lenger på ventelisten" in answer.content.decode()
    assert hidden.case_number not in answer.content.decode()


def test_chair_waives_a_requirement_with_a_written_reason(chair, login, item):
    application = granted()
    application.needs.update(bedrooms=2)
    other = login("beslutter")
    page = choose(other, item, application).content.decode()
    assert "Bare møtelederen kan fravike det" in page
    page = choose(chair, item, application).content.decode()
    assert "Skriv hvorfor den likevel tildeles." in page
    choose(chair, item, application, override_reason="Vil selv bo trangt, nær skolen.")
    chosen = item.considerations.get(chosen=True)
    assert chosen.override_reason == "Vil selv bo trangt, nær skolen."


def test_no_item_is_decided_before_the_meeting_opens(chair):
    item = f.AgendaItemFactory(meeting=f.MeetingFactory(chair=chair.user))
    answer = choose(chair, item, granted())
    assert "ikke åpnet" in answer.content.decode()


# ------------------------------------------------------------------ disqualification


def test_disqualified_attendee_must_leave_before_the_decision(chair, item):
    other = f.UserFactory(caseworker=True)
    actions.attend(meeting=item.meeting, user=other)
    application = granted()
    chair.post(url(item, "item_inhabil"), {"user": other.pk, "reason": "Nabo til søkeren"})
    page = choose(chair, item, application).content.decode()
    assert "er inhabil. Bekreft at vedkommende har gått ut" in page
    chair.post(url(item, "item_inhabil"), {"user": other.pk, "reason": "Nabo", "left_room": "on"})
    assert ItemDisqualification.objects.get().left_room
    assert choose(chair, item, application).status_code == 302


def test_disqualified_attendee_is_named_beside_the_case(chair, item):
    application = granted()
    other = f.UserFactory(caseworker=True, full_name="Anders Foss")
    actions.attend(meeting=item.meeting, user=other)
    Disqualification.objects.create(
        application=application,
        user=other,
        reason="Svoger",
        declared_at=timezone.now(),
        declared_by=other,
    )
    page = chair.get(url(item)).content.decode()
    assert f"Anders Foss er inhabil i sak {application.case_number}" in page
    assert "Bekreft at vedkommende" in choose(chair, item, application).content.decode()


def test_disqualified_user_does_not_write_the_minutes(login, item):
    me = login("saksbehandler")
    actions.attend(meeting=item.meeting, user=me.user)
    me.post(url(item, "item_inhabil"), {"user": me.user.pk, "reason": "Nabo", "left_room": "on"})
    assert "Du er inhabil" in choose(me, item, granted()).content.decode()


# ------------------------------------------------------------------ the minutes


def approve(client, meeting):
    there = reverse("allocation:meeting", args=[meeting.pk])
    return sign(
        client, reverse("allocation:meeting_approve", args=[meeting.pk]), page=there, follow=True
    )


def minutes_text(client, meeting) -> str:
    from io import BytesIO

    from pypdf import PdfReader

    answer = client.get(reverse("allocation:minutes", args=[meeting.pk]))
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_chair_approves_minutes_that_cannot_change(chair, item):
    chosen, other = granted(first_name="Tomasz"), granted()
    decide(
        chair, item, chosen=chosen.pk, shown=f"{chosen.pk},{other.pk}", reason="Nær jobben hans."
    )
    approve(chair, item.meeting)
    meeting = AllocationMeeting.objects.get()
    assert meeting.state == MeetingState.APPROVED and meeting.approved_by == chair.user
    text = minutes_text(chair, meeting)
    assert chosen.case_number in text and other.case_number in text
    assert "Nær jobben hans." in text and "Tomasz" not in text
    page = chair.post(
        reverse("allocation:meeting_add", args=[meeting.pk]),
        {"bolig": [f.UnitFactory().pk]},
        follow=True,
    )
    assert "kan ikke endres" in page.content.decode()


def test_home_with_unknown_values_can_be_decided_in_a_meeting(chair, item):
    """Imported with unknown values: pages and minutes show them as unknown."""
    unknown_since = DateRange(None, None)
    unit, other = item.unit, f.UnitFactory(bedrooms=None, in_use=unknown_since)
    unit.bedrooms = unit.floor = unit.size_m2 = unit.rent = None
    unit.in_use = unknown_since
    unit.staffing = ""
    unit.save()
    for page in (url(item), reverse("allocation:meeting", args=[item.meeting_id])):
        html = chair.get(page).content.decode()
        assert "soverom ikke avklart" in html
        assert "None" not in html
    assert str(other) in html  # among the vacant homes
    assert "tom siden: ikke avklart" in html
    assert "ikke ledig" not in html
    chosen = granted()
    answer = choose(chair, item, chosen)
    assert "Antall soverom er ikke avklart" in answer.content.decode()
    choose(chair, item, chosen, override_reason="Vi har målt: to soverom.")
    approve(chair, item.meeting)
    text = minutes_text(chair, item.meeting)
    assert chosen.case_number in text
    assert "ikke avklart" in text and "None" not in text


def test_minutes_need_a_decision_on_every_item(chair, item):
    page = approve(chair, item.meeting)
    assert "Én sak er ikke behandlet" in page.content.decode()


def test_only_the_chair_approves_the_minutes(login, item):
    answer = approve(login("moteleder"), item.meeting)
    assert answer.status_code == 403


def test_home_of_a_protected_person_is_one_that_is_held_in_the_minutes(login):
    boss = login("moteleder", sees_protected=True)
    meeting = sitting(boss.user)
    secret, open_ = (f.AgendaItemFactory(meeting=meeting) for _ in range(2))
    hidden, seen = granted(strictly_protected=True), granted()
    assert choose(boss, secret, hidden, reason="Hun må bo skjermet.").status_code == 302
    decide(boss, open_, chosen=seen.pk, shown=f"{seen.pk}")
    approve(boss, meeting)
    text = minutes_text(boss, meeting)
    assert seen.case_number in text
    assert hidden.case_number not in text and f"{secret.unit}" in text
    assert "Boligen holdes av." in text
    other = login("saksbehandler")
    secret.refresh_from_db()
    for page in (url(secret), reverse("allocation:meeting", args=[meeting.pk])):
        shown = other.get(page).text
        assert "Holdt av" in shown and hidden.case_number not in shown
        assert secret.reason not in shown
    assert hidden.case_number in boss.get(url(secret)).text


def test_home_is_held_and_released_by_one_who_sees_everybody(login):
    boss = login("moteleder")
    meeting = sitting(boss.user)
    item, application = f.AgendaItemFactory(meeting=meeting), granted()
    answer = decide(boss, item, outcome="holdt", shown=f"{application.pk}", reason="Til et bytte.")
    assert answer.status_code == 302
    item.refresh_from_db()
    on = f.today()
    assert vacancy.statuses([item.unit_id], on)[item.unit_id].status == UnitStatus.RESERVED
    assert item.unit_id not in vacancy.free_days([item.unit_id], on)
    assert "Til et bytte." not in boss.get(url(item)).text, "why is of the closed part"
    release = reverse("allocation:item_release", args=[meeting.pk, item.pk])
    assert boss.post(release).status_code == 403
    trusted = login("moteleder", sees_protected=True, sees_shielded=True)
    assert "Til et bytte." in trusted.get(url(item)).text
    assert trusted.post(release).status_code == 302
    assert item.unit_id in vacancy.free_days([item.unit_id], on)
    trusted.post(release)  # again: told, and nothing changes
    item.refresh_from_db()
    assert item.released_by == trusted.user and item.history.count() == 3


def test_notes_about_the_property_are_shown_before_the_decision(chair, meeting, today):
    from accounts.models import Setting

    Setting.objects.create(key="milieu_house_homes", value=1, valid=f.since(today))
    item, application = f.AgendaItemFactory(meeting=meeting), granted()
    assert "Tenk over bomiljøet" not in chair.get(url(item)).text
    f.StayFactory(lease=True, unit=f.UnitFactory(property=item.unit.property), days_ago=400)
    assert "2 hjem i samme hus. Kommunens grense er 1." in chair.get(url(item)).text
    choose(chair, item, application)
    item.refresh_from_db()
    assert item.outcome == ItemOutcome.CHOSEN, "a warning is no refusal"


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize("size", [1, 6])
def test_list_has_the_same_number_of_queries_for_many_meetings(
    chair, size, django_assert_max_num_queries
):
    for _ in range(size):
        f.AgendaItemFactory(meeting=f.MeetingFactory(chair=chair.user))
    with django_assert_max_num_queries(LIST_QUERIES):
        assert chair.get(reverse("allocation:meetings")).status_code == 200


@pytest.mark.parametrize("size", [2, 6])
def test_item_page_has_the_same_number_of_queries_for_many_candidates(
    chair, meeting, size, django_assert_num_queries
):
    for _ in range(3 + size):
        granted()
    items = [f.AgendaItemFactory(meeting=meeting) for _ in range(size)]
    with django_assert_num_queries(ITEM_QUERIES):
        assert chair.get(url(items[0])).status_code == 200


LIST_QUERIES = 12
ITEM_QUERIES = 52


# ------------------------------------------------------------------ two at once


@pytest.mark.django_db(transaction=True)
def test_second_of_two_simultaneous_decisions_gets_a_message():
    boss = f.UserFactory(chair=True)
    from allocation import defaults
    from casework.letters import defaults as letter_defaults

    for module in (letter_defaults, defaults):
        module.install(None)
    item = f.AgendaItemFactory(meeting=sitting(boss))
    cases = [granted(), granted()]
    ready, results = threading.Barrier(2), []

    def decide_for(application):
        try:
            ready.wait(10)
            actions.decide_item(
                item=AgendaItem.objects.select_related("meeting").get(pk=item.pk),
                outcome=ItemOutcome.CHOSEN,
                chosen=application.pk,
                shown=[application.pk],
                reason="Passer.",
                by=boss,
                at=timezone.now(),
            )
            results.append("ok")
        except actions.AlreadyDecided as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide_for, args=[case]) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results)[1] == "ok" or "ok" in results
    assert len(results) == 2 and results.count("ok") == 1
    assert item.considerations.filter(chosen=True).count() == 1
