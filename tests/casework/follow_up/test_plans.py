"""The transition plan, its checklist and milestones, and notices of institutions (C19, C20)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from casework.follow_up import notices
from casework.follow_up.plan_flags import flag_milestones
from casework.log.enums import FlagClosed, FlagKind
from casework.models import ChecklistKind, Event, Flag, InstitutionNotice, TransitionPlan
from casework.tasks import flag_plans as task
from common.formatting import nbdate
from stays.models import Stay
from tests import factories as f
from tests.factories_follow_up import MilestoneFactory, NoticeFactory, PlanFactory, setting

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return f.PersonFactory(with_household=True)


def _url(name, *args):
    return reverse(f"casework:{name}", args=args)


def _plan_of(client, person):
    client.post(_url("plan_new", person.pk), {"owner": client.user.pk, "institution": "Fengsel"})
    return TransitionPlan.objects.get(person=person)


def test_plan_starts_with_the_checklist_of_the_municipality(as_caseworker, person):
    plan = _plan_of(as_caseworker, person)
    names = [item.kind.name for item in plan.items.order_by("kind__order")]
    assert names == [
        "Bolig", "Økonomi", "Bankkonto", "Depositum",
        "Legeerklæring", "Inntektspapirer", "Medisiner", "Kontaktperson",
    ]  # fmt: skip


def test_a_person_has_one_open_plan_at_a_time(as_caseworker, person):
    _plan_of(as_caseworker, person)
    again = as_caseworker.post(_url("plan_new", person.pk), {"owner": as_caseworker.user.pk})
    assert "har allerede en overgangsplan" in again.content.decode()
    assert TransitionPlan.objects.count() == 1


def test_municipality_can_change_the_checklist(as_manager, as_caseworker, person):
    bank = ChecklistKind.objects.get(name="Bankkonto")
    as_manager.post(_url("checklist"), {"name": "Førerkort", "order": 9})
    as_manager.post(_url("checklist_end", bank.pk))
    assert as_caseworker.get(_url("checklist")).status_code == 403
    names = {item.kind.name for item in _plan_of(as_caseworker, person).items.all()}
    assert "Førerkort" in names
    assert "Bankkonto" not in names


def test_checklist_item_needs_a_named_helper_to_be_done(as_caseworker, person):
    plan = _plan_of(as_caseworker, person)
    item = plan.items.get(kind__name="Bankkonto")
    as_caseworker.post(_url("checklist_item_done", item.pk))
    item.refresh_from_db()
    assert item.done_at is None
    as_caseworker.post(_url("checklist_item", item.pk), {"helper": "Kari Anne Vik"})
    as_caseworker.post(_url("checklist_item_done", item.pk))
    item.refresh_from_db()
    assert item.done_by == as_caseworker.user
    page = as_caseworker.get(reverse("desk:person_follow_up", args=[person.pk])).content.decode()
    assert "1 av 8 ferdig" in page
    as_caseworker.post(_url("checklist_item_done", item.pk))
    item.refresh_from_db()
    assert item.is_open


def test_closed_plan_cannot_be_changed(as_caseworker, person, today):
    plan = _plan_of(as_caseworker, person)
    as_caseworker.post(_url("plan_settle", plan.pk), {"outcome": "Flyttet inn."})
    owner = as_caseworker.user.pk
    answer = as_caseworker.post(
        _url("milestone_new", plan.pk), {"title": "Sent", "owner": owner, "due_on": nbdate(today)}
    )
    assert "Planen er avsluttet" in answer.content.decode()
    assert not plan.milestones.exists()


# ------------------------------------------------------------------ overdue milestones


def test_a_milestone_is_flagged_the_day_after_its_due_date_and_once(today):
    milestone = MilestoneFactory(due_on=today)
    flag_milestones(today)
    assert not Flag.objects.exists()
    for day in (1, 1, 2, 1):
        flag_milestones(today + timedelta(days=day))
    flag = Flag.objects.get()
    assert (flag.kind, flag.owner, flag.due_on) == ("milestone", milestone.owner, today)
    assert flag.raised_on == today + timedelta(days=1)


def test_reached_milestone_closes_its_flag_and_a_new_date_can_raise_one(as_caseworker, today):
    milestone = MilestoneFactory(due_on=f.days_ago(3), owner=as_caseworker.user)
    flag_milestones(today)
    as_caseworker.post(
        _url("milestone", milestone.pk),
        {"title": "Visning", "owner": as_caseworker.user.pk, "due_on": nbdate(f.days_ago(1))},
    )
    assert Flag.objects.get().closed_because == FlagClosed.FACTS
    flag_milestones(today)
    assert Flag.objects.open().count() == 1
    as_caseworker.post(_url("milestone_done", milestone.pk))
    assert not Flag.objects.open().exists()
    flag_milestones(today)
    assert Flag.objects.count() == 2


def test_job_for_an_earlier_day_uses_the_facts_of_that_day(as_caseworker, today):
    milestone = MilestoneFactory(due_on=f.days_ago(9))
    as_caseworker.post(_url("milestone_done", milestone.pk))
    flag_milestones(f.days_ago(5))
    assert Flag.objects.open().count() == 1
    flag_milestones(today)
    assert not Flag.objects.open().exists()


def test_flag_on_min_dag_shows_reason_and_next_step(as_caseworker, today):
    MilestoneFactory(due_on=f.days_ago(2), owner=as_caseworker.user, title="Visning")
    assert task() == {"raised": 1, "closed": 0}
    page = as_caseworker.get("/").content.decode()
    assert "«Visning» i overgangsplanen" in page
    assert "2\xa0dager over" in page


def test_dry_run_changes_nothing(today):
    MilestoneFactory(due_on=f.days_ago(2))
    out = StringIO()
    call_command("flag_plans", "--dry-run", stdout=out)
    assert "would have raised 1" in out.getvalue()
    assert not Flag.objects.filter(kind=FlagKind.MILESTONE).exists()


# ------------------------------------------------------------------ notices from institutions


def _notice(client, person, **facts):
    data = {"kind": "utskrivning", "institution": "Fjellheim", "notifier": "Berit", **facts}
    return client.post(_url("institution_notice_new", person.pk), data, follow=True)


def test_notice_moves_the_date_of_the_plan_and_the_stay(as_caseworker, person, today):
    plan = PlanFactory(person=person, owner=as_caseworker.user)
    stay = f.StayFactory(person=person, prison=True, planned_out=today + timedelta(days=90))
    out = today + timedelta(days=40)
    _notice(
        as_caseworker, person, kind="loslatelse", concerns_on=nbdate(out), notified_on=nbdate(today)
    )
    plan.refresh_from_db()
    assert plan.expected_out == out
    assert Stay.objects.get(pk=stay.pk).planned_out == out
    assert Event.objects.filter(person=person, kind="plan.moved").exists()
    moved = Event.objects.get(person=person, kind="stay.changed")
    assert moved.text.startswith("Planlagt ut er flyttet fra"), "A moved date needs a message."


def test_older_notice_does_not_replace_a_newer_one(as_caseworker, person, today):
    plan = PlanFactory(person=person, owner=as_caseworker.user)
    stay = f.StayFactory(person=person, prison=True, planned_out=today + timedelta(days=90))
    out = today + timedelta(days=40)
    _notice(as_caseworker, person, concerns_on=nbdate(out), notified_on=nbdate(f.days_ago(2)))
    answer = _notice(
        as_caseworker, person, notified_on=nbdate(f.days_ago(9)),
        concerns_on=nbdate(today + timedelta(days=20)),
    )  # fmt: skip
    plan.refresh_from_db()
    assert plan.expected_out == out
    assert Stay.objects.get(pk=stay.pk).planned_out == out
    assert InstitutionNotice.objects.count() == 2, "The older notice is saved but does not count."
    sentence = f"Et nyere varsel sier ut {nbdate(out)}"
    assert sentence in answer.content.decode()


def test_last_registered_of_two_notices_on_a_day_counts(as_caseworker, person, today):
    plan = PlanFactory(person=person, owner=as_caseworker.user)
    first, second = today + timedelta(days=40), today + timedelta(days=30)
    for day in (first, second):
        answer = _notice(as_caseworker, person, concerns_on=nbdate(day), notified_on=nbdate(today))
    plan.refresh_from_db()
    assert plan.expected_out == second
    message = f"Forventet ut er flyttet fra {nbdate(first)} til {nbdate(second)}."
    assert message in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "days", "notice_days", "late"),
    [
        ("utskrivning", 14, 0, 0),  # fourteen days before: the last day in time
        ("utskrivning", 13, 0, 1),
        ("loslatelse", -2, 0, 16),  # notice after the event
        ("innleggelse", -1, 0, 0),  # the day after
        ("innleggelse", -5, -3, 1),
        ("utskrivning", -3, None, 17),  # no notice: late until today
    ],
)
def test_late_or_missing_notice_is_logged_with_the_delay(
    as_caseworker, person, today, kind, days, notice_days, late
):
    notified = "" if notice_days is None else nbdate(today + timedelta(days=notice_days))
    answer = _notice(
        as_caseworker, person, kind=kind, notified_on=notified,
        concerns_on=nbdate(today + timedelta(days=days)),
    )  # fmt: skip
    event = Event.objects.get(person=person, kind="notice")
    assert event.data["late"] == late
    assert ("for sent" in event.text) == bool(late)
    page = answer.content.decode()
    assert ("Ikke varslet" in page) == (notice_days is None)


def test_notice_period_is_a_setting(person, today):

    notice = NoticeFactory(person=person, concerns_on=today + timedelta(days=30))
    assert notices.days_late(notice, today) == 0
    setting("notice_going_out_days", 45)
    assert notices.days_late(notice, today) == 15


def test_notice_dated_tomorrow_is_refused(as_caseworker, person, today):
    _notice(
        as_caseworker, person, concerns_on=nbdate(today),
        notified_on=nbdate(today + timedelta(days=1)),
    )  # fmt: skip
    assert not InstitutionNotice.objects.exists()
