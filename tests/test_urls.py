"""Who may open which page: the table in `urls_table.py`, which has every URL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from accounts.enums import RoleKind
from tests.factories import UserFactory
from tests.urls_table import EVERYONE, NOT_OURS, TABLE, samples


def named_urls(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from named_urls(one, inner)
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name or one.pattern}"


def ours() -> set[str]:
    return {name for name in named_urls() if not name.startswith(NOT_OURS)}


def test_every_url_has_a_row_in_the_table():
    missing = sorted(ours() - set(TABLE))
    assert not missing, (
        "These URLs have no row in tests/urls_table.py, so it is not declared who may open them:\n"
        + "\n".join(f'    "{name}": Row(…),' for name in missing)
    )


def test_no_row_is_left_for_a_removed_url():
    gone = sorted(set(TABLE) - ours())
    assert not gone, f"Rows in tests/urls_table.py for URLs that do not exist: {gone}"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *RoleKind], ids=lambda role: role or "anonymous")
def test_each_role_opens_only_its_allowed_pages(role):
    made = samples()
    client = Client(raise_request_exception=False)
    if role:
        client.force_login(UserFactory(role=role))
    wrong = []
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        url = row.url(name, made)
        response = client.post(url, row.data) if row.post else client.get(url)
        if response.status_code not in row.expected(role):
            wrong.append(f"{name} {url}: expected {row.expected(role)}, got {response.status_code}")
        elif role is None and response.status_code == 302:
            sign_in = client.get(response.url).request["PATH_INFO"]
            if sign_in != "/konto/login/" or "next=" not in response.url:
                wrong.append(f"{name} {url}: anonymous led to {response.url}")
    assert not wrong, f"As {role or 'nobody'}:\n" + "\n".join(wrong)


@pytest.mark.django_db
def test_user_whose_roles_have_ended_opens_no_case_pages():
    """A user without a role today can only open their profile, and «/», which says so."""
    made = samples()
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())
    opened = [
        name
        for name in sorted(set(TABLE) & ours())
        if name != "desk:day"
        and TABLE[name].roles != EVERYONE
        and not TABLE[name].post
        and client.get(TABLE[name].url(name, made)).status_code == 200
    ]
    assert not opened


def test_only_public_urls_open_without_sign_in():
    middleware = [import_string(name) for name in settings.MIDDLEWARE]
    assert any(isinstance(m, type) and issubclass(m, LoginRequiredMiddleware) for m in middleware)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(RoleKind))
def test_nonsense_input_never_gives_a_server_error(role, login):
    """No page answers 500 to empty forms and nonsense parameters."""
    made = samples()
    client = login(role)
    client.raise_request_exception = False
    nonsense = "?etter=tull&side=-1&sorter=%00&q=%00&dato=32.13.2026&on=x&enhet=x&type=x"
    broken = []
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        if role not in row.roles:
            continue
        url = row.url(name, made)
        asked = {"sent empty": client.post(url), "asked nonsense": client.get(url + nonsense)}
        broken += [
            f"{name} {how}: {answer.status_code}"
            for how, answer in asked.items()
            if answer.status_code >= 500
        ]
    assert not broken
