"""A task given to another unit must be taken by somebody there (need C23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import RoleKind, UnitKind
from casework.enums import FlagKind
from casework.models import Flag, Handover
from casework.plan_flags import flag_handovers
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


def test_it_stands_on_the_receivers_day_until_it_is_done(as_caseworker, receiver, health, login):
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


def test_the_second_to_take_it_is_told_who_did(receiver, health, login):
    handover = HandoverFactory(to_unit=health)
    colleague = login(RoleKind.CASEWORKER, unit=health)
    receiver.post(_url("handover_acknowledge", handover))
    answer = colleague.post(_url("handover_acknowledge", handover), follow=True)
    assert "har allerede tatt oppgaven" in answer.content.decode()
    handover.refresh_from_db()
    assert handover.acknowledged_by == receiver.user


def test_it_is_not_sent_where_nobody_may_read_it(login, health, receiver):
    sender = login(RoleKind.CASEWORKER, sees_protected=True)
    hidden = f.PersonFactory(strictly_protected=True)
    answer = _send(sender, hidden, health)
    assert "kan lese denne saken" in answer.content.decode()
    named = _send(sender, f.PersonFactory(), health, to_user=sender.user.pk)
    assert "arbeider ikke ved" in named.content.decode()
    assert not Handover.objects.exists()


def test_unacknowledged_it_is_flagged_after_the_days_of_the_setting(receiver, health, today):
    handover = HandoverFactory(to_unit=health, sent_at=f.now() - timedelta(days=5))
    HandoverFactory(to_unit=health, sent_at=f.now() - timedelta(days=4))
    flag_handovers(today)
    flag_handovers(today)
    flag = Flag.objects.get()
    assert (flag.kind, flag.key) == (FlagKind.HANDOVER, str(handover.pk))
    # Nobody named: who sent it must ask.
    assert flag.owner == handover.sent_by
    receiver.post(_url("handover_acknowledge", handover))
    assert not Flag.objects.open().exists()
    flag_handovers(today)
    assert Flag.objects.count() == 1
    setting("handover_days", 3)
    flag_handovers(today)
    assert Flag.objects.open().count() == 1
