"""Notes: corrections, the person's objection, and who may read them (C22)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import RoleKind, UnitKind
from casework.log.enums import NoteReaders
from casework.models import Note
from tests import factories as f

pytestmark = pytest.mark.django_db


def _url(name, note):
    return reverse(f"casework:{name}", args=[note.pk])


def _page(client, person):
    return client.get(reverse("desk:person_follow_up", args=[person.pk])).content.decode()


@pytest.fixture
def note(as_caseworker):
    return f.NoteFactory(
        person=f.PersonFactory(with_household=True),
        observation="Satt i gangen.",
        quotation="Jeg fryser.",
        written_by=as_caseworker.user,
    )


def test_earlier_text_is_shown_beside_the_current_text(as_caseworker, note):
    data = {"observation": "Satt i trappa.", "quotation": "Jeg fryser.", "readers": "alle"}
    assert as_caseworker.post(_url("note", note), data).status_code == 302
    page = as_caseworker.get(_url("note", note)).content.decode()
    assert "Satt i trappa." in page
    assert "Satt i gangen." in page
    note.refresh_from_db()
    assert note.edited_by == as_caseworker.user
    again = as_caseworker.post(_url("note", note), data)
    assert "Notatet er som før" in again.content.decode()


def test_only_the_author_corrects_a_note(note, login):
    colleague = login("saksbehandler")
    assert 'name="observation"' not in colleague.get(_url("note", note)).content.decode()
    answer = colleague.post(_url("note", note), {"observation": "Annet", "readers": "alle"})
    assert answer.status_code == 403
    assert Note.objects.get().observation == "Satt i gangen."


def test_objection_of_the_person_is_shown_beside_the_note(note, login):
    colleague = login("saksbehandler")
    colleague.post(_url("note_objection", note), {"objection": "Jeg satt ikke der."})
    page = _page(colleague, note.person)
    assert "Satt i gangen." in page
    assert "«Jeg satt ikke der.»" in page
    assert login("leder").post(_url("note_objection", note), {"objection": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("readers", "own_unit", "other_unit", "responsible"),
    [
        (NoteReaders.CASE, True, True, True),
        (NoteReaders.UNIT, True, False, False),
        (NoteReaders.RESPONSIBLE, False, False, True),
    ],
)
def test_note_is_visible_only_to_its_audience(login, readers, own_unit, other_unit, responsible):
    health = f.OrganisationUnitFactory(kind=UnitKind.HEALTH_OFFICE)
    writer = login(RoleKind.CASEWORKER, unit=health)
    answers = login(RoleKind.CASEWORKER)
    person = f.PersonFactory(responsible=answers.user)
    writer.post(
        reverse("casework:note_new", args=[person.pk]),
        {"observation": "Bare for noen", "readers": readers},
    )
    note = Note.objects.get()
    clients = {
        login(RoleKind.CASEWORKER, unit=health): own_unit,
        login(RoleKind.APPROVER): other_unit,
        answers: responsible,
        writer: True,
    }
    for client, reads in clients.items():
        assert ("Bare for noen" in _page(client, person)) == reads
        assert client.get(_url("note", note)).status_code == (200 if reads else 404)
        events = client.get(reverse("desk:person_events", args=[person.pk])).content.decode()
        assert "Bare for noen" not in events
