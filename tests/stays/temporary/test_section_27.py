"""The jobs of intake: flags on Min dag, dry run, and deletion of old drafts (C6)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from casework.models import Draft, Flag
from casework.tasks import delete_drafts, flag_papers
from stays.tasks import flag_section_27
from tests.factories import ApplicationFactory, UserFactory, now, today
from tests.factories_intake import MissingPaperFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def page(client, name="desk:day", *keys) -> str:
    return client.get(reverse(name, args=keys)).content.decode()


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_night_without_a_place_is_on_min_dag_with_both_deadlines(client, caseworker):
    case = ApplicationFactory(kind="midlertidig", responsible=caseworker, received_at=now())
    assert flag_section_27() == {"raised": 2, "closed": 0}

    day = page(client)
    assert "behandles samme dag" in day
    assert "Et sted å sove skal være klart innen" in day
    assert "Finn et sted" in page(client, "desk:person", case.person_id)


def test_missing_papers_are_flagged_until_the_last_one_comes(client, caseworker, time_machine):
    case = ApplicationFactory(responsible=caseworker)
    paper = MissingPaperFactory(case, due_on=today() + timedelta(days=1))
    time_machine.move_to(now() + timedelta(days=20))
    client.force_login(caseworker)
    assert flag_papers() == {"raised": 1, "closed": 0}
    assert "Venter på papirer siden" in page(client)

    paper.received_on, paper.received_at, paper.received_by = today(), now(), caseworker
    paper.save()
    assert flag_papers() == {"raised": 0, "closed": 1}


@pytest.mark.parametrize("command", ["flag_section_27", "flag_papers"])
def test_dry_run_changes_nothing(command, time_machine):
    ApplicationFactory(kind="midlertidig", received_at=now())
    MissingPaperFactory()
    late = str(today() + timedelta(days=20))
    assert "would have raised" in run(command, "--on", late, "--dry-run")
    assert not Flag.objects.exists()
    time_machine.move_to(now() + timedelta(days=20))
    run(command, "--on", late)
    raised = Flag.objects.count()
    assert raised
    run(command, "--on", late)
    assert Flag.objects.count() == raised
    with pytest.raises(CommandError):
        run(command, "--on", "i går")


def test_job_deletes_old_drafts(time_machine):
    Draft.objects.create(key="a", data={"x": ["y"]}, saved_at=now(), saved_by=UserFactory())
    assert delete_drafts() == {"raised": 0, "closed": 0}
    later = str(today() + timedelta(days=15))
    assert "would have raised 0, closed 1" in run("delete_drafts", "--on", later, "--dry-run")
    assert Draft.objects.count() == 1
    time_machine.move_to(now() + timedelta(days=15))
    assert delete_drafts() == {"raised": 0, "closed": 1}
