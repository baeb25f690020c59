"""A task handed over to another unit must be taken there (need C23)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.enums import RoleKind, UnitKind
from casework.follow_up.handover_flags import flag_handovers
from casework.log import flags
from casework.log.enums import FlagKind
from casework.models import Flag, Handover
from tests import factories as f
from tests.factories_follow_up import HandoverFactory, setting

pytestmark = pytest.mark.django_db


@pytest.fixture
def health():
    return f.OrganisationUnitFactory(kind=UnitKind.HEALTH_OFFICE)


@pytest.fixture
def receiver(login, health):
    return login(RoleKind.CASEWORKER, unit=health)


def _send(client, person, unit, **facts):
    data = {"to_unit": unit.pk, "what": "Vurder booppfølging", "why": "Flytter inn snart", **facts}
    return client.post(reverse("casework:handover_new", args=[person.pk]), data)


def _url(name, handover):
    return reverse(f"casework:{name}", args=[handover.pk])


def test_handover_is_on_min_dag_of_the_receiver_until_done(as_caseworker, receiver, health, login):
    person = f.PersonFactory(last_name="Overlevert", with_household=True)
    assert _send(as_caseworker, person, health).status_code == 302
    handover = Handover.objects.get()
    assert "Vurder booppfølging" in receiver.get("/").content.decode()
    other = login(RoleKind.CASEWORKER)  # at another unit
    assert "Vurder booppfølging" not in other.get("/").content.decode()
    assert other.post(_url("handover_acknowledge", handover)).status_code == 403
    receiver.post(_url("handover_acknowledge", handover), {"reply": "Begynner mandag."})
    handover.refresh_from_db()
    assert handover.acknowledged_by == receiver.user
    assert "si fra når den er ferdig" in receiver.get("/").content.decode()
    assert as_caseworker.post(_url("handover_done", handover)).status_code == 403
    receiver.post(_url("handover_done", handover))
    assert "Vurder booppfølging" not in receiver.get("/").content.decode()
    kinds = set(person.events.values_list("kind", flat=True))
    assert kinds == {"handover.sent", "handover.acknowledged", "handover.done"}


def test_second_user_to_take_a_handover_sees_who_took_it(receiver, health, login):
    handover = HandoverFactory(to_unit=health)
    colleague = login(RoleKind.CASEWORKER, unit=health)
    receiver.post(_url("handover_acknowledge", handover))
    answer = colleague.post(_url("handover_acknowledge", handover), follow=True)
    assert "har allerede tatt oppgaven" in answer.content.decode()
    handover.refresh_from_db()
    assert handover.acknowledged_by == receiver.user


def test_handover_needs_a_receiver_with_access(login, health, receiver):
    sender = login(RoleKind.CASEWORKER, sees_protected=True)
    hidden = f.PersonFactory(strictly_protected=True)
    answer = _send(sender, hidden, health)
    assert "kan lese denne saken" in answer.content.decode()
    named = _send(sender, f.PersonFactory(), health, to_user=sender.user.pk)
    assert "arbeider ikke ved" in named.content.decode()
    assert not Handover.objects.exists()


def test_unacknowledged_handover_is_flagged_after_the_set_working_days(
    receiver, health, login, time_machine
):
    time_machine.move_to("2026-11-23 12:00+01:00")  # a Monday
    manager = login(RoleKind.MANAGER, unit=health).user
    handover = HandoverFactory(to_unit=health, sent_at=f.now() - timedelta(days=3))
    HandoverFactory(to_unit=health, sent_at=f.now())
    friday = f.days_ago(3)
    flag_handovers(friday + timedelta(days=4))  # Tuesday is the second working day
    assert not Flag.objects.exists()
    wednesday = friday + timedelta(days=5)
    for _run in range(2):
        flag_handovers(wednesday)
    flag = Flag.objects.get()
    assert (flag.kind, flag.key, flag.owner) == (FlagKind.HANDOVER, str(handover.pk), manager)
    text = flags.words(flag, wednesday)
    assert health.name in text.why and "Kvitter" in text.next
    assert text.action_url == _url("handover", handover)
    flag_handovers(friday)  # a run for an earlier date closes nothing
    assert Flag.objects.open().count() == 1
    time_machine.move_to("2026-11-25 12:00+01:00")
    receiver.post(_url("handover_acknowledge", handover))
    assert not Flag.objects.open().exists()
    flag_handovers(wednesday)
    assert Flag.objects.count() == 1
    setting("handover_days", 1)
    flag_handovers(wednesday)
    assert Flag.objects.open().count() == 1


def test_handover_flag_goes_to_the_receiver_or_a_colleague_with_access(health, login):
    named = login(RoleKind.CASEWORKER, unit=health).user
    sent_at = f.now() - timedelta(days=9)
    to_one = HandoverFactory(to_unit=health, to_user=named, sent_at=sent_at)
    login(RoleKind.MANAGER, unit=health)  # has no access to the protected person
    may = login(RoleKind.CASEWORKER, unit=health, sees_protected=True).user
    hidden = HandoverFactory(
        to_unit=health, person=f.PersonFactory(strictly_protected=True), sent_at=sent_at
    )
    empty = HandoverFactory(to_unit=f.OrganisationUnitFactory(), sent_at=sent_at)
    flag_handovers(f.today())
    owners = {int(flag.key): flag.owner for flag in Flag.objects.all()}
    assert owners == {to_one.pk: named, hidden.pk: may, empty.pk: empty.sent_by}


def test_case_sent_to_a_unit_is_flagged_there_until_acknowledged(
    as_caseworker, receiver, health, login, time_machine
):
    time_machine.move_to("2026-11-19 12:00+01:00")  # a Thursday
    manager = login(RoleKind.MANAGER, unit=health).user
    case = f.ApplicationFactory()
    sent = as_caseworker.post(
        reverse("casework:application_forward", args=[case.pk]),
        {"unit": health.pk, "reason": "De har saken fra før."},
    )
    assert sent.status_code == 302
    flag_handovers(date(2026, 11, 23))
    assert not Flag.objects.exists()
    time_machine.move_to("2026-11-24 07:00+01:00")
    call_command("flag_handovers", "--dry-run")
    assert not Flag.objects.exists()
    call_command("flag_handovers")
    call_command("flag_handovers")
    flag = Flag.objects.get()
    assert (flag.owner, flag.application_id) == (manager, case.pk)
    page = login(user=manager).get("/").text
    assert "Ingen der har bekreftet at den er kommet." in page
    assert "bekreft at den er mottatt" in page
    login(user=receiver.user).post(reverse("casework:transfer_acknowledge", args=[case.pk]))
    assert not Flag.objects.open().exists()
    call_command("flag_handovers")
    assert Flag.objects.count() == 1


def test_past_due_date_is_refused_beside_its_field(as_caseworker, receiver, health):
    person = f.PersonFactory(with_household=True)
    yesterday = (f.today() - timedelta(days=1)).strftime("%d.%m.%Y")
    answer = _send(as_caseworker, person, health, due_on=yesterday)
    assert answer.context["form"].has_error("due_on")
    assert not Handover.objects.exists()
