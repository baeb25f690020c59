"""What a state allows, tried through URLs that anyone could type."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from accounts.enums import RoleKind
from allocation import ranking
from casework.log.enums import ApplicationState, Process, VedtakState
from casework.models import Appeal, Application, Event, Transition, Vedtak, VedtakOutcome
from tests import factories as f
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db


def waits(application: Application, on) -> bool:
    return ranking.applications_waiting(on).filter(pk=application.pk).exists()


def test_withdrawn_application_leaves_the_list_and_gets_no_home(as_caseworker, today):
    application = f.ApplicationFactory(granted=True)
    offer = f.OfferFactory(application=application, accepted=True)
    assert waits(application, today)
    url = reverse("casework:application_withdraw", args=[application.pk])
    page = as_caseworker.get(reverse("casework:application", args=[application.pk]))
    assert url in page.content.decode()
    as_caseworker.post(url, {"reason": "Har fått bolig på egen hånd."})
    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN
    assert not waits(application, today)
    answer = as_caseworker.post(
        reverse("allocation:lease_new", args=[offer.pk]),
        {"starts_on": offer.available_from, "rent": 8000, "deposit_kind": "ingen", "deposit": 0},
    )
    assert answer.status_code == 200
    offer.refresh_from_db()
    assert offer.lease_id is None


def frozen(vedtak: Vedtak) -> tuple:
    row = Vedtak.objects.filter(pk=vedtak.pk).values().get()
    outcomes = list(VedtakOutcome.objects.filter(vedtak=vedtak).order_by("pk").values())
    return row, outcomes, bytes(vedtak.letter.file.content)


@pytest.mark.parametrize("role", [RoleKind.CASEWORKER, RoleKind.APPROVER])
def test_no_url_changes_an_issued_vedtak(role, login):
    client = login(role)
    vedtak = f.ApplicationFactory(granted=True).decision
    Vedtak.objects.filter(pk=vedtak.pk).update(arrived_on=None)
    before = frozen(vedtak)
    data = {
        "facts": "Noe annet.",
        "reasoning": "Noe helt annet, og mye lengre enn før, for sikkerhets skyld.",
        "state": "utkast",
        "approver": client.user.pk,
        "comment": "Endre dette.",
        "reason": "Fordi.",
        "bedrooms": "4",
    }
    names = [
        name
        for name in ours()
        if name.startswith("casework:vedtak") and "new" not in name and "queue" not in name
    ]
    for name in [*names, "casework:letter"]:
        key = vedtak.letter.pk if name == "casework:letter" else vedtak.pk
        assert client.post(reverse(name, args=[key]), data).status_code < 500
    assert frozen(vedtak) == before


def test_submitted_vedtak_is_approved_by_an_approver_never_by_the_drafter(login):
    writer = login(RoleKind.APPROVER)
    vedtak = f.VedtakFactory(submitted=True, drafted_by=writer.user, approver=writer.user)
    url = reverse("casework:vedtak_approve", args=[vedtak.pk])
    writer.post(url)
    for role in RoleKind:
        if role != RoleKind.APPROVER:
            login(role).post(url)
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.SUBMITTED


def test_appeal_needs_an_issued_vedtak(as_caseworker):
    for vedtak in (f.VedtakFactory(), f.VedtakFactory(submitted=True)):
        as_caseworker.post(
            reverse("casework:appeal_new", args=[vedtak.pk]),
            {"received_on": f"{f.today():%d.%m.%Y}", "words": "Jeg er uenig."},
        )
    assert not Appeal.objects.exists()


def test_approved_meeting_cannot_be_changed(login):
    meeting = f.MeetingFactory(open=True)
    item = f.AgendaItemFactory(meeting=meeting, decided=True)
    attendance = meeting.attendances.create(name="Tove Gjest")
    client = login(user=meeting.chair)
    meeting.state, meeting.minutes = "godkjent", f.StoredFileFactory()
    meeting.approved_at, meeting.approved_by = f.now(), meeting.chair
    meeting.save()
    unit = f.UnitFactory()

    def now() -> tuple:
        return (
            list(meeting.items.values()),
            list(meeting.attendances.values()),
            type(meeting).objects.filter(pk=meeting.pk).values().get(),
        )

    before = now()
    for name in sorted(ours()):
        if not name.startswith(("allocation:meeting", "allocation:item")):
            continue
        row = TABLE[name]
        places = (row.args,) if isinstance(row.args, str) else row.args
        keys = {"item": item.pk, "attendance": attendance.pk}
        args = [keys.get(place, meeting.pk) for place in places]
        if not args:
            continue
        data = {"unit": unit.pk, "units": unit.pk, "hvor": "ut", "name": "Ny", "outcome": "utsatt"}
        data |= {"reason": "Fordi.", "user": meeting.chair.pk, "left_room": "on"}
        assert client.post(reverse(name, args=args), data).status_code < 500
    assert now() == before


LOGGED = {
    Process.APPLICATION: Application,
    Process.VEDTAK: Vedtak,
}


@pytest.mark.parametrize("seed", [1, 2])
def test_log_explains_the_state_after_random_actions(seed, login):
    """After random actions, the state of each object is the one its log ends with."""
    choose = random.Random(seed)
    made = samples()
    things = [made.open_application, made.draft.application, made.submitted.application]
    drafts = [made.draft, made.submitted]
    starts = {(Process.APPLICATION, one.pk): one.state for one in things}
    starts |= {(Process.VEDTAK, one.pk): one.state for one in drafts}
    clients = [
        login(user=made.draft.drafted_by),
        login(user=made.submitted.approver),
        login(RoleKind.APPROVER),
        login(RoleKind.CASEWORKER),
    ]
    data = {"reason": "Fordi.", "comment": "Se på dette.", "approver": made.submitted.approver_id}
    names = [
        name
        for name in sorted(ours())
        if name.startswith(("casework:application_", "casework:vedtak_"))
        and name.count("new") == 0
        and name != "casework:vedtak_queue"
    ]
    for _step in range(60):
        name, client = choose.choice(names), choose.choice(clients)
        of = drafts if "vedtak" in name else things
        answer = client.post(reverse(name, args=[choose.choice(of).pk]), data)
        assert answer.status_code < 500, name
    for (process, pk), state in starts.items():
        at = state
        for move in Transition.objects.filter(process=process, object_id=pk).order_by("at", "pk"):
            assert move.from_state == at, (process, pk)
            at = move.to_state
        assert LOGGED[process].objects.get(pk=pk).state == at, (process, pk)
    moves = Transition.objects.filter(
        process=Process.APPLICATION, object_id__in=[one.pk for one in things]
    )
    assert Event.objects.filter(application__in=things).count() >= moves.count() > 0
