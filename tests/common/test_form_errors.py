"""A broken rule is a sentence in the form; an error in Varig is never shown as the user's."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from accounts.models import User
from common.errors import RuleBroken
from common.form_errors import errors_as_message, errors_on
from tests.factories import UserFactory


class Form(forms.Form):
    day = forms.CharField()
    name = forms.CharField(required=False)


class DayRefused(RuleBroken):
    field = "day"


class ElsewhereRefused(RuleBroken):
    field = "not_on_this_form"
    url = "/hit/"


def filled() -> Form:
    form = Form({"day": "i går", "name": "Kari"})
    assert form.is_valid()
    return form


def answer(form: Form, error: Exception | None, *field: str) -> str:
    """The response of a view: a redirect on success, else the form again."""
    with errors_on(form, *field):
        if error:
            raise error
        return "videre"
    return "skjemaet"


def test_code_after_the_action_runs_only_if_no_rule_is_broken():
    assert answer(filled(), None) == "videre"
    assert answer(filled(), RuleBroken("Nei.")) == "skjemaet"


def test_error_is_at_the_field_the_rule_names_and_the_input_is_kept():
    form = filled()
    answer(form, DayRefused("Dagen er gått."))
    assert form.errors == {"day": ["Dagen er gått."]}
    assert form["day"].value() == "i går"


def test_error_without_a_field_is_on_the_form_or_the_views_field():
    form = filled()
    answer(form, RuleBroken("Nei."))
    assert form.non_field_errors() == ["Nei."]
    form = filled()
    answer(form, RuleBroken("Nei."), "name")
    assert form.errors == {"name": ["Nei."]}
    form = filled()
    answer(form, DayRefused("Dagen er gått."), "name")
    assert form.errors == {"day": ["Dagen er gått."]}


def test_error_of_a_field_not_in_the_form_is_on_the_form_with_a_link():
    form = filled()
    answer(form, ElsewhereRefused("Adressen mangler."))
    (error,) = form.non_field_errors().as_data()
    assert error.message == "Adressen mangler."
    assert error.url == "/hit/"


@pytest.mark.django_db
def test_broken_constraint_shows_the_sentence_of_the_constraint():
    taken = UserFactory().username
    form = filled()
    with errors_on(form, "name"), transaction.atomic():
        User.objects.create(username=taken)
    assert form.errors["name"] == ["Brukernavn er allerede i bruk."]


@pytest.mark.parametrize("error", [IntegrityError("null value"), ValueError("feil")])
def test_error_without_a_sentence_is_raised(error):
    with pytest.raises(type(error)):
        answer(filled(), error)


def shown(error: Exception | None, *level: int) -> list[tuple[int, str]]:
    request = RequestFactory().post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    with errors_as_message(request, *level):
        if error:
            raise error
        messages.success(request, "Gjort.")
    return [(one.level, str(one)) for one in request._messages]


def test_broken_rule_after_a_button_is_a_message_instead_of_success():
    assert shown(None) == [(messages.SUCCESS, "Gjort.")]
    assert shown(RuleBroken("Nei.")) == [(messages.ERROR, "Nei.")]
    assert shown(RuleBroken("Nei."), messages.WARNING) == [(messages.WARNING, "Nei.")]


def test_error_without_a_sentence_is_also_raised_after_a_button():
    with pytest.raises(ValueError, match="feil"):
        shown(ValueError("feil"))
