"""A user without access finds a person with a strictly protected address nowhere.

The protected person (the canary) is in every list: waits, stays, has an offer, is on an agenda,
wants a peer, has flags, notes and letters. The test opens every page each role can reach, follows
links, reads PDFs and exports, searches, and reads logs and mail (need S3).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from pypdf import PdfReader

from accounts.enums import CASE_ROLES, RoleKind
from accounts.models import ReadLog
from casework.log.enums import RepresentativeKind
from tests import factories as f
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

FIRST, LAST = "Zefyrina", "Kvernhusvikstad"
PHONE, ADDRESS = "+4798765431", "Usynligstien 77"
WORDS, HELPER = "Kanariønske om et rødt hus", "Vidkunn Talskvinne"
SEARCHES = ["Kvernhus", "zefyr", "Usynligst", "98765431", "7777"]
MOST_PAGES = 250
# Not followed: static files and sign-out.
NOT_FOLLOWED = re.compile(r"^/(static|konto)/|^//|^#|^mailto:|^tel:|^https?:")
LINK = re.compile(r"""(?:href|src|action|hx-get|data-url)=["']([^"']+)["']""")


@dataclass
class Canary:
    made: SimpleNamespace
    traces: list[str]


@pytest.fixture
def canary(db) -> Canary:
    """The canary in every model, and ordinary samples of the same models."""
    others = samples()
    person = f.PersonFactory(
        first_name=FIRST,
        last_name=LAST,
        phone=PHONE,
        address=ADDRESS,
        email="zefyrina@kanari.example",
        strictly_protected=True,
    )
    household = f.FamilyFactory(children=1, head=person)
    f.RepresentativeFactory(person=person, kind=RepresentativeKind.SPOKESPERSON, name=HELPER)
    f.WishFactory(person=person, words=WORDS)
    made = SimpleNamespace(**vars(others))
    made.person = person
    made.application = f.ApplicationFactory(
        person=person, household=household, granted=True, case_seq=7777, words=WORDS
    )
    made.assessment = made.application.assessments.first()
    made.vedtak = made.application.decision
    made.letter = made.vedtak.letter
    made.open_application = f.ApplicationFactory(person=person, household=household, assessed=True)
    made.draft = f.VedtakFactory(application=made.open_application)
    responsible = made.application.responsible
    made.stay = f.StayFactory(person=person, days_ago=100)
    f.StayFactory(person=person, with_friends=True, days_ago=300, days=100, place=ADDRESS)
    made.flag = f.FlagFactory(person=person, application=made.application, owner=responsible)
    f.NoteFactory(person=person, quotation=WORDS, written_by=responsible)
    f.EventFactory(person=person, text=f"{FIRST} {LAST} flyttet til {ADDRESS}.")
    f.ServiceFactory(person=person, name="Kanaritjeneste")
    # On an open agenda with another person, with an offer, and waiting.
    made.item = f.AgendaItemFactory(
        meeting=others.meeting, considering=[made.application, others.open_application]
    )
    made.offer = f.OfferFactory(application=made.application)
    made.reported_link = f.PeerLinkFactory(person=person, call_name="Kanarifugl")
    made.link = f.PeerLinkFactory(person=person, linked=True, call_name="Kanarifugl")
    made.contact = f.ContactFactory(link=made.link, words="Kanarifugl ville gå tur")
    # A member of another household, and a former tenant of a dwelling anyone may open.
    f.MemberFactory(household=f.FamilyFactory(), person=person)
    f.StayFactory(person=person, lease=True, unit=others.unit, days_ago=900, days=100)
    made.others = others
    number = person.national_id
    traces = [
        FIRST, LAST, "98765431", "987 65 431", ADDRESS, WORDS, HELPER, "Kanari", "kanari",
        number, f"{number[:6]} {number[6:]}", "/7777",
    ]  # fmt: skip
    return Canary(made, traces)


def text_of(response) -> str:
    """The readable text of the response, for every kind of file."""
    kind = response.headers.get("Content-Type", "")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if "pdf" in kind:
        try:
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        except Exception:  # the factories' letters are not real PDFs
            return content.decode("latin-1")
    if "zip" in kind or "openxmlformats" in kind:
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )
    return content.decode("utf-8", "replace")


def starting_points(made: SimpleNamespace) -> list[str]:
    rows = [(name, TABLE[name]) for name in sorted(set(TABLE) & ours()) if not TABLE[name].post]
    urls = [row.url(name, made) for name, row in rows]
    if "desk:search" in ours():
        urls += [f"/sok/?q={words}" for words in (*SEARCHES, made.person.national_id)]
    # Most users get 404 for the canary's own pages; pages of related objects open.
    urls += [row.url(name, made.others) for name, row in rows]
    return [*urls, *(f"{url}?q={SEARCHES[0]}" for url in urls if url.endswith("er/"))]


def crawl(client: Client, start: list[str]) -> dict[str, str]:
    """The text of every page reached, by URL."""
    seen: dict[str, str] = {}
    waiting = list(start)
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        if url in seen:
            continue
        response = client.get(url, follow=True)
        text = seen[url] = text_of(response)
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        for link in LINK.findall(text):
            link = link.replace("&amp;", "&")
            if link.startswith("?"):
                link = urlsplit(url).path + link
            if link.startswith("/") and not NOT_FOLLOWED.match(link) and link not in seen:
                waiting.append(link)
    return seen


def traces_in(canary: Canary, url: str, text: str) -> list[str]:
    # A search field shows its own input again.
    asked = urlsplit(url).query
    return [trace for trace in canary.traces if trace in text and trace not in asked]


@pytest.mark.long
@pytest.mark.parametrize("role", list(RoleKind))
def test_user_without_access_finds_no_trace_of_a_protected_person(canary, role, login, caplog):
    caplog.set_level("INFO")
    client = login(role)
    client.raise_request_exception = False
    pages = crawl(client, starting_points(canary.made))
    found = {url: traces for url, text in pages.items() if (traces := traces_in(canary, url, text))}
    assert not found, f"As {role}: " + "\n".join(f"{url}: {what}" for url, what in found.items())
    assert len(pages) > 3
    assert not [trace for trace in canary.traces if trace in caplog.text]
    posts = "\n".join(f"{letter.subject} {letter.body}" for letter in mail.outbox)
    assert not [trace for trace in canary.traces if trace in posts]
    # And nobody is told that this user has seen the person (docs/adr/0022).
    assert not ReadLog.objects.of(canary.made.person.pk).exists()


@pytest.mark.parametrize("role", CASE_ROLES)
def test_user_with_access_finds_the_person(canary, role, login):
    if "desk:person" not in ours():
        pytest.skip("the person page is not there yet")
    client = login(role, sees_protected=True)
    page = client.get(f"/personer/{canary.made.person.pk}/")
    assert page.status_code == 200
    assert LAST in text_of(page)


@pytest.mark.long
def test_request_log_names_the_route_and_not_the_person(canary, login, caplog):
    caplog.set_level("INFO")
    client = login("saksbehandler", sees_protected=True)
    for url in starting_points(canary.made):
        client.get(url)
    for record in caplog.records:
        text = f"{record.getMessage()} {record.__dict__}"
        assert not [trace for trace in canary.traces if trace in text], record


def test_peer_of_a_protected_person_sees_only_the_call_name(canary, login):
    client = login(user=canary.made.link.peer.user)
    pages = crawl(client, starting_points(canary.made))
    known = {"Kanari", "kanari"}
    for url, text in pages.items():
        assert not set(traces_in(canary, url, text)) - known, url
