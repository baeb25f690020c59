"""The jobs of intake: flags on Min dag, and dry run (C6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from casework.models import Flag, Vedtak
from casework.tasks import flag_papers
from stays.models import Stay
from stays.tasks import flag_section_27
from tests.factories import (
    ApplicationFactory,
    StayFactory,
    UserFactory,
    VedtakFactory,
    basis,
    now,
    today,
)
from tests.factories_intake import MissingPaperFactory

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")


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


def test_both_deadlines_are_on_every_page_until_both_are_met(client, caseworker, time_machine):
    came = datetime(2026, 11, 25, 14, 30, tzinfo=OSLO)
    time_machine.move_to(came, tick=False)
    client.force_login(caseworker)
    assert "være klart innen 26.11.2026 kl.\xa014.30" in page(client, "casework:section_27")
    case = ApplicationFactory(
        temporary=True, state="utredes", responsible=caseworker, received_at=came
    )
    case.person.responsible = caseworker
    case.person.save()
    vedtak = VedtakFactory(application=case, submitted=True)
    flag_section_27()
    pages = {
        "case": ("casework:application", case.pk),
        "list": ("casework:applications",),
        "reply": ("casework:interim_reply", case.pk),
        "vedtak": ("casework:vedtak", vedtak.pk),
        "place": ("stays:place", case.pk),
        "person": ("desk:person", case.person_id),
        "cases": ("desk:person_cases", case.person_id),
    }
    day = ("desk:day",)

    def on_all(*texts: str) -> None:
        for name, where in pages.items():
            html = page(client, *where)
            for text in texts:
                assert text in html, (name, text)

    queue = reverse("casework:vedtak_queue")
    assert "Vedtak i dag" in client.get(f"{queue}?visning=alle").content.decode()
    on_all("Vedtak i dag, 25.11.2026", "Sted innen 26.11.2026 kl.\xa014.30")
    assert "Vedtak i dag" in page(client, *day) and "Sted innen 26.11." in page(client, *day)

    time_machine.move_to(came + timedelta(hours=24, minutes=1), tick=False)
    client.force_login(caseworker)
    late = "Sted over fristen 26.11.2026 kl.\xa014.30"
    on_all("Vedtak over fristen 25.11.2026", late)
    assert late in page(client, *day) and "Over fristen" in page(client, *day)

    with transaction.atomic():
        StayFactory(person=case.person, period=DateRange(today(), None))
        assert "Vedtak over fristen" in page(client, "stays:temporary")
        transaction.set_rollback(True)
    Vedtak.objects.filter(pk=vedtak.pk).update(
        state="fattet", issued_at=now(), issued_on=today(), issued_by=caseworker,
        appeal_weeks=3, arrives_on=today(),
    )  # fmt: skip
    case.state = "avgjort"
    case.save()
    decided = "Vedtak fattet 26.11.2026 kl.\xa014.31 (for sent)"
    del pages["reply"]
    on_all(decided, late)
    assert decided in page(client, *day)
    assert "Fatt vedtak i dag" not in page(client, *day)  # before the job has run again

    listed = reverse("casework:applications") + "?sen=1"
    assert case.case_number in client.get(listed).text  # decided, and without a place
    StayFactory(person=case.person, period=DateRange(today(), None), recorded_at=now())
    assert case.case_number not in client.get(listed).text
    assert late not in page(client, "stays:temporary")
    assert late not in page(client, *day)
    html = page(client, *pages["case"])
    assert decided in html and "Sted å sove fra 26.11.2026 (ført etter fristen)" in html
    Stay.objects.update(recorded_at=came + timedelta(hours=24))
    html = page(client, *pages["case"])
    assert "Sted å sove fra 26.11.2026" in html and "ført etter fristen" not in html
    assert "Sted å sove" not in page(client, *pages["list"])


def test_only_a_vedtak_under_section_27_meets_its_deadline(client, caseworker):
    """A case may be granted a municipal home as well; the place tonight is still not decided. What
    needs no place is told by its own name."""
    case = ApplicationFactory(kind="midlertidig", state="avgjort", received_at=now())
    other = VedtakFactory(application=case, issued=True)
    case.bases.set([basis("sosialtjenesteloven_27")])
    assert "Vedtak i dag" in page(client, "casework:application", case.pk)
    assert flag_section_27() == {"raised": 2, "closed": 0}
    for outcome, word in (("avvist", "Avvist"), ("bortfall", "Bortfall"), ("avslag", "Avslag")):
        with transaction.atomic():
            VedtakFactory(application=case, issued=True, outcome=outcome)
            html = page(client, "casework:application", case.pk)
            assert f"{word}, så ikke noe sted" in html and "Vedtak fattet" in html
            assert flag_section_27() == {"raised": 0, "closed": 2}
            transaction.set_rollback(True)
    assert other.outcomes.get().stands


def test_missing_papers_are_flagged_until_the_last_one_comes(client, caseworker, time_machine):
    case = ApplicationFactory(responsible=caseworker)
    paper = MissingPaperFactory(case, due_on=today() + timedelta(days=1))
    time_machine.move_to(now() + timedelta(days=20))
    client.force_login(caseworker)
    assert flag_papers() == {"raised": 1, "closed": 0}
    assert f"{paper.request.asked_by} ba om papirer" in page(client)

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
