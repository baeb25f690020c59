"""The day a letter with a vedtak arrives follows how it went, and the appeal deadline follows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import RoleKind
from casework.appeals import words as appeal_words
from casework.appeals.actions import (
    begin_reversal,
    register_arrival,
    reopen_appeal,
    withdraw_appeal,
)
from casework.log import deadlines
from casework.log.enums import AppealState
from casework.models import Appeal, Vedtak
from casework.vedtak.actions import approve_vedtak
from common.formatting import nbdate, nbdate_long
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("way", "days"), [("papir", 3), ("digital", 0), ("kontoret", 0)])
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
    appeal = f.AppealFactory()
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

    # From an older tab nothing is lost; a mistake is corrected by saving again.
    assert "Noen har endret dette" in post("papir", seen=seen).text
    assert post("papir").status_code == 302
    vedtak.refresh_from_db()
    assert vedtak.arrived_on == deadlines.arrives(vedtak.issued_on, "papir")


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
    arrived = appeal_words.timeliness(appeal)[0]
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
    counting = appeal_words.timeliness(appeal)[1]
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
