"""The page layout, the component page and the error pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse

from common import navigation
from tests.factories import UserFactory

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def test_every_icon_named_in_a_template_exists() -> None:
    missing = {
        (path.name, name)
        for path in TEMPLATES
        for name in re.findall(r'{% icon "(\w+)"', path.read_text(encoding="utf-8"))
        if not (Path(settings.ICON_DIR) / f"{name}.svg").is_file()
    }
    assert not missing


def test_every_icon_of_the_menu_exists() -> None:
    for entry in navigation.entries():
        assert (Path(settings.ICON_DIR) / f"{entry.icon}.svg").is_file(), entry.key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=[\"']|\son[a-z]+=\"|hx-on", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_two_buttons_in_a_paragraph_have_a_gap(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for classes, inside in re.findall(r"<p(?: class=\"([^\"]*)\")?>(.*?)</p>", source, re.DOTALL):
        if len(re.findall(r'class="ds-button', inside)) > 1:
            assert set(classes.split()) & {"v-buttons", "v-line"}


@pytest.mark.django_db
def test_the_component_page_shows_every_part(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.get(reverse("common:components"))
    assert page.status_code == 200
    assert page.content.count(b"<h1") == 1
    assert client.post(reverse("common:components"), {"name": "Ola"}).status_code == 200


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_an_error_page_needs_neither_request_nor_database(name: str) -> None:
    page = get_template(f"{name}.html").render()
    assert "v-errorpage" in page


def test_a_form_that_was_not_taken_in_does_not_deny_the_draft_that_was_saved() -> None:
    page = get_template("403_csrf.html").render()
    assert "Ingenting er lagret" not in page
    assert "er teksten i utkastet ditt" in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["403", "404"])
def test_error_page_is_shown_to_a_signed_out_user(name: str) -> None:
    request = RequestFactory().get("/finnes-ikke/")
    request.user = AnonymousUser()
    assert "v-errorpage" in get_template(f"{name}.html").render(request=request)


@pytest.mark.django_db
def test_404_page_shows_the_menu_to_a_signed_in_user(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.get("/finnes-ikke/")
    assert page.status_code == 404
    assert "Logg ut" in page.content.decode()


def test_missing_value_is_shown_in_grey_and_a_value_is_escaped() -> None:
    template = Template("{% load varig %}{{ value|or_unclear }}")
    assert template.render(Context({"value": 0})) == "0"
    assert template.render(Context({"value": "A & B"})) == "A &amp; B"
    for nothing in ("", None):
        drawn = template.render(Context({"value": nothing}))
        assert drawn == '<span class="v-muted">ikke avklart</span>'
