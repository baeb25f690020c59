"""Every page, as someone who may open it, on a desk and on a phone: no accessibility error.

Each page's forms are also sent empty, so that the errors they then show are looked at too.
"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import DESKTOP, PHONE
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [name for name in sorted(set(TABLE) & ours()) if TABLE[name].page and not TABLE[name].post]
WIDTHS = (320, 390, 600, 768, 1024, 1440, 1920)
# A form that answers with a file leaves the page as it was.
FORMS = "main form[method=post]:not([action$='/eksport/'])"
MOST_FORMS = 2
SIGN_IN = ["/konto/login/", "/konto/password/reset/", "/konto/signup/"]


def by_role() -> dict[str, list[str]]:
    """The pages, gathered under the first role that may open each, so as to sign in seldom."""
    found: dict[str, list[str]] = {}
    for name in PAGES:
        if TABLE[name].roles and TABLE[name].ok == 200:
            found.setdefault(TABLE[name].roles[0], []).append(name)
    return found


def look(page, url: str, axe, sizes=(DESKTOP, PHONE)) -> list[str]:
    """Open the page once, and look at it in each size and width; it ends in the first of them."""
    response = page.goto(url)
    if response is None or "html" not in response.headers.get("content-type", ""):
        return []
    if not page.locator("main").count():  # a fragment; it is looked at in its page
        return []
    errors = []
    heights = {size["width"]: size["height"] for size in sizes}
    for width in sorted(WIDTHS, key=lambda width: width == sizes[0]["width"]):
        page.set_viewport_size({"width": width, "height": heights.get(width, 900)})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            errors.append(f"{url}: {wide} px wider than a screen of {width}")
        if width in heights:
            errors += [f"{url} at {width}: {error}" for error in axe(page)]
    return errors


def look_with_errors(page, url: str, axe) -> list[str]:
    """Send the forms of the page that is open empty, one by one, and look at what they answer."""
    errors: list[str] = []
    for number in range(min(page.locator(FORMS).count(), MOST_FORMS)):
        if number:
            page.goto(url)
        # A form sent empty may have succeeded, and may then be gone from the page.
        if page.locator(FORMS).count() <= number:
            break
        form = page.locator(FORMS).nth(number)
        form.evaluate(
            "form => { const typed = /^(text|textarea|search|tel|email|number)$/;"
            " for (const field of form.elements) if (typed.test(field.type)) field.value = '';"
            " form.noValidate = true; }"
        )
        with page.expect_navigation():
            form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        errors += [f"{url} sent empty: {error}" for error in axe(page)]
    return errors


def portions(size: int = 9) -> list[tuple[str, list[str]]]:
    """The pages in portions for one user each, so that two cores share the work."""
    return [
        (role, names[start : start + size])
        for role, names in sorted(by_role().items())
        for start in range(0, len(names), size)
    ]


def named(portion: tuple[str, list[str]]) -> str:
    role, names = portion
    return f"{role}-{names[0]}"


@pytest.mark.long
@pytest.mark.parametrize("portion", portions(), ids=named)
def test_pages_have_no_fault(portion, open_page, axe):
    role, names = portion
    made = samples()
    page = open_page(role)
    errors = []
    for name in names:
        url = TABLE[name].url(name, made)
        errors += look(page, url, axe)
        errors += look_with_errors(page, url, axe)
    assert not errors, "\n".join(errors)
    assert not page.errors


@pytest.mark.parametrize("role", sorted(by_role()))
def test_pages_have_no_fault_in_the_dark(role, open_page, axe):
    made = samples()
    page = open_page(role, dark=True)
    errors = []
    for name in by_role()[role][:3]:
        errors += look(page, TABLE[name].url(name, made), axe, sizes=(DESKTOP,))
    assert not errors, "\n".join(errors)


def test_pages_before_signing_in_have_no_fault(open_page, axe):
    page = open_page()
    errors = []
    for url in SIGN_IN:
        errors += look(page, url, axe)
        if url == SIGN_IN[0]:
            errors += look_with_errors(page, url, axe)
    assert not errors, "\n".join(errors)
