"""A form sent twice creates one object."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import OrganisationUnit, Submission, User
from accounts.once import OnceFormMixin, once
from tests.factories import UserFactory

USERS = "/brukere/"


def typed(name: str, token: str) -> dict[str, str]:
    return {
        "full_name": name,
        "username": name.lower().replace(" ", "."),
        "email": f"{name.split()[0].lower()}@solvaer.example",
        "form_token": token,
    }


@pytest.fixture
def admin(login):
    return login("systemadministrator")


def test_second_submit_redirects_to_the_object_of_the_first(admin):
    data = typed("Kari Ny", str(uuid.uuid4()))
    first = admin.post(USERS, data)
    second = admin.post(USERS, data)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == reverse("accounts:user", args=[User.objects.latest("pk").pk])
    assert User.objects.filter(full_name="Kari Ny").count() == 1


def test_form_with_an_error_can_be_corrected_and_sent_again(admin):
    token = str(uuid.uuid4())
    wrong = admin.post(USERS, {**typed("Kari Ny", token), "email": "ikke en adresse"})
    assert wrong.status_code == 200
    assert token.encode() in wrong.content
    assert admin.post(USERS, typed("Kari Ny", token)).status_code == 302
    assert User.objects.filter(full_name="Kari Ny").exists()


@pytest.mark.parametrize("token", ["", "tull", "\x00", "1" * 500])
def test_missing_or_invalid_token_is_not_an_error(admin, token):
    assert admin.post(USERS, typed("Kari Ny", token)).status_code == 302
    assert User.objects.filter(full_name="Kari Ny").exists()


def test_invalid_token_is_replaced_when_the_form_is_shown_again(admin):
    page = admin.post(USERS, {**typed("Kari", "tull"), "full_name": ""})
    assert b'value="tull"' not in page.content
    assert b'name="form_token"' in page.content


def test_token_of_another_user_does_not_lead_to_their_object(admin, login):
    data = typed("Kari Ny", str(uuid.uuid4()))
    admin.post(USERS, data)
    other = login("systemadministrator")
    assert other.post(USERS, data).status_code == 200  # the username is taken


class WishForm(OnceFormMixin, forms.Form):
    words = forms.CharField()


def test_cleaned_data_for_the_action_has_no_token():
    form = WishForm({"words": "ro", "form_token": str(uuid.uuid4())})
    assert form.is_valid()
    assert form.cleaned_data == {"words": "ro"}


def test_form_with_a_prefix_sends_the_token_without_the_prefix():
    assert 'name="form_token"' in str(WishForm(prefix="ny")["form_token"])


def asked(user, token, **headers):
    request = RequestFactory().post("/", {"form_token": token}, headers=headers)
    request.user = user
    request.htmx = "hx-request" in headers
    return request


@pytest.mark.django_db
def test_failed_submit_saves_no_object_and_no_token():
    @once
    def view(request):
        OrganisationUnit.objects.create(name="Ny", kind="nav")
        raise IntegrityError

    user, token = UserFactory(), uuid.uuid4()
    with pytest.raises(IntegrityError):
        view(asked(user, token))
    assert not OrganisationUnit.objects.filter(name="Ny").exists()
    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_htmx_form_gets_an_htmx_redirect():
    view = once(lambda request: HttpResponseClientRedirect("/der/"))
    user, token = UserFactory(), uuid.uuid4()
    for _sending in range(2):
        response = view(asked(user, token, **{"hx-request": "true"}))
        assert response.headers["HX-Redirect"] == "/der/"


@pytest.mark.django_db
def test_view_handles_a_user_who_is_signed_out():
    view = once(lambda request: HttpResponse("hei"))
    assert view(asked(AnonymousUser(), uuid.uuid4())).content == b"hei"
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_create_one_object():
    """Two threads, each with a connection; the second waits while the first runs."""
    made: list[str] = []
    started = threading.Event()

    @once
    def view(request):
        started.set()
        time.sleep(0.3)
        made.append("thing")
        return redirect(f"/ting/{len(made)}/")

    user, token = UserFactory(), uuid.uuid4()
    led_to: list[str] = []

    def send():
        try:
            led_to.append(view(asked(user, token)).url)
        finally:
            connection.close()

    first, second = threading.Thread(target=send), threading.Thread(target=send)
    first.start()
    assert started.wait(5)
    second.start()
    first.join(10)
    second.join(10)
    assert made == ["thing"]
    assert led_to == ["/ting/1/", "/ting/1/"]


@pytest.mark.django_db(transaction=True)
def test_if_the_first_of_two_submits_fails_the_second_is_saved():
    sendings: list[int] = []
    started = threading.Event()

    @once
    def view(request):
        sendings.append(1)
        if len(sendings) == 1:
            started.set()
            time.sleep(0.3)
            return HttpResponse("mangler noe")
        return redirect("/ting/")

    user, token = UserFactory(), uuid.uuid4()
    answers: list[int] = []

    def send():
        try:
            answers.append(view(asked(user, token)).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    threads[0].start()
    assert started.wait(5)
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [200, 302]
