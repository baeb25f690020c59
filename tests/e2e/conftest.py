"""A real browser on the real server, over the test database.

`open_page(role)` gives a signed-in page; `axe(page)` its accessibility errors. Data is made with
the factories before the page is opened: the server's threads share the database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.at_work import Browser

# Playwright's sync API keeps an event loop in this thread, which Django would take for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    from scripts.browser import ADVICE, find_browser

    path = find_browser()
    if path is None:
        pytest.fail(ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser, live_server):
    """`new_context(PHONE, dark=True, js=False)`: a browser window of its own, closed at the end."""
    made = []

    def new(viewport=DESKTOP, *, dark: bool = False, js: bool = True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            locale="nb-NO",
            timezone_id="Europe/Oslo",
            java_script_enabled=js,
            bypass_csp=js,  # so that axe may be put in; the pages' own CSP is tested elsewhere
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        made.append(context)
        return context

    yield new
    for context in made:
        context.close()


@pytest.fixture
def open_page(new_context, live_server):
    """`open_page("leder", PHONE, dark=True)`: a page signed in as a new user of that role.

    `open_page(user=user)` signs in one you made; `open_page()` nobody.
    """
    from django.test import Client

    from tests.factories import UserFactory

    def open_(role: str | None = None, viewport=DESKTOP, *, user=None, **kwargs):
        context = new_context(viewport, **kwargs)
        if role or user:
            client = Client()
            client.force_login(user or UserFactory(role=role))
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies(
                [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("response", lambda answer: _note(answer, page.errors))
        return page

    return open_


def _note(answer, errors: list[str]) -> None:
    if answer.status >= 500:
        errors.append(f"{answer.status} at {answer.url}")


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """`axe(page)`: one line a error, with where it is; none when all is well."""

    def run(page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'],"
            " preload: false})",
            RULES,
        )
        errors = []
        for error in result["violations"]:
            where = "; ".join(str(node["target"][0]) for node in error["nodes"][:3])
            errors.append(f"{error['id']}: {error['help']} – {where}")
        return errors

    return run


@pytest.fixture
def sit_down(open_page, axe):
    """`sit_down(user)`: the user at a browser of their own; at the end no page had a error."""
    seated: list[Browser] = []

    def sit(user, viewport=DESKTOP) -> Browser:
        seated.append(Browser(open_page(user=user, viewport=viewport), axe, user.full_name))
        return seated[-1]

    yield sit
    errors = [error for browser in seated for error in browser.errors]
    assert not errors, "\n".join(errors)
