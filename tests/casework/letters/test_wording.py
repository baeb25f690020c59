"""The municipality edits standard texts, legal bases and heavy words, in versions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import LegalBasis, PlainWord, StandardText
from tests.factories import ApplicationFactory, UserFactory, VedtakFactory, basis, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    user = UserFactory(manager=True)
    client.force_login(user)
    return user


def nb(day):
    return day.strftime("%d.%m.%Y")


def words_of(text, /, **changes):
    facts = {"part": text.part, "title": text.title, "text": text.text, "text_nn": text.text_nn}
    return {**facts, "start": nb(today()), **changes}


def test_changed_text_is_a_new_version_and_the_vedtak_keeps_the_old(client, manager):
    text = StandardText.objects.get(code="opplyst")
    vedtak = VedtakFactory()
    vedtak.standard_texts.add(text)
    there = reverse("casework:text", args=[text.pk])
    tomorrow = today() + timedelta(days=1)
    page = client.post(there, words_of(text, start=nb(today() - timedelta(days=1)))).text
    assert "Velg i dag eller en senere dag." in page
    for words in ("Først dette.", "Så dette."):  # the second replaces the first
        client.post(there, words_of(text, text=words, start=nb(tomorrow)))
    old, new = StandardText.objects.filter(code="opplyst").order_by("valid")
    assert (old.pk, old.valid.upper, old.text) == (text.pk, tomorrow, text.text)
    assert (new.text, new.valid.lower, new.valid.upper) == ("Så dette.", tomorrow, None)
    assert vedtak.standard_texts.get() == old
    assert old.history.first().history_user == manager
    page = client.get(reverse("casework:text_list")).text
    assert "Kommer" in page and text.title in page


def test_new_text_needs_both_language_forms_and_a_unique_name(client, manager):
    there = reverse("casework:text_new")
    text = {"part": "conditions", "title": "Nøkkel", "text": "Du henter nøkkelen.", "text_nn": ""}
    client.post(there, {**text, "start": nb(today())})
    assert not StandardText.objects.filter(title="Nøkkel").exists()
    whole = {**text, "text_nn": "Du hentar nøkkelen.", "start": nb(today())}
    client.post(there, whole)
    assert StandardText.objects.get(title="Nøkkel").code == "nokkel"
    assert "Velg et annet." in client.post(there, whole).text


def test_ended_text_is_no_longer_offered(client, manager):
    text = StandardText.objects.get(code="opplyst")
    client.post(reverse("casework:text_end", args=[text.pk]), {"last_day": nb(today())})
    text.refresh_from_db()
    assert text.valid.upper == today() + timedelta(days=1)


def test_new_legal_basis_version_changes_the_appeals_body_from_its_day(client, manager):
    old = basis("kommunal_bolig")
    ApplicationFactory()
    facts = {
        "title": "Forskrift om kommunal bolig",
        "title_nn": "Forskrift om kommunal bustad",
        "citation": "forskrift om tildeling § 3",
        "citation_nn": "forskrift om tildeling § 3",
        "rules_text": "Reglene.",
        "rules_text_nn": "Reglane.",
        "appeal_body": "statsforvalteren",
        "anyway": "on",
        "reason": "Forsøk med hjemmel i forskrift.",
        "start": nb(today() + timedelta(days=30)),
    }
    response = client.post(reverse("casework:basis", args=[old.pk]), facts)
    assert response.url == reverse("casework:basis_list")
    bodies = [
        LegalBasis.objects.get(code="kommunal_bolig", valid__contains=day).appeal_body
        for day in (today() + timedelta(days=29), today() + timedelta(days=30))
    ]
    assert bodies == ["kommunal_klagenemnd", "statsforvalteren"]
    end = reverse("casework:basis_end", args=[old.pk])
    client.post(end, {"last_day": nb(today() + timedelta(days=60))})
    assert not LegalBasis.objects.filter(
        code="kommunal_bolig", valid__contains=today() + timedelta(days=61)
    ).exists()


def test_used_legal_basis_cannot_be_changed(client, manager):
    old = basis("bytte")
    there = reverse("casework:basis", args=[old.pk])
    facts = {
        "title": "Bytte",
        "title_nn": "Byte",
        "citation": "reglene",
        "citation_nn": "reglane",
        "rules_text": "Reglene.",
        "rules_text_nn": "Reglane.",
        "appeal_body": "kommunal_klagenemnd",
        "start": nb(today()),
    }
    client.post(there, facts)
    ApplicationFactory(basis="bytte")
    assert "er allerede brukt. Velg en senere dag." in client.post(there, facts).text


def test_word_is_listed_once_and_can_be_removed(client, manager):
    there = reverse("casework:words")
    client.post(there, {"word": "forefinnes", "instead": "finnes"})
    assert "Ordet står allerede på lista." in client.post(there, {"word": "Forefinnes"}).text
    word = PlainWord.objects.get(word="forefinnes")
    client.post(reverse("casework:word_remove", args=[word.pk]))
    assert not PlainWord.objects.filter(word="forefinnes").exists()
