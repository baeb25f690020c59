"""The day a letter with a vedtak arrives follows how it went, and the appeal deadline follows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import RoleKind
from accounts.models import Setting
from casework.appeals import words as appeal_words
from casework.appeals.actions import (
    begin_reversal,
    dismiss,
    reopen_appeal,
    withdraw_appeal,
)
from casework.appeals.arrival import register_arrival
from casework.appeals.day import letter_lines
from casework.log import deadlines
from casework.log.enums import AppealState
from casework.models import Appeal, Letter, Person, Vedtak
from casework.vedtak.actions import approve_vedtak
from common.formatting import nbdate, nbdate_long
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("way", "days"), [("papir", 3), ("digital", 0), ("handen", 0)])
def test_letter_arrives_as_it_goes(login, way, days):
    draft = f.VedtakFactory(submitted=True)
    person = draft.application.person
    client = login(RoleKind.CASEWORKER)
    agree = reverse("casework:letter_agreement", args=[person.pk])
    assert client.post(agree, {"way": way, "words": "Ring først."}).status_code == 302

    draft.refresh_from_db()
    vedtak = approve_vedtak(vedtak=draft, by=draft.approver, at=f.now())
    arrives = f.today() + timedelta(days=days)
    due = deadlines.appeal_within(arrives, 3).due
    assert (vedtak.arrives_on, vedtak.appeal_due()) == (arrives, due)
    assert nbdate_long(arrives) in vedtak.letter.said["appeal"]["deadline"]
    html = client.get(reverse("casework:vedtak", args=[vedtak.pk])).text
    assert nbdate(due) in html and "Ring først." in html
    # An agreement made afterwards moves nothing of what is issued.
    client.post(agree, {"way": "papir", "words": ""})
    vedtak.refresh_from_db()
    assert vedtak.appeal_due() == due


def test_day_of_arrival_is_registered_and_moves_the_deadline(login):
    appeal = f.AppealFactory(received_on=f.today())
    vedtak = appeal.vedtak
    client, url = login(RoleKind.CASEWORKER), reverse("casework:vedtak_arrived", args=[vedtak.pk])
    page = client.get(reverse("casework:vedtak", args=[vedtak.pk])).text
    assert url in page and "Brevet regnes som framme" in page

    def post(way: str, day="", **more):
        typed = {"way": way, "arrived_on": nbdate(day) if day else "", **more}
        return client.post(url, typed)

    before, ahead = vedtak.issued_on - timedelta(days=1), f.today() + timedelta(days=1)
    for day in (before, ahead):
        refused = post("kontoret", day)
        assert "da vedtaket ble fattet" in refused.text and nbdate(day) in refused.text
    [seen] = re.findall(r'name="seen" value="(\d+)"', client.get(url).text)

    # Collected at the office is today, and the appeal we have is judged by the new deadline.
    assert post("kontoret", seen=seen).status_code == 302
    vedtak.refresh_from_db()
    appeal.refresh_from_db()
    due = deadlines.appeal_within(f.today(), 3).due
    assert vedtak.arrived_on == f.today()
    assert vedtak.appeal_due() == appeal.due_on == due
    event = vedtak.application.events.get(kind="letter.arrived")
    assert nbdate(due) in event.text and event.by is not None
    assert "Brevet kom fram" in client.get(reverse("casework:vedtak", args=[vedtak.pk])).text

    assert "ble hentet på kontoret" in event.text

    # From an older tab nothing is lost; a mistake is corrected by saving again. A day that is not
    # known is none, and what is not changed is not told again.
    assert "Noen har endret dette" in post("papir", seen=seen).text
    for _again in range(2):
        assert post("papir").status_code == 302
        vedtak.refresh_from_db()
        assert (vedtak.letter_went, vedtak.arrived_on) == ("papir", None)
        assert vedtak.appeal_deadline().arrived == deadlines.arrives(vedtak.issued_on, "papir")
        assert vedtak.application.events.filter(kind="letter.arrived").count() == 2
    form = client.get(url).context["form"]
    assert (form["way"].value(), form["arrived_on"].value()) == ("papir", None)


@pytest.mark.parametrize("day", ["", f.today()])
def test_a_letter_did_not_arrive_after_an_appeal_on_it(login, day):
    appeal = f.AppealFactory(made_on=f.days_ago(2), received_on=f.days_ago(1))
    url = reverse("casework:vedtak_arrived", args=[appeal.vedtak_id])
    client = login(RoleKind.CASEWORKER)
    typed = {"way": "kontoret", "arrived_on": nbdate(day) if day else ""}
    refused = client.post(url, typed)
    assert f"Klagen på vedtaket er fra {nbdate(f.days_ago(2))}" in refused.text
    appeal.vedtak.refresh_from_db()
    assert appeal.vedtak.arrived_on is None
    assert client.post(url, {**typed, "arrived_on": nbdate(f.days_ago(2))}).status_code == 302


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_deadline_does_not_run_while_the_letter_waits_at_the_office(language, login, time_machine):
    draft = f.VedtakFactory(submitted=True, language=language)
    application, client = draft.application, login(RoleKind.CASEWORKER)
    Person.objects.filter(pk=application.person_id).update(letter_way="kontoret")
    application.responsible = client.user
    application.save()
    # A draft names the weeks that are set, not always three.
    Setting.objects.create(key="appeal_weeks", value=4, valid=f.since(f.days_ago(600)))
    page = client.get(reverse("casework:vedtak", args=[draft.pk])).text
    assert "Fire uker etter at brevet er mottatt" in page

    vedtak = approve_vedtak(vedtak=draft, by=draft.approver, at=f.now())
    said = vedtak.letter.said["appeal"]["deadline"]
    weeks = {"nb": "innen fire uker etter at du har fått", "nn": "innan fire veker etter at du har"}
    assert weeks[language] in said and "siste dag" not in said
    assert (vedtak.arrives_on, vedtak.appeal_due()) == (None, None)
    there = reverse("casework:vedtak", args=[vedtak.pk])
    assert "Ikke registrert hentet" in client.get(there).text
    [line] = letter_lines(client.user, f.today(), [])
    url = reverse("casework:vedtak_arrived", args=[vedtak.pk])
    assert line.action_url == url and "ikke registrert hentet" in client.get(url).text

    # An appeal that comes before is in time, and its page says why.
    time_machine.move_to(f.now() + timedelta(days=60))
    client = login(user=client.user)
    form = {"words": "Jeg er uenig.", "received_on": nbdate(f.today())}
    answer = client.post(reverse("casework:appeal_new", args=[vedtak.pk]), form)
    appeal = Appeal.objects.get()
    assert not appeal.is_late and "ikke begynt å løpe" in client.get(answer.url).text

    assert client.post(url, {"way": "kontoret"}).status_code == 302
    vedtak.refresh_from_db()
    appeal.refresh_from_db()
    assert vedtak.appeal_due() == appeal.due_on == deadlines.appeal_within(f.today(), 4).due
    assert letter_lines(client.user, f.today(), []) == []
    # A mistake: it lies there yet. Then it is sent by post, and counted from today.
    assert client.post(url, {"way": "venter"}).status_code == 302
    vedtak.refresh_from_db()
    assert vedtak.appeal_due() is None
    assert client.post(url, {"way": "papir"}).status_code == 302
    vedtak.refresh_from_db()
    assert vedtak.appeal_deadline().arrived == f.today() + timedelta(days=3)


def test_letter_of_a_dismissal_to_be_collected_is_on_min_dag_until_it_is(login):
    first = f.AppealFactory(reviewing=True, due_on=f.days_ago(3))
    application, client = first.vedtak.application, login(RoleKind.CASEWORKER)
    Person.objects.filter(pk=application.person_id).update(letter_way="kontoret")
    application.responsible = client.user
    application.save()
    first = dismiss(
        appeal=first, ground="frist", reason="Den kom for sent.", by=first.reviewer, at=f.now()
    )
    assert first.dismissal_waits and first.dismissal_deadline() is None
    url = reverse("casework:dismissal_collected", args=[first.pk])
    [line] = letter_lines(client.user, f.today(), [])
    assert line.action_url == url and "klagen er avvist" in line.why
    assert url in client.get(reverse("casework:appeal", args=[first.pk])).text
    ahead = nbdate(f.today() + timedelta(days=1))
    assert "da klagen ble avvist, til i dag" in client.post(url, {"collected_on": ahead}).text
    assert client.post(url, {"collected_on": nbdate(f.today())}).status_code == 302
    first.refresh_from_db()
    assert letter_lines(client.user, f.today(), []) == []
    assert first.dismissal_deadline() == deadlines.appeal_within(f.today(), 3)
    assert application.events.get(kind="letter.arrived").by == client.user
    again = client.post(url, {"collected_on": nbdate(f.today())}).text
    assert "ligger ikke og venter" in again


@pytest.mark.parametrize(("harm", "said"), [(False, "Omgjort av kommunen"), (True, "til skade")])
def test_a_change_to_harm_after_an_appeal_is_not_called_a_reversal(login, harm, said):
    appeal = f.AppealFactory()
    new = f.VedtakFactory(application=appeal.vedtak.application, to_harm=harm)
    Appeal.objects.filter(pk=appeal.pk).update(state="omgjort", new_vedtak=new, closed_on=f.today())
    client = login(RoleKind.CASEWORKER)
    for page in (
        reverse("casework:appeal", args=[appeal.pk]),
        reverse("casework:appeals"),
        reverse("casework:vedtak", args=[appeal.vedtak_id]),
    ):
        text = client.get(page).text
        assert said in text and ("Omgjort av kommunen" in text) != harm


def test_deadline_of_a_dismissal_is_that_of_its_letter(login):
    first = f.AppealFactory(reviewing=True, due_on=f.days_ago(3))
    person = first.vedtak.application.person
    Person.objects.filter(pk=person.pk).update(letter_way="papir")
    first = dismiss(appeal=first, ground="frist", reason="For sent.", by=first.reviewer, at=f.now())
    told = deadlines.appeal_within(f.today() + timedelta(days=3), 3).due
    assert nbdate_long(told) in Letter.objects.latest("pk").said["appeal"]["deadline"]
    # Neither an agreement made later, nor an early arrival, takes a day from it.
    Person.objects.filter(pk=person.pk).update(letter_way="handen")
    client, new = login(RoleKind.CASEWORKER), reverse("casework:appeal_new", args=[first.vedtak_id])
    assert nbdate(told) in client.get(new).text
    today = nbdate(f.today())
    typed = {"words": "Nei.", "received_on": today, "arrived_on": today}
    assert client.post(new, typed).status_code == 302
    assert Appeal.objects.get(about_dismissal=first).due_on == told


def test_letter_that_came_early_takes_no_day_it_promised(login):
    vedtak = f.VedtakFactory(issued=True)
    promised = vedtak.appeal_due()
    assert vedtak.arrives_on > vedtak.issued_on
    url = reverse("casework:vedtak_arrived", args=[vedtak.pk])
    day = nbdate(vedtak.issued_on)
    answer = login(RoleKind.CASEWORKER).post(url, {"way": "papir", "arrived_on": day})
    assert answer.status_code == 302
    vedtak.refresh_from_db()
    assert vedtak.arrived_on == vedtak.issued_on
    assert vedtak.appeal_due() == promised


def test_early_letter_is_shown_by_its_day_and_by_the_day_it_told(login):
    vedtak = f.VedtakFactory(issued=True)
    Vedtak.objects.filter(pk=vedtak.pk).update(arrived_on=vedtak.issued_on)
    vedtak.refresh_from_db()
    page = login(RoleKind.CASEWORKER).get(reverse("casework:vedtak", args=[vedtak.pk]))
    told = "Fristen regnes fra {on}, som brevet sa"
    assert told.format(on=nbdate(vedtak.arrives_on)) in " ".join(page.text.split())
    appeal = Appeal(vedtak=vedtak, made_on=vedtak.issued_on, due_on=vedtak.appeal_due())
    arrived = appeal_words.timeliness(appeal, f.today())[0]
    assert f"Brevet kom fram {nbdate_long(vedtak.issued_on)}" in arrived
    assert told.format(on=nbdate_long(vedtak.arrives_on)) in arrived


def test_late_arrival_can_be_corrected_while_the_appeal_is_reversed_or_forwarded(time_machine):
    """What was judged stands, and the page does not call it a holiday."""
    vedtak = f.ApplicationFactory(refused=True).decision
    late = vedtak.arrives_on + timedelta(days=7)
    time_machine.move_to(f.now() + timedelta(days=40))
    facts = {"by": vedtak.drafted_by, "at": f.now()}
    register_arrival(vedtak=vedtak, way="papir", arrived_on=late, **facts)
    vedtak.refresh_from_db()
    made = vedtak.appeal_due()
    appeal = f.AppealFactory(
        vedtak=vedtak, reviewing=True, due_on=made, made_on=made, received_on=f.today()
    )
    draft = begin_reversal(appeal=appeal, reason="Vi tok feil.", by=appeal.reviewer, at=f.now())
    register_arrival(vedtak=vedtak, way="papir", arrived_on=vedtak.arrives_on, **facts)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.REDRAFTING and appeal.due_on == made
    counting = appeal_words.timeliness(appeal, f.today())[1]
    assert "det står" in counting and "virkedag" not in counting

    # Withdrawn by mistake, it is reviewed from the start, by the deadline as it is now.
    withdraw_appeal(appeal=appeal, reason="Feil.", **facts)
    reopen_appeal(appeal=appeal, reason="Var ikke trukket.", **facts)
    appeal.refresh_from_db()
    vedtak.refresh_from_db()
    assert appeal.state == AppealState.REVIEWING
    assert (appeal.review, appeal.reviewed_at, appeal.new_vedtak) == ("", None, None)
    assert appeal.due_on == vedtak.appeal_due() and appeal.is_late
    assert draft.is_open
