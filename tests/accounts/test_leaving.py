"""When a user's last role ends, somebody takes over what they hold; nobody without a role is
given anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import leaving
from accounts.models import Departure
from casework.assessment import statement_mail
from casework.log.enums import FlagKind
from casework.log.escalation import escalate
from casework.log.summary import send_summary
from casework.models import Application, Flag, Vedtak
from stays.temporary.flags import flag_stays
from tests import factories as f
from tests.factories_follow_up import HandoverFactory, MilestoneFactory, PlanFactory
from tests.factories_leases import RiskFactory
from tests.factories_statements import StatementFactory

pytestmark = pytest.mark.django_db


def nb(day):
    return day.strftime("%d.%m.%Y")


@pytest.fixture
def admin(login):
    return login("systemadministrator")


@pytest.fixture
def leaver():
    """A caseworker with one of everything."""
    user = f.UserFactory(caseworker=True)
    person = f.PersonFactory(responsible=user)
    case = f.ApplicationFactory(person=person, responsible=user)
    f.FlagFactory(person=person, application=case, owner=user)
    HandoverFactory(person=person, to_user=user)
    MilestoneFactory(plan=PlanFactory(person=person, owner=user), owner=user)
    RiskFactory(responsible=user)
    f.VedtakFactory(drafted_by=user)
    StatementFactory(person=person, asked_of=user)
    return user


def end(admin, user, **data):
    role = user.roles.get()
    data = {"last_day": nb(f.days_ago(1)), **data}
    return admin.post(reverse("accounts:role_end", args=[role.pk]), data)


def test_the_last_role_wants_a_receiver_and_names_what_is_held(admin, leaver):
    page = admin.get(reverse("accounts:role_end", args=[leaver.roles.get().pk])).content.decode()
    for line in ("Saker: 1", "Varsler: 1", "Oppgaver: 1", "Milepæler: 1"):
        assert line in page
    response = end(admin, leaver)
    assert response.status_code == 200
    assert leaver.roles.get().period.upper is None


def test_receiver_is_optional_only_beside_another_role(admin, leaver):
    url = reverse("accounts:role_end", args=[leaver.roles.get().pk])
    assert admin.get(url).context["form"].fields["receiver"].required
    f.RoleFactory(user=leaver, kind="beslutter")
    assert not admin.get(url).context["form"].fields["receiver"].required


def test_everything_is_moved_with_a_trace(admin, leaver):
    receiver = f.UserFactory(caseworker=True)
    assert end(admin, leaver, receiver=receiver.pk).status_code == 302
    assert leaving.held_by(leaver) == []
    case = Application.objects.get(person__responsible=receiver)
    assert case.responsible == receiver
    assert Flag.objects.get().owner == receiver
    texts = list(case.person.events.values_list("text", flat=True))
    assert f"Ny saksbehandler: {receiver}, etter {leaver}." in texts
    assert case.history.first().history_user == admin.user
    departure = Departure.objects.get()
    assert departure.moved["applications"] == 1
    page = admin.get(reverse("accounts:user", args=[leaver.pk])).content.decode()
    assert f"Overført til {receiver}" in page


def test_another_role_goes_on_so_nothing_is_asked(admin, leaver):
    role = leaver.roles.get()
    f.RoleFactory(user=leaver, kind="beslutter")
    url = reverse("accounts:role_end", args=[role.pk])
    assert admin.post(url, {"last_day": nb(f.today())}).status_code == 302
    assert not Departure.objects.exists()


def test_a_role_that_outlasts_the_others_wants_a_receiver_for_its_own_last_day(admin, leaver):
    """Today there is another role, but it ends before this one."""
    sooner = f.since(f.LONG_AGO, f.today() + timedelta(days=5))
    role = leaver.roles.get()
    f.RoleFactory(user=leaver, kind="beslutter", period=sooner)
    url = reverse("accounts:role_end", args=[role.pk])
    last = f.today() + timedelta(days=20)
    page = admin.post(url, {"last_day": nb(last)})
    assert "Dette er den siste rollen." in str(page.context["form"].errors["receiver"])
    receiver = f.UserFactory(caseworker=True)
    page = admin.post(url, {"last_day": nb(f.today()), "receiver": receiver.pk})
    assert "har en annen rolle etter siste dag" in str(page.context["form"].errors["receiver"])
    assert leaver.roles.get(pk=role.pk).period.upper is None
    assert admin.post(url, {"last_day": nb(last), "receiver": receiver.pk}).status_code == 302
    assert Departure.objects.get().on == last + timedelta(days=1)


def test_a_day_to_come_is_carried_out_by_the_job(admin, leaver):
    receiver = f.UserFactory(caseworker=True)
    last = f.today() + timedelta(days=10)
    assert end(admin, leaver, last_day=nb(last), receiver=receiver.pk).status_code == 302
    assert leaving.held_by(leaver)
    leaving.hand_over_due(last)
    assert leaving.held_by(leaver)
    for _twice in range(2):
        leaving.hand_over_due(last + timedelta(days=1))
    assert leaving.held_by(leaver) == []
    assert Departure.objects.get().moved_on == last + timedelta(days=1)


def test_what_the_receiver_may_not_see_or_approve_is_left_and_said(admin):
    leaver = f.UserFactory(role="beslutter", sees_protected=True)
    hidden = f.PersonFactory(strictly_protected=True, last_name="Kanari")
    f.ApplicationFactory(person=hidden, responsible=leaver)
    receiver = f.UserFactory(role="beslutter")
    own = f.VedtakFactory(submitted=True, drafted_by=receiver, approver=leaver)
    page = admin.post(
        reverse("accounts:hand_over", args=[leaver.pk]), {"receiver": receiver.pk}, follow=True
    ).content.decode()
    assert "må få en annen" in page and "Kanari" not in page
    assert Vedtak.objects.get(pk=own.pk).approver == leaver
    other = f.UserFactory(role="beslutter", sees_protected=True)
    admin.post(reverse("accounts:hand_over", args=[leaver.pk]), {"receiver": other.pk})
    assert leaving.held_by(leaver) == []


def test_a_leaver_with_work_left_is_on_the_list_of_users(admin, leaver):
    url = reverse("accounts:users")
    assert "med ansvar igjen" not in admin.get(url).content.decode()
    role = leaver.roles.get()
    role.period = f.since(f.LONG_AGO, f.today() + timedelta(days=5))
    role.save()
    assert "med ansvar igjen" in admin.get(url).content.decode()


def test_only_one_with_a_role_can_receive(admin, leaver):
    nobody = f.UserFactory()
    assert end(admin, leaver, receiver=nobody.pk).status_code == 200
    assert not Departure.objects.exists()


def test_the_jobs_give_nothing_to_somebody_without_a_role(admin):
    gone = f.UserFactory()
    person = f.PersonFactory(responsible=gone)
    f.StayFactory(person=person, days_ago=100)
    flag_stays(f.today())
    flag = Flag.objects.get(kind=FlagKind.TEMPORARY_STAY)
    assert flag.owner is None
    # The manager has it the same day.
    escalate(f.today())
    flag.refresh_from_db()
    assert flag.escalated_on == f.today()


def test_no_mail_is_sent_to_somebody_without_a_role(leaver, mailoutbox):
    statement = StatementFactory(asked_of=leaver)
    role = leaver.roles.get()
    role.period = f.since(f.LONG_AGO, f.days_ago(1))
    role.save()
    leaver.daily_summary = True
    leaver.save()
    statement.refresh_from_db()
    assert not statement_mail.send(statement, statement_mail.REMINDED)
    send_summary(f.today())
    assert mailoutbox == []
