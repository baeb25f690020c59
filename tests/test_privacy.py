"""Every page: not stored by browsers, not framed, no redirect to other sites."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from accounts.enums import CASE_ROLES, RoleKind
from casework.log.enums import Protection
from casework.models import Person
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


# ------------------------------------------------------------------ what stays on the machine


def test_nothing_that_outlives_a_page_names_a_protected_person(login):
    """Tabs, histories, cookies, addresses, and the names and titles of files (need S8)."""
    made = samples()
    for document in (made.document, *made.application.documents.all()):
        document.file_name, document.title = "Testen-soknad.pdf", "Søknad fra Testen"
        document.save()
    Person.objects.update(protection=Protection.STRICTLY, letter_agreement="Hentes på kontoret")
    clients = {role: login(role, sees_protected=role in CASE_ROLES) for role in RoleKind}
    found, titles = [], 0
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        client = clients[next(iter(row.roles), RoleKind.CASEWORKER)]
        url = row.url(name, made)
        for answer in (client.get(url), client.post(url, row.data)):
            for where, said in left_behind(client, answer):
                titles += where == "title"
                if "Testen" in said:
                    found.append(f"{name}: {where}: {said}")
    assert titles > 200
    assert not found, "\n".join(sorted(set(found)))


def left_behind(client, answer) -> Iterator[tuple[str, str]]:
    """(where, text) of all in an answer that the machine, or the way to it, may keep."""
    for cookie, morsel in client.cookies.items():
        yield f"cookie {cookie}", morsel.value + decoded(morsel.value)
    for header, value in answer.headers.items():
        yield header, value + decoded(value)
    if answer.streaming:
        return
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("text/html"):
        for title in re.findall(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL):
            yield "title", title
    elif kind == "application/pdf":
        with contextlib.suppress(PdfReadError):  # some samples only begin as one
            about = PdfReader(io.BytesIO(answer.content)).metadata or {}
            yield "PDF", " ".join(map(str, about.values()))


def decoded(value: str) -> str:
    """What is in a signed cookie, or an encoded header."""
    text = unquote(value)
    for part in re.findall(r"[A-Za-z0-9_-]{8,}", value):
        with contextlib.suppress(ValueError):
            raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            with contextlib.suppress(zlib.error):
                raw = zlib.decompress(raw)
            text += raw.decode("utf-8", "replace")
    return text
