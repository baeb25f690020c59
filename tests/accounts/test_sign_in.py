"""Sign-in with a password and a second factor, and as a demo user."""

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


def test_message_does_not_say_whether_user_name_or_password_was_wrong(client, user):
    page = sign_in(client, password="feil").content.decode()
    assert "ingrid" in page
    assert "passord" in page.lower()
    assert client.get("/min-profil/").status_code == 302


def test_many_wrong_passwords_block_sign_in_for_a_while(client, user):
    for _ in range(12):
        sign_in(client, password="feil")
    sign_in(client)
    assert client.get("/min-profil/").status_code == 302


def test_signing_out_requires_post(login):
    client = login("saksbehandler")
    assert client.get("/konto/logout/").status_code == 200
    assert client.get("/min-profil/").status_code == 200
    client.post("/konto/logout/")
    assert client.get("/min-profil/").status_code == 302


def test_there_is_no_sign_up(client):
    page = client.get("/konto/signup/").content.decode()
    assert "Du kan ikke lage en bruker selv." in page


@pytest.mark.parametrize("name", ["account_email", "socialaccount_connections"])
def test_allauth_pages_varig_does_not_use_are_404(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_forgotten_password_page_answers_the_same_for_unknown_users(client, user):
    known = client.post("/konto/password/reset/", {"email": user.email})
    unknown = client.post("/konto/password/reset/", {"email": "ingen@solvaer.example"})
    assert known.url == unknown.url
    assert user.email in mail.outbox[0].to
    assert "Strand" not in mail.outbox[0].body


# ------------------------------------------------------------------ the second factor


def prove(client, password=PASSWORD):
    """Changing the second factor needs the password again."""
    client.post(reverse("account_reauthenticate"), {"password": password})


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_user_without_a_required_second_factor_must_set_it_up_first(client, user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    assert client.get("/min-profil/").url == reverse("mfa_activate_totp")
    prove(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    assert client.get("/min-profil/").status_code == 200


def test_user_with_a_second_factor_is_asked_for_its_code(client, user):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert client.get("/min-profil/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert client.get("/min-profil/").status_code == 200


def test_totp_secret_is_shown_only_to_its_own_user(client, user):
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
def test_pages_about_the_users_own_sign_in_open(client, user, name):
    sign_in(client)
    prove(client)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert b"<h1" in response.content


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
)
def test_pages_of_an_active_second_factor_open(client, user, name):
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


def test_invalid_password_reset_link_gets_a_message(client):
    page = client.get("/konto/password/reset/key/1-abc/")
    assert "Lenken virker ikke" in page.content.decode()


# ------------------------------------------------------------------ demo mode


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.LOGIN_URL = "demo:sign_in"


def test_demo_sign_in_is_404_outside_demo_mode(client, user):
    assert client.get("/logg-inn/demo/").status_code == 404
    assert client.post("/logg-inn/demo/", {"user": user.pk}).status_code == 404


def test_demo_mode_redirects_to_the_page_and_signs_in_with_one_button(client, user, demo):
    assert client.get("/min-profil/").url.startswith("/logg-inn/demo/")
    page = client.get("/logg-inn/demo/").content.decode()
    assert "Ingrid Strand" in page and "Saksbehandler" in page
    assert client.post("/logg-inn/demo/", {"user": user.pk}).url == "/"
    assert client.get("/min-profil/").status_code == 200


@pytest.mark.parametrize("chosen", ["", "x", "0", "99999999999999999999"])
def test_only_users_shown_on_the_demo_page_can_be_chosen(client, user, demo, chosen):
    page = client.post("/logg-inn/demo/", {"user": chosen}).content.decode()
    assert "Velg en av personene på siden." in page


def test_every_listed_demo_user_can_be_chosen(client, demo):
    users = [UserFactory(caseworker=True) for _n in range(5)]
    page = client.get("/logg-inn/demo/").content.decode()
    assert all(each.full_name in page for each in users)
    assert client.post("/logg-inn/demo/", {"user": users[-1].pk}).url == "/"


def test_user_whose_role_has_ended_is_not_shown(client, demo):
    UserFactory(full_name="Gamle Erik")
    assert "Gamle Erik" not in Client().get("/logg-inn/demo/").content.decode()
