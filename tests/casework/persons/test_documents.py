"""Documents are checked when uploaded, and served so that they cannot run scripts (need C22)."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

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
    assert ReadLog.objects.of(person.pk).filter(page="document").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vondt.pdf", b"MZ\x90\x00 this is a program", "innholdet er noe annet"),
        ("vondt.pdf", HTML, "innholdet er noe annet"),
        ("vondt.txt", HTML, "innholdet er noe annet"),
        ("bilde.png", JPEG, "men er JPEG-bilde"),
        ("bilde.jpg", PDF, "men er PDF"),
        ("brev.docx", ODT, "men er OpenDocument-tekst"),
        ("brev.docx", MACRO, "makroer"),
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


# ------------------------------------------------------------------ what a file could do by itself


def docx(**parts: bytes) -> bytes:
    return archive(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<w/>", **parts})


def odt(**parts: bytes) -> bytes:
    return archive(mimetype=uploads.ODT.encode(), **{"content_xml": b"<o/>", **parts})


def pdf(change=lambda writer: None, password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    if password:
        writer.encrypt(password)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def hidden(**entries: str) -> bytes:
    """A PDF with a dictionary that only an object nothing points to has."""
    value = DictionaryObject(
        {NameObject(f"/{key}"): NameObject(f"/{text}") for key, text in entries.items()}
    )
    return pdf(lambda writer: writer._add_object(value))


def says_hello(writer: PdfWriter) -> None:
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(key): value for key, value in script.items()}
    )


def broken_odt() -> bytes:
    """The packed bytes of its first part are damaged, so that zlib fails."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", uploads.ODT)
        made.writestr("content.xml", "<o/>" * 100)
    content = bytearray(kept.getvalue())
    content[40:44] = b"\xff\xff\xff\xff"
    return bytes(content)


def damaged_part() -> bytes:
    """A part that is not what its checksum says."""
    return docx().replace(b"<w/>", b"<x/>")


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr("mimetype", uploads.ODT)
        made.writestr("Pictures/1.bin", bytes(2 * uploads.MEGABYTE))
    return kept.getvalue()


def locked_zip() -> bytes:
    content = bytearray(odt())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.rindex(mark)
        content[at + place] |= 1
    return bytes(content)


def relation(kind: str) -> bytes:
    where = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<Relationships><Relationship Id="r1" Type="{where}/{kind}"'
        ' Target="https://ond.example/x" TargetMode="External"/></Relationships>'
    ).encode()


DDE = b"<w:instrText>DD</w:instrText><w:r/><w:instrText>EAUTO cmd</w:instrText>"
RELS = "word___rels__document_xml.rels"
ACTIVE = {
    "makroer": [
        ("a.docx", docx(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin")),
        ("b.docx", docx(**{"[Content_Types]_xml": b"application/vnd.ms-word.macroEnabled"})),
        ("c.odt", odt(Basic__Standard__m_xml=b"x")),
        ("d.odt", odt(content_xml=b"<script:event-listener/>")),
        ("e.docx", docx(word__x_xml="macroEnabled".encode("utf-16"))),
        ("f.docx", docx(word__embeddings__tall_xlsx=docx(xl__vbaProject=b"x"))),
    ],
    "et innebygd objekt": [
        ("a.docx", docx(word__embeddings__thing=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
        ("b.docx", docx(word__media__picture=b"MZ\x90\x00")),
        ("c.odt", odt(content_xml=b"<draw:object-ole/>")),
        ("d.docx", docx(word__activeX__one=b"x")),
        ("e.pdf", hidden(Subtype="RichMedia")),
    ],
    "henter noe utenfra": [
        ("a.docx", docx(word__document_xml=DDE)),
        ("b.odt", odt(content_xml=b"<text:dde-connection-decl/>")),
        ("c.docx", docx(**{RELS: relation("attachedTemplate")})),
        ("d.docx", docx(**{RELS: relation("frame")})),
        ("e.pdf", hidden(S="SubmitForm")),
    ],
    "et skript": [
        ("a.pdf", pdf(says_hello)),
        ("b.pdf", hidden(S="JavaScript")),
        ("c.pdf", hidden(XFA="x")),
    ],
    "starter et program": [("a.pdf", hidden(S="Launch"))],
    "andre filer": [
        ("a.pdf", pdf(lambda writer: writer.add_attachment("ond.exe", b"MZ"))),
        ("b.pdf", hidden(Subtype="FileAttachment")),
    ],
    "låst med passord": [("a.pdf", pdf(password="hemmelig")), ("b.odt", locked_zip())],
    "ødelagt": [("a.pdf", b"%PDF-1.7\n1 0 obj\n<<\n%%EOF\n"), ("b.docx", damaged_part())],
    "innholdet er noe annet": [
        ("0.docx", docx()[:-40] + b"x" * 40),
        ("a.odt", broken_odt()),
        ("b.txt", "Brevet er på norsk".encode("utf-16")),
        ("c.txt", "Søknad".encode("cp1252")),
        ("d.txt", b"\x80\x81\x00"),
    ],
    "for stor når den pakkes ut": [("a.odt", bomb())],
}


@pytest.mark.parametrize("words", ACTIVE)
def test_file_that_could_act_or_cannot_be_opened_is_refused_in_words(
    as_caseworker, person, words, monkeypatch
):
    monkeypatch.setattr("casework.persons.active_content.MOST_UNPACKED", uploads.MEGABYTE)
    for name, content in ACTIVE[words]:
        answer = _send(as_caseworker, person, name, content)
        assert answer.status_code == 200, name
        assert words in answer.content.decode(), name
    assert not Document.objects.exists()


def test_ordinary_files_with_links_charts_and_bookmarks_are_taken(as_caseworker, person):
    def bookmarked(writer):
        writer.add_outline_item(title="Side 1", page_number=0)
        writer.add_uri(0, "https://nav.example", (0, 0, 9, 9))
        writer.open_destination = "Side 1"

    locked_against_changes = PdfWriter()
    locked_against_changes.add_blank_page(100, 100)
    locked_against_changes.encrypt("", owner_password="banken")
    kept = io.BytesIO()
    locked_against_changes.write(kept)
    for name, content in (
        ("a.docx", docx(**{RELS: relation("hyperlink")})),
        ("b.docx", docx(word__embeddings__tall_xlsx=docx())),
        ("c.docx", docx(word__document_xml=b"<w:instrText> PAGE </w:instrText>")),
        ("d.pdf", pdf(bookmarked)),
        ("e.pdf", kept.getvalue()),
    ):
        assert _send(as_caseworker, person, name, content).status_code == 302, name


@pytest.mark.parametrize("charset", ["hex", "utf-7", "undefined", "idna", "iso-8859-1"])
def test_request_in_a_strange_encoding_is_refused(db, rf, charset, monkeypatch):
    monkeypatch.setenv("VARIG_PROCESS", "command")  # importing it sets another
    from config.wsgi import application

    kind = f"multipart/form-data; boundary=x; charset={charset}"
    body = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xe5\r\n--x--\r\n'
    for environ in (
        rf._base_environ(PATH_INFO="/personer/", QUERY_STRING="q=x", CONTENT_TYPE=kind),
        rf._base_environ(
            PATH_INFO="/personer/ny/",
            REQUEST_METHOD="POST",
            CONTENT_TYPE=kind,
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body)},
        ),
    ):
        said: list[str] = []
        application(environ, lambda status, headers, said=said: said.append(status))
        assert said == ["400 Bad Request"]
