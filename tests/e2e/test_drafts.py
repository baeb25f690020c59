"""What is typed survives a browser that is closed, a session that ends, and two at once."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Draft
from casework.models import Application, Note
from tests.e2e.conftest import PHONE
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "[data-draft-status]:has-text('Utkast lagret kl.')"


@pytest.fixture
def caseworker():
    user = UserFactory(caseworker=True, full_name="Ingrid Strand", username="ingrid")
    user.set_password("et langt passord")
    user.save()
    return user


def test_note_survives_a_closed_browser(open_page, caseworker, axe):
    url = reverse("casework:note_new", args=[PersonFactory().pk])
    page = open_page(user=caseworker)
    page.goto(url)
    page.locator("[name=observation]").fill("Første avsnitt.\nAndre avsnitt.")
    page.locator(SAVED).wait_for()
    page.context.close()

    page = open_page(user=caseworker, viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="Nytt notat").click()
    assert page.locator("[name=observation]").input_value() == "Første avsnitt.\nAndre avsnitt."
    assert page.get_by_text("Utkastet ditt fra").is_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Forkast utkastet").click()
    page.get_by_text("Utkastet er forkastet.").wait_for()
    assert page.locator("[name=observation]").input_value() == ""
    assert not Draft.objects.exists()


def test_session_that_ends_loses_nothing_and_leads_back(open_page, caseworker, axe):
    url = reverse("casework:note_new", args=[PersonFactory().pk])
    page = open_page(user=caseworker)
    page.goto(url)
    page.locator("[name=observation]").fill("Skrevet før økten gikk ut.")
    page.locator(SAVED).wait_for()
    Session.objects.all().delete()
    cache.clear()
    page.locator("[name=quotation]").type("Og etter.")
    page.get_by_text("Du er logget ut. Det du har skrevet, er lagret.").wait_for()
    assert axe(page) == []
    page.locator("[name=quotation]").type(" Helt til slutt.")
    page.get_by_role("button", name="Lagre notatet").click()

    page.get_by_role("heading", name="Logg inn").wait_for()
    assert page.get_by_text("Det du skrev, er lagret som utkast").is_visible()
    assert axe(page) == []
    page.locator("[name=login]").fill("ingrid")
    page.locator("[name=password]").fill("et langt passord")
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(f"**{url}")
    assert page.locator("[name=observation]").input_value() == "Skrevet før økten gikk ut."
    assert page.locator("[name=quotation]").input_value() == "Og etter. Helt til slutt."
    page.get_by_role("button", name="Lagre notatet").click()
    page.wait_for_url(lambda address: url not in address)
    assert Note.objects.get().quotation == "Og etter. Helt til slutt."
    assert not Draft.objects.exists()


def test_page_goes_on_after_one_has_signed_in_again_in_another_window(open_page, caseworker):
    url = reverse("casework:application_new", args=[PersonFactory().pk])
    page = open_page(user=caseworker)
    page.goto(url)
    Session.objects.all().delete()
    cache.clear()
    page.locator("[name=words]").type("Vil ha egen dør.")
    page.get_by_text("Du er logget ut.").wait_for()
    other = page.context.new_page()
    other.goto(reverse("account_login"))
    other.locator("[name=login]").fill("ingrid")
    other.locator("[name=password]").fill("et langt passord")
    other.get_by_role("button", name="Logg inn").click()
    other.wait_for_url("**/")
    page.bring_to_front()
    page.locator("[name=words]").press_sequentially(" Og en hund.")
    page.locator(SAVED).wait_for()
    assert page.get_by_text("Du er logget ut.").is_hidden()
    page.locator("[name=kind][value=ny]").check(force=True)
    page.locator("[name=channel][value=skjema]").check(force=True)
    page.get_by_role("button", name="Registrer").first.click()
    page.wait_for_url(lambda address: url not in address)
    assert Application.objects.get().words == "Vil ha egen dør. Og en hund."
