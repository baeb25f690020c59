"""One approves what one read: whatever has changed a word of the letter, the approval is refused,
and the page says what was changed, by whom and when (need C14)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts import leaving
from accounts.models import Municipality, Setting, User
from casework.log.enums import VedtakState
from casework.models import Event, LegalBasis, Letter, Vedtak
from casework.vedtak import actions
from casework.vedtak.perms import approvers
from tests import factories as f
from tests.readings import read_of, sign

pytestmark = pytest.mark.django_db

REASONING = "Boligen er for liten, og du må ut om ti uker. Det veier tyngst at du ikke har annet."


def url(name, vedtak):
    return reverse(f"casework:{name}", args=[vedtak.pk])


def changed_by(user, row, **facts):
    for name, value in facts.items():
        setattr(row, name, value)
    row._history_user = user
    row.save()


def sent_again(vedtak, user):
    """Returned, rewritten and sent again, as another tab of the approver never saw."""
    actions.return_vedtak(vedtak=vedtak, comment="Rett.", by=vedtak.approver, at=f.now())
    vedtak.refresh_from_db()
    actions.save_draft(
        vedtak=vedtak,
        facts={"reasoning": REASONING.replace("ti uker", "fem uker")},
        outcomes={row.basis: (row.outcome, row.ground) for row in vedtak.outcomes.all()},
        by=vedtak.drafted_by,
        at=f.now(),
    )
    actions.submit_vedtak(vedtak=vedtak, approver=vedtak.approver, by=vedtak.drafted_by, at=f.now())


def basis_renamed(vedtak, user):
    for basis in LegalBasis.objects.filter(code="kommunal_bolig"):
        changed_by(user, basis, title="Kommunal bolig etter nye retningslinjer")


def setting_changed(vedtak, user):
    Setting.objects.filter(key="appeal_weeks").delete()
    changed_by(user, Setting(key="appeal_weeks", valid=(date(2000, 1, 1), None)), value=4)


CHANGES = {
    "the text": (sent_again, "fem uker"),
    "a legal basis": (basis_renamed, "nye retningslinjer"),
    "the municipality": (
        lambda vedtak, user: changed_by(user, Municipality.objects.get(), name="Ny kommune"),
        "Ny kommune",
    ),
    "the unit": (
        lambda vedtak, user: changed_by(user, vedtak.application.unit, phone="75 00 09 99"),
        "75 00 09 99",
    ),
    "the address": (
        lambda vedtak, user: changed_by(user, vedtak.application.person, address="Nyveien 9"),
        "Nyveien 9",
    ),
    "the deadline": (setting_changed, "fire uker"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_approval_of_a_changed_letter_is_refused_and_shows_the_change(what, client):
    approver = f.UserFactory(approver=True)
    other = f.UserFactory(approver=True, full_name="Kari Endrer")
    vedtak = f.VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    client.force_login(approver)
    read = read_of(client.get(url("vedtak", vedtak)))
    change, words = CHANGES[what]
    change(vedtak, other)
    for name, data in (
        ("vedtak_approve", {}),
        ("vedtak_return", {"comment": "Skriv mer om skolen."}),
    ):
        answer = client.post(url(name, vedtak), read | data)
        assert answer.status_code == 200
        page = answer.text
        assert "er endret etter at du åpnet siden" in page
        assert words in page.split("Nå står det")[1]
        assert what == "the text" or "endret av Kari Endrer" in page
        assert data.get("comment", "") in page
        vedtak.refresh_from_db()
        assert vedtak.state == VedtakState.SUBMITTED
        assert not Letter.objects.filter(vedtak=vedtak).exists()
    assert client.post(url("vedtak_approve", vedtak), read_of(answer)).status_code == 302
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.ISSUED


def test_approval_without_or_with_anothers_reading_is_refused(client):
    approver, other = f.UserFactory(approver=True), f.UserFactory(approver=True)
    vedtak = f.VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    client.force_login(other)
    of_other = read_of(client.get(url("vedtak", vedtak)))
    client.force_login(approver)
    read = read_of(client.get(url("vedtak", vedtak)))["read"]
    for sent in ({}, of_other, {"read": read[:-2] + "xx"}, {"read": "x"}):
        answer = client.post(url("vedtak_approve", vedtak), sent)
        assert "Les det som står her nå" in answer.text
    assert client.post(url("vedtak_approve", vedtak), {"read": read}).status_code == 302


# ------------------------------------------------------------------ who wrote it


def test_who_wrote_it_does_not_approve_it_after_a_handover():
    """A writes and hands over all; the draft is B's, and A is chosen to approve."""
    writer, receiver = f.UserFactory(approver=True), f.UserFactory(approver=True)
    other = f.UserFactory(approver=True)
    vedtak = f.VedtakFactory(drafted_by=writer, reasoning=REASONING)
    leaving.plan_departure(
        user=writer,
        receiver=receiver,
        on=f.today(),
        by=f.UserFactory(system_admin=True),
        at=f.now(),
    )
    vedtak.refresh_from_db()
    assert vedtak.drafted_by == receiver
    writer = User.objects.get(pk=writer.pk)
    assert writer not in approvers(vedtak, f.today())
    assert other in approvers(vedtak, f.today())
    with pytest.raises(actions.CannotApprove):
        actions.submit_vedtak(vedtak=vedtak, approver=writer, by=receiver, at=f.now())
    actions.submit_vedtak(vedtak=vedtak, approver=other, by=receiver, at=f.now())
    with pytest.raises(actions.CannotApprove):
        actions.approve_vedtak(vedtak=vedtak, by=writer, at=f.now())
    # Nor does an approver who leaves hand it over to who wrote it.
    leaving.plan_departure(
        user=other, receiver=writer, on=f.today(), by=f.UserFactory(system_admin=True), at=f.now()
    )
    vedtak.refresh_from_db()
    assert vedtak.approver == other


def declared(vedtak):
    actions.declare_disqualified(
        application=vedtak.application, reason="Naboen min.", by=vedtak.drafted_by, at=f.now()
    )


def test_draft_of_one_who_turns_out_inhabil_is_discarded_by_another(login):
    vedtak = f.VedtakFactory(reasoning=REASONING)
    other = login("saksbehandler")
    with pytest.raises(actions.NotYours):
        actions.discard_vedtak(vedtak=vedtak, reason="Feil.", by=other.user, at=f.now())
    declared(vedtak)
    assert url("vedtak_discard", vedtak) in other.get(url("vedtak", vedtak)).text
    other.post(url("vedtak_discard", vedtak), {"reason": "Den som skrev, er inhabil."})
    other.post(url("vedtak_new", vedtak.application))
    assert Vedtak.objects.filter(application=vedtak.application, drafted_by=other.user).exists()


def test_vedtak_whose_drafter_is_inhabil_is_not_issued_before_another_takes_it_over(client):
    """Fvl. § 6: who is inhabil does not prepare the ground for the decision either."""
    vedtak = f.VedtakFactory(submitted=True, reasoning=REASONING)
    drafter, other = vedtak.drafted_by, f.UserFactory(caseworker=True)
    client.force_login(other)
    refused = client.post(url("vedtak_take_over", vedtak), {"reason": "Hun er på ferie."})
    assert "er den eneste som kan endre det" in refused.text
    declared(vedtak)
    client.force_login(vedtak.approver)
    answer = sign(client, url("vedtak_approve", vedtak), page=url("vedtak", vedtak))
    assert "og er inhabil i saken. En annen må overta det" in answer.text
    vedtak.refresh_from_db()
    assert not vedtak.is_issued

    client.force_login(other)
    assert url("vedtak_take_over", vedtak) in client.get(url("vedtak", vedtak)).text
    assert client.post(url("vedtak_take_over", vedtak), {"reason": " "}).status_code == 200
    assert client.post(url("vedtak_take_over", vedtak), {"reason": "Søster."}).status_code == 302
    vedtak.refresh_from_db()
    assert (vedtak.state, vedtak.drafted_by, vedtak.confirmed) == (VedtakState.DRAFT, other, [])
    assert f"fra {drafter}, som er inhabil: Søster." in (
        Event.objects.get(kind="vedtak_taken_over").text
    )
    actions.submit_vedtak(vedtak=vedtak, approver=vedtak.approver, by=other, at=f.now())
    assert actions.approve_vedtak(vedtak=vedtak, by=vedtak.approver, at=f.now()).is_issued
