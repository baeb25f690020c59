"""Absence: the stand-in sees the absent user's day, gets their mail, and may act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Absence
from casework.follow_up.perms import can_take_handover
from casework.log.summary import send_summary
from tests import factories as f
from tests.factories_follow_up import HandoverFactory

pytestmark = pytest.mark.django_db


def nb(day):
    return day.strftime("%d.%m.%Y")


@pytest.fixture
def pair(login):
    """The client of a stand-in, with `absent` away from yesterday for a week."""
    client = login("saksbehandler")
    client.absent = f.UserFactory(caseworker=True, daily_summary=True)
    Absence.objects.create(
        user=client.absent,
        stand_in=client.user,
        period=f.since(f.days_ago(1), f.today() + timedelta(days=6)),
        registered_at=f.now(),
        registered_by=client.absent,
    )
    return client


def register(client, stand_in, first, last):
    data = {"stand_in": stand_in.pk, "period_0": nb(first), "period_1": nb(last)}
    return client.post(reverse("accounts:my_absence"), data)


def test_a_user_registers_an_absence_and_comes_back(as_caseworker):
    other = f.UserFactory(caseworker=True)
    last = f.today() + timedelta(days=6)
    assert register(as_caseworker, other, f.today(), last).status_code == 302
    absence = Absence.objects.get()
    assert absence.period.upper == last + timedelta(days=1)
    # Not twice, and not with somebody who is away.
    assert register(as_caseworker, other, f.today(), last).status_code == 200
    as_caseworker.post(reverse("accounts:my_absence"), {"slutt": absence.pk})
    assert not Absence.objects.exists()


def test_somebody_without_the_role_cannot_stand_in(as_caseworker):
    stranger = f.UserFactory(peer=True)
    response = register(as_caseworker, stranger, f.today(), f.today() + timedelta(days=3))
    assert response.status_code == 200
    assert not Absence.objects.exists()


def test_the_stand_in_sees_the_day_but_only_those_they_may_see(pair):
    seen = f.PersonFactory(last_name="Synlig")
    hidden = f.PersonFactory(strictly_protected=True, last_name="Kanari")
    for person in (seen, hidden):
        f.FlagFactory(person=person, owner=pair.absent)
    own = pair.get("/").content.decode()
    assert "stedfortreder for" in own and "Synlig" not in own
    theirs = pair.get("/", {"for": pair.absent.pk}).content.decode()
    assert "Synlig" in theirs and "Kanari" not in theirs


def test_nobody_else_sees_it(pair, login):
    f.FlagFactory(person=f.PersonFactory(last_name="Synlig"), owner=pair.absent)
    page = login("saksbehandler").get("/", {"for": pair.absent.pk}).content.decode()
    assert "Synlig" not in page


def test_the_mail_goes_to_the_stand_in(pair, mailoutbox, django_capture_on_commit_callbacks):
    f.FlagFactory(owner=pair.absent)
    with django_capture_on_commit_callbacks(execute=True):
        send_summary(f.today())
    assert [mail.to for mail in mailoutbox] == [[pair.user.email]]
    assert "1 varsel venter" in mailoutbox[0].body


def test_the_stand_in_may_take_the_task(pair):
    handover = HandoverFactory(to_user=pair.absent)
    assert can_take_handover(pair.user, handover)
    assert not can_take_handover(f.UserFactory(caseworker=True), handover)


def test_a_manager_registers_the_absence_of_somebody_who_is_ill(as_manager):
    ill, other = f.UserFactory(caseworker=True), f.UserFactory(caseworker=True)
    url = reverse("accounts:absence", args=[ill.pk])
    last = f.today() + timedelta(days=3)
    data = {"stand_in": other.pk, "period_0": nb(f.today()), "period_1": nb(last)}
    assert as_manager.post(url, data).status_code == 302
    assert Absence.objects.get().user == ill
