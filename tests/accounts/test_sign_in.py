"""Signing in: with a password and a second factor, as a demo person, and not otherwise."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "et-langt-passord-1"


@pytest.fixture
def user():
    return UserFactory(caseworker=True, username="ingrid", full_name="Ingrid Strand")


def sign_in(client, username="ingrid", password=PASSWORD):
    return client.post("/konto/login/", {"login": username, "password": password})


def test_the_right_password_signs_in(client, user):
    assert sign_in(client).url == "/"
    assert client.get("/min-profil/").status_code == 200


def test_a_wrong_password_is_told_without_saying_which_was_wrong(client, user):
    page = sign_in(client, password="feil").content.decode()
    assert "ingrid" in page
    assert "passord" in page.lower()
    assert client.get("/min-profil/").status_code == 302


def test_many_wrong_passwords_are_stopped_for_a_while(client, user):
    for _ in range(12):
        sign_in(client, password="feil")
    sign_in(client)
    assert client.get("/min-profil/").status_code == 302


def test_signing_out_takes_a_post(login):
    client = login("saksbehandler")
    assert client.get("/konto/logout/").status_code == 200
    assert client.get("/min-profil/").status_code == 200
    client.post("/konto/logout/")
    assert client.get("/min-profil/").status_code == 302


def test_nobody_signs_up(client):
    page = client.get("/konto/signup/").content.decode()
    assert "Du kan ikke lage en bruker selv." in page


@pytest.mark.parametrize("name", ["account_email", "socialaccount_connections"])
def test_pages_varig_does_not_use_are_not_there(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown(client, user):
    known = client.post("/konto/password/reset/", {"email": user.email})
    unknown = client.post("/konto/password/reset/", {"email": "ingen@solvaer.example"})
    assert known.url == unknown.url
    assert user.email in mail.outbox[0].to
    assert "Strand" not in mail.outbox[0].body


# ------------------------------------------------------------------ the second factor


def prove(client, password=PASSWORD):
    """Before the second factor is changed the password is asked for again."""
    client.post(reverse("account_reauthenticate"), {"password": password})


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_where_it_is_required_one_gets_nowhere_before_it_is_set_up(client, user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    assert client.get("/min-profil/").url == reverse("mfa_activate_totp")
    prove(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    assert client.get("/min-profil/").status_code == 200


def test_who_has_one_is_asked_for_its_code(client, user):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert client.get("/min-profil/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert client.get("/min-profil/").status_code == 200


def test_the_secret_is_there_to_be_used_and_not_in_the_page_of_another(client, user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    assert Authenticator.objects.filter(user=user).exists()
    client.force_login(UserFactory(caseworker=True))
    assert "JBSWY3DPEHPK3PXP" not in client.get(reverse("mfa_index")).content.decode()


# ------------------------------------------------------------------ every page of it opens


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
        "socialaccount_login_cancelled",
    ],
)
def test_pages_before_signing_in_open(client, name):
    response = client.get(reverse(name))
    assert response.status_code in (200, 401)
    assert b"<h1>" in response.content


@pytest.mark.parametrize(
    "name",
    ["account_logout", "account_change_password", "account_reauthenticate", "mfa_index",
     "mfa_activate_totp"],
)  # fmt: skip
def test_pages_of_ones_own_sign_in_open(client, user, name):
    sign_in(client)
    prove(client)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert b"<h1" in response.content


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
)
def test_pages_of_a_second_factor_that_is_on_open(client, user, name):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    prove(client)
    assert client.get(reverse(name)).status_code == 200


def test_recovery_codes_are_made_shown_and_downloaded(client, user):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    prove(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 200


def test_a_bad_link_for_a_new_password_says_so(client):
    page = client.get("/konto/password/reset/key/1-abc/")
    assert "Lenken virker ikke" in page.content.decode()


# ------------------------------------------------------------------ the demonstration


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.LOGIN_URL = "demo:sign_in"


def test_outside_the_demonstration_there_is_no_such_page(client, user):
    assert client.get("/logg-inn/demo/").status_code == 404
    assert client.post("/logg-inn/demo/", {"user": user.pk}).status_code == 404


def test_in_it_everyone_is_led_there_and_signs_in_with_a_press(client, user, demo):
    assert client.get("/min-profil/").url.startswith("/logg-inn/demo/")
    page = client.get("/logg-inn/demo/").content.decode()
    assert "Ingrid Strand" in page and "Saksbehandler" in page
    assert client.post("/logg-inn/demo/", {"user": user.pk}).url == "/"
    assert client.get("/min-profil/").status_code == 200


@pytest.mark.parametrize("chosen", ["", "x", "0", "99999999999999999999"])
def test_in_it_only_those_shown_can_be_chosen(client, user, demo, chosen):
    page = client.post("/logg-inn/demo/", {"user": chosen}).content.decode()
    assert "Velg en av personene på siden." in page


def test_in_it_one_may_be_any_of_many(client, demo):
    users = [UserFactory(caseworker=True) for _n in range(5)]
    page = client.get("/logg-inn/demo/").content.decode()
    assert all(each.full_name in page for each in users)
    assert client.post("/logg-inn/demo/", {"user": users[-1].pk}).url == "/"


def test_a_user_whose_role_is_over_is_not_shown(client, demo):
    UserFactory(full_name="Gamle Erik")
    assert "Gamle Erik" not in Client().get("/logg-inn/demo/").content.decode()
