"""Every page: not stored by browsers, not framed, no redirect to other sites."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleKind
from tests import factories as f
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

MAY_SEARCH = {
    RoleKind.CASEWORKER,
    RoleKind.APPROVER,
    RoleKind.CHAIR,
    RoleKind.MANAGER,
    RoleKind.STOCK_MANAGER,
}


def test_pages_are_not_stored_or_framed_and_have_a_script_policy(login):
    made = samples()
    wrong = []
    for role in (RoleKind.CASEWORKER, RoleKind.STOCK_MANAGER, RoleKind.PRIVACY_OFFICER):
        client = login(role)
        for name, row in sorted(TABLE.items()):
            if row.post or role not in row.roles or name not in ours():
                continue
            headers = client.get(row.url(name, made)).headers
            if (
                "no-store" not in headers.get("Cache-Control", "")
                or headers.get("X-Frame-Options") != "DENY"
                or "frame-ancestors 'none'" not in headers.get("Content-Security-Policy", "")
                or headers.get("X-Content-Type-Options") != "nosniff"
                or headers.get("Referrer-Policy") not in ("same-origin", "no-referrer")
            ):
                wrong.append((name, dict(headers)))
    assert not wrong


@pytest.mark.parametrize("role", list(RoleKind))
def test_the_search_field_is_for_those_who_may_search(role, login):
    page = login(role).get("/min-profil/").content.decode()
    assert ('role="search"' in page) == (role in MAY_SEARCH)


def test_every_post_needs_a_csrf_token():
    made = samples()
    open_doors = []
    for role in RoleKind:
        client = Client(enforce_csrf_checks=True)
        client.force_login(f.UserFactory(role=role))
        for name in sorted(set(TABLE) & ours()):
            row = TABLE[name]
            # A draft is let in by the signed ticket of its page, which no other site has.
            if role in row.roles and name not in ("demo:sign_in", "accounts:draft_save"):
                answer = client.post(row.url(name, made), row.data)
                if answer.status_code not in (403, 405):
                    open_doors.append((role, name, answer.status_code))
    assert not open_doors


PASSWORD = "et-langt-passord-1"
SIGN_IN = "/konto/login/"


@pytest.mark.parametrize("where", ["https://ond.example/", "//ond.example", "javascript:alert(1)"])
def test_sign_in_redirects_only_within_the_site(client, where):
    user = f.UserFactory(caseworker=True)
    data = {"login": user.username, "password": PASSWORD, "next": where}
    answer = client.post(SIGN_IN, data)
    assert answer.status_code == 302
    assert answer.url == "/"


def test_sign_in_starts_a_new_session(client):
    user = f.UserFactory(caseworker=True)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.post(SIGN_IN, {"login": user.username, "password": PASSWORD})
    assert client.session.session_key != planted
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_password_guessing_is_blocked_with_a_norwegian_message(client):
    user = f.UserFactory(caseworker=True)
    for guess in range(12):
        client.post(SIGN_IN, {"login": user.username, "password": f"feil-passord-{guess}"})
    answer = client.post(SIGN_IN, {"login": user.username, "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert "_auth_user_id" not in client.session
    page = answer.content.decode()
    assert "Too many" not in page
    assert "for mange" in page.lower()


def test_demo_sign_in_is_404_outside_demo_mode(client):
    assert client.get("/logg-inn/demo/").status_code == 404
    assert client.post("/logg-inn/demo/", {"user": f.UserFactory().pk}).status_code == 404
