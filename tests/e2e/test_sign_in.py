"""Signing in and out, in the browser."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import PHONE
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_ingrid_signs_in_with_her_password_and_out_again(open_page):
    UserFactory(username="ingrid", full_name="Ingrid Strand", caseworker=True)
    page = open_page()
    page.goto("/min-profil/")
    page.get_by_label("Brukernavn").fill("ingrid")
    page.get_by_label("Passord", exact=True).fill("et-langt-passord-1")
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url("**/min-profil/")
    assert page.get_by_role("heading", level=1).inner_text() == "Min profil"
    page.get_by_role("button", name="Brukermeny for Ingrid Strand").click()
    page.get_by_role("button", name="Logg ut", exact=True).click()
    page.wait_for_url("**/konto/login/**")
    assert not page.errors


def test_in_the_demonstration_one_press_is_enough_on_a_phone_too(open_page, settings, axe):
    settings.DEMO = True
    settings.LOGIN_URL = "demo:sign_in"
    UserFactory(full_name="Ingrid Strand", caseworker=True)
    page = open_page(viewport=PHONE)
    page.goto("/logg-inn/demo/")
    assert not axe(page)
    page.get_by_role("button", name="Ingrid Strand").click()
    page.goto("/min-profil/")
    assert page.get_by_role("heading", level=1).inner_text() == "Min profil"
