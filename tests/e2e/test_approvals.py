"""Two real browsers: what one has changed, the other does not sign unread (need C14)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse

from common.formatting import nbdate
from tests import factories as f
from tests.test_approvals import SIGNED, WHY, stored

pytestmark = pytest.mark.django_db(transaction=True)

BUTTONS = {
    "casework:vedtak_approve": "Godkjenn vedtaket",
    "casework:vedtak_return": "Send tilbake til",
    "casework:appeal_take_up": "Ta opp klagen",
    "casework:appeal_dismiss": "Avvis klagen og lag brevet",
    "casework:appeal_reverse": "Skriv nytt vedtak",
    "casework:appeal_set_aside": "Gjør om avvisningen og lag brevet",
    "casework:appeal_take_in": "Ta opp klagen og lag brevet",
    "casework:appeal_forward": "Send til klageinstansen",
    "casework:appeal_suspension": "Avgjør og lag brevet",
    "allocation:class_approve": "Godkjenn prioriteten",
    "allocation:class_decline": "Ikke godkjenn",
    "allocation:item": "Protokollfør og gå til neste",
    "allocation:meeting_approve": "Godkjenn protokollen",
}


def seated(role=None, *, user=None) -> SimpleNamespace:
    return SimpleNamespace(user=user or f.UserFactory(role=role))


def change(name, row, case, browser) -> None:
    """Another user changes, in a browser of their own, what the signer is reading."""
    if name.startswith("casework:vedtak") or name == "casework:appeal_take_in":
        application = getattr(row, "vedtak", row).application
        browser.go(reverse("casework:person_edit", args=[application.person_id]))
        browser.write(address="Nyveien 9")
        browser.press("Lagre")
    elif name == "casework:appeal_forward":
        application = row.vedtak.application
        note = reverse("casework:note_new", args=[application.person_id])
        browser.go(f"{note}?sak={application.pk}")
        browser.write(observation="Ringte om flyttingen.")
        browser.press("Lagre")
    elif name.startswith("casework:appeal"):
        browser.go(reverse("casework:appeal_ask_suspension", args=[row.pk]))
        browser.write(asked_on=nbdate(f.today()))
        browser.press("Registrer")
    elif name == "allocation:item":
        browser.go(reverse("housing:unit_edit", args=[row.unit_id]))
        browser.write(rent="19999")
        browser.press("Lagre")
    elif name == "allocation:meeting_approve":
        browser.go(reverse("allocation:meeting", args=[row.pk]))
        browser.write(name="Lise Dahl", capacity="rus og psykisk helse")
        browser.press("Legg til")
    else:
        case.change(row)  # no page changes a proposal


def test_no_kind_of_approval_signs_what_another_browser_has_changed(sit_down):
    assert set(BUTTONS) == set(SIGNED)
    others = {
        "allocation:item": sit_down(f.UserFactory(role="boligforvalter")),
        "allocation:meeting_approve": sit_down(f.UserFactory(role="moteleder")),
    }
    caseworker = sit_down(f.UserFactory(role="saksbehandler"))
    for name, case in SIGNED.items():
        client, row = case.make(seated)
        signer = sit_down(client.user)
        keys = [row.meeting_id, row.pk] if name == "allocation:item" else [row.pk]
        signer.go(reverse(case.page or name, args=keys))
        typed = {key: value for key, value in case.data.items() if key in ("reason", "comment")}
        signer.write(**typed)
        if name == "casework:appeal_suspension":
            signer.pick("Nei, vedtaket settes i verk nå")
        if name == "casework:appeal_dismiss":
            signer.pick("Den kom etter fristen (fvl. §§ 29 og 31)")
        if name == "casework:appeal_take_in":
            signer.main.locator("[name=reviewer]").select_option(index=1)
        if name == "allocation:item":
            signer.main.locator("article input[name=chosen]").first.check(force=True)
        change(name, row, case, others.get(name, caseworker))
        before = stored(row)
        signer.press(BUTTONS[name])
        assert "er endret etter at du åpnet siden" in signer.text, name
        assert "endret av" in signer.text or "Nå står det" in signer.text, name
        for field in typed:
            kept = signer.main.locator(f"[name={field}]:visible").first.input_value()
            assert kept == WHY, name
        assert stored(row) == before, name
        signer.press(BUTTONS[name])
        assert "er endret etter at du åpnet siden" not in signer.text, name
        assert stored(row) != before, name
