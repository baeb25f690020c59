"""The job of long stays: flags are raised once, and closed by facts or by a user's note."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from casework.log import flags as casework_flags
from casework.log.enums import FlagClosed, FlagKind, LivingArrangement
from casework.models import Event, Flag
from stays.tasks import flag_stays as task
from stays.temporary.flags import explained, flag_stays
from stays.temporary.no_service import flag_no_service
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    NoteFactory,
    PersonFactory,
    ServiceFactory,
    StayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_one_flag_per_threshold_for_any_number_of_runs(today):
    StayFactory(days_ago=95)
    for on in (today, today, today - timedelta(days=3), today):
        flag_stays(on)
    flag = Flag.objects.get()
    assert (flag.threshold, flag.facts["days"], flag.raised_on) == (90, 95, today)


def test_job_for_an_earlier_day_raises_no_lower_threshold(today):
    StayFactory(days_ago=95)
    flag_stays(today)
    flag_stays(today - timedelta(days=20))
    assert [flag.threshold for flag in Flag.objects.all()] == [90]


def test_closed_flag_is_not_raised_again_before_the_next_threshold(today):
    StayFactory(days_ago=95)
    flag_stays(today)
    user = UserFactory(caseworker=True)
    casework_flags.close(Flag.objects.get(), by=user, at=timezone.now(), note="Plan er skrevet.")
    for on in (today, today - timedelta(days=20)):
        flag_stays(on)
    assert not Flag.objects.open().exists()
    flag_stays(today + timedelta(days=25))
    assert Flag.objects.open().get().threshold == 120


def test_flag_closed_by_a_wrong_fact_comes_back(today):
    stay = StayFactory(days_ago=100)
    flag_stays(today)
    began = stay.period.lower
    stay.period = DateRange(began, today - timedelta(days=27))
    stay.save()
    flag_stays(today)
    assert not Flag.objects.open().exists()
    stay.period = DateRange(began, None)
    stay.save()
    flag_stays(today)
    assert Flag.objects.open().get().threshold == 90
    assert Flag.objects.get(closed_because=FlagClosed.FACTS).threshold == 90, "with a trace"


def test_followed_up_flag_does_not_come_back_for_a_few_days_correction(today):
    stay = StayFactory(days_ago=95)
    flag_stays(today)
    user = UserFactory(caseworker=True)
    casework_flags.close(Flag.objects.get(), by=user, at=timezone.now(), note="Plan er skrevet.")
    for days in (98, 93, 88):  # at 88 days, a lower threshold than the one followed up
        stay.period = DateRange(today - timedelta(days=days), None)
        stay.save()
        flag_stays(today)
        assert not Flag.objects.open().exists(), days
    stay.period = DateRange(today - timedelta(days=125), None)  # no correction of a few days
    stay.save()
    flag_stays(today)
    assert Flag.objects.open().get().threshold == 120


def test_open_flag_of_a_corrected_chain_is_kept_with_the_right_start(today):
    stay = StayFactory(days_ago=95)
    flag_stays(today - timedelta(days=2))
    before = Flag.objects.get()
    stay.period = DateRange(today - timedelta(days=92), None)
    stay.save()
    flag_stays(today)
    after = Flag.objects.get()
    assert (after.pk, after.raised_on, after.due_on) == (before.pk, before.raised_on, before.due_on)
    assert after.facts["chain_start"] == (today - timedelta(days=92)).isoformat()
    assert after.key == f"{today - timedelta(days=92)}:90"


def test_corrected_chain_that_has_not_come_as_far_has_the_lower_flag(today):
    stay = StayFactory(days_ago=92)
    flag_stays(today)
    stay.period = DateRange(today - timedelta(days=88), None)
    stay.save()
    flag_stays(today)
    assert Flag.objects.open().get().threshold == 75
    assert Flag.objects.get(threshold=90).closed_because == FlagClosed.FACTS


def test_command_does_not_judge_a_day_that_has_not_come(today):
    StayFactory(days_ago=95)
    tomorrow = today + timedelta(days=1)
    with pytest.raises(CommandError, match="has not come"):
        call_command("flag_stays", "--on", tomorrow.isoformat())
    call_command("flag_stays", "--on", tomorrow.isoformat(), "--dry-run", stdout=StringIO())
    assert task(tomorrow.isoformat())["raised"] == 1
    assert Flag.objects.get().raised_on == today


def test_closing_a_flag_needs_a_note_and_adds_an_event(today):
    StayFactory(days_ago=95)
    flag_stays(today)
    flag, user = Flag.objects.get(), UserFactory(caseworker=True)
    with pytest.raises(casework_flags.NoReason):
        casework_flags.close(flag, by=user, at=timezone.now(), note="  ")
    casework_flags.close(flag, by=user, at=timezone.now(), note="Plan er skrevet.")
    flag.refresh_from_db()
    assert (flag.closed_because, flag.closed_by) == (FlagClosed.HANDLED, user)
    assert Event.objects.filter(person=flag.person, text__contains="Plan er skrevet.").exists()
    with pytest.raises(casework_flags.AlreadyClosed):
        casework_flags.close(flag, by=user, at=timezone.now(), note="En gang til.")


def test_flag_owner_is_responsible_for_the_case_or_else_for_the_person(today):
    of_case, of_person = UserFactory(caseworker=True), UserFactory(caseworker=True)
    first = PersonFactory(responsible=of_person)
    ApplicationFactory(person=first, received_at=timezone.now() - timedelta(days=40))
    ApplicationFactory(person=first, responsible=of_case)
    second = PersonFactory(responsible=of_person)
    for person in (first, second):
        StayFactory(person=person, days_ago=95)
    flag_stays(today)
    assert Flag.objects.get(person=first).owner == of_case
    assert Flag.objects.get(person=second).owner == of_person


def test_flag_of_a_protected_person_is_visible_only_with_access(today):
    StayFactory(person=PersonFactory(strictly_protected=True), days_ago=95)
    flag_stays(today)
    assert not Flag.objects.visible_to(UserFactory(caseworker=True)).exists()
    assert Flag.objects.visible_to(UserFactory(caseworker=True, sees_protected=True)).exists()


def test_service_or_recent_contact_removes_the_no_service_mark(today):
    served, met, alone = PersonFactory(), PersonFactory(), PersonFactory()
    ServiceFactory(person=served)
    NoteFactory(person=met, is_contact=True)
    NoteFactory(person=alone, is_contact=False)
    for person in (served, met, alone):
        StayFactory(person=person, days_ago=20)
    flag_stays(today)
    marked = Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY, marks__contains=["no_service"])
    assert [flag.person for flag in marked] == [alone]
    # An open flag follows what comes later, for the one who is met and the one who is left alone.
    NoteFactory(person=alone, is_contact=True)
    met.notes.update(is_contact=False)
    flag_no_service(today)
    assert [flag.person for flag in marked.all()] == [met]


def test_flag_shows_reason_date_rule_and_next_step(today):
    family = FamilyFactory(children=2)
    stay = StayFactory(person=family.head, days_ago=95)
    flag_stays(today)
    ((_flag, words),) = explained(Flag.objects.all(), today)
    began, reached = stay.period.lower, stay.period.lower + timedelta(days=90)
    assert f"Dag 90 var {reached:%d.%m.}" in words.why
    assert f"Telles fra {began:%d.%m.}" in words.why
    assert "2 barn bor her." in words.why and "samværsbarn" not in words.why
    assert words.next == "Skriv begrunnelse og plan for varig bolig."
    assert words.days == 95


def test_child_who_visits_is_called_so(today):
    family = FamilyFactory(children=2)
    member = family.members.get(person=family.children[0])
    member.living = LivingArrangement.VISITING
    member.save()
    StayFactory(person=family.head, days_ago=95)
    flag_stays(today)
    ((_flag, words),) = explained(Flag.objects.all(), today)
    assert "Ett barn bor her. Ett samværsbarn." in words.why


def test_job_takes_one_sql_statement_for_any_number(today, django_assert_num_queries):
    for _ in range(4):
        StayFactory(days_ago=95)
    # Two of settings, savepoint, the day (which locks), the statement, release.
    with django_assert_num_queries(6):
        run = flag_stays(today)
    assert run.raised == 4


def test_task_and_command_accept_a_date_and_dry_run_saves_nothing(today):
    StayFactory(days_ago=95)
    out = StringIO()
    call_command("flag_stays", "--on", today.isoformat(), "--dry-run", stdout=out)
    assert "would have raised 1" in out.getvalue()
    assert not Flag.objects.exists()
    # An argument from a newer version must not make it fail.
    assert task(today.isoformat(), newer="argument")["raised"] == 1
    assert task()["raised"] == 0
    assert Flag.objects.get().kind == FlagKind.TEMPORARY_STAY
