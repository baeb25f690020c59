"""Search: only what the user may see, and no personal data in URLs."""

from __future__ import annotations

import pytest

from tests import factories as f

pytestmark = pytest.mark.django_db


def _found(client, text):
    return client.post("/sok/", {"q": text})


def test_names_are_found_in_any_order(as_caseworker):
    person = f.PersonFactory(first_name="Tomasz", last_name="Wrona")
    assert person in _found(as_caseworker, "wro tom").context["found"].persons


def test_complete_national_id_redirects_to_the_person(as_caseworker):
    person = f.PersonFactory()
    answer = _found(as_caseworker, person.national_id)
    assert answer.status_code == 302
    assert answer["Location"] == f"/personer/{person.pk}/"


def test_case_number_redirects_to_the_case(as_caseworker):
    case = f.ApplicationFactory()
    case.refresh_from_db()
    answer = _found(as_caseworker, case.case_number)
    assert answer["Location"] == f"/soknader/{case.pk}/"


def test_protected_person_is_not_found_by_name_national_id_or_case(login):
    hidden = f.PersonFactory(last_name="Kanarifugl", protected=True)
    case = f.ApplicationFactory(person=hidden)
    case.refresh_from_db()
    client = login("saksbehandler")
    for text in ("kanarifugl", hidden.national_id, case.case_number):
        answer = _found(client, text)
        assert answer.status_code == 200
        assert answer.context["found"].number == 0


def test_a_dwelling_is_found_by_its_address(login):
    unit = f.UnitFactory()
    for role in ("saksbehandler", "boligforvalter"):
        assert unit in _found(login(role), str(unit)).context["found"].units


def test_the_stock_manager_finds_no_persons(login):
    person = f.PersonFactory(last_name="Wrona")
    client = login("boligforvalter")
    assert _found(client, "wrona").context["found"].persons == []
    assert _found(client, person.national_id).status_code == 200


def test_search_text_is_neither_stored_nor_in_a_url(as_caseworker):
    f.PersonFactory(last_name="Wrona")
    answer = _found(as_caseworker, "wrona")
    assert "no-store" in answer["Cache-Control"]
    # The browser must send the origin, or a second search from this page is refused.
    assert answer["Referrer-Policy"] == "same-origin"
    assert "?q=" not in answer.content.decode()
    assert as_caseworker.get("/sok/?q=wrona").context["found"] is None


@pytest.mark.parametrize("text", ["", " ", "a", "%", "_", "'", "2026/", "\x00", "x" * 5000])
def test_nonsense_search_finds_nothing_and_does_not_crash(as_caseworker, text):
    assert _found(as_caseworker, text).status_code == 200


def test_user_without_access_to_search_is_forbidden(login):
    assert login("systemadministrator").get("/sok/").status_code == 403
