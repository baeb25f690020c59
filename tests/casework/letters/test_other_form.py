"""Text in another målform than the letter's is asked about, in every form that makes a letter."""

from __future__ import annotations

import ast
from datetime import timedelta

import pytest
from django.urls import reverse

from allocation.forms import offers as offer_forms
from casework.appeals import forms as appeal_forms
from casework.applications.forms import advance_notice, applications, intake
from casework.letters.forms import OtherFormMixin
from casework.models import Letter
from tests import factories as f

pytestmark = pytest.mark.django_db

# Each action that makes a letter, with the forms whose text it takes in. Some have no text of
# anybody's own; the vedtak is written in a builder, which advises while somebody writes.
LETTERS = {
    "confirm_receipt": (),
    "dismiss": (appeal_forms.DismissForm,),
    "_review_dismissed": (appeal_forms.SignForm, appeal_forms.TakeInForm),
    "forward": (appeal_forms.SignForm,),
    "decide_suspension": (appeal_forms.SuspensionForm,),
    "ask_for_papers": (intake.PapersForm,),
    "send_interim_reply": (applications.InterimReplyForm,),
    "send_notice": (advance_notice.AdvanceNoticeForm,),
    "adjust_rent": (),
    "_send": (offer_forms.OfferForm,),
    "inform_tenant": (offer_forms.LeaseForm,),
    "send_letter": (),
}


def test_every_form_of_a_letter_asks_about_the_other_form(settings):
    """A new letter is added to the table, with its forms."""
    makers = set()
    for app in ("casework", "stays", "allocation", "peers", "housing"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.name != "make_letter":
                    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
                    names = {getattr(one, "attr", getattr(one, "id", "")) for one in calls}
                    if "make_letter" in names:
                        makers.add(node.name)
    assert makers == set(LETTERS)
    for form in {form for forms in LETTERS.values() for form in forms}:
        assert issubclass(form, OtherFormMixin), form
        assert form.in_letter and set(form.in_letter) <= set(form.base_fields), form


NYNORSK = "Vi har ikkje fått papira frå deg, og kan ikkje svare no."


def test_a_reply_in_the_other_form_is_asked_about_and_sent_when_confirmed(client):
    user = f.UserFactory(caseworker=True)
    client.force_login(user)
    case = f.ApplicationFactory(person__language_form="nb", responsible=user)
    there = reverse("casework:interim_reply", args=[case.pk])
    day = f.today() + timedelta(days=30)
    sent = {"delay": NYNORSK, "expected_on": f"{day:%d.%m.%Y}", "needed": ""}
    asked = client.post(there, sent).text
    assert "Teksten ser ut til å være på nynorsk. Brevet er på bokmål." in asked
    assert "Hvorfor det tar tid" in asked and 'type="checkbox" name="other_form"' in asked
    assert not Letter.objects.exists()
    client.post(there, {**sent, "other_form": "on"})
    assert Letter.objects.count() == 1
