"""The file sent with an appeal is whole, in order, and holds nothing only some may read."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from casework.appeals import actions, pdf_join
from casework.appeals import file as appeal_file
from casework.letters import letters
from casework.log.enums import LetterKind, NoteReaders
from casework.models import Appeal, StoredFile
from casework.persons.uploads import DOCX
from common import pdf
from tests import factories as f
from tests.factories_follow_up import DocumentFactory
from tests.factories_statements import StatementFactory

pytestmark = pytest.mark.django_db
WHY = "Vi har lest klagen og sett på saken på nytt, og mener vedtaket er riktig."


def picture() -> bytes:
    """A grey PNG of 2 by 2 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00\x80\x80" * 2)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    )


def printed(text: str) -> bytes:
    """Somebody else's PDF, with a page of text and a script."""
    data = {
        "sender": {"municipality": "Legesenteret", "unit": "", "address": []},
        "made_at": f.now(),
    }
    sections = [{"title": text, "blocks": [{"kind": "text", "text": text}]}]
    page = pdf.render(
        "appeal_documents",
        {
            **data,
            "sections": sections,
            "first_page": 1,
            "pages": 1,
            "case_number": "",
            "title": text,
        },
        title=text,
    )
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page)))
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('hei')"),
        }
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    return _written(writer)


def locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("hemmelig", algorithm="RC4-128")
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def upload(case, title: str, content: bytes, kind: str = "application/pdf", **facts):
    stored = StoredFile.objects.create(content=content, media_type=kind, made_at=f.now())
    facts = {"application": case, "dated_on": f.days_ago(2), **facts}
    return DocumentFactory(person=case.person, title=title, file=stored, **facts)


@pytest.fixture
def appeal() -> Appeal:
    """An appeal in a case with a document of every kind."""
    vedtak = f.ApplicationFactory(refused=True).decision
    case = vedtak.application
    note = {"person": case.person, "application": case}
    f.NoteFactory(**note, observation="Vi snakket om trappene.", objection="Det sa jeg aldri.")
    f.NoteFactory(**note, observation="Bare for meg.", readers=NoteReaders.RESPONSIBLE)
    f.NoteFactory(
        **note,
        observation="Bare for enheten.",
        readers=NoteReaders.UNIT,
        unit=f.OrganisationUnitFactory(),
    )
    StatementFactory(
        person=case.person,
        application=case,
        received=True,
        outside=True,
        comment="Dette er jeg enig i.",
        commented_at=f.now(),
        commented_by=case.registered_by,
    )
    StatementFactory(person=case.person, application=case, question="Ikke besvart ennå?")
    f.ChoiceTalkFactory(application=case, answer="Helst noe på bakkeplan.")
    upload(case, "Epikrise", printed("Pasienten kan ikke gå i trapper."))
    upload(case, "Bilde av trappa", picture(), "image/png", from_whom="Personen selv")
    upload(
        case,
        "Brev fra naboen",
        b"Hilsen naboen.\n\tTrappa er bratt.",
        "text/plain; charset=utf-8",
    )
    upload(case, "Søknadsskjema", b"PK\x03\x04 docx", DOCX, file_name="skjema.docx")
    upload(case, "Låst rapport", locked())
    withdrawn = {"withdrawn_at": f.now(), "withdrawn_by": case.registered_by}
    upload(case, "Feil person", b"%PDF-1.4", withdrawn_why="Lagt på feil sak", **withdrawn)
    upload(case, "Uten sak", b"%PDF-1.4", application=None)
    notice = letters.make_letter(
        kind=LetterKind.NOTICE,
        application=case,
        title="Du kan si din mening",
        data=letters.body(intro=["Vi vurderer avslag."]),
        by=case.registered_by,
        at=timezone.now(),
    )
    answered = {"answered_on": f.today(), "answered_at": f.now(), "answered_by": notice.made_by}
    f.AdvanceNoticeFactory(
        application=case, letter=notice, answer="Avslag er feil, sier jeg.", **answered
    )
    return f.AppealFactory(vedtak=vedtak, words="Dere tar feil.", reviewing=True)


def test_file_holds_every_document_in_order_and_what_was_promised(login, appeal):
    client = login(user=appeal.reviewer)
    page = client.get(reverse("casework:appeal", args=[appeal.pk])).text
    promised = appeal_file.titles(appeal, f.today())
    for title in promised:
        assert title in page
    assert "2 notater er bare for noen av dere, og følger ikke med." in page
    assert "Ett dokument om personen hører ikke til noen sak" in page

    actions.forward(appeal=appeal, review=WHY, by=appeal.reviewer, at=f.now())
    appeal.refresh_from_db()
    reader = PdfReader(io.BytesIO(bytes(appeal.file.content)))
    marks = [entry.title for entry in reader.outline]
    assert [title.rpartition(", ")[0] for title in promised] == marks[2:]
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    said = [
        "Vi snakket om trappene.",
        "Det sa jeg aldri.",
        "Avslag er feil, sier jeg.",
        "Hun holder avtaler, og vil ha naboer.",
        "Dette er jeg enig i.",
        "Helst noe på bakkeplan.",
        "Pasienten kan ikke gå i trapper.",
        "Hilsen naboen. Trappa er bratt.",
        "Vi vurderer avslag.",
        "Søknadsskjema (sendes ved siden av)",
        "Låst rapport (sendes ved siden av)",
    ]
    assert [words for words in said if words not in text] == []
    for hidden in ("Bare for meg", "Bare for enheten", "Ikke besvart", "Feil person", "Uten sak"):
        assert hidden not in text and hidden not in " ".join(promised)
    # The four that always come first; then the case by date; what other apps add is last.
    dates = [document.on for document in appeal_file.documents(appeal, None, f.today(), "nb")]
    assert dates[3:-2] == sorted(dates[3:-2])

    # What cannot be pages is offered beside the file; nobody's script is sent on.
    page = client.get(reverse("casework:appeal", args=[appeal.pk])).text
    assert {one.title for one in appeal.sent_apart.all()} == {"Søknadsskjema", "Låst rapport"}
    for one in appeal.sent_apart.all():
        assert reverse("casework:document", args=[one.pk]) in page
    assert not any("/AA" in page for page in reader.pages)
    # Others' pages may have no tags: the whole does not claim to be PDF/A or PDF/UA.
    about = reader.xmp_metadata.stream.get_data()
    assert b"pdfaid:part" not in about and b"pdfuaid:part" not in about
    assert b"Sakens dokumenter" in about


def test_damaged_pdf_is_not_opened():
    with pytest.raises(pdf_join.UnreadablePdf):
        pdf_join.pages_only(b"%PDF-1.7 not really %%EOF")


def test_steps_of_an_appeal_nobody_reviews_yet_can_be_opened(login):
    appeal = f.AppealFactory(due_on=f.days_ago(3))
    client = login("saksbehandler")
    for name in ("appeal_forward", "appeal_dismiss", "appeal_suspension", "appeal_reverse"):
        assert client.get(reverse(f"casework:{name}", args=[appeal.pk])).status_code == 200


def test_documents_stand_by_the_day_they_are_from_then_in_the_order_they_were_made():
    appeal = f.AppealFactory(reviewing=True, vedtak=f.ApplicationFactory(refused=True).decision)
    case = appeal.vedtak.application
    upload(case, "Mye eldre", picture(), "image/png", dated_on=f.days_ago(900))
    for title in ("Meir tid", "Enda meir tid"):
        letters.make_letter(
            kind=LetterKind.INTERIM, application=case, title=title, template="plain",
            data=letters.body(intro=[title]), by=case.registered_by, at=f.now(),
        )  # fmt: skip
    titles = [title.rsplit(", ", 1)[0] for title in appeal_file.titles(appeal, f.today())]
    of = titles.index
    assert titles[0] == "Mye eldre"
    assert of("Søknaden") < of("Klagen") and of("Meir tid") + 1 == of("Enda meir tid")
    days = [line.rsplit(", ", 1)[1] for line in appeal_file.titles(appeal, f.today())]
    as_days = [tuple(map(int, reversed(day.split(".")))) for day in days]
    assert as_days == sorted(as_days)


@pytest.mark.parametrize(("outcome", "weighed"), [("avslag", True), ("avvist", False)])
def test_what_was_never_weighed_against_others_comes_without_a_comparison(outcome, weighed):
    vedtak = f.VedtakFactory(issued=True, outcome=outcome)
    titles = appeal_file.titles(f.AppealFactory(vedtak=vedtak), f.today())
    for title in ("Sammenligning med andre på ventelisten", "Ledige boliger"):
        assert any(title in one for one in titles) is weighed, titles
