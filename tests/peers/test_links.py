"""Links to peers: report, the person's wish, linking, and what the coordinator sees."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import RoleKind
from casework.log.enums import Process
from casework.models import Event, Transition
from common.errors import RuleBroken
from common.formatting import nbdate
from peers import actions
from peers.enums import LinkState, Share
from peers.models import Contact, Peer, PeerLink
from tests.factories import (
    ContactFactory,
    PeerFactory,
    PeerLinkFactory,
    PersonFactory,
    UserFactory,
    now,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(login):
    return login(RoleKind.PEER_COORDINATOR)


def url(name, link):
    return reverse(f"peers:{name}", args=[link.pk])


def agreed(peer, /, **changes):
    return {
        "peer": peer.pk,
        "met_on": nbdate(today()),
        "call_name": "Tom",
        "agreed_phone": "400 00 117",
        "interval_days": "14",
        "shares": [Share.CASEWORKER],
        "goal": "Treffe folk",
        **changes,
    }


# ------------------------------------------------------------------ the need


def need(**changes):
    return {
        "reported_because": "Vil ha følge på visning",
        "answer": "ja",
        "wanted_on": nbdate(today()),
        "call_name": "Tom",
        "goal": "Komme meg ut",
        **changes,
    }


def test_a_caseworker_reports_that_the_person_wants_a_peer(as_caseworker):
    person = PersonFactory()
    answer = as_caseworker.post(url("link_new", person), need())
    assert answer.status_code == 302
    link = PeerLink.objects.get()
    assert (link.state, link.wanted_on) == (LinkState.WANTED, today())
    assert link.goal == "Komme meg ut"
    assert Transition.objects.get(process=Process.PEER_LINK).to_state == LinkState.WANTED
    kinds = Event.objects.filter(person=person).values_list("kind", flat=True)
    assert set(kinds) == {"peer.reported", "peer.wanted"}


def test_no_link_is_made_unless_the_person_wants_it(as_caseworker, coordinator):
    person = PersonFactory()
    as_caseworker.post(url("link_new", person), need(answer="ikke_spurt", wanted_on=""))
    link = PeerLink.objects.get()
    assert link.state == LinkState.REPORTED
    page = coordinator.get(reverse("peers:links")).text
    assert "Vil ha følge" not in page
    assert "der personen ikke er spurt ennå" in page
    assert coordinator.get(url("link", link)).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        PeerLink.objects.update(state=LinkState.LINKED, peer=PeerFactory())


@pytest.mark.parametrize(
    ("answer", "state"), [("ja", LinkState.WANTED), ("nei", LinkState.NOT_WANTED)]
)
def test_answer_is_recorded_when_the_person_is_asked(as_caseworker, answer, state):
    link = PeerLinkFactory()
    page = as_caseworker.get(url("link_new", link.person)).text
    assert "Personen er ikke spurt ennå. Skriv hva personen svarer." in page
    day = nbdate(today()) if answer == "ja" else ""
    as_caseworker.post(
        url("link_new", link.person), {"answer": answer, "wanted_on": day, "call_name": "Tom"}
    )
    link.refresh_from_db()
    assert link.state == state


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"wanted_on": ""}, "Skriv dagen personen sa ja."),
        ({"wanted_on": "01.01.2190"}, "Dagen personen sa ja, kan ikke være i framtiden."),
        ({"answer": ""}, "Vil ha følge på visning"),
    ],
)
def test_invalid_report_keeps_the_input(as_caseworker, changes, sentence):
    page = as_caseworker.post(url("link_new", PersonFactory()), need(**changes)).text
    assert sentence in page
    assert "Vil ha følge på visning" in page
    assert not PeerLink.objects.exists()


def test_wish_for_a_peer_is_not_reported_twice(as_caseworker):
    link = PeerLinkFactory(wanted=True)
    assert "Du trenger ikke gjøre noe." in as_caseworker.get(url("link_new", link.person)).text
    as_caseworker.post(url("link_new", link.person), need())
    assert PeerLink.objects.count() == 1
    with pytest.raises(RuleBroken):
        actions.report_need(
            person=link.person, by=as_caseworker.user, at=now(), reported_because="Igjen"
        )


def test_a_caseworker_cannot_report_for_a_person_they_may_not_see(as_caseworker):
    person = PersonFactory(strictly_protected=True)
    assert as_caseworker.get(url("link_new", person)).status_code == 404


# ------------------------------------------------------------------ the link


def test_coordinator_links_after_the_matching_meeting(coordinator):
    link, peer = PeerLinkFactory(wanted=True), PeerFactory()
    answer = coordinator.post(url("link", link), agreed(peer))
    assert answer.status_code == 302
    link.refresh_from_db()
    assert (link.state, link.peer, link.met_on) == (LinkState.LINKED, peer, today())
    assert (link.interval_days, link.agreed_phone) == (14, "+4740000117")
    assert link.shares == [Share.CASEWORKER]
    assert Event.objects.filter(person=link.person, kind="peer.linked").exists()


def test_proposed_peers_are_sorted_by_name_with_reasons_and_no_rank(coordinator):
    link = PeerLinkFactory(wanted=True, goal="Vil på fiske igjen")
    PeerFactory(user__full_name="Berit Aas", languages=["norsk", "polsk"])
    PeerFactory(user__full_name="Anne Vik", capacity=0, interests=["musikk"])
    page = coordinator.get(url("link", link)).text
    assert page.index("Anne Vik") < page.index("Berit Aas")
    assert "Har ikke plass nå (0 av 0)." in page
    assert "Har plass til 3 deltakere til (0 av 3)." in page
    assert "Snakker norsk og polsk." in page
    assert "Liker fiske. Målet nevner fiske." in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"peer": ""}, "Velg likepersonen deltakeren har valgt."),
        ({"peer": "99999"}, "Velg en likeperson fra listen."),
        ({"met_on": "01.01.2190"}, "Koble når koblingsmøtet er holdt"),
        ({"met_on": "01.01.2000"}, "Koblingsmøtet kan ikke være før personen sa ja"),
        ({"agreed_phone": "12"}, "Skriv et mobilnummer med åtte siffer"),
        ({"interval_days": "400"}, "Treffe folk"),
    ],
)
def test_invalid_link_keeps_the_input(coordinator, changes, sentence):
    link, peer = PeerLinkFactory(wanted=True), PeerFactory()
    page = coordinator.post(url("link", link), agreed(peer, **changes)).text
    assert sentence in page
    assert "Treffe folk" in page
    link.refresh_from_db()
    assert link.state == LinkState.WANTED


def test_peer_at_capacity_gets_no_more_links(coordinator):
    peer = PeerFactory(capacity=1)
    PeerLinkFactory(linked=True, peer=peer)
    link = PeerLinkFactory(wanted=True)
    page = coordinator.post(url("link", link), agreed(peer)).text
    assert f"{peer} har ikke plass til flere deltakere nå. Velg en annen." in page


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_coordinators_gets_the_last_place():
    peer, by = PeerFactory(capacity=1), UserFactory(peer_coordinator=True)
    links = [PeerLinkFactory(wanted=True), PeerLinkFactory(wanted=True)]
    ready, results = threading.Barrier(2), []

    def take(link):
        try:
            ready.wait(timeout=10)
            actions.link_peer(
                link=link,
                peer=peer,
                met_on=today(),
                interval_days=7,
                call_name="Tom",
                by=by,
                at=now(),
            )
            results.append("won")
        except RuleBroken as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[link]) for link in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == [
        f"{peer} har ikke plass til flere deltakere nå. Velg en annen.",
        "won",
    ]
    assert Peer.objects.with_load(by).get(pk=peer.pk).load == 1


def test_person_pauses_and_resumes_the_link(coordinator):
    link = PeerLinkFactory(linked=True)
    until = today() + timedelta(days=14)
    coordinator.post(url("link_pause", link), {"paused_until": nbdate(until)})
    link.refresh_from_db()
    assert (link.state, link.paused_until) == (LinkState.PAUSED, until)
    assert "Pause til" in coordinator.get(url("link", link)).text
    coordinator.post(url("link_resume", link))
    link.refresh_from_db()
    assert (link.state, link.paused_until) == (LinkState.LINKED, None)


def test_pause_until_a_past_day_is_refused(coordinator):
    link = PeerLinkFactory(linked=True)
    page = coordinator.post(url("link_pause", link), {"paused_until": "01.01.2020"}).text
    assert "Pausen må vare til en dag som kommer." in page
    assert "01.01.2020" in page


def test_link_ends_only_when_the_person_wishes(coordinator):
    link = PeerLinkFactory(linked=True)
    page = coordinator.post(url("link_end", link), {}).text
    assert "En kobling avsluttes når deltakeren ønsker det." in page
    coordinator.post(url("link_end", link), {"wished": "on"})
    link.refresh_from_db()
    assert (link.state, link.ended_on) == (LinkState.ENDED, today())
    assert coordinator.get(url("link", link)).status_code == 200
    assert coordinator.post(url("link_end", link), {"wished": "on"}).status_code == 200


def test_the_person_changes_peer_without_a_reason_and_the_log_stays(coordinator):
    link = PeerLinkFactory(linked=True)
    ContactFactory(link=link)
    answer = coordinator.post(url("link_change", link))
    link.refresh_from_db()
    new = PeerLink.objects.get(state=LinkState.WANTED)
    assert link.state == LinkState.ENDED
    assert answer.url == url("link", new)
    assert (new.goal, new.call_name) == (link.goal, link.call_name)
    assert not new.contacts.exists()


def test_person_can_change_their_mind_and_say_no(coordinator):
    link = PeerLinkFactory(wanted=True)
    coordinator.post(url("link_decline", link))
    link.refresh_from_db()
    assert link.state == LinkState.NOT_WANTED
    assert coordinator.get(url("link", link)).status_code == 404


def test_repeated_change_of_state_gets_a_message(coordinator):
    link = PeerLinkFactory(linked=True)
    answer = coordinator.post(url("link_resume", link), follow=True)
    assert "kan ikke settes til" in answer.text


def test_changed_agreement_applies_at_once(coordinator):
    link = PeerLinkFactory(linked=True)
    ContactFactory(link=link, words="Gikk tur")
    assert "Gikk tur" in coordinator.get(url("link", link)).text
    coordinator.post(url("link", link), agreed(link.peer, shares=[]))
    page = coordinator.get(url("link", link)).text
    assert "Gikk tur" not in page
    assert "Deltakeren deler ikke loggen med deg." in page


# ------------------------------------------------------------------ who sees what


def test_the_coordinator_knows_call_names_and_no_case(coordinator):
    person = PersonFactory(first_name="Zbigniew", last_name="Kowalczykowski", phone="+4799887766")
    links = [
        PeerLinkFactory(linked=True, person=person, call_name="Zbig"),
        PeerLinkFactory(wanted=True, person=person, call_name="Zbig"),
    ]
    for address in [reverse("peers:links"), *(url("link", link) for link in links)]:
        page = coordinator.get(address).text
        assert "Zbig" in page
        for secret in ("Zbigniew", "Kowalczykowski", person.national_id, "99887766", "/personer/"):
            assert secret not in page


def test_protected_persons_are_visible_only_with_access(login, coordinator):
    person = PersonFactory(strictly_protected=True)
    link = PeerLinkFactory(linked=True, person=person, call_name="Hemmelig")
    assert "Hemmelig" not in coordinator.get(reverse("peers:links")).text
    assert coordinator.get(url("link", link)).status_code == 404
    trusted = login(RoleKind.PEER_COORDINATOR, sees_protected=True)
    assert "Hemmelig" in trusted.get(reverse("peers:links")).text


def test_list_finds_links_without_contact_and_paused_links(coordinator):
    quiet = PeerLinkFactory(linked=True, call_name="Stille")
    ContactFactory(link=quiet, on=today() - timedelta(days=30))
    fresh = PeerLinkFactory(linked=True, call_name="Fersk")
    ContactFactory(link=fresh, on=today())
    paused = PeerLinkFactory(linked=True, call_name="Hviler", state=LinkState.PAUSED)
    ContactFactory(link=paused, on=today() - timedelta(days=60))
    page = coordinator.get(reverse("peers:links") + "?vis=stille").text
    assert "Stille" in page
    assert "Fersk" not in page
    assert "Hviler" not in page
    assert "Over grensen på 21" in page
    page = coordinator.get(reverse("peers:links") + "?vis=pause").text
    assert "Hviler" in page
    assert "Stille" not in page


def test_caseworkers_read_the_log_only_when_the_person_shares_it():
    reader = UserFactory(caseworker=True)
    link = PeerLinkFactory(linked=True, shares=[Share.COORDINATOR])
    contact = ContactFactory(link=link)
    assert not Contact.objects.visible_to(reader).exists()
    link.shares = [Share.CASEWORKER]
    link.save()
    assert list(Contact.objects.visible_to(reader)) == [contact]


@pytest.mark.parametrize("links", [2, 8])
def test_coordinator_pages_have_few_queries(coordinator, links, django_assert_max_num_queries):
    for _number in range(links):
        ContactFactory(link=PeerLinkFactory(linked=True))
        link = PeerLinkFactory(wanted=True)
    with django_assert_max_num_queries(15):
        coordinator.get(reverse("peers:links"))
    with django_assert_max_num_queries(12):
        coordinator.get(url("link", link))
