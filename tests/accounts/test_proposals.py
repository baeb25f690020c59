"""Roles that open persons hold when a second person has confirmed them (docs/adr/0024)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import leaving
from accounts.access import actions
from accounts.enums import CONFIRMED_ROLES, AccessEventKind, ProposalState, RoleBasis, RoleKind
from accounts.models import AccessEvent, Role, RoleProposal, User
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(login):
    return login("systemadministrator")


def data(kind: str = "saksbehandler", **more: str) -> dict:
    unit = f.OrganisationUnitFactory().pk
    return {"kind": kind, "unit": unit, "period_0": "01.01.2026", "period_1": "", **more}


def give(admin: Client, user: User, kind: str = "saksbehandler", **more: str):
    return admin.post(reverse("accounts:user", args=[user.pk]), data(kind, **more))


def confirm(client: Client, proposal: RoleProposal):
    return client.post(reverse("accounts:proposal_confirm", args=[proposal.pk]))


def refuse(client: Client, proposal: RoleProposal, reason: str = "Trenger den ikke."):
    return client.post(reverse("accounts:proposal", args=[proposal.pk]), {"reason": reason})


# ------------------------------------------------------------------ the attack


@pytest.mark.parametrize("kind", CONFIRMED_ROLES)
def test_administrator_elects_themselves_to_nothing_by_one_post(admin, kind):
    give(admin, admin.user, kind, protected_access="on", shielded_access="on")
    user = User.objects.get(pk=admin.user.pk)
    assert not user.has_role(kind)
    assert not user.sees_protected
    assert not RoleProposal.objects.exists()
    assert admin.get(reverse("desk:persons")).status_code == 403


@pytest.mark.parametrize("kind", CONFIRMED_ROLES)
def test_a_user_the_administrator_made_opens_nobody_until_another_confirms(admin, login, kind):
    other = f.UserFactory()
    assert give(admin, other, kind).status_code == 302
    assert not other.roles_on(timezone.localdate())
    assert confirm(login(user=other), RoleProposal.objects.get()).status_code == 403
    assert confirm(login("leder"), RoleProposal.objects.get()).status_code == 302
    assert User.objects.get(pk=other.pk).has_role(kind)


@pytest.mark.parametrize("access", ["protected_access", "shielded_access"])
def test_access_to_the_hidden_is_confirmed_whatever_the_role(admin, access):
    user = f.UserFactory()
    give(admin, user, "boligforvalter", **{access: "on"})
    assert not user.roles.exists()
    assert RoleProposal.objects.get().state == ProposalState.WAITING


def test_a_role_that_opens_nobody_holds_at_once(admin):
    user = f.UserFactory()
    give(admin, user, "boligforvalter")
    assert user.has_role("boligforvalter")
    assert AccessEvent.objects.get().event == AccessEventKind.GIVEN


def test_administrator_who_is_to_be_caseworker_is_told_no(admin):
    other = f.UserFactory(system_admin=True)
    page = give(admin, other).content.decode()
    assert "kan ikke samtidig ha" in page
    assert not RoleProposal.objects.exists()


def test_caseworker_is_not_made_administrator(admin):
    page = give(admin, f.UserFactory(caseworker=True), "systemadministrator").content.decode()
    assert "kan ikke samtidig ha en rolle som åpner dem" in page
    assert Role.objects.filter(kind=RoleKind.SYSTEM_ADMIN).count() == 1


@pytest.mark.parametrize("kind", CONFIRMED_ROLES)
def test_database_refuses_an_administrator_who_opens_persons(kind):
    admin = f.UserFactory(system_admin=True)
    with pytest.raises(IntegrityError, match="role_admin_opens_nobody"), transaction.atomic():
        f.RoleFactory(user=admin, kind=kind)


def test_database_refuses_an_unconfirmed_role():
    for facts in ({"kind": "saksbehandler"}, {"kind": "boligforvalter", "shielded_access": True}):
        with pytest.raises(IntegrityError, match="role_is_confirmed"), transaction.atomic():
            f.RoleFactory(basis="", **facts)


@pytest.mark.parametrize("who", ["user", "proposed_by"])
def test_database_refuses_a_confirmation_of_ones_own(who):
    proposal = f.RoleProposalFactory()
    answer = {"state": ProposalState.CONFIRMED, "answered_at": timezone.now()}
    mine = RoleProposal.objects.filter(pk=proposal.pk)
    with pytest.raises(IntegrityError, match="answered_by_another"), transaction.atomic():
        mine.update(answered_by=getattr(proposal, who), **answer)


def test_who_proposed_does_not_confirm_after_having_become_a_manager(login):
    boss = login("leder")
    proposal = f.RoleProposalFactory(proposed_by=boss.user)
    assert confirm(boss, proposal).status_code == 403
    assert refuse(boss, proposal).status_code == 403
    with pytest.raises(actions.OwnRole):
        actions.confirm_role(proposal=proposal, by=boss.user, at=timezone.now())


def test_manager_does_not_confirm_a_role_of_their_own(login):
    boss = login("leder")
    proposal = f.RoleProposalFactory(user=boss.user, kind="beslutter")
    assert confirm(boss, proposal).status_code == 403
    assert confirm(login("personvernombud"), proposal).status_code == 302
    assert User.objects.get(pk=boss.user.pk).has_role("beslutter")


@pytest.mark.parametrize("kind", set(RoleKind) - {RoleKind.MANAGER, RoleKind.PRIVACY_OFFICER})
def test_nobody_else_confirms(login, kind):
    assert confirm(login(kind), f.RoleProposalFactory()).status_code == 403


def test_role_is_not_made_longer_as_it_is_ended(admin, today):
    role = f.RoleFactory(period=f.since(f.LONG_AGO, today + timedelta(days=3)))
    later = f"{today + timedelta(days=900):%d.%m.%Y}"
    page = admin.post(reverse("accounts:role_end", args=[role.pk]), {"last_day": later})
    assert "Gi en ny rolle" in page.content.decode()
    role.refresh_from_db()
    assert role.period.upper == today + timedelta(days=3)


# ------------------------------------------------------------------ the answer


def test_role_holds_from_the_confirmation_and_not_before(login, today):
    proposal = f.RoleProposalFactory()
    confirm(login("leder"), proposal)
    role = Role.objects.get(user=proposal.user)
    assert role.period.lower == today
    assert role.proposal == proposal
    assert not proposal.user.roles_on(today - timedelta(days=1))


def test_refused_with_a_reason_the_administrator_reads(admin, login):
    user = f.UserFactory()
    give(admin, user)
    proposal = RoleProposal.objects.get()
    boss = login("leder")
    assert refuse(boss, proposal, "").status_code == 200
    refuse(boss, proposal, "Hun slutter på fredag.")
    assert not user.roles.exists()
    page = admin.get(reverse("accounts:access")).content.decode()
    assert "Hun slutter på fredag." in page
    assert "Hun slutter på fredag." in boss.get(reverse("accounts:access")).content.decode()


def test_proposal_withdrawn_cannot_be_confirmed(admin, login):
    proposal = f.RoleProposalFactory()
    admin.post(reverse("accounts:proposal_withdraw", args=[proposal.pk]))
    page = login("leder").post(
        reverse("accounts:proposal_confirm", args=[proposal.pk]), follow=True
    )
    assert "allerede besvart: trukket" in page.content.decode()
    assert not proposal.user.roles.exists()


def test_the_same_role_is_not_proposed_twice(admin):
    user = f.UserFactory()
    give(admin, user)
    assert "allerede foreslått" in give(admin, user).content.decode()


def test_user_who_became_administrator_meanwhile_is_not_confirmed(login):
    proposal = f.RoleProposalFactory()
    f.RoleFactory(user=proposal.user, kind=RoleKind.SYSTEM_ADMIN)
    page = login("leder").post(
        reverse("accounts:proposal_confirm", args=[proposal.pk]), follow=True
    )
    assert "er systemadministrator i perioden" in page.content.decode()
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_a_period_that_is_over_cannot_be_confirmed(login, today):
    proposal = f.RoleProposalFactory(period=f.since(f.LONG_AGO, today))
    page = login("leder").post(
        reverse("accounts:proposal_confirm", args=[proposal.pk]), follow=True
    )
    assert "Perioden er over" in page.content.decode()


def test_confirmer_whose_role_has_just_ended_confirms_nothing(today):
    boss = f.UserFactory(manager=True)
    assert boss.has_role("leder")
    boss.roles.update(period=f.since(f.LONG_AGO, today))
    with pytest.raises(actions.RuleBroken, match="avsluttet"):
        actions.confirm_role(proposal=f.RoleProposalFactory(), by=boss, at=timezone.now())


def test_unconfirmed_role_makes_nobody_a_receiver_or_stand_in(today):
    leaver, waiting = f.UserFactory(caseworker=True), f.UserFactory()
    f.RoleProposalFactory(user=waiting)
    assert waiting not in leaving.receivers(leaver, today)
    assert not leaving.has_role_after(waiting, today)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["confirm", "refuse"])
def test_two_who_answer_at_once_give_one_answer(login, second):
    proposal = f.RoleProposalFactory()
    together = Barrier(2)
    errors = []

    def answer(user: User, how: str) -> None:
        try:
            together.wait(5)
            facts = {"proposal": proposal, "by": user, "at": timezone.now()}
            if how == "confirm":
                actions.confirm_role(**facts)
            else:
                actions.refuse_role(reason="Nei", **facts)
        except actions.ProposalAnswered as error:
            errors.append(error)
        finally:
            connection.close()

    pairs = [(f.UserFactory(manager=True), "confirm"), (f.UserFactory(manager=True), second)]
    threads = [Thread(target=answer, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    proposal.refresh_from_db()
    held = proposal.user.roles.count()
    assert held == (proposal.state == ProposalState.CONFIRMED)


# ------------------------------------------------------------------ who is told


def test_min_dag_tells_those_who_can_confirm_and_no_others(login):
    proposal = f.RoleProposalFactory()
    name = proposal.user.get_full_name()
    assert name in login("leder").get("/").content.decode()
    assert name not in login("saksbehandler").get("/").content.decode()


def test_line_is_gone_when_it_is_answered(login):
    proposal = f.RoleProposalFactory()
    boss = login("leder")
    confirm(boss, proposal)
    assert reverse("accounts:proposal", args=[proposal.pk]) not in boss.get("/").content.decode()


def test_menu_counts_what_waits_for_the_privacy_officer(login):
    f.RoleProposalFactory()
    officer = login("personvernombud")
    page = officer.get(reverse("accounts:access")).content.decode()
    assert "Du kan svare" in page


def test_proposal_nobody_answers_lapses_after_the_days_of_the_setting(today):
    at = timezone.now() - timedelta(days=15)
    old, new = f.RoleProposalFactory(proposed_at=at), f.RoleProposalFactory()
    for _again in range(2):
        call_command("lapse_proposals", stdout=StringIO())
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (ProposalState.LAPSED, ProposalState.WAITING)
    assert AccessEvent.objects.get().event == AccessEventKind.LAPSED


def test_log_of_access_cannot_be_changed(admin):
    give(admin, f.UserFactory())
    for change in (AccessEvent.objects.all().delete, lambda: AccessEvent.objects.update(reason="")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_every_step_is_in_the_log(admin, login, today):
    user = f.UserFactory()
    give(admin, user)
    boss = login("leder")
    confirm(boss, RoleProposal.objects.get())
    role = user.roles.get()
    url = reverse("accounts:role_end", args=[role.pk])
    admin.post(url, {"last_day": f"{today:%d.%m.%Y}"})
    told = [(row.event, row.by) for row in AccessEvent.objects.order_by("pk")]
    assert told == [
        (AccessEventKind.PROPOSED, admin.user),
        (AccessEventKind.CONFIRMED, boss.user),
        (AccessEventKind.ENDED, admin.user),
    ]


# ------------------------------------------------------------------ the first ones


def first_role(role: str, username: str = "torunn") -> None:
    facts = {
        "name": "Torunn Bakke",
        "email": f"{username}@solvaer.example",
        "unit": "Boligkontoret",
    }
    call_command("first_role", role, username, stdout=StringIO(), **facts)


def test_installation_gives_the_first_two_roles_and_says_so():
    first_role("systemadministrator", "rita")
    first_role("leder")
    boss = User.objects.get(username="torunn")
    assert boss.has_role("leder")
    assert boss.roles.get().basis == RoleBasis.INSTALLATION
    assert [row.by for row in AccessEvent.objects.all()] == [None, None]


def test_installation_gives_no_second_and_no_other():
    f.UserFactory(manager=True)
    for role in ("leder", "personvernombud"):
        with pytest.raises(CommandError, match="finnes allerede"):
            first_role(role)
    with pytest.raises(CommandError, match="invalid choice"):
        first_role("saksbehandler")
    assert not User.objects.filter(username="torunn").exists()


def test_administrator_is_not_the_first_manager():
    first_role("systemadministrator", "rita")
    with pytest.raises(CommandError, match="er systemadministrator"):
        first_role("leder", "rita")
