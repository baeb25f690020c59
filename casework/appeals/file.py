"""The PDF file sent with an appeal to the appeals body: a list, then each document in order.

Letters are included as they were sent, uploads as they came; the other documents are made from the
case as it is on the day. Other apps add what casework does not know (others on the waiting list,
vacant dwellings) through `register`. The file is made once and never changes.

One list (`documents`) is both what the page promises and what is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import ngettext, override

from casework.assessment.models import AssessmentAnswer, HousingNeed
from casework.assessment.needs import bedrooms_nb
from casework.letters import letters
from casework.letters.models import Letter
from casework.letters.words import words
from casework.log.enums import LanguageForm
from casework.log.models import StoredFile
from casework.persons import uploads
from casework.vedtak import letter as vedtak_letter
from common import pdf
from common.calendar import local_date
from common.formatting import nbdate, nbdate_long

from . import letters as appeal_letters
from . import pdf_join

if TYPE_CHECKING:
    from casework.persons.models import Document
    from casework.vedtak.models import Vedtak

    from .models import Appeal

# The pictures a page can show: the ending Typst knows each by.
PICTURES = {
    uploads.TYPES[name].media_type: uploads.TYPES[name].endings[0] for name in ("jpeg", "png")
}

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileDocument:
    """One document: pages made from `blocks`, or a stored file as it is (`letter`, `upload`).

    `on` is the day it is from, and `at` when we made or registered it: the order of those from the
    same day. `blocks` is called, and files are read, only when the file is made.
    """

    title: str
    on: date
    at: datetime | None
    blocks: Callable[[], list[Block]] | None = None
    letter: Letter | None = None
    upload: Document | None = None

    def __str__(self) -> str:
        return f"{self.title}, {nbdate(self.on)}"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The file as stored, and the uploads that cannot be part of it and are sent beside it."""

    stored: StoredFile
    apart: list[Document]


Part = Callable[["Appeal", date, str], FileDocument | None]
# By name: a function that makes the document, or None if there is nothing to show.
_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Add a document from another app to every file, after those of casework.

    It must not identify other persons: the party has a right to see the file (fvl. § 18).
    """
    _parts[name] = part


def assemble(appeal: Appeal, letter: Letter, *, on: date, at: datetime) -> MadeFile:
    """Make and store the file. Raises `common.pdf.UnprintableText` and `pdf_join.UnreadablePdf`."""
    language = appeal.vedtak.application.person.language_form
    with override("nb"):
        printer = _Printer(appeal, documents(appeal, letter, on, language), on, at, language)
        stored = StoredFile.objects.create(content=printer.printed(), made_at=at)
    return MadeFile(stored, printer.apart)


def documents(appeal: Appeal, letter: Letter | None, on: date, language: str) -> list[FileDocument]:
    """Every document of the case: our letter, then by the day each is from and the time we made or
    registered it, and last what other apps add.

    What only some of those who work with the case may read, is not among them (`left_out`).
    """
    application = appeal.vedtak.application
    t = words("appeal_file", language)
    rest = [
        _application(application, t, language),
        _vedtak(appeal.vedtak, t),
        _appeal(appeal, t["klage"], language),
        *(_assessment(assessment, t) for assessment in _assessments(application)),
        *(_need(need, t, language) for need in application.needs.order_by("decided_at", "pk")),
        *(_statement(statement, t) for statement in _statements(application)),
        *(_talk(talk, t) for talk in application.choice_talks.prefetch_related("alternatives")),
        *_notes(application, t),
        *(
            FileDocument(upload.title, upload.dated_on, upload.uploaded_at, upload=upload)
            for upload in application.documents.kept().order_by("pk")
        ),
        *(_letter(other) for other in _letters(appeal, letter)),
        *(_answer(notice, t) for notice in _answered(application)),
        *(
            _vedtak(other, t)
            for other in application.vedtak.filter(issued_on__isnull=False, letter=None).order_by(
                "pk"
            )
            if other != appeal.vedtak
        ),
        *(
            _appeal(other, t["other_klage"], language)
            for other in type(appeal).objects.filter(vedtak__application=application).order_by("pk")
            if other != appeal
        ),
    ]
    rest.sort(key=lambda document: (document.on, document.at))
    first = [_letter(letter)] if letter else []
    added = [part(appeal, on, language) for part in _parts.values()]
    return [*first, *rest, *(document for document in added if document)]


def titles(appeal: Appeal, on: date) -> list[str]:
    """The documents the file would hold now besides our letter, without making it."""
    with override("nb"):
        return [str(document) for document in documents(appeal, None, on, LanguageForm.BOKMAL)]


def left_out(appeal: Appeal) -> list[str]:
    """Sentences on what is not in the file, and what to do if it should be."""
    application = appeal.vedtak.application
    person = application.person
    closed = application.notes.count() - application.notes.open_to_all().count()
    loose = (
        person.documents.kept().filter(application=None).count()
        + person.statements.received().filter(application=None).count()
        + person.assessments.filter(application=None).count()
    )
    sentences = []
    if closed:
        sentences.append(
            ngettext(
                "Ett notat er bare for noen av dere, og følger ikke med.",
                "%(n)d notater er bare for noen av dere, og følger ikke med.",
                closed,
            )
            % {"n": closed}
        )
    if loose:
        sentences.append(
            ngettext(
                "Ett dokument om personen hører ikke til noen sak, og følger ikke med.",
                "%(n)d dokumenter om personen hører ikke til noen sak, og følger ikke med.",
                loose,
            )
            % {"n": loose}
        )
    return sentences


# ------------------------------------------------------------------ the documents


def _letters(appeal: Appeal, ours: Letter | None):
    """The other letters of the case, without their files."""
    others = appeal.vedtak.application.letters.exclude(vedtak=appeal.vedtak).order_by("pk")
    return others.exclude(pk=ours.pk) if ours else others


def _letter(letter: Letter) -> FileDocument:
    return FileDocument(letter.title, local_date(letter.made_at), letter.made_at, letter=letter)


def _vedtak(vedtak: Vedtak, t: dict[str, Any]) -> FileDocument:
    letter = Letter.objects.filter(vedtak=vedtak).first()
    if letter:
        title = f"{t['vedtak']}: {letter.title}"
        return FileDocument(title, vedtak.issued_on, letter.made_at, letter=letter)

    def blocks() -> list[Block]:
        made: list[Block] = [{"kind": "note", "text": t["imported"]}]
        pairs = [
            (outcome.basis.title, outcome.get_outcome_display())
            for outcome in vedtak.outcomes.select_related("basis")
        ]
        made.append({"kind": "facts", "pairs": pairs})
        for name in ("facts", "rules", "reasoning", "person_view", "best_interests", "conditions"):
            text = getattr(vedtak, name).strip()
            if text:
                made += [{"kind": "heading", "text": t[name]}, {"kind": "text", "text": text}]
        return made

    return FileDocument(t["vedtak"], vedtak.issued_on, vedtak.issued_at, blocks)


def _appeal(appeal: Appeal, title: str, language: str) -> FileDocument:
    return FileDocument(
        title,
        appeal.received_on,
        appeal.registered_at,
        lambda: [
            {"kind": "facts", "pairs": appeal_letters.facts(appeal, language)},
            {"kind": "quote", "text": appeal.words},
        ],
    )


def _application(application, t: dict[str, Any], language: str) -> FileDocument:
    def blocks() -> list[Block]:
        bases = appeal_letters.basis_titles(application.bases.order_by("pk"), language)
        pairs = [
            (t["received"], nbdate_long(application.received_at)),
            (t["kind"], t["kinds"][application.kind]),
            (t["bases"], "\n".join(bases)),
        ]
        said = [{"kind": "quote", "text": application.words}] if application.words else []
        return [{"kind": "facts", "pairs": pairs}, *said]

    return FileDocument(t["application"], application.received_on, application.received_at, blocks)


def _assessments(application):
    return (
        application.assessments.select_related("wish")
        .prefetch_related(Prefetch("answers", AssessmentAnswer.objects.select_related("dimension")))
        .order_by("held_on", "pk")
    )


def _assessment(assessment, t: dict[str, Any]) -> FileDocument:
    return FileDocument(
        t["assessment"],
        assessment.held_on,
        assessment.made_at,
        lambda: _assessment_blocks(assessment, t),
    )


def _assessment_blocks(assessment, t: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [
        {"kind": "heading", "text": t["wish"]},
        {"kind": "quote", "text": assessment.wish.words},
    ]
    pairs = [(t["together"], assessment.together), (t["goals"], assessment.goals)]
    if pairs := [(name, text) for name, text in pairs if text.strip()]:
        blocks.append({"kind": "facts", "pairs": pairs})
    rows = [
        [
            answer.dimension.name,
            answer.own_view or "–",
            t["support"][str(answer.support_need)],
            answer.agreed_help or "–",
        ]
        for answer in assessment.answers.all()
    ]
    if rows:
        blocks.append({"kind": "table", "head": t["dimensions"], "rows": rows})
    return blocks


def _need(need: HousingNeed, t: dict[str, Any], language: str) -> FileDocument:
    return FileDocument(
        t["need"],
        local_date(need.decided_at),
        need.decided_at,
        lambda: _need_blocks(need, t, language),
    )


def _need_blocks(need: HousingNeed, t: dict[str, Any], language: str) -> list[Block]:
    types = ", ".join(vedtak_letter.type_name(kind, language) for kind in need.types)
    pairs = [
        (t["bedrooms"], bedrooms_nb(need.bedrooms)),
        (t["types"], types or "–"),
        (t["staffing"], t["staffings"][need.staffing]),
        (t["step_free"], t["yes"] if need.step_free else t["no"]),
        (t["wheelchair"], t["yes"] if need.wheelchair else t["no"]),
    ]
    if need.edit_reason:
        pairs.append((t["edited"], need.edit_reason))
    return [{"kind": "facts", "pairs": pairs}]


def _statements(application):
    return application.statements.received().select_related("asked_of")


def _statement(statement, t: dict[str, Any]) -> FileDocument:
    on = local_date(statement.received_at)

    def blocks() -> list[Block]:
        made: list[Block] = [
            {
                "kind": "facts",
                "pairs": [
                    (t["asked"], statement.question),
                    (t["signed"], t["by"].format(on=nbdate(on), name=statement.signed)),
                ],
            },
            {"kind": "text", "text": statement.text},
        ]
        return made + _said(t["comment"], statement.comment)

    title = f"{t['statement']}: {statement.signed}"
    return FileDocument(title, on, statement.received_at, blocks)


def _talk(talk, t: dict[str, Any]) -> FileDocument:
    def blocks() -> list[Block]:
        rows = [
            [one.what, one.means, t["yes"] if one.chosen else ""] for one in talk.alternatives.all()
        ]
        return [
            {"kind": "facts", "pairs": [(t["together"], talk.present)]},
            {"kind": "table", "head": t["alternatives"], "rows": rows},
            *_said(t["answer"], talk.answer),
            {"kind": "heading", "text": t["changed"]},
            {"kind": "text", "text": talk.changed},
        ]

    return FileDocument(t["talk"], talk.held_on, talk.recorded_at, blocks)


def _answered(application):
    """The advance notices that the person answered: the answer is a document of the case."""
    return application.notices.exclude(answered_on=None).select_related("letter")


def _answer(notice, t: dict[str, Any]) -> FileDocument:
    def blocks() -> list[Block]:
        facts = [(t["notice"], notice.letter.title), (t["sent"], nbdate(notice.sent_at))]
        return [{"kind": "facts", "pairs": facts}, {"kind": "quote", "text": notice.answer}]

    return FileDocument(t["notice_answer"], notice.answered_on, notice.answered_at, blocks)


def _notes(application, t: dict[str, Any]) -> list[FileDocument]:
    """The notes that all may read, as one document; none if there are none."""
    notes = application.notes.open_to_all().select_related("written_by")
    notes = list(notes.order_by("written_at", "pk"))
    if not notes:
        return []

    def blocks() -> list[Block]:
        made: list[Block] = []
        for note in notes:
            by = t["by"].format(on=nbdate(note.written_at), name=note.written_by.get_full_name())
            made.append({"kind": "heading", "text": by})
            if note.observation:
                made.append({"kind": "text", "text": note.observation})
            if note.quotation:
                made.append({"kind": "text", "text": f"{t['said']}:"})
                made.append({"kind": "quote", "text": note.quotation})
            if note.objection:
                made.append({"kind": "text", "text": f"{t['objection']}:"})
                made.append({"kind": "quote", "text": note.objection})
        return made

    title = f"{t['notes']} ({len(notes)})"
    last = notes[-1].written_at
    return [FileDocument(title, local_date(last), last, blocks)]


def _said(heading: str, text: str) -> list[Block]:
    if not text.strip():
        return []
    return [{"kind": "heading", "text": heading}, {"kind": "quote", "text": text}]


# ------------------------------------------------------------------ as one PDF


@dataclass(slots=True)
class _Printer:
    """Prints the documents of one file."""

    appeal: Appeal
    documents: list[FileDocument]
    on: date
    at: datetime | None
    language: str
    apart: list[Document] = field(default_factory=list)
    _as_sent: dict[int, pdf_join.Part] = field(default_factory=dict)
    _blocks: dict[int, list[Block]] = field(default_factory=dict)

    def printed(self) -> bytes:
        """The cover with the list of the documents, then each of them."""
        for number, document in enumerate(self.documents):
            self._read(number, document)
        # Made twice: first to count the pages, then with the right page numbers.
        first, parts, _begins = self._made(1, 1)
        before = pdf_join.pages(first)
        total = before + sum(pdf_join.pages(part.content) for part in parts)
        first, parts, _begins = self._made(before, total)
        cover = pdf_join.Part(first, [(self._t["contents"], 0)])
        return pdf_join.join([cover, *parts])

    @property
    def _t(self) -> dict[str, Any]:
        return words("appeal_file", self.language)

    def _read(self, number: int, document: FileDocument) -> None:
        """The document as a part that is joined as it is, or as the blocks of its pages."""
        marks = [(document.title, 0)]
        if document.letter:
            content = bytes(document.letter.file.content)
            self._as_sent[number] = pdf_join.Part(content, marks)
        elif document.upload:
            part = self._upload(document.upload, marks)
            if part:
                self._as_sent[number] = part
            else:
                self.apart.append(document.upload)
                self._blocks[number] = [
                    {"kind": "facts", "pairs": self._about(document.upload)},
                    {"kind": "text", "text": self._t["apart"]},
                ]
        else:
            self._blocks[number] = document.blocks()

    def _upload(self, upload: Document, marks: list[tuple[str, int]]) -> pdf_join.Part | None:
        """The upload as a PDF; None for what cannot be shown as pages, and is sent beside."""
        stored = upload.file
        kind, content = stored.media_type, bytes(stored.content)
        try:
            if kind == uploads.TYPES["pdf"].media_type:
                return pdf_join.Part(pdf_join.pages_only(content), marks, foreign=True)
            if kind in PICTURES:
                name = f"picture.{PICTURES[kind]}"
                alt = self._t["picture"].format(title=upload.title)
                picture = {"kind": "picture", "name": name, "alt": alt}
                return pdf_join.Part(self._page(upload, [picture], {name: content}), marks)
            if kind == uploads.TYPES["txt"].media_type:
                text = {"kind": "text", "text": content.decode("utf-8-sig")}
                return pdf_join.Part(self._page(upload, [text]), marks)
        except (pdf_join.UnreadablePdf, pdf.RenderFailed, pdf.UnprintableText):
            return None
        return None

    def _about(self, upload: Document) -> list[tuple[str, str]]:
        t = self._t
        return [
            (t["from"], upload.from_whom),
            (t["dated"], nbdate_long(upload.dated_on)),
            (t["file_name"], upload.file_name),
        ]

    def _page(
        self, upload: Document, blocks: list[Block], files: dict[str, bytes] | None = None
    ) -> bytes:
        facts = {"kind": "facts", "pairs": self._about(upload)[:2]}
        sections = [{"title": upload.title, "blocks": [facts, *blocks]}]
        data = {**self._shared, "title": upload.title, "first_page": 1, "pages": 1}
        return pdf.render(
            "appeal_documents",
            {**data, "sections": sections},
            title=upload.title,
            language=self.language,
            files=files,
        )

    @property
    def _shared(self) -> dict[str, Any]:
        application = self.appeal.vedtak.application
        frame = letters.frame(
            application, language=self.language, on=self.on, by=self.appeal.reviewer
        )
        return {
            **{name: frame[name] for name in ("sender", "case_number", "date", "exempt")},
            "made_at": self.at,
            "intro": None,
            "facts": [],
            "contents": None,
            "sections": [],
        }

    def _made(self, before: int, total: int) -> tuple[bytes, list[pdf_join.Part], list[int]]:
        """The cover, the parts, and the page each document begins on.

        `before` is the number of pages of the cover, `total` that of the whole file."""
        t = self._t
        shared = {**self._shared, "pages": total}
        parts, begins = self._parts(shared, before)
        apart = {upload.pk for upload in self.apart}
        rows = []
        for number, (document, page) in enumerate(
            zip(self.documents, begins, strict=True), start=1
        ):
            title = document.title
            if document.upload and document.upload.pk in apart:
                title += f" ({t['beside']})"
            rows.append([str(number), title, nbdate(document.on), str(page + 1)])
        first = pdf.render(
            "appeal_documents",
            {
                **shared,
                "title": t["title"],
                "intro": t["intro"],
                "facts": [
                    (t["party"], self.appeal.vedtak.application.person.name),
                    (t["to"], appeal_letters.body_of(self.appeal, self.language).named),
                    *appeal_letters.facts(self.appeal, self.language)[:3],
                ],
                "contents": {"heading": t["contents"], "head": t["head"], "rows": rows},
                "first_page": 1,
            },
            title=t["title"],
            language=self.language,
        )
        return first, parts, begins

    def _parts(self, shared: dict[str, Any], before: int) -> tuple[list[pdf_join.Part], list[int]]:
        """The documents as PDFs, and the page each begins on, from 0.

        Blocks in a row share a PDF."""
        parts: list[pdf_join.Part] = []
        begins: list[int] = []
        page = before
        for as_sent, group in groupby(
            enumerate(self.documents), key=lambda pair: pair[0] in self._as_sent
        ):
            run = list(group)
            if as_sent:
                for number, _document in run:
                    parts.append(self._as_sent[number])
                    begins.append(page)
                    page += pdf_join.pages(self._as_sent[number].content)
                continue
            title = run[0][1].title
            content = pdf.render(
                "appeal_documents",
                {
                    **shared,
                    "title": title,
                    "first_page": page + 1,
                    "sections": [
                        {"title": document.title, "blocks": self._blocks[number]}
                        for number, document in run
                    ],
                },
                title=title,
                language=self.language,
            )
            places = pdf_join.title_pages(content)
            marks = [
                (document.title, place)
                for (_number, document), place in zip(run, places, strict=True)
            ]
            parts.append(pdf_join.Part(content, marks))
            begins += [page + place for place in places]
            page += pdf_join.pages(content)
        return parts, begins
