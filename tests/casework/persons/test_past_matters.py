"""Past debt, damage and lost tenancies: few readers, and never a reason to exclude (need C25)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as config
from django.urls import reverse

from casework.models import PastMatter, PaymentPlan
from common.formatting import nbdate
from tests import factories as f
from tests.factories_follow_up import PastMatterFactory

pytestmark = pytest.mark.django_db

WORDS = "Knuste to ruter"


@pytest.fixture
def mine(as_caseworker):
    return f.PersonFactory(with_household=True, responsible=as_caseworker.user)


def _url(name, *args):
    return reverse(f"casework:{name}", args=args)


def _facts(today, **facts):
    return {
        "kind": "skade", "dated_on": nbdate(today - timedelta(days=300)), "source": "Brev",
        "what": WORDS, "amount": "4000", "answer": "",
        "expires_on": nbdate(today + timedelta(days=365)), **facts,
    }  # fmt: skip


def test_answer_of_the_person_and_corrections_are_shown_with_the_matter(as_caseworker, mine, today):
    as_caseworker.post(_url("past_matter_new", mine.pk), _facts(today))
    matter = PastMatter.objects.get()
    corrected = _facts(today, what="Knuste én rute", answer="Det var et uhell.")
    as_caseworker.post(_url("past_matter", matter.pk), corrected)
    as_caseworker.post(
        _url("past_matter_payments", matter.pk),
        {"monthly": "500", "agreed_on": nbdate(today), "state": "folges"},
    )
    page = as_caseworker.get(_url("past_matters", mine.pk)).content.decode()
    for words in ("Knuste én rute", WORDS, "Det var et uhell.", "500\xa0kr", "Utelukker ingen"):
        assert words in page, words


def test_payment_agreement_cannot_be_in_the_future(as_caseworker, mine, today):
    matter = PastMatterFactory(person=mine)
    facts = {"monthly": "500", "agreed_on": nbdate(today + timedelta(days=1)), "state": "folges"}
    answer = as_caseworker.post(_url("past_matter_payments", matter.pk), facts)
    assert "Datoen kan ikke være etter i dag." in answer.text
    assert not PaymentPlan.objects.exists()


def test_colleague_must_give_a_reason_before_reading(login, as_caseworker, mine):
    PastMatterFactory(person=mine, what=WORDS)
    colleague = login("saksbehandler")
    url = _url("past_matters", mine.pk)
    assert WORDS not in colleague.get(url).content.decode()
    assert colleague.get(_url("past_matter_new", mine.pk)).status_code == 403
    colleague.post(url, {"why": ""})
    assert WORDS not in colleague.get(url).content.decode()
    colleague.post(url, {"why": "Vikarierer for Ingrid."})
    assert WORDS in colleague.get(url).content.decode()
    assert mine.events.filter(kind="past.read", by=colleague.user).exists()


OTHERS = (
    "likeperson likepersonkoordinator leder moteleder boligforvalter systemadministrator "
    "personvernombud"
)


@pytest.mark.parametrize("role", OTHERS.split())
def test_other_roles_never_read_past_matters(login, mine, role):
    matter = PastMatterFactory(person=mine, what=WORDS)
    client = login(role)
    assert client.get(_url("past_matters", mine.pk)).status_code == 403
    assert client.get(_url("past_matter", matter.pk)).status_code == 403


def test_past_matter_is_on_no_other_page_list_or_search(as_caseworker, mine):
    f.ApplicationFactory(person=mine, granted=True)
    PastMatterFactory(person=mine, what=WORDS, source="Kilden Inkasso")
    urls = [reverse(f"desk:{part}", args=[mine.pk]) for part in (
        "person", "person_cases", "person_stays", "person_follow_up", "person_events",
        "person_documents",
    )]  # fmt: skip
    for url in [*urls, "/", "/personer/", "/venteliste/", "/sok/?q=Knuste", "/sok/?q=Kilden"]:
        page = as_caseworker.get(url).content.decode()
        assert WORDS not in page
        assert "Kilden Inkasso" not in page


def test_past_matter_is_hidden_after_its_expiry_date(as_caseworker, mine, today):
    old = PastMatterFactory(person=mine, what=WORDS, expires_on=today - timedelta(days=1))
    page = as_caseworker.get(_url("past_matters", mine.pk)).content.decode()
    assert WORDS not in page
    assert "Ett forhold er gått ut på dato" in page
    assert as_caseworker.get(_url("past_matter", old.pk)).status_code == 404
    late = nbdate(today + timedelta(days=365 * 6))
    answer = as_caseworker.post(_url("past_matter_new", mine.pk), _facts(today, expires_on=late))
    assert "ikke lenger" in answer.content.decode()


def test_ranking_matching_and_vedtak_never_read_past_matters():
    """No automatic exclusion: no code of allocation, stays or vedtak reads the table."""
    apps = [Path(config.BASE_DIR, app) for app in ("allocation", "stays", "insight", "peers")]
    files = [path for app in apps for path in app.rglob("*.py")]
    files += list(Path(config.BASE_DIR, "casework").glob("vedtak*.py"))
    readers = [str(path) for path in files if "pastmatter" in path.read_text().lower()]
    assert not readers
