"""A manual class has a reason and another user's approval (the priority policy)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import RoleKind
from allocation import ranking
from allocation.actions.manual_class import approve_class, propose_class
from allocation.models import ManualClass
from casework.models import Disqualification
from common.errors import RuleBroken
from tests.factories import ApplicationFactory, UserFactory, now, today
from tests.readings import sign

pytestmark = pytest.mark.django_db

WHY = "Eks-partneren bor i naboblokka"


def url(name, thing):
    return reverse(f"allocation:class_{name}", args=[thing.pk])


def reply(client, name, proposal, data=None, **kwargs):
    """Approve or decline the proposal as its page shows it."""
    return sign(client, url(name, proposal), data, page=url("proposal", proposal), **kwargs)


@pytest.fixture
def case():
    return ApplicationFactory(granted=True)


@pytest.fixture
def proposed(as_caseworker, case):
    answer = as_caseworker.post(url("propose", case), {"class_number": "1", "reason": WHY})
    assert answer.status_code == 302
    return ManualClass.objects.get()


def entry(case):
    return ranking.explain(case.pk, today()).entry


def why(client, case):
    return client.get(reverse("allocation:why", args=[case.pk])).content.decode()


def test_manual_class_counts_after_approval_and_both_classes_are_shown(
    as_caseworker, as_approver, case, proposed
):
    by_the_rules = entry(case).priority
    assert by_the_rules.number != 1
    assert "Ikke godkjent ennå" in why(as_caseworker, case)

    reply(as_approver, "approve", proposed)

    assert (entry(case).priority.number, entry(case).computed) == (1, by_the_rules)
    text = why(as_caseworker, case)
    assert WHY in text and f"Etter reglene: {by_the_rules.number}" in text
    assert str(as_caseworker.user) in text and str(as_approver.user) in text
    kinds = set(case.events.values_list("kind", flat=True))
    assert {"class.proposed", "class.approved"} <= kinds


def test_proposer_cannot_approve_a_manual_class(login, case):
    both = login(RoleKind.APPROVER)
    both.post(url("propose", case), {"class_number": "1", "reason": WHY})
    proposal = ManualClass.objects.get()
    assert reply(both, "approve", proposal).status_code == 403
    with pytest.raises(RuleBroken):
        approve_class(proposal, by=both.user, at=now())
    assert not entry(case).is_manual


def test_caseworker_cannot_approve_a_manual_class(login, proposed):
    other = login(RoleKind.CASEWORKER)
    assert reply(other, "approve", proposed).status_code == 403
    assert reply(other, "decline", proposed, {"reason": "Nei"}).status_code == 403


def test_proposal_is_on_min_dag_of_the_approver_and_in_the_approval_list(as_approver, proposed):
    assert url("proposal", proposed) in as_approver.get("/").content.decode()
    assert WHY in as_approver.get(reverse("allocation:class_queue")).content.decode()
    reply(as_approver, "approve", proposed)
    assert url("proposal", proposed) not in as_approver.get("/").content.decode()


def test_rejected_proposal_has_a_reason_and_the_rules_decide(as_approver, case, proposed):
    empty = reply(as_approver, "decline", proposed, {"reason": ""})
    assert empty.context["form"].has_error("reason")
    reply(as_approver, "decline", proposed, {"reason": "Reglene dekker dette."})
    assert not ManualClass.objects.exists()
    assert not entry(case).is_manual
    assert "Reglene dekker dette." in case.events.get(kind="class.declined").text


def test_second_answer_to_a_proposal_gets_a_message(as_approver, proposed):
    reply(as_approver, "approve", proposed)
    with pytest.raises(RuleBroken, match="allerede svart"):
        approve_class(proposed, by=UserFactory(approver=True), at=now())
    said_no = reply(as_approver, "decline", proposed, {"reason": "Nei"}, follow=True)
    assert "allerede svart på" in said_no.content.decode()
    assert ManualClass.objects.filter(approved_at__isnull=False).exists()


def test_case_has_one_open_proposal_at_a_time(as_approver, case, proposed):
    answer = as_approver.post(url("propose", case), {"class_number": "2", "reason": WHY})
    assert "har allerede foreslått en prioritet" in answer.content.decode()
    assert ManualClass.objects.count() == 1


def test_ending_a_manual_class_also_needs_approval(as_caseworker, as_approver, case, proposed):
    reply(as_approver, "approve", proposed)
    as_caseworker.post(url("propose", case), {"class_number": "0", "reason": "Har flyttet."})
    assert entry(case).is_manual
    reply(as_approver, "approve", ManualClass.objects.pending().get())
    assert not entry(case).is_manual


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"class_number": "1", "reason": " "}, "reason"),
        ({"class_number": "9", "reason": WHY}, "class_number"),
        ({"class_number": "0", "reason": WHY}, "class_number"),
        ({"reason": WHY}, "class_number"),
    ],
)
def test_error_is_shown_beside_the_field(as_caseworker, case, typed, field):
    answer = as_caseworker.post(url("propose", case), typed)
    assert answer.context["form"].has_error(field)
    assert not ManualClass.objects.exists()


def test_disqualified_user_neither_proposes_nor_approves(as_caseworker, as_approver, case):
    for user in (as_caseworker.user, as_approver.user):
        Disqualification.objects.create(
            application=case, user=user, reason="Søsken", declared_at=now(), declared_by=user
        )
    answer = as_caseworker.post(url("propose", case), {"class_number": "1", "reason": WHY})
    assert "inhabil" in answer.content.decode()
    proposal = propose_class(
        application=case, class_number=1, reason=WHY, by=UserFactory(caseworker=True), at=now()
    )
    reply(as_approver, "approve", proposal)
    assert not entry(case).is_manual


def test_proposal_for_a_protected_person_is_hidden_without_access(login):
    case = ApplicationFactory(granted=True, person__protection="fortrolig")
    proposal = propose_class(
        application=case, class_number=1, reason=WHY, by=UserFactory(caseworker=True), at=now()
    )
    client = login(RoleKind.APPROVER)
    for name, thing in (("propose", case), ("proposal", proposal)):
        assert client.get(url(name, thing)).status_code == 404
    assert WHY not in client.get(reverse("allocation:class_queue")).content.decode()
    assert WHY not in client.get("/").content.decode()
