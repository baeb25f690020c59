"""What was registered wrongly is corrected or taken back, with a trace, and judged again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from allocation import ranking
from casework.applications.flags import flag_deadlines
from casework.log import corrections
from casework.models import Event, Flag
from stays.temporary.flags import flag_stays
from tests import factories as f
from tests import factories_follow_up as follow_up

pytestmark = pytest.mark.django_db
WHY = "Ført på feil person."


def nb(day) -> str:
    return f"{day:%d.%m.%Y}"


def take_back_url(what, row):
    return reverse("casework:take_back", args=[what, row.pk])


def member_form(member, **changes):
    return {
        "relation": member.relation,
        "living": member.living,
        "nights": member.nights or "",
        "since": nb(member.period.lower),
        "until": nb(member.period.upper) if member.period.upper else "",
        "why": "Foreldrene viste avtalen.",
        **changes,
    }


# ------------------------------------------------------------------ the household


@pytest.fixture
def family():
    return f.FamilyFactory(children=1)


@pytest.fixture
def child(family):
    return family.members.get(relation="barn")


def test_corrected_child_is_judged_again_everywhere(as_caseworker, family, child, today):
    """Registered as living there; it visits, and had moved out before the stay began."""
    f.ApplicationFactory(granted=True, person=family.head)
    f.StayFactory(person=family.head, days_ago=8)
    flag_stays(today)
    assert Flag.objects.get().threshold == 7  # a child's
    assert [case.class_number for case in ranking.places(today)] == [1]  # child_in_temporary

    where = reverse("casework:member_correct", args=[child.pk])
    page = as_caseworker.get(where)
    assert page.status_code == 200
    answer = as_caseworker.post(where, member_form(child, living="samvar", nights="4"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.url == reverse("casework:household", args=[family.head.pk])
    child.refresh_from_db()
    assert (child.living, child.nights) == ("samvar", 4)
    assert [case.class_number for case in ranking.places(today)] != [1], "it does not live there"

    out = nb(today - timedelta(days=20))
    as_caseworker.post(where, member_form(child, until=out))
    flag_stays(today)
    assert not Flag.objects.open().exists()  # 14 days for an adult
    assert [case.class_number for case in ranking.places(today)] != [1]
    events = Event.objects.filter(kind="household_changed").order_by("pk")
    assert "Foreldrene viste avtalen." in events.filter(person=child.person).last().text
    assert "avtalen" not in events.filter(person=family.head).last().text

    # The end was wrong: the child has lived there all the time.
    as_caseworker.post(where, member_form(child, living="fast", nights="", until=""))
    flag_stays(today)
    assert Flag.objects.open().get().threshold == 7
    assert [case.class_number for case in ranking.places(today)] == [1]


def test_correction_with_a_wrong_day_is_refused(as_caseworker, child):
    where = reverse("casework:member_correct", args=[child.pk])
    born = child.person.birth_date
    for changes, message in (
        ({"since": nb(born - timedelta(days=1))}, "kan ikke være med før det"),
        ({"until": nb(child.period.lower)}, "Velg en dato etter det"),
        ({"nights": "3"}, "er her alle netter"),
    ):
        answer = as_caseworker.post(where, member_form(child, **changes))
        assert message in answer.content.decode()
    # Of the head, only the days.
    head = child.household.members.get(relation="hovedperson")
    page = as_caseworker.get(reverse("casework:member_correct", args=[head.pk]))
    assert page.context["form"]["relation"].is_hidden


def test_change_of_living_taken_back_lets_the_earlier_go_on(as_caseworker, family, child, today):
    where = reverse("casework:household", args=[family.head.pk])
    typed = {"living": "samvar", "nights": "4", "since": nb(today)}
    sent = {f"c{child.pk}-{name}": value for name, value in typed.items()}
    as_caseworker.post(where, {"member": child.pk, "change": "1", **sent})
    wrong = family.members.filter(relation="barn").order_by("period").last()
    as_caseworker.post(take_back_url("husstandsmedlem", wrong), {"why": WHY})
    left = family.members.get(relation="barn")
    assert (left.pk, left.living, left.period.upper) == (child.pk, "fast", None)


def test_member_of_the_wrong_household_is_taken_back(as_caseworker, family, child, today):
    f.StayFactory(person=family.head, days_ago=8)
    flag_stays(today)
    assert Flag.objects.open().exists()
    answer = as_caseworker.post(take_back_url("husstandsmedlem", child), {"why": WHY})
    assert answer.url == reverse("casework:household", args=[family.head.pk])
    flag_stays(today)
    assert not Flag.objects.open().exists()
    for person in (family.head, child.person):
        assert Event.objects.filter(person=person, kind="taken_back").exists()
    head = family.members.get()
    answer = as_caseworker.post(take_back_url("husstandsmedlem", head), {"why": WHY})
    assert "kan ikke tas ut av sin egen husstand" in answer.content.decode()


# ------------------------------------------------------------------ every kind


def rows(user) -> dict:
    person = f.PersonFactory(with_household=True, responsible=user)
    plan = follow_up.PlanFactory(person=person)
    return {
        "husstandsmedlem": f.FamilyFactory(children=1).members.get(relation="barn"),
        "representant": f.RepresentativeFactory(person=person),
        "notat": f.NoteFactory(person=person, written_by=user),
        "tidligere-forhold": follow_up.PastMatterFactory(person=person),
        "tjeneste": f.ServiceFactory(person=person),
        "ansvarsgruppe": follow_up.TeamMemberFactory(person=person),
        "milepel": follow_up.MilestoneFactory(plan=plan),
        "institusjonsvarsel": follow_up.NoticeFactory(person=person),
        "oppgave": follow_up.HandoverFactory(person=person, sent_by=user),
    }


def test_row_of_every_kind_is_taken_back_with_a_trace(as_caseworker):
    for what, row in rows(as_caseworker.user).items():
        kind, where = corrections.kind_of(what), take_back_url(what, row)
        assert as_caseworker.get(where).status_code == 200, what
        assert as_caseworker.post(where, {"why": ""}).context["form"].errors["why"]
        assert as_caseworker.post(where, {"why": WHY}).status_code == 302, what
        assert not kind.model.objects.filter(pk=row.pk).exists()
        trace = kind.model.history.filter(id=row.pk).latest()
        assert (trace.history_type, trace.history_user) == ("-", as_caseworker.user), what
        assert trace.history_change_reason == WHY
        event = Event.objects.filter(person=kind.person(row), kind="taken_back").latest("pk")
        assert event.text.startswith("Feilregistrert: ")
        assert as_caseworker.post(where, {"why": WHY}).status_code == 404, what


def test_only_who_may_take_a_row_back(as_caseworker):
    hidden = f.ServiceFactory(person=f.PersonFactory(strictly_protected=True))
    others_note, matter = f.NoteFactory(), follow_up.PastMatterFactory()
    others_task = follow_up.HandoverFactory()
    for what, row, status in (
        ("tjeneste", hidden, 404),
        ("notat", others_note, 403),
        ("tidligere-forhold", matter, 403),
        ("oppgave", others_task, 403),
        ("ukjent", hidden, 404),
    ):
        assert as_caseworker.post(take_back_url(what, row), {"why": WHY}).status_code == status
        assert type(row).objects.filter(pk=row.pk).exists()


def test_past_matter_taken_back_says_nothing_of_it_on_the_timeline(as_caseworker):
    matter = rows(as_caseworker.user)["tidligere-forhold"]
    as_caseworker.post(take_back_url("tidligere-forhold", matter), {"why": WHY})
    text = Event.objects.get(kind="taken_back").text
    assert text == f"Feilregistrert: et tidligere forhold. {WHY}"


# ------------------------------------------------------------------ plans


def test_settled_plan_and_reached_milestone_are_reopened(as_caseworker, today):
    plan = follow_up.PlanFactory(settled_on=today, outcome="Flyttet inn.")
    milestone = follow_up.MilestoneFactory(plan=plan, done_at=f.now(), done_by=as_caseworker.user)
    where = reverse("casework:plan_reopen", args=[plan.pk])
    assert as_caseworker.post(where, {"why": "Avsluttet på feil plan."}).status_code == 302
    plan.refresh_from_db()
    assert plan.is_open and plan.outcome == ""
    assert as_caseworker.get(where).status_code == 404
    where = reverse("casework:milestone_done", args=[milestone.pk])
    as_caseworker.post(where, {"gjenapne": "1"})
    milestone.refresh_from_db()
    assert milestone.done_at is None


# ------------------------------------------------------------------ the case


def withdraw_and_reopen(client, application):
    sent = {"reason": "Personen ringte."}
    client.post(reverse("casework:application_withdraw", args=[application.pk]), sent)
    application.refresh_from_db()
    assert application.state == "trukket"
    page = client.get(reverse("casework:application", args=[application.pk]))
    where = reverse("casework:application_reopen", args=[application.pk])
    assert where in page.content.decode()
    answer = client.post(where, {"why": "Trukket i feil sak."})
    assert answer.status_code == 302
    application.refresh_from_db()


def test_case_withdrawn_by_mistake_keeps_its_day_and_its_clock(as_caseworker, today):
    application = f.ApplicationFactory(received_at=f.now() - timedelta(days=25))
    was = (application.state, application.received_at, application.case_number)
    flag_deadlines(today)
    flag = Flag.objects.get(application=application)
    withdraw_and_reopen(as_caseworker, application)
    assert (application.state, application.received_at, application.case_number) == was
    flag_deadlines(today)
    again = Flag.objects.open().get(application=application)
    assert again.due_on == flag.due_on


def test_case_withdrawn_by_mistake_from_the_waiting_list_waits_as_before(as_caseworker, today):
    first = f.ApplicationFactory(granted=True)
    second = f.ApplicationFactory(granted=True)
    before = [place.application_id for place in ranking.places(today)]
    assert set(before) == {first.pk, second.pk}
    withdraw_and_reopen(as_caseworker, first)
    assert [place.application_id for place in ranking.places(today)] == before


def test_case_that_is_not_withdrawn_is_not_reopened(as_caseworker):
    application = f.ApplicationFactory()
    where = reverse("casework:application_reopen", args=[application.pk])
    answer = as_caseworker.post(where, {"why": "Prøver."})
    assert "ikke trukket eller bortfalt" in answer.content.decode()
