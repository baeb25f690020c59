"""Statements from people who know the person: asked, reminded, shown at the decision (C9)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.assessment import statement_links as links
from casework.assessment.flags import flag_statements
from casework.log.enums import FlagKind
from casework.models import Event, Flag, Statement
from tests.factories import (
    AgendaItemFactory,
    ApplicationFactory,
    MeetingFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
    days_ago,
    today,
)
from tests.factories_statements import StatementFactory

pytestmark = pytest.mark.django_db


def typed(**changes):
    data = {
        "question": "Hva skal til for at han trives?",
        "source": "tjeneste",
        "due_on": f"{days_ago(-10):%d.%m.%Y}",
    }
    return {**data, **changes}


OUTSIDE = {
    "helper_name": "Hilde Helper",
    "helper_place": "Behandlingssted",
    "helper_email": "hilde@helper.example",
    "consented_on": f"{days_ago(1):%d.%m.%Y}",
    "shared": "At vi leter etter en bolig.",
}


def ask(client, person, **changes):
    url = reverse("casework:statement_new", args=[person.pk])
    return client.post(url, {**typed(), **changes})


def outside_url(statement):
    return reverse("casework:statement_outside", args=[links.token(statement)])


# ------------------------------------------------------------------ colleagues


def test_colleague_asked_for_a_statement_answers_from_min_dag(
    as_caseworker, login, django_capture_on_commit_callbacks
):
    person, colleague = PersonFactory(), UserFactory(caseworker=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(as_caseworker, person, asked_of=colleague.pk).status_code == 302
    (letter,) = mail.outbox
    assert person.last_name not in letter.subject + letter.body
    asked = Statement.objects.get()
    theirs = login(user=colleague)
    answer = reverse("casework:statement_answer", args=[asked.pk])
    assert answer in theirs.get("/").text
    assert theirs.post(answer, {"text": "Hun vil ha ro."}).status_code == 302
    asked.refresh_from_db()
    assert (asked.text, asked.received_by, asked.signed) == (
        "Hun vil ha ro.",
        colleague,
        str(colleague),
    )
    assert answer not in theirs.get("/").text
    assert Event.objects.filter(person=person, kind="statement.received").exists()
    page = as_caseworker.get(reverse("desk:person_assessments", args=[person.pk])).text
    assert "Hun vil ha ro." in page


def test_only_the_asked_user_answers_and_only_once(as_caseworker, login):
    asked = StatementFactory()
    url = reverse("casework:statement_answer", args=[asked.pk])
    assert as_caseworker.get(url).status_code == 403
    theirs = login(user=asked.asked_of)
    theirs.post(url, {"text": "En"})
    assert "allerede besvart" in theirs.post(url, {"text": "To"}).text


def test_user_without_access_to_the_person_cannot_be_asked(login):
    person = PersonFactory(strictly_protected=True)
    outsider = UserFactory(caseworker=True)
    client = login("saksbehandler", sees_protected=True)
    assert "gyldig valg" in ask(client, person, asked_of=outsider.pk).text.lower()
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Velg en kollega, eller skriv hvem"),
        ({**OUTSIDE, "consented_on": ""}, "Personen må samtykke"),
        ({**OUTSIDE, "due_on": 1}, "Velg i dag eller en senere dag."),
        ({**OUTSIDE, "consented_on": -1}, "kan ikke være fram i tid"),
    ],
)
def test_invalid_question_is_refused_with_a_sentence(as_caseworker, changes, words):
    # Days ago, counted when the test runs: midnight may have passed since collection.
    changes = {
        name: f"{days_ago(value):%d.%m.%Y}" if isinstance(value, int) else value
        for name, value in changes.items()
    }
    assert words in ask(as_caseworker, PersonFactory(), **changes).text
    assert not Statement.objects.exists()


def test_question_to_an_external_helper_does_not_name_the_person(as_caseworker):
    person = PersonFactory(first_name="Tordis", last_name="Kanarifugl")
    for text in ("Hva liker Tordis?", "Hvordan går det med kanarifugl?"):
        page = ask(as_caseworker, person, **{**OUTSIDE, "question": text}).text
        assert "nevner personen ved navn" in page
    agreed = {**OUTSIDE, "question": "Hva liker Tordis?", "first_name": "on"}
    assert ask(as_caseworker, person, **agreed).status_code == 302


# ------------------------------------------------------------------ external helpers


def test_external_helper_answers_through_the_link_once(
    as_caseworker, django_capture_on_commit_callbacks
):
    person = PersonFactory(first_name="Tordis", last_name="Kanarifugl")
    with django_capture_on_commit_callbacks(execute=True):
        ask(as_caseworker, person, **OUTSIDE)
    asked = Statement.objects.get()
    (letter,) = mail.outbox
    link = re.search(r"https?://\S+", letter.body).group()
    code = links.code(asked)
    for secret in ("Tordis", "Kanarifugl", code, asked.question):
        assert secret not in letter.subject + letter.body
    page = as_caseworker.get(reverse("casework:statement", args=[asked.pk])).text
    # The same link except its timestamp: a second may have passed since it was sent.
    assert code[:3] in page and link.split(":1")[0] in page

    outside = Client()
    first = outside.get(link).text
    assert asked.question not in first and "Kanarifugl" not in first
    opened = outside.post(link, {"code": f"{code[:3]} {code[3:]}"}, follow=True).text
    assert asked.question in opened and "At vi leter etter en bolig." in opened
    assert "Kanarifugl" not in opened and "Tordis" not in opened and person.initials in opened
    assert "lagres ikke før du sender" in opened
    # The session ended meanwhile: the text is carried past the code.
    outside.cookies.clear()
    sent = {"text": "Han vil lykkes.", "signed": "Hilde, Havna"}
    asked_again = outside.post(link, sent).text
    assert "er ikke sendt" in asked_again and 'value="Han vil lykkes."' in asked_again
    assert "Han vil lykkes." in outside.post(link, {**sent, "code": code}).text
    done = outside.post(link, sent).text
    assert "Takk" in done
    assert outside.get(link).status_code == 404
    asked.refresh_from_db()
    assert (asked.text, asked.signed, asked.received_by) == (
        "Han vil lykkes.",
        "Hilde, Havna",
        None,
    )


def test_first_name_is_shown_only_if_agreed_and_never_if_protected():
    plain = StatementFactory(outside=True, first_name=True)
    hidden = StatementFactory(
        outside=True, first_name=True, person=PersonFactory(strictly_protected=True)
    )
    assert plain.about == plain.person.first_name
    assert hidden.about == hidden.person.initials


def test_too_many_wrong_codes_need_a_new_link(as_caseworker):
    asked = StatementFactory(outside=True)
    url, wrong = outside_url(asked), f"{(int(links.code(asked)) + 1) % 1000000:06d}"
    outside = Client()
    for left in (4, 3, 2, 1):
        again = f"{left} ganger" if left > 1 else "én gang"
        assert f"prøve {again} til" in outside.post(url, {"code": wrong}).text
    outside.post(url, {"code": wrong})
    assert "virker ikke lenger" in outside.post(url, {"code": links.code(asked)}).text
    as_caseworker.post(reverse("casework:statement_renew", args=[asked.pk]))
    assert outside.get(url).status_code == 404, "the old link no longer works"
    asked.refresh_from_db()
    right = outside.post(outside_url(asked), {"code": links.code(asked)}, follow=True)
    assert asked.question in right.text


def test_code_opens_only_its_own_link():
    one, other = StatementFactory(outside=True), StatementFactory(outside=True)
    outside = Client()
    outside.post(outside_url(one), {"code": links.code(one)})
    page = outside.post(outside_url(other), {"text": "Noe", "signed": "En"}).text
    assert other.question not in page
    other.refresh_from_db()
    assert other.received_at is None


@pytest.mark.parametrize("state", ["expired", "withdrawn", "received", "tampered", "colleague"])
def test_expired_link_shows_nothing(state, as_caseworker):
    asked = StatementFactory(outside=state != "colleague", received=state == "received")
    if state == "expired":
        Statement.objects.filter(pk=asked.pk).update(link_until=days_ago(1))
    if state == "withdrawn":
        as_caseworker.post(reverse("casework:statement_withdraw", args=[asked.pk]))
    url = outside_url(asked)
    url = url[:-3] + "x/" if state == "tampered" else url
    answer = Client().get(url)
    assert answer.status_code == 404
    assert asked.question not in answer.text and asked.person.initials not in answer.text


# ------------------------------------------------------------------ reminded


def test_helper_is_reminded_once_before_and_once_after_the_deadline(
    django_capture_on_commit_callbacks,
):
    asked = StatementFactory(outside=True, due_on=days_ago(-10))
    StatementFactory(received=True, due_on=days_ago(-10))
    sent = []
    for after in range(15):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            flag_statements(today() + timedelta(days=after))
            flag_statements(today() + timedelta(days=after))
        sent += [after] * len(mail.outbox)
    assert sent == [7, 11]
    flag = Flag.objects.get(kind=FlagKind.STATEMENT)
    assert (flag.owner, flag.person) == (asked.asked_by, asked.person)


def test_a_run_for_an_earlier_day_reminds_nobody_who_has_answered_or_had_a_later_reminder(
    django_capture_on_commit_callbacks,
):
    asked_at = timezone.now() - timedelta(days=30)
    StatementFactory(received=True, asked_at=asked_at, due_on=days_ago(3))
    with django_capture_on_commit_callbacks(execute=True):
        flag_statements(days_ago(1))
    assert not mail.outbox
    late = StatementFactory(asked_at=asked_at, due_on=days_ago(3))
    with django_capture_on_commit_callbacks(execute=True):
        flag_statements(today())
        flag_statements(days_ago(4))
    late.refresh_from_db()
    assert (late.reminded_on, late.reminded_late_on) == (None, today())
    assert len(mail.outbox) == 1


def test_flag_is_on_min_dag_of_the_asker_and_closes_with_the_answer(login):
    asked = StatementFactory(due_on=days_ago(2))
    flag_statements(today())
    mine = login(user=asked.asked_by)
    url = reverse("casework:statement", args=[asked.pk])
    assert url in mine.get("/").text
    theirs = login(user=asked.asked_of)
    theirs.post(reverse("casework:statement_answer", args=[asked.pk]), {"text": "Her er den."})
    flag_statements(today())
    assert Flag.objects.get(kind=FlagKind.STATEMENT).closed_on == today()
    assert url not in mine.get("/").text


def test_a_dry_run_does_nothing(capsys):
    asked = StatementFactory(due_on=days_ago(2))
    call_command("flag_statements", "--dry-run", on=today().isoformat())
    assert "would have raised 1" in capsys.readouterr().out
    asked.refresh_from_db()
    assert asked.reminded_late_on is None and not Flag.objects.exists()


# ------------------------------------------------------------------ shown at the decision


def test_statement_and_comment_are_shown_where_the_case_is_decided(as_caseworker, login):
    application = ApplicationFactory(granted=True)
    asked = StatementFactory(person=application.person, received=True)
    url = reverse("casework:statement_comment", args=[asked.pk])
    data = {"comment": "Jeg er enig, men vil ha hund."}
    assert as_caseworker.post(url, data).status_code == 302
    case = as_caseworker.get(reverse("casework:application", args=[application.pk])).text
    item = AgendaItemFactory(meeting=MeetingFactory(open=True), unit=UnitFactory())
    chair = login("moteleder")
    meeting = chair.get(reverse("allocation:item", args=[item.meeting_id, item.pk])).text
    for page in (case, meeting):
        assert "Hun holder avtaler, og vil ha naboer." in page
        assert "Jeg er enig, men vil ha hund." in page


def test_user_without_access_to_the_person_finds_no_statement(as_caseworker, login):
    asked = StatementFactory(person=PersonFactory(strictly_protected=True), received=True)
    url = reverse("casework:statement", args=[asked.pk])
    assert as_caseworker.get(url).status_code == 404
    assert login("boligforvalter").get(url).status_code == 403
