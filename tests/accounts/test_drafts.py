"""What is typed is kept until it is saved: for its author alone, also when the session ends, and
never over a later save (issue «Text survives»)."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import drafts
from accounts.enums import RoleKind
from accounts.models import Draft, User
from accounts.tasks import delete_drafts
from casework.models import Application
from casework.persons.actions.deaths import register_death
from casework.persons.actions.merging import merge_persons
from common import windows
from tests import factories as f
from tests.test_editing import form_on

pytestmark = pytest.mark.django_db

REASONING = "Du bor trangt, og du har lett lenge uten å finne et sted som passer."
SAVE, DISCARD = reverse("accounts:draft_save"), reverse("accounts:draft_discard")
S27 = reverse("casework:section_27")


@pytest.fixture
def caseworker():
    return f.UserFactory(caseworker=True)


@pytest.fixture
def client(caseworker):
    client = Client()
    client.force_login(caseworker)
    return client


def opened(client, url, field="words") -> dict[str, list[str]]:
    """What the form with the field would send, as the page shows it now."""
    return form_on(client.get(url), field)


def keep(client, form, order=1, **typed) -> int:
    data = {**form, **typed, "draft_order": order}
    return client.post(SAVE, data).status_code


def kept() -> list[dict]:
    return [draft.data for draft in Draft.objects.all()]


def test_input_survives_until_the_form_is_sent(client, caseworker):
    person = f.PersonFactory(first_name="Gro", last_name="Lie")
    url = reverse("casework:application_new", args=[person.pk])
    form = opened(client, url)
    assert keep(client, form, 1, words="Vil bo nær", kind="ny") == 200
    answer = client.post(
        SAVE, {**form, "words": "Vil bo nær skolen", "kind": "ny", "draft_order": 2}
    )
    assert set(answer.json()) == {"clock", "csrf"}

    again = Client()
    again.force_login(caseworker)
    assert "Ny søknad · Gro Lie" in again.get(reverse("desk:day")).content.decode()
    page = again.get(url)
    assert "Utkastet ditt fra" in page.content.decode()
    form = form_on(page, "words")
    assert (form["words"], form["kind"]) == (["Vil bo nær skolen"], ["ny"])

    assert again.post(url, {**form, "channel": "skjema"}).status_code == 302
    assert Application.objects.get().words == "Vil bo nær skolen"
    assert not Draft.objects.exists()
    assert "Utkastet ditt" not in again.get(url).content.decode()


def test_late_save_undoes_neither_a_later_one_nor_another_window_nor_the_sent_form(client):
    url = reverse("casework:application_new", args=[f.PersonFactory().pk])
    first = opened(client, url)
    assert keep(client, first, 2, words="Vil bo nær skolen") == 200
    assert keep(client, first, 1, words="Vil bo") == 200  # the newest text is kept, not this
    assert [data["words"] for data in kept()] == [["Vil bo nær skolen"]]
    second = opened(client, url)
    assert keep(client, second, 1, words="Vil bo nær skolen og mor") == 200
    assert keep(client, first, 3, words="Vil bo nær skolen, helst") == 409
    assert [data["words"] for data in kept()] == [["Vil bo nær skolen og mor"]]
    sent = {**opened(client, url), "channel": "skjema", "kind": "ny"}
    assert client.post(url, sent).status_code == 302
    assert keep(client, sent, 4, words="Vil bo nær") == 409
    assert not Draft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_first_saves_at_once_one_is_kept_and_the_other_told(caseworker, monkeypatch):
    both = threading.Barrier(2)

    def saved_from(draft, window):
        with suppress(threading.BrokenBarrierError):  # the other may be waiting for this one
            both.wait(0.3)
        windows.saved_from(draft, window)

    monkeypatch.setattr(drafts, "saved_from", saved_from)
    answers = []

    def save(window):
        ticket = drafts.Ticket(caseworker.pk, S27, "NoteForm", "note", (), window, 0)
        try:
            drafts.save_draft(ticket=ticket, data={"words": [window]}, at=f.now(), order=1)
            answers.append("kept")
        except Exception as error:
            answers.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[window]) for window in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == ["DraftElsewhere", "kept"]
    assert len(kept()) == 1


def test_draft_is_kept_for_one_who_sees_everybody(client, caseworker):
    boss = f.UserFactory(caseworker=True, sees_protected=True, sees_shielded=True)
    client.force_login(boss)
    url = reverse("casework:application_new", args=[f.PersonFactory(shielded=True).pk])
    assert keep(client, opened(client, url), words="Vil bo nær") == 200
    assert opened(client, url)["words"] == ["Vil bo nær"]
    assert url in client.get(reverse("desk:day")).text


def test_draft_is_gone_with_its_step_or_thrown_away_from_min_dag(client):
    """An approver's comment begun, and then the vedtak is approved instead."""
    vedtak = f.VedtakFactory(submitted=True, reasoning=REASONING)
    client.force_login(vedtak.approver)
    url = reverse("casework:vedtak", args=[vedtak.pk])
    approve = reverse("casework:vedtak_approve", args=[vedtak.pk])
    refused = client.post(approve, {"read": "x"})
    # Begun on the page of a refused approval, and found on the page of the vedtak.
    assert keep(client, form_on(refused, "comment"), comment="Skriv om skolen") == 200
    form = opened(client, url, "comment")
    assert form["comment"] == ["Skriv om skolen"]
    assert client.post(approve, {"read": form["read"]}).status_code == 302
    assert not Draft.objects.exists()

    draft = Draft.objects.create(
        user=vedtak.approver, path=url, form="ReturnForm", page="vedtak", saved_at=f.now()
    )
    drop = reverse("accounts:draft_drop", args=[draft.pk])
    day = reverse("desk:day")
    assert f'action="{drop}"' in client.get(day).text
    other = Client()
    other.force_login(f.UserFactory(caseworker=True))
    assert other.post(drop).status_code == 404
    assert client.post(drop).url == day
    assert not Draft.objects.exists()


def test_draft_is_for_its_author_while_they_see_the_person(client, caseworker):
    person = f.PersonFactory()
    url = reverse("casework:application_new", args=[person.pk])
    form = opened(client, url)
    assert keep(client, form, words="Hemmelig") == 200

    other = Client()
    other.force_login(f.UserFactory(caseworker=True))
    assert "Hemmelig" not in other.get(url).content.decode()
    assert other.post(DISCARD, form).status_code == 404
    assert keep(client, {**form, "draft": "x"}) == 400
    forged = signing.dumps([caseworker.pk, url, "ApplicationForm", "", [], "w", 0], salt="annet")
    assert keep(client, {**form, "draft": forged}) == 400
    assert [data["words"] for data in kept()] == [["Hemmelig"]]

    person.shielded = True
    person.save()
    assert client.get(url).status_code == 404
    assert keep(client, form, 2, words="Mer") == 404
    assert "Ny søknad" not in client.get(reverse("desk:day")).content.decode()

    person.shielded = False
    person.save()
    assert client.post(DISCARD, opened(client, url)).url == url
    assert not Draft.objects.exists()


def test_two_callers_at_once_have_a_draft_each(client):
    first, second = opened(client, S27), opened(client, S27)
    assert keep(client, first, first_name="Ada", words="Kastet ut") == 200
    assert keep(client, second, first_name="Bo", words="Brann") == 200
    assert keep(client, first, 2, first_name="Ada", words="Kastet ut i dag") == 200
    paths = {draft.data["words"][0]: draft.path for draft in Draft.objects.all()}
    assert set(paths) == {"Kastet ut i dag", "Brann"}

    page = client.get(S27).content.decode()
    assert all(path in page for path in paths.values())
    # Sent with an error, from the address without the call: it is not told of itself.
    wrong = client.post(S27, {**first, "words": "Kastet ut", "draft_order": 3}).text
    assert paths["Brann"] in wrong and f'href="{paths["Kastet ut i dag"]}"' not in wrong
    assert "Kastet ut i dag" not in page  # a new call begins empty
    going_on = opened(client, paths["Brann"])
    assert going_on["first_name"] == ["Bo"]
    assert client.post(DISCARD, going_on).url == S27
    assert [data["first_name"] for data in kept()] == [["Ada"]]


def test_form_sent_after_the_session_ended_is_kept_for_its_author(client, caseworker):
    url = reverse("casework:application_new", args=[f.PersonFactory().pk])
    form = {**opened(client, url), "words": "Tre avsnitt", "channel": "skjema", "kind": "ny"}
    client.session.flush()
    answer = client.post(url, form)
    assert (answer.status_code, Application.objects.exists()) == (302, False)
    assert "hvorfor=utkast" in answer.url
    assert "lagret som utkast" in client.get(answer.url).content.decode()
    assert f'value="{url}"' in client.get(answer.url).content.decode()
    assert keep(client, form, 5, words="Tre avsnitt til") == 401  # the page goes on keeping

    other = Client()
    other.force_login(f.UserFactory(caseworker=True))
    assert "Tre avsnitt" not in other.get(url).content.decode()
    client.force_login(caseworker)
    assert opened(client, url)["words"] == ["Tre avsnitt til"]


def test_form_from_before_one_signed_in_again_is_kept_and_shown(caseworker):
    client = Client(enforce_csrf_checks=True)
    client.force_login(caseworker)
    url = reverse("casework:application_new", args=[f.PersonFactory().pk])
    form = {**opened(client, url), "words": "Fra den gamle siden", "draft_order": 1}
    form["csrfmiddlewaretoken"] = "x" * 64
    answer = client.post(url, form, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert form_on(answer, "words")["words"] == ["Fra den gamle siden"]
    assert "Du har logget inn på nytt" in answer.content.decode()
    other = Client(enforce_csrf_checks=True)
    other.force_login(f.UserFactory(caseworker=True))
    answer = other.post(url, {**form, "words": "Skrevet før en annen logget inn", "draft_order": 2})
    assert answer.status_code == 403
    assert "Skrevet før" not in answer.content.decode()
    assert [data["words"] for data in kept()] == [["Skrevet før en annen logget inn"]]


def test_locked_user_keeps_nothing(client, caseworker):
    form = opened(client, S27)
    caseworker.is_active = False
    caseworker.save()
    assert keep(client, form, words="x") == 404
    assert not Draft.objects.exists()


def test_sign_in_says_why_and_leads_back_also_from_a_fragment_and_a_button(client):
    url = reverse("casework:applications")
    anonymous = Client()
    assert "hvorfor=side" in anonymous.get(url).url
    client.session.flush()
    ended = client.get(url + "?mine=1")
    assert "hvorfor=avsluttet" in ended.url
    assert f"next={url}%3Fmine%3D1" in ended.url
    fragment = client.get(
        url, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}"}
    )
    assert f"next={url}&" in fragment.headers["HX-Redirect"]
    client.cookies["varig"] = "borte"
    button = client.post(
        reverse("casework:application_take", args=[1]),
        headers={"Referer": f"http://testserver{url}"},
    )
    assert f"next={url}&" in button.url
    stranger = client.post(url, headers={"Referer": "https://example.org/x"})
    assert "next=/&" in stranger.url


def test_draft_says_that_the_row_has_changed_since(client, caseworker):
    note = f.NoteFactory(written_by=caseworker)
    url = reverse("casework:note_objection", args=[note.pk])
    assert keep(client, opened(client, url, "objection"), objection="Det stemmer ikke.") == 200
    note.objection = "Skrevet av en annen"
    note.save()
    page = client.get(url)
    assert "Noen har endret dette etter at du begynte" in page.content.decode()
    assert "Skrevet av en annen" in page.content.decode()
    form = form_on(page, "objection")
    assert form["objection"] == ["Det stemmer ikke."]
    assert client.post(url, form).status_code == 302  # having been told, it can be sent


def test_old_drafts_are_deleted_and_a_draft_follows_a_merged_person(client, time_machine):
    loser, survivor = f.PersonFactory(), f.PersonFactory()
    url = reverse("casework:application_new", args=[loser.pk])
    assert keep(client, opened(client, url), words="Følger med") == 200
    late = f.today() + timedelta(days=15)
    assert delete_drafts() == {"raised": 0, "closed": 0}
    call_command("delete_drafts", "--on", str(late), "--dry-run")
    assert Draft.objects.exists()
    drafts.follow_merge(loser.pk, survivor.pk, "/personer/%d/")
    moved = reverse("casework:application_new", args=[survivor.pk])
    assert opened(client, moved)["words"] == ["Følger med"]
    assert Draft.objects.get().persons == [survivor.pk]
    drafts.follow_death(loser.pk, [], "/personer/%d/")
    assert Draft.objects.exists()
    drafts.follow_death(survivor.pk, [], "/personer/%d/")
    assert not Draft.objects.exists()
    assert keep(client, opened(client, moved), words="Igjen") == 200
    time_machine.move_to(f.now() + timedelta(days=15))
    assert delete_drafts() == {"raised": 0, "closed": 1}


def test_draft_in_a_case_survives_when_the_partner_goes_on_with_it(client, caseworker):
    partner = f.PersonFactory()
    household = f.HouseholdFactory(partner=partner)
    case = f.ApplicationFactory(person=household.head, household=household)
    own = reverse("casework:application_new", args=[household.head.pk])
    assert keep(client, opened(client, own), words="Om den døde alene") == 200
    url = reverse("casework:interim_reply", args=[case.pk])
    assert keep(client, opened(client, url, "delay"), delay="Tre avsnitt om ventetid") == 200
    register_death(
        person=household.head, died_on=f.today(), source="folkeregister", note="",
        cases={case.pk: partner}, leases={}, by=caseworker, at=f.now(),
    )  # fmt: skip
    assert "Tre avsnitt om ventetid" in client.get(url).content.decode()
    assert set(Draft.objects.get().persons) == {household.head.pk, partner.pk}


def test_draft_of_a_merged_record_is_found_though_the_other_has_one(client, caseworker):
    survivor, loser = f.PersonFactory(), f.PersonFactory()
    for person, words in ((survivor, "Det ene"), (loser, "Tre avsnitt fra den andre")):
        url = reverse("casework:application_new", args=[person.pk])
        assert keep(client, opened(client, url), words=words) == 200
    merge_persons(
        survivor=survivor, loser=loser, from_loser=[], reason="Samme", by=caseworker, at=f.now()
    )
    texts = {draft.path: draft.data["words"] for draft in Draft.objects.all()}
    assert len(texts) == 2
    for path, words in texts.items():
        assert path in client.get(reverse("desk:day")).content.decode()
        form = opened(client, path)
        assert form["words"] == words
        assert client.post(path, {**form, "channel": "skjema", "kind": "ny"}).status_code == 302
    assert not Draft.objects.exists()


def test_text_is_kept_when_another_signs_in_on_the_same_machine(client):
    url = reverse("casework:application_new", args=[f.PersonFactory().pk])
    form = opened(client, url)
    browser = Client()
    browser.force_login(f.UserFactory(caseworker=True))
    assert keep(browser, form, words="Tre avsnitt") == 401
    assert "Tre avsnitt" not in browser.get(url).content.decode()
    assert "Tre avsnitt" in client.get(url).content.decode()


def test_save_on_its_way_does_not_bring_back_what_is_discarded_or_sent(login):
    client = login(RoleKind.APPROVER)
    url = reverse(
        "casework:vedtak", args=[f.VedtakFactory(submitted=True, approver=client.user).pk]
    )
    form = {**opened(client, url, "comment"), "comment": "Skriv mer om barna"}
    assert keep(client, form) == 200
    assert client.post(f"{url}send-tilbake/", {**form, "draft_order": 2}).status_code == 302
    assert keep(client, form, 2) == 409
    for discard in (DISCARD, "list"):
        url = reverse("casework:application_new", args=[f.PersonFactory().pk])
        caseworker = login("saksbehandler")
        form = opened(caseworker, url)
        assert keep(caseworker, form, 2, words="Feil person") == 200
        if discard == "list":
            discard = reverse("accounts:draft_drop", args=[Draft.objects.get().pk])
        assert caseworker.post(discard, form).status_code == 302
        assert keep(caseworker, form, 1, words="Feil per") == 409
        assert not Draft.objects.exists()
        assert keep(caseworker, opened(caseworker, url), words="En ny") == 200
        Draft.objects.all().delete()


@pytest.mark.parametrize("name", ["wo\x00rds", "words"])
def test_draft_with_a_null_answers(client, name):
    url = reverse("casework:application_new", args=[f.PersonFactory().pk])
    assert keep(client, opened(client, url), **{name: "a\x00b"}) == 200


@pytest.mark.parametrize("role", [None, RoleKind.SYSTEM_ADMIN])
def test_autosave_of_one_who_lost_the_role_is_refused(client, caseworker, role):
    form = opened(client, reverse("casework:application_new", args=[f.PersonFactory().pk]))
    assert keep(client, form, words="Rus") == 200
    caseworker.roles.update(period=f.since(f.LONG_AGO, f.today()))
    if role:
        f.RoleFactory(user=caseworker, kind=role, period=f.since(f.today()))
    assert keep(client, form, 2, words="Rus og gjeld") == 404
    user = User.objects.get(pk=caseworker.pk)
    assert drafts.shown_to(user, 5) == []
    assert [data["words"] for data in kept()] == [["Rus"]]
