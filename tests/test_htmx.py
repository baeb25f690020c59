"""A page that htmx has changed equals the same page loaded anew, for every fragment."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.test.html import Element
from django.urls import reverse

from peers.enums import Channel
from tests import factories as f
from tests.htmx import attribute, by_id, elements, find, find_parent, parsed, swap
from tests.test_bad_input import forms_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_clock_stands():
    with time_machine.travel("2026-03-11T10:00:00+01:00", tick=False):
        yield


def main_of(page: Element) -> Element:
    return find(page, lambda element: element.name == "main")


def filled_in(html: str, action: str, **changes) -> dict:
    """What a browser sends of the form with the action, with some fields changed."""
    form = next(form for form in forms_of(html) if form.action == action)
    data: dict[str, list[str]] = {}
    for name, kind, value in form.fields:
        if not kind.endswith("-off") and not kind.startswith("submit"):
            data.setdefault(name, []).append(value)
    return {**data, **changes}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_vedtak(language):
    vedtak = f.VedtakFactory()
    client = Client()
    client.force_login(vedtak.drafted_by)
    url = reverse("casework:vedtak", args=[vedtak.pk])
    answer = client.get(url)
    page = parsed(answer)
    form = [x for x in forms_of(answer.text)]
    print([x.action for x in form])
    data = filled_in(answer.text, reverse("casework:vedtak", args=[vedtak.pk]), language=language, facts="Du bor i et telt.", person_view="Du vil ha egen dør.")
    print(data)
    swap(client, page, reverse("casework:vedtak_preview", args=[vedtak.pk]), data)
    anew = parsed(client.get(url))
    open("/tmp/a.html","w").write(str(main_of(page)))
    open("/tmp/b.html","w").write(str(main_of(anew)))
    assert main_of(page) == main_of(anew)
