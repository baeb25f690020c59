"""The peer's log on the phone: three presses, shown to the person, saved once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Setting
from peers.enums import Channel, LifeDomain, LinkState, Share
from peers.models import Contact, PeerLink
from tests.factories import (
    ContactFactory,
    PeerFactory,
    PeerLinkFactory,
    PersonFactory,
    since,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def peer():
    return PeerFactory()


@pytest.fixture
def tomasz(peer):
    person = PersonFactory(first_name="Tomasz", last_name="Kowalczykowski", phone="+4799887766")
    return PeerLinkFactory(
        linked=True, peer=peer, person=person, call_name="Tom", agreed_phone="+4740000117"
    )


@pytest.fixture
def phone(login, peer):
    return login(user=peer.user)


def chosen(link, /, **changes) -> dict:
    return {
        "link": link.pk,
        "channel": Channel.MEETING,
        "minutes": 60,
        "domains": [LifeDomain.HOUSING, LifeDomain.NETWORK],
        "words": "Gikk tur på Nordsida.",
        "on": today().isoformat(),
        "client_id": str(uuid.uuid4()),
        **changes,
    }


def show(phone, data, **headers):
    return phone.post(reverse("peers:contact_confirm"), data, **headers)


def save(phone, data, answer="lagre"):
    return phone.post(reverse("peers:log"), {**data, "svar": answer})


def test_peer_page_uses_the_municipality_s_limit_for_long_without_contact(phone, tomasz):
    Setting.objects.create(key="no_contact_days", value=50, valid=since(today()))
    PeerLink.objects.filter(pk=tomasz.pk).update(
        wanted_on=today() - timedelta(days=60), met_on=today() - timedelta(days=49)
    )
    url = reverse("peers:participant", args=[tomasz.pk])
    assert phone.get(url).context["who"].quiet
    assert not phone.get(url).context["who"].too_quiet
    PeerLink.objects.filter(pk=tomasz.pk).update(met_on=today() - timedelta(days=50))
    assert phone.get(url).context["who"].too_quiet
    assert phone.get(reverse("peers:mine")).context["mine"][0].too_quiet


def test_person_sees_the_text_before_it_is_saved(phone, tomasz):
    page = show(phone, chosen(tomasz)).text
    assert "Dette lagres om deg, Tom" in page
    assert "Møte i dag, 1 time, om bolig og nettverk." in page
    assert "«Gikk tur på Nordsida.»" in page
    assert "Likepersonkoordinatoren kan lese det." in page
    assert not Contact.objects.exists()


def test_page_says_who_reads_the_log_by_the_agreement(phone, tomasz):
    tomasz.shares = []
    tomasz.save()
    assert "Bare likepersonen din kan lese det." in show(phone, chosen(tomasz)).text
    tomasz.shares = [Share.COORDINATOR, Share.CASEWORKER]
    tomasz.save()
    page = show(phone, chosen(tomasz)).text
    assert "Likepersonkoordinatoren og saksbehandleren din kan lese det." in page


def test_contact_is_saved_when_the_person_agrees(phone, tomasz):
    response = save(phone, chosen(tomasz))
    assert response.url == reverse("peers:mine")
    contact = Contact.objects.get()
    assert (contact.link, contact.channel, contact.minutes) == (tomasz, Channel.MEETING, 60)
    assert contact.domains == [LifeDomain.HOUSING, LifeDomain.NETWORK]
    assert contact.words == "Gikk tur på Nordsida."
    assert contact.shown_to_person
    assert contact.logged_by == phone.user


def test_participant_and_channel_are_enough_to_log_a_contact(phone, tomasz):
    save(phone, {"link": tomasz.pk, "channel": Channel.SMS, "on": today().isoformat()})
    assert Contact.objects.get().minutes == 0


def test_contact_can_be_saved_without_its_text(phone, tomasz):
    save(phone, chosen(tomasz), "uten_tekst")
    assert Contact.objects.get().words == ""


def test_change_goes_back_and_keeps_the_input(phone, tomasz):
    page = save(phone, chosen(tomasz), "endre").text
    assert "Gikk tur på Nordsida." in page
    assert page.count(" checked") == 5  # participant, channel, minutes and two themes
    assert not Contact.objects.exists()


def test_contact_sent_twice_is_saved_once(phone, tomasz):
    data = chosen(tomasz)
    save(phone, data)
    assert save(phone, data).status_code == 302
    assert phone.post(reverse("peers:contact_send"), data).json() == {"saved": True}
    assert Contact.objects.count() == 1


def test_contact_logged_offline_is_saved_on_its_own_day(phone, tomasz):
    yesterday = today() - timedelta(days=1)
    data = chosen(tomasz, on=yesterday.isoformat(), svar="lagre")
    assert phone.post(reverse("peers:contact_send"), data).json() == {"saved": True}
    assert Contact.objects.get().on == yesterday


def test_offline_contact_that_cannot_be_saved_gets_a_message(phone, tomasz):
    answer = phone.post(reverse("peers:contact_send"), chosen(tomasz, channel="brevdue"))
    assert answer.status_code == 422
    assert answer.json() == {"error": "Velg hvordan dere hadde kontakt."}


def test_missed_meeting_ends_nothing_and_suggests_another_channel(phone, tomasz):
    data = chosen(tomasz, missed="on")
    asked = show(phone, data).text
    assert "Møte i dag, uten at dere fikk kontakt." in asked
    assert "Ingenting avsluttes av dette." in asked
    page = phone.get(save(phone, data).url).text
    assert "Send en hyggelig SMS" in page
    tomasz.refresh_from_db()
    assert tomasz.state == LinkState.LINKED
    contact = Contact.objects.get()
    assert not contact.reached
    assert not contact.shown_to_person
    assert contact.minutes == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"link": ""}, "Velg hvem du har hatt kontakt med."),
        ({"link": "999999"}, "Velg en av deltakerne dine."),
        ({"link": "x"}, "Velg en av deltakerne dine."),
        ({"channel": ""}, "Velg hvordan dere hadde kontakt."),
        ({"minutes": "7"}, "Velg hvor lenge det varte."),
        ({"domains": ["helse"]}, "Velg blant temaene på siden."),
        ({"words": "a" * 141}, "Teksten kan ha høyst 140 tegn. Den har 141 nå."),
        ({"on": "31.02.2026"}, "31.02.2026 finnes ikke i kalenderen."),
        ({"on": "01.01.2199"}, "Datoen kan ikke være i framtiden."),
    ],
)
def test_error_is_shown_and_the_input_kept(phone, tomasz, changes, sentence):
    data = {**chosen(tomasz, words="Skrevet med omhu."), **changes}
    page = show(phone, data).text
    assert sentence in page
    assert "ds-error-summary" in page
    assert data["words"] in page
    assert not Contact.objects.exists()


def test_day_before_the_link_started_is_refused(phone, tomasz):
    early = tomasz.wanted_on - timedelta(days=1)
    page = save(phone, chosen(tomasz, on=early.isoformat())).text
    assert "Datoen kan ikke være før dere ble kjent" in page


def test_htmx_sheet_shows_the_same_as_the_page(phone, tomasz):
    data = chosen(tomasz)
    whole, sheet = show(phone, data).text, show(phone, data, HTTP_HX_REQUEST="true").text
    words = sheet[sheet.index("Dette lagres") : sheet.index("<form")]
    assert "<html" not in sheet
    assert words.strip() in whole


def test_htmx_shows_errors_in_the_form(phone, tomasz):
    answer = show(phone, chosen(tomasz, link=""), HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#logg-skjema"
    assert "<html" not in answer.text
    assert "Velg hvem du har hatt kontakt med." in answer.text


# ------------------------------------------------------------------ what a peer sees


def test_a_peer_sees_the_call_name_and_the_agreed_phone_and_nothing_else(phone, tomasz):
    ContactFactory(link=tomasz, words="Snakket om katter")
    pages = [
        phone.get(reverse("peers:log")),
        phone.get(reverse("peers:mine")),
        phone.get(reverse("peers:participant", args=[tomasz.pk])),
        show(phone, chosen(tomasz)),
    ]
    for page in pages:
        assert page.status_code == 200
        for secret in ("Kowalczykowski", "99887766", "998 87 766", tomasz.goal, "/personer/"):
            assert secret not in page.text
    assert "400 00 117" in pages[1].text
    assert "Snakket om katter" in pages[2].text


def test_participant_of_another_peer_is_404(phone, tomasz):
    other = PeerLinkFactory(linked=True, call_name="Berit")
    assert phone.get(reverse("peers:participant", args=[other.pk])).status_code == 404
    assert "Berit" not in phone.get(reverse("peers:mine")).text
    assert "Velg en av deltakerne dine." in save(phone, chosen(other)).text
    assert not Contact.objects.exists()


def test_a_peer_cannot_open_the_coordinators_pages(phone, tomasz):
    for name, args in (("links", []), ("link", [tomasz.pk]), ("link_new", [tomasz.person_id])):
        assert phone.get(reverse(f"peers:{name}", args=args)).status_code == 403


def test_participant_disappears_when_the_link_ends(phone, tomasz):
    tomasz.state, tomasz.ended_on = LinkState.ENDED, today()
    tomasz.save()
    assert phone.get(reverse("peers:participant", args=[tomasz.pk])).status_code == 404
    assert "Tom<" not in phone.get(reverse("peers:mine")).text


def test_agreed_interval_gives_a_reminder_except_during_a_pause(phone, tomasz):
    ContactFactory(link=tomasz, on=today() - timedelta(days=12))
    page = phone.get(reverse("peers:mine")).text
    assert "Sist: 12\u00a0dager siden, møte" in page
    assert "Tenk på å ta kontakt" in page
    tomasz.state, tomasz.paused_until = LinkState.PAUSED, today() + timedelta(days=5)
    tomasz.save()
    page = phone.get(reverse("peers:mine")).text
    assert "Tenk på å ta kontakt" not in page
    assert "Pause til" in page


def test_reminders_resume_after_a_pause(phone, tomasz):
    tomasz.state, tomasz.paused_until = LinkState.PAUSED, today()
    tomasz.save()
    page = phone.get(reverse("peers:mine")).text
    assert "Spør om dere skal begynne igjen." in page


def test_log_button_chooses_the_participant(phone, tomasz):
    page = phone.get(reverse("peers:log") + f"?deltaker={tomasz.pk}").text
    assert "Vis til Tom og lagre" in page
    assert phone.get(reverse("peers:log") + "?deltaker=tull").status_code == 200


@pytest.mark.parametrize("links", [1, 5])
def test_phone_pages_have_few_queries(phone, peer, links, django_assert_max_num_queries):
    for _number in range(links):
        ContactFactory(link=PeerLinkFactory(linked=True, peer=peer))
    for name in ("log", "mine"):
        with django_assert_max_num_queries(9):
            phone.get(reverse(f"peers:{name}"))
