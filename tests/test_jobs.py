"""The jobs: their table, what a run stores, and the alarm when one does not run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import CommandError, call_command, get_commands
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts import jobs
from accounts.models import JobRun, User
from casework.log.enums import FlagKind
from casework.log.escalation import escalate, escalated
from casework.log.summary import send_summary
from casework.models import Flag
from common.forms import EARLIEST, LATEST
from common.jobs import JOBS
from config.celery import app
from stays.temporary.flags import flag_stays
from tests.factories import EventFactory, PersonFactory, StayFactory, UserFactory

OSLO = ZoneInfo("Europe/Oslo")


def test_every_job_has_a_function_a_task_a_command_and_a_time():
    app.loader.import_default_modules()
    for name, job in JOBS.items():
        assert job.task in app.tasks, job.task
        assert name in get_commands(), name
        assert app.conf.beat_schedule[name]["task"] == job.task
        assert str(job.title) and str(job.about)


def test_task_names_stay_the_same_when_the_code_moves():
    """A message that waits in the queue during an upgrade can still be read after it."""
    assert {job.task for job in JOBS.values()} == {
        "accounts.tasks.hand_over",
        "accounts.tasks.lapse_proposals",
        "accounts.tasks.seal_logs",
        "accounts.tasks.throw_away_files",
        "allocation.tasks.ask_still_needed",
        "allocation.tasks.flag_offers",
        "allocation.tasks.flag_waiting",
        "casework.tasks.delete_drafts",
        "casework.tasks.escalate",
        "casework.tasks.flag_appeals",
        "casework.tasks.flag_conditions",
        "casework.tasks.flag_deadlines",
        "casework.tasks.flag_handovers",
        "casework.tasks.flag_papers",
        "casework.tasks.flag_plans",
        "casework.tasks.flag_promises",
        "casework.tasks.flag_statements",
        "casework.tasks.send_summary",
        "housing.tasks.flag_agreements",
        "stays.tasks.flag_dates",
        "stays.tasks.flag_discharges",
        "stays.tasks.flag_leases",
        "stays.tasks.flag_no_service",
        "stays.tasks.flag_section_27",
        "stays.tasks.flag_stays",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(JOBS))
def test_job_run_twice_or_for_a_past_day_raises_nothing_more(name, today):
    StayFactory(days_ago=100)
    out = StringIO()
    call_command(name, "--dry-run", stdout=out)
    assert "would have raised" in out.getvalue()
    assert not Flag.objects.exists() and not JobRun.objects.exists()
    call_command(name, stdout=out)
    flags = Flag.objects.count()
    call_command(name, stdout=out)
    call_command(name, "--on", (today - timedelta(days=4)).isoformat(), stdout=out)
    assert Flag.objects.count() == flags
    assert JobRun.objects.filter(job=name, ended_at__isnull=False, failed="").count() == 3


@pytest.mark.django_db
def test_jobs_run_for_any_day_that_can_be_meant():
    StayFactory(days_ago=100)
    for name in JOBS:
        call_command(name, on=str(EARLIEST), stdout=StringIO())
        call_command(name, "--dry-run", on=str(LATEST), stdout=StringIO())
    for day in ("0001-01-01", "9999-12-31"):
        with pytest.raises(CommandError, match="must be a day from 1880"):
            call_command("flag_stays", "--dry-run", on=day)


@pytest.mark.django_db
def test_failed_run_keeps_only_the_exception_class(today):
    def broken(on):
        raise IntegrityError("Kari Nordmann 01019012345")

    with pytest.raises(IntegrityError):
        jobs.run(replace(JOBS["flag_stays"], does=broken), today)
    run = JobRun.objects.get()
    assert (run.failed, run.raised, run.is_good) == ("IntegrityError", 0, False)


@pytest.mark.django_db
def test_late_job_is_an_alarm_except_on_a_new_installation(login, monkeypatch):
    morning = datetime(2026, 11, 20, 5, 30, tzinfo=OSLO)
    monkeypatch.setattr(jobs, "_installed_at", lambda: morning - timedelta(hours=12))
    nightly = {name for name, job in JOBS.items() if not job.every}
    before_due = morning + timedelta(hours=1)
    assert not nightly & set(jobs.late_jobs(before_due))
    assert "flag_stays" in jobs.late_jobs(morning + timedelta(hours=3))
    JobRun.objects.create(
        job="flag_stays",
        for_date=morning.date(),
        started_at=morning,
        ended_at=morning + timedelta(seconds=2),
        raised=7,
    )
    assert "flag_stays" not in jobs.late_jobs(morning + timedelta(hours=23))
    assert "flag_stays" in jobs.late_jobs(morning + timedelta(hours=27))
    page = login("leder").get("/jobber/").text
    assert "Har ikke kjørt" in page and "2,0 s" in page
    assert login("systemadministrator").get("/jobber/").status_code == 200
    answer = login().get("/readyz")
    assert answer.status_code == 200, "pages work while jobs wait"
    assert answer.json()["status"] == "jobs late" and "flag_leases" in answer.json()["late"]


@pytest.mark.django_db
def test_installation_date_is_stored():
    """Without the date no job would be late on an installation where none has run."""
    installed = jobs._installed_at()
    assert installed is not None
    assert set(jobs.late_jobs(installed + timedelta(days=3))) == set(JOBS)


@pytest.mark.django_db
def test_page_has_the_same_number_of_queries_for_any_runs(login, django_assert_max_num_queries):
    client = login("leder")
    for _ in range(30):
        jobs.run(JOBS["flag_leases"], date(2026, 11, 20))
    with django_assert_max_num_queries(12):
        client.get("/jobber/")


# ------------------------------------------------------------------ escalation


@pytest.fixture
def flag(today):
    person = PersonFactory(responsible=UserFactory(caseworker=True))
    return Flag.objects.create(
        person=person,
        kind=FlagKind.NO_SERVICE,
        key="2026-01-01:1",
        facts={"chain_start": "2026-01-01", "days": 30, "level": 1},
        owner=person.responsible,
        raised_on=today - timedelta(days=14),
    )


@pytest.mark.django_db
def test_flag_without_action_for_14_days_is_escalated_once(flag, today, login):
    assert escalate(today - timedelta(days=1)).raised == 0
    assert escalate(today).raised == 1
    assert escalate(today).raised == 0
    manager = login("leder")
    page = manager.get("/").text
    assert "Eskalert" in page and str(flag.owner) in page
    assert "Eskalert" not in login(user=flag.owner).get("/").text
    EventFactory(person=flag.person, by=flag.owner, at=timezone.now())
    assert not escalated(manager.user).exists()


@pytest.mark.django_db
def test_manager_sees_the_number_of_days_as_of_today(today, login):
    """Not the events of the day the flag was raised, 14 days ago."""
    person = PersonFactory(responsible=UserFactory(caseworker=True))
    StayFactory(person=person, days_ago=105)
    flag_stays(today - timedelta(days=14))
    escalate(today)
    (line,) = login("leder").get("/").context["day"].escalated.lines
    assert line.days == 105


@pytest.mark.django_db
def test_only_user_events_count_as_action_on_a_flag(flag, today):
    EventFactory(person=flag.person, by=None, at=timezone.now() - timedelta(days=3))
    assert escalate(today).raised == 1
    Flag.objects.update(escalated_on=None)
    EventFactory(person=flag.person, by=flag.owner, at=timezone.now() - timedelta(days=3))
    assert escalate(today).raised == 0
    assert escalate(today + timedelta(days=11)).raised == 1


# ------------------------------------------------------------------ the summary mail


@pytest.mark.django_db
def test_summary_mail_has_counts_and_a_link_once_a_day_on_request(
    flag, today, django_capture_on_commit_callbacks
):
    flag.owner.daily_summary = True
    flag.owner.save()
    UserFactory(caseworker=True)  # has not asked for it
    with django_capture_on_commit_callbacks(execute=True):
        assert send_summary(today).raised == 1
        assert send_summary(today).raised == 0
    (letter,) = mail.outbox
    assert letter.to == [flag.owner.email]
    assert "1 varsel venter på deg" in letter.body and "https://" in letter.body
    for secret in (flag.person.first_name, flag.person.last_name, flag.person.national_id):
        assert secret not in letter.body + letter.subject
    with django_capture_on_commit_callbacks(execute=True):
        assert send_summary(today + timedelta(days=1)).raised == 1
    # A run for a day when they had a role writes to nobody who has none now.
    flag.owner.roles.update(period=DateRange(date(2020, 1, 1), today))
    User.objects.update(summary_sent_on=None)
    assert send_summary(today - timedelta(days=1)).raised == 0


@pytest.mark.django_db
def test_user_turns_on_the_summary_mail_on_their_own_page(as_caseworker):
    user = as_caseworker.user
    as_caseworker.post("/min-profil/", {"full_name": user.full_name, "daily_summary": "on"})
    assert User.objects.get(pk=user.pk).daily_summary
