"""Small defences of sign-in: known words in passwords, short-lived links, a log, an empty cache."""

from __future__ import annotations

import io
import logging
import zipfile

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Municipality
from accounts.passwords import ContextWordsValidator
from common import spreadsheets
from tests.accounts.test_sign_in import PASSWORD, code_for, prove, sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(caseworker=True, username="ingrid", full_name="Ingrid Strand")


def change_password(client, new: str):
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    return client.post(reverse("account_change_password"), data)


# ------------------------------------------------------------------ passwords


@pytest.mark.parametrize(
    "password", ["Varig-2026-kommune", "Sommeren2026!!!!", "Solvaer2026!Bolig", "Velkommen12345"]
)
def test_password_of_known_words_alone_is_refused(client, user, password):
    Municipality.objects.update(name="Solvaer kommune")
    sign_in(client)
    prove(client)
    assert "kjente ord" in change_password(client, password).content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "en bolig for tante Olga",
        "grønn kabel i fjæra",
        "x8KqRwbTzMn27#",
        "å" * 3 + "mellomgulv" * 7,
    ],
)
def test_any_signs_and_any_length_are_allowed(user, password):
    validate_password(password, user)


@pytest.mark.parametrize("password", ["for kort", "Ingrid Strand", "telechargement"])
def test_short_known_and_own_names_are_refused(user, password):
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_validator_can_be_asked_before_there_is_a_municipality(user):
    Municipality.objects.all().delete()
    ContextWordsValidator().validate("grønn kabel i fjæra", user)


def test_password_can_be_changed_and_other_sessions_end(client, user):
    other = type(client)()
    for each in (client, other):
        sign_in(each)
    prove(client)
    change_password(client, "grønn kabel i fjæra")
    assert client.get("/min-profil/").status_code == 200
    assert other.get("/min-profil/").status_code == 302


def test_link_to_a_new_password_is_good_for_an_hour_and_asks_for_the_second_factor(
    client, user, mailoutbox, time_machine
):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    time_machine.move_to("2026-11-20 09:00+00:00", tick=False)
    for minutes, works in ((59, True), (61, False)):
        time_machine.move_to("2026-11-20 09:00+00:00", tick=False)
        client.post(reverse("account_reset_password"), {"email": user.email})
        path = mailoutbox[-1].body.partition("/konto/")[2].split()[0]
        time_machine.shift(minutes * 60)
        page = client.get(f"/konto/{path}", follow=True)
        assert ("Lenken virker ikke" not in page.content.decode()) == works
        if works:
            new = {"password1": "grønn kabel i fjæra", "password2": "grønn kabel i fjæra"}
            client.post(page.redirect_chain[-1][0], new)
            assert client.get("/min-profil/").status_code == 302
            after = sign_in(client, password="grønn kabel i fjæra")
            assert after.url == reverse("mfa_authenticate")


def test_code_of_the_app_is_good_once(client, user):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    code = code_for(secret)
    for each, goes_in in ((client, True), (type(client)(), False)):
        sign_in(each)
        each.post(reverse("mfa_authenticate"), {"code": code})
        assert (each.get("/min-profil/").status_code == 200) == goes_in


def test_who_came_by_the_municipalitys_sign_in_had_the_second_factor_there(client, user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(user)
    assert client.get("/min-profil/").url == reverse("mfa_activate_totp")
    request = HttpRequest()
    request.session, request.user = client.session, user
    record_authentication(request, user, method="socialaccount", provider="entra")
    request.session.save()
    assert client.get("/min-profil/").status_code == 200


# ------------------------------------------------------------------ the log of sign-ins


def test_every_sign_in_is_logged_without_what_was_typed(client, user, caplog):
    caplog.set_level(logging.INFO, logger="varig.sign_in")
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    sign_in(client, username="hemmelig-i-feil-felt", password="feil")
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    prove(client)
    change_password(client, "grønn kabel i fjæra")
    client.post("/konto/logout/")
    lines = [
        (line.message, line.event, line.user)
        for line in caplog.records
        if line.name == "varig.sign_in"
    ]
    assert lines == [
        ("sign-in failed", "sign_in_failed", None),
        ("second factor failed", "sign_in_failed", user.pk),
        ("signed in by password and mfa", "signed_in", user.pk),
        ("password changed", "sign_in_changed", user.pk),
        ("signed out", "signed_out", user.pk),
    ]
    assert "hemmelig-i-feil-felt" not in caplog.text


# ------------------------------------------------------------------ the browser


def test_signing_out_empties_the_browsers_cache(login):
    client = login("saksbehandler")
    assert "Clear-Site-Data" not in client.get("/min-profil/").headers
    # Not "storage": a peer's contacts may wait there for coverage.
    assert client.post("/konto/logout/").headers["Clear-Site-Data"] == '"cache"'


def test_static_files_have_the_policy_too_and_no_page_may_move_its_base(client):
    for path in ("/static/logo.svg", "/konto/login/"):
        policy = client.head(path).headers["Content-Security-Policy"]
        for part in ("base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"):
            assert part in policy, (path, part)


def test_trace_is_not_answered(client, login):
    for each in (client, login("saksbehandler")):
        for path in ("/", "/personer/", "/konto/login/", "/healthz"):
            assert each.trace(path).status_code in (302, 405), path


def test_archive_of_too_many_parts_is_no_spreadsheet():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(spreadsheets.MOST_PARTS + 1):
            archive.writestr(f"xl/{number}.xml", "")
    with pytest.raises(spreadsheets.NotReadable, match="for stort når det åpnes"):
        spreadsheets.headings(packed.getvalue(), "liste.xlsx")
