"""Every page, as someone who may open it, on a desk and on a phone: no accessibility fault.

Each page's forms are also sent empty, so that the faults they then show are looked at too.
"""

from __future__ import annotations

import pytest

from tests.test_urls import ours
from tests.urls_table import TABLE, samples

from .conftest import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [name for name in sorted(set(TABLE) & ours()) if TABLE[name].page and not TABLE[name].post]
SIGN_IN = ["/konto/login/", "/konto/password/reset/", "/konto/signup/"]


def by_role() -> dict[str, list[str]]:
    """The pages, gathered under the first role that may open each, so as to sign in seldom."""
    found: dict[str, list[str]] = {}
    for name in PAGES:
        if TABLE[name].roles and TABLE[name].ok == 200:
            found.setdefault(TABLE[name].roles[0], []).append(name)
    return found


def look(page, url: str, axe) -> list[str]:
    response = page.goto(url)
    if response is None or "html" not in response.headers.get("content-type", ""):
        return []
    if "<main" not in page.content():  # a fragment; it is looked at in its page
        return []
    faults = [f"{url}: {fault}" for fault in axe(page)]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        faults.append(f"{url}: {wide} px wider than the screen")
    return faults


def look_with_faults(page, url: str, axe) -> list[str]:
    """Send the page's forms empty, one by one, and look at what they answer."""
    faults: list[str] = []
    page.goto(url)
    forms = page.locator("main form[method=post]").count()
    for number in range(min(forms, 4)):
        page.goto(url)
        form = page.locator("main form[method=post]").nth(number)
        form.evaluate(
            "form => { const typed = /^(text|textarea|search|tel|email|number)$/;"
            " for (const field of form.elements) if (typed.test(field.type)) field.value = '';"
            " form.noValidate = true; }"
        )
        with page.expect_navigation():
            form.evaluate("form => form.submit()")
        faults += [f"{url} sent empty: {fault}" for fault in axe(page)]
    return faults


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("role", sorted(by_role()))
def test_pages_have_no_fault(role, viewport, open_page, axe):
    made = samples()
    page = open_page(role, viewport)
    faults = []
    for name in by_role()[role]:
        faults += look(page, TABLE[name].url(name, made), axe)
    assert not faults, "\n".join(faults)
    assert not page.faults


@pytest.mark.parametrize("role", sorted(by_role()))
def test_forms_sent_empty_have_no_fault(role, open_page, axe):
    made = samples()
    page = open_page(role)
    faults = []
    for name in by_role()[role]:
        faults += look_with_faults(page, TABLE[name].url(name, made), axe)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("role", sorted(by_role()))
def test_pages_have_no_fault_in_the_dark(role, open_page, axe):
    made = samples()
    page = open_page(role, dark=True)
    faults = []
    for name in by_role()[role][:4]:
        faults += look(page, TABLE[name].url(name, made), axe)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_before_signing_in_have_no_fault(viewport, open_page, axe):
    page = open_page(None, viewport)
    faults = []
    for url in SIGN_IN:
        faults += look(page, url, axe)
    faults += look_with_faults(page, SIGN_IN[0], axe)
    assert not faults, "\n".join(faults)
