"""«Trenger du fortsatt bolig?» – asked each quarter; no answer removes no one from the list."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Municipality
from allocation import ranking
from allocation.models import NeedCheck
from allocation.still_needed import ask_still_needed
from allocation.tasks import ask_still_needed as task
from casework.log.enums import FlagKind
from casework.models import Flag
from tests import factories as f
from tests.factories_follow_up import setting

pytestmark = pytest.mark.django_db


@pytest.fixture
def waits(as_caseworker):
    """A case on the waiting list for which the user is responsible."""
    return f.ApplicationFactory(granted=True, responsible=as_caseworker.user)


def _open(kind):
    return Flag.objects.open().filter(kind=kind)


def test_question_is_asked_once_each_quarter(waits, today):
    issued = waits.decision.issued_on
    assert ask_still_needed(issued + timedelta(days=89)).raised == 0
    first = issued + timedelta(days=90)
    assert ask_still_needed(first).raised == 1
    assert ask_still_needed(first).raised == 0
    assert ask_still_needed(first + timedelta(days=1)).raised == 0
    check = NeedCheck.objects.get()
    flag = _open(FlagKind.STILL_NEEDED).get()
    assert (flag.owner, flag.due_on) == (waits.responsible, check.answer_by)
    assert (check.answer_by - first).days >= 21


def test_interval_of_the_question_is_a_setting(waits, today):
    setting("still_needed_days", 5)
    assert ask_still_needed(waits.decision.issued_on + timedelta(days=5)).raised == 1


def test_no_answer_leads_to_outreach_and_keeps_the_place(waits):
    asked = waits.decision.issued_on + timedelta(days=90)
    ask_still_needed(asked)
    late = NeedCheck.objects.get().answer_by + timedelta(days=1)
    runs = [ask_still_needed(late) for _run in range(2)]
    # The outreach flag is raised, and the question's flag gives way to it, once.
    assert [(run.raised, run.closed) for run in runs] == [(1, 1), (0, 0)]
    assert not _open(FlagKind.STILL_NEEDED).exists()
    assert _open(FlagKind.OUTREACH).get().owner == waits.responsible
    ask_still_needed(late + timedelta(days=150))
    assert NeedCheck.objects.open().count() == 1  # still in outreach, not asked again
    assert [entry.application_id for entry in ranking.waiting(late)] == [waits.pk]


def test_person_who_no_longer_waits_is_not_asked(waits):
    asked = waits.decision.issued_on + timedelta(days=90)
    ask_still_needed(asked)
    waits.state = "trukket"
    waits.save()
    run = ask_still_needed(asked + timedelta(days=40))
    assert run.raised == 0
    assert not Flag.objects.open().exists()
    assert not NeedCheck.objects.open().exists()


def _answer(client, **data):
    check = NeedCheck.objects.get()
    return client.post(reverse("allocation:still_needed_answer", args=[check.pk]), data)


def test_answer_closes_the_flag_and_saves_a_new_phone_number(as_caseworker, waits, today):
    setting("still_needed_days", 1)
    task()
    waits.person.refresh_from_db()
    page = as_caseworker.get(reverse("allocation:still_needed")).content.decode()
    assert waits.person.name in page
    answer = _answer(as_caseworker, answer="ja", phone="900 11 223", note="Leter også selv.")
    assert answer.status_code == 302
    waits.person.refresh_from_db()
    assert waits.person.phone == "+4790011223"
    assert not Flag.objects.open().exists()
    assert ask_still_needed(today).raised == 0
    assert ask_still_needed(today + timedelta(days=1)).raised == 1
    assert "allerede ført inn" in str(
        as_caseworker.post(
            reverse("allocation:still_needed_answer", args=[NeedCheck.objects.earliest("pk").pk]),
            {"answer": "nei"},
        ).content.decode()
    )


def test_answering_no_withdraws_no_application_by_itself(as_caseworker, waits, today):
    setting("still_needed_days", 1)
    ask_still_needed(today)
    answer = _answer(as_caseworker, answer="nei", phone="", note="Flytter til søsteren.")
    assert answer.url == reverse("casework:application_withdraw", args=[waits.pk])
    assert [entry.application_id for entry in ranking.waiting(today)] == [waits.pk]


@pytest.mark.parametrize(
    ("person", "words"),
    [({}, "Du mister ikke plassen din"), ({"nynorsk": True}, "Du mistar ikkje plassen din")],
)
def test_letters_are_made_in_the_persons_own_language(as_caseworker, today, person, words):
    Municipality.objects.get_or_create(pk=1, defaults={"name": "Solvær", "number": "9999"})
    case = f.ApplicationFactory(
        granted=True, responsible=as_caseworker.user, person=f.PersonFactory(**person)
    )
    nowhere = f.ApplicationFactory(
        granted=True, responsible=as_caseworker.user, person=f.PersonFactory(address="")
    )
    setting("still_needed_days", 1)
    ask_still_needed(today)
    page = as_caseworker.post(reverse("allocation:still_needed_letters"), follow=True)
    letter = case.letters.get(kind="fortsatt_behov")
    text = PdfReader(BytesIO(bytes(letter.file.content))).pages[0].extract_text()
    assert words in " ".join(text.split())
    assert nowhere.case_number in page.content.decode()
    assert not nowhere.letters.filter(kind="fortsatt_behov").exists()


def test_protected_person_is_on_no_list_without_access(as_caseworker, login, today):
    hidden = f.PersonFactory(last_name="Kanarifugl", strictly_protected=True)
    f.ApplicationFactory(granted=True, person=hidden)
    setting("still_needed_days", 1)
    ask_still_needed(today)
    url = reverse("allocation:still_needed") + "?alle=1"
    assert "Kanarifugl" not in as_caseworker.get(url).content.decode()
    sees = login("saksbehandler", sees_protected=True)
    assert "Kanarifugl" in sees.get(url).content.decode()


def test_dry_run_changes_nothing(waits):
    out = StringIO()
    on = (waits.decision.issued_on + timedelta(days=90)).isoformat()
    call_command("ask_still_needed", "--on", on, "--dry-run", stdout=out)
    assert "would have raised 1" in out.getvalue()
    assert not NeedCheck.objects.exists()
