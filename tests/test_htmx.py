"""For every htmx fragment: the page after the swap equals the page loaded anew."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from casework.log.enums import Outcome
from peers.enums import Channel
from tests import factories as f
from tests.htmx import attribute, by_id, find, inner_html, main_html, parsed, swap, without_input
from tests.test_bad_input import forms_of

TRIGGER = re.compile(r'\shx-(?:get|post|put|patch|delete)="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"')


@pytest.fixture(autouse=True)
def same_minute(db):
    """Freeze the time, since pages show when something was saved or read."""
    with time_machine.travel("2026-03-11T10:00:00+01:00", tick=False):
        yield


# ------------------------------------------------------------------ vedtak


def vedtak_for(household, changes, login):
    """The vedtak page after `changes` in its form by htmx, and the page loaded anew."""
    application = f.ApplicationFactory(assessed=True, person=household.head, household=household)
    vedtak = f.VedtakFactory(application=application, bedrooms=3, lease_years=5)
    client = login(user=vedtak.drafted_by)
    url = reverse("casework:vedtak", args=[vedtak.pk])
    answer = client.get(url)
    outcome = f"outcome_{application.bases.get().pk}"
    data = typed(answer, url) | {
        name.replace("outcome", outcome): changes[name] for name in changes
    }
    page = parsed(answer)
    before = inner_html(by_id(page, "brev"))
    swap(client, page, reverse("casework:vedtak_preview", args=[vedtak.pk]), data)
    assert inner_html(by_id(page, "brev")) != before
    return without_input(page), without_input(parsed(client.get(url)))


def typed(answer, action) -> dict[str, list[str]]:
    """The data a browser would send from the form with this action."""
    data: dict[str, list[str]] = {}
    (form,) = (form for form in forms_of(answer.text) if form.action == action)
    for name, kind, value in form.fields:
        if not kind.endswith("-off") and not kind.startswith("submit"):
            data.setdefault(name, []).append(value)
    return data


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "nn"},
        {"facts": "Du bor i telt.", "conditions": "Du sier fra.\nDu svarer på brev."},
        {"reasoning": ""},
        {"outcome": Outcome.REFUSED},
        {"outcome": "", "best_interests": "Barnet trenger ro."},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_vedtak_after_a_change_in_its_form(changes, login):
    page, anew = vedtak_for(f.FamilyFactory(), changes, login)
    assert main_html(page) == main_html(anew)


def test_what_varig_asks_about_follows_what_is_typed(login):
    """A question comes while somebody writes, and is gone when what it asked about is."""
    page, anew = vedtak_for(f.FamilyFactory(), {"bedrooms": ["0"]}, login)
    asked = inner_html(by_id(page, "sporsmal-del"))
    assert "Er boligen stor nok?" in asked
    assert asked == inner_html(by_id(anew, "sporsmal-del"))
    assert "{#" not in main_html(page)


def test_vedtak_with_an_incomplete_date_differs_only_in_the_error(login):
    page, anew = vedtak_for(
        f.HouseholdFactory(), {"valid_to": "1.", "facts": "Du bor i telt."}, login
    )
    assert "men ikke: Gjelder til" in inner_html(by_id(page, "lagret"))
    by_id(page, "lagret").children = by_id(anew, "lagret").children
    assert main_html(page) == main_html(anew)


# ------------------------------------------------------------------ waiting list


def test_explanation_of_the_place_on_the_list(as_caseworker):
    url = reverse("allocation:why", args=[f.ApplicationFactory(granted=True).pk])
    page = parsed(as_caseworker.get(reverse("allocation:waiting_list")))
    popover = swap(as_caseworker, page, url)
    assert attribute(popover, "id") == "hvorfor"
    assert inner_html(popover) in main_html(parsed(as_caseworker.get(url)))


def test_place_on_the_person_page_has_the_same_explanation(as_caseworker):
    """The fragment has no own page: without htmx it redirects to the explanation."""
    application = f.ApplicationFactory(granted=True)
    url = reverse("desk:person_rank", args=[application.person_id, application.pk])
    page = parsed(as_caseworker.get(reverse("desk:person", args=[application.person_id])))
    box = swap(as_caseworker, page, url)
    anew = main_html(parsed(as_caseworker.get(url, follow=True)))
    heading, reasons, link = box.children
    number, priority = inner_html(heading).split(" · ")
    assert number == "Nummer 1 av 1"
    assert number in anew
    assert priority == "prioritet 4"
    assert inner_html(find(reasons, lambda element: element.name == "span")) in anew
    assert reverse("allocation:why", args=[application.pk]) in str(link)


# ------------------------------------------------------------------ person


def test_complete_national_id(as_caseworker):
    person = f.PersonFactory(with_household=True)
    url = reverse("desk:person_number", args=[person.pk])
    page = parsed(as_caseworker.get(reverse("desk:person", args=[person.pk])))
    number = swap(as_caseworker, page, url)
    assert inner_html(number) == person.national_id
    assert main_html(page) == main_html(parsed(as_caseworker.post(url)))


# ------------------------------------------------------------------ the peer's log


@pytest.fixture
def link():
    return f.PeerLinkFactory(linked=True)


@pytest.fixture
def contact(link):
    return {
        "link": link.pk,
        "channel": Channel.MEETING,
        "minutes": 60,
        "words": "Gikk tur.",
        "on": f.today().isoformat(),
        "client_id": str(uuid.uuid4()),
    }


@pytest.mark.parametrize(
    "changes", [{}, {"words": ""}, {"missed": "on"}, {"channel": Channel.PHONE}]
)
def test_sheet_before_saving_a_contact(changes, login, link, contact):
    client = login(user=link.peer.user)
    url = reverse("peers:contact_confirm")
    page = parsed(client.get(reverse("peers:log")))
    sheet = swap(client, page, url, contact | changes)
    assert attribute(sheet, "id") == "vis"
    assert "Dette lagres om" in inner_html(sheet)
    assert inner_html(sheet) in main_html(parsed(client.post(url, contact | changes)))


@pytest.mark.parametrize(
    "changes", [{"link": ""}, {"channel": ""}, {"words": "æ" * 141}, {"on": "2030-01-01"}]
)
def test_errors_in_a_contact(changes, login, link, contact):
    client = login(user=link.peer.user)
    url = reverse("peers:contact_confirm")
    page = parsed(client.get(reverse("peers:log")))
    form = swap(client, page, url, contact | changes)
    assert attribute(form, "id") == "logg-skjema"
    assert "ds-validation-message" in str(form)
    assert main_html(page) == main_html(parsed(client.post(url, contact | changes)))


# ------------------------------------------------------------------ the table is complete

# Every request for a fragment (template and `hx-get` or `hx-post`), with its tests.
FRAGMENTS = {
    ("allocation/waiting_list.html", "{{ why_url }}"): [test_explanation_of_the_place_on_the_list],
    ("casework/vedtak/vedtak.html", "{% url 'casework:vedtak_preview' vedtak.pk %}"): [
        test_vedtak_after_a_change_in_its_form,
        test_vedtak_with_an_incomplete_date_differs_only_in_the_error,
    ],
    ("desk/person.html", "{% url 'desk:person_rank' person.pk case.pk %}"): [
        test_place_on_the_person_page_has_the_same_explanation
    ],
    ("desk/person_number.html", "{% url 'desk:person_number' person.pk %}"): [
        test_complete_national_id
    ],
    ("peers/log.html", "{% url 'peers:contact_confirm' %}"): [
        test_sheet_before_saving_a_contact,
        test_errors_in_a_contact,
    ],
}


def test_every_fragment_is_in_the_table():
    folder = Path(settings.BASE_DIR) / "templates"
    triggers = {
        (str(file.relative_to(folder)), " ".join(value.split()))
        for file in folder.rglob("*.html")
        for value in TRIGGER.findall(file.read_text())
    }
    assert triggers == set(FRAGMENTS)
