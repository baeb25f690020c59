"""Documents are checked when uploaded, and served so that they cannot run scripts (need C22)."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ReadLog
from casework.models import Document, StoredFile
from casework.persons import uploads
from common.formatting import nbdate
from tests import factories as f
from tests.factories_follow_up import PDF, DocumentFactory, setting

pytestmark = pytest.mark.django_db

JPEG, PNG = b"\xff\xd8\xff\xe0" + b"0" * 90, b"\x89PNG\r\n\x1a\n" + b"0" * 90


def archive(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return kept.getvalue()


DOCX = archive(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<w/>"})
ODT = archive(mimetype=uploads.ODT.encode(), content_xml=b"<o/>")
MACRO = archive(
    **{"[Content_Types]_xml": b"", "word__document_xml": b"", "word__vbaProject.bin": b"x"}
)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.fixture
def person():
    return f.PersonFactory(with_household=True)


def _send(client, person, name, content, **facts):
    data = {
        "upload": SimpleUploadedFile(name, content),
        "title": "Legeerklæring",
        "category": "legeerklaering",
        "dated_on": nbdate(f.today()),
        "from_whom": "Fastlegen",
        **facts,
    }
    return client.post(reverse("casework:document_new", args=[person.pk]), data)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("b.JPG", JPEG, "image/jpeg"),
        ("b.jpeg", JPEG, "image/jpeg"),
        ("c.png", PNG, "image/png"),
        ("d.docx", DOCX, uploads.DOCX),
        ("e.odt", ODT, uploads.ODT),
        ("f.txt", "Blåbær\r\n".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_document_is_stored_unchanged_and_served_without_scripts(
    as_caseworker, person, name, content, media_type
):
    assert _send(as_caseworker, person, name, content).status_code == 302
    document = Document.objects.get()
    assert document.file.sha256 == hashlib.sha256(content).hexdigest()
    answer = as_caseworker.get(reverse("casework:document", args=[document.pk]))
    assert answer.content == content
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert ReadLog.objects.filter(person_id=person.pk, page="document").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vondt.pdf", b"MZ\x90\x00 this is a program", "innholdet er noe annet"),
        ("vondt.pdf", HTML, "innholdet er noe annet"),
        ("vondt.txt", HTML, "innholdet er noe annet"),
        ("bilde.png", JPEG, "men er JPEG-bilde"),
        ("bilde.jpg", PDF, "men er PDF"),
        ("brev.docx", ODT, "men er OpenDocument-tekst"),
        ("brev.docx", MACRO, "innholdet er noe annet"),
        ("brev.docx", b"PK\x03\x04 broken", "innholdet er noe annet"),
        ("avkortet.pdf", b"%PDF-1.7 no end", "innholdet er noe annet"),
        ("program.exe", b"MZ", "kan ikke lastes opp"),
        ("side.svg", b"<svg/>", "kan ikke lastes opp"),
        ("uten-ending", PDF, "har ingen ending"),
        ("tom.pdf", b"", "Filen er tom"),
    ],
)
def test_file_with_a_false_type_is_refused_with_a_sentence(
    as_caseworker, person, name, content, message
):
    answer = _send(as_caseworker, person, name, content)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_largest_file_size_is_a_setting(as_caseworker, person):
    setting("upload_max_mb", 1)
    large = PDF[:-6] + b"0" * uploads.MEGABYTE + b"%%EOF\n"
    assert "større enn 1 megabyte" in _send(as_caseworker, person, "a.pdf", large).content.decode()
    assert not Document.objects.exists()


def test_accepted_file_types_are_a_setting_of_the_installation(as_caseworker, person, settings):
    settings.UPLOAD_TYPES = ["pdf"]
    assert "kan ikke lastes opp" in _send(as_caseworker, person, "c.png", PNG).content.decode()


def test_same_file_is_not_added_twice(as_caseworker, person):
    _send(as_caseworker, person, "a.pdf", PDF)
    again = _send(as_caseworker, person, "b.pdf", PDF, title="Igjen")
    assert "allerede lastet opp som «Legeerklæring»" in again.content.decode()
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["..\\..\\etc\\passwd.pdf", "../x/y\r\nz.pdf", '"<b>.pdf', "..pdf"]
)
def test_file_name_is_never_used_as_a_path(name):
    kept = uploads.safe_name(name, uploads.TYPES["pdf"])
    assert not set(kept) & set('/\\"<>\r\n')
    assert kept.endswith(".pdf")


def test_withdrawn_document_keeps_its_row_and_reason(as_caseworker, person):
    document = DocumentFactory(person=person)
    withdraw = reverse("casework:document_withdraw", args=[document.pk])
    assert "why" in as_caseworker.post(withdraw, {"why": ""}).context["form"].errors
    as_caseworker.post(withdraw, {"why": "Gjelder en annen."})
    page = as_caseworker.get(reverse("desk:person_documents", args=[person.pk])).content.decode()
    assert "Gjelder en annen." in page
    assert as_caseworker.get(reverse("casework:document", args=[document.pk])).status_code == 404
    assert StoredFile.objects.filter(document=document).exists()


def test_document_of_a_hidden_person_is_404(login):
    document = DocumentFactory(person=f.PersonFactory(strictly_protected=True))
    url = reverse("casework:document", args=[document.pk])
    assert login("saksbehandler").get(url).status_code == 404
    assert login("likeperson").get(url).status_code == 403
    assert login("saksbehandler", sees_protected=True).get(url).status_code == 200
