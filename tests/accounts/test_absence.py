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
    mine = reverse("accounts:my_absence")
    assert "Fravær for en annen" in as_manager.get(mine).text
    assert as_manager.get(mine, {"bruker": ill.pk}).url == url
    last = f.today() + timedelta(days=3)
    data = {"stand_in": other.pk, "period_0": nb(f.today()), "period_1": nb(last)}
    assert as_manager.post(url, data).status_code == 302
    assert Absence.objects.get().user == ill


def test_a_stand_in_who_has_left_is_addressed_by_nothing(
    pair, login, mailoutbox, django_capture_on_commit_callbacks
):
    """The role ended after the absence was registered: neither mail, nor the day, nor the tasks."""
    f.FlagFactory(owner=pair.absent)
    handover = HandoverFactory(to_user=pair.absent)
    pair.user.roles.update(period=f.since(f.days_ago(900), f.today()))
    f.RoleFactory(user=pair.user, kind="likeperson")
    with django_capture_on_commit_callbacks(execute=True):
        send_summary(f.today())
    assert [mail.to for mail in mailoutbox] == [[pair.absent.email]]
    left = type(pair.user).objects.get(pk=pair.user.pk)
    assert left.stands_in_for == {} and not can_take_handover(left, handover)
    page = login(user=pair.absent).get(reverse("accounts:my_absence")).text
    assert "har ikke rollen lenger" in page


def test_the_role_of_a_stand_in_ends_only_with_another(pair, login):
    admin, other = login("systemadministrator"), f.UserFactory(caseworker=True)
    url = reverse("accounts:role_end", args=[pair.user.roles.get().pk])
    assert f"for {pair.absent}, som er borte" in " ".join(admin.get(url).text.split())
    last = f.today() + timedelta(days=1)
    refused = admin.post(url, {"last_day": nb(last)})
    assert "er stedfortreder for" in str(refused.context["form"].errors["stand_in"])
    assert Absence.objects.get().stand_in == pair.user
    assert admin.post(url, {"last_day": nb(last), "stand_in": other.pk}).status_code == 302
    first, second = Absence.objects.order_by("period")
    assert (first.stand_in, second.stand_in) == (pair.user, other)
    assert first.period.upper == second.period.lower == last + timedelta(days=1)
    assert second.period.upper == f.today() + timedelta(days=6)


def test_nobody_stands_in_longer_than_the_role_lasts(as_caseworker):
    other = f.UserFactory(caseworker=True)
    other.roles.update(period=f.since(f.days_ago(9), f.today() + timedelta(days=2)))
    answer = register(as_caseworker, other, f.today(), f.today() + timedelta(days=6))
    assert "tar slutt før perioden" in str(answer.context["form"].errors["stand_in"])
    assert register(as_caseworker, other, f.today(), f.today()).status_code == 302
