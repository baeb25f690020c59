"""The PDF file sent with an appeal to the appeals body: a list, then each document in order.

Letters are included as they were sent; the other documents are made from the case as it is on the
day. Other apps add what casework does not know (others on the waiting list, vacant dwellings)
through `register`. The file is made once and never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import override

from casework.assessment.models import AssessmentAnswer, HousingNeed
from casework.assessment.needs import bedrooms_nb
from casework.letters import letters
from casework.letters.models import Letter
from casework.letters.words import words
from casework.log.enums import LanguageForm
from casework.log.models import StoredFile
from casework.vedtak import letter as vedtak_letter
from common import pdf
from common.formatting import nbdate, nbdate_long

from . import letters as appeal_letters
from . import pdf_join

if TYPE_CHECKING:
    from .models import Appeal

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileDocument:
    """One document: a finished PDF (`content`), or blocks to make pages from."""

    title: str
    on: date | None = None
    blocks: list[Block] = field(default_factory=list)
    content: bytes = b""


# By name: a function that makes the document, or None if there is nothing to show; and its title.
_parts: dict[str, Callable[[Appeal, date, str], FileDocument | None]] = {}
_titles: dict[str, str] = {}


def register(
    name: str, title: str, part: Callable[[Appeal, date, str], FileDocument | None]
) -> None:
    """Add a document from another app to every file, after those of casework.

    It must not identify other persons: the party has a right to see the file (fvl. § 18).
    """
    _parts[name], _titles[name] = part, title


def assemble(appeal: Appeal, letter: Letter, *, on: date, at: datetime) -> StoredFile:
    """Make and store the file. Raises `common.pdf.UnprintableText` and `pdf_join.UnreadablePdf`."""
    language = appeal.vedtak.application.person.language_form
    with override("nb"):
        file_documents = documents(appeal, letter, on, language)
        return StoredFile.objects.create(
            content=_printed(appeal, file_documents, on, at, language), made_at=at
        )


def documents(appeal: Appeal, letter: Letter | None, on: date, language: str) -> list[FileDocument]:
    """The documents in order: our letter, the vedtak, the appeal, the case, then all others."""
    application = appeal.vedtak.application
    t = words("appeal_file", language)
    file_documents = [_sent(letter)] if letter else []
    file_documents += [
        _vedtak(appeal, t),
        _appeal(appeal, t, language),
        _application(application, t, language),
    ]
    file_documents += [_assessment(assessment, t) for assessment in _assessments(application)]
    need = application.needs.first()
    if need:
        file_documents.append(_need(need, t, language))
    notes = list(application.notes.select_related("written_by").order_by("written_at", "pk"))
    if notes:
        file_documents.append(_notes(notes, t))
    others = application.letters.exclude(vedtak=appeal.vedtak).select_related("file")
    if letter:
        others = others.exclude(pk=letter.pk)
    file_documents += [_sent(other) for other in others.order_by("made_at", "pk")]
    for part in _parts.values():
        document = part(appeal, on, language)
        if document:
            file_documents.append(document)
    return file_documents


def titles(appeal: Appeal) -> list[str]:
    """The titles of the documents the file would hold now, without making it."""
    application = appeal.vedtak.application
    t = words("appeal_file", LanguageForm.BOKMAL)
    names = [t["vedtak"], t["klage"], t["application"]]
    names += [
        f"{t['assessment']} {nbdate(held)}"
        for held in application.assessments.order_by("held_on").values_list("held_on", flat=True)
    ]
    if application.needs.exists():
        names.append(t["need"])
    if notes := application.notes.count():
        names.append(f"{t['notes']} ({notes})")
    others = application.letters.exclude(vedtak=appeal.vedtak).order_by("made_at", "pk")
    return [*names, *others.values_list("title", flat=True), *_titles.values()]


# ------------------------------------------------------------------ the documents


def _sent(letter: Letter) -> FileDocument:
    return FileDocument(letter.title, letter.made_at.date(), content=bytes(letter.file.content))


def _vedtak(appeal: Appeal, t: dict[str, Any]) -> FileDocument:
    vedtak = appeal.vedtak
    letter = Letter.objects.filter(vedtak=vedtak).select_related("file").first()
    if letter:
        return FileDocument(
            f"{t['vedtak']}: {letter.title}", vedtak.issued_on, content=bytes(letter.file.content)
        )
    blocks: list[Block] = [{"kind": "note", "text": t["imported"]}]
    blocks.append(
        {
            "kind": "facts",
            "pairs": [
                (outcome.basis.title, outcome.get_outcome_display())
                for outcome in vedtak.outcomes.select_related("basis")
            ],
        }
    )
    for name in ("facts", "rules", "reasoning", "person_view", "best_interests", "conditions"):
        text = getattr(vedtak, name).strip()
        if text:
            blocks += [{"kind": "heading", "text": t[name]}, {"kind": "text", "text": text}]
    return FileDocument(t["vedtak"], vedtak.issued_on, blocks)


def _appeal(appeal: Appeal, t: dict[str, Any], language: str) -> FileDocument:
    return FileDocument(
        t["klage"],
        appeal.received_on,
        [
            {"kind": "facts", "pairs": appeal_letters.facts(appeal, language)},
            {"kind": "quote", "text": appeal.words},
        ],
    )


def _application(application, t: dict[str, Any], language: str) -> FileDocument:
    bases = application.bases.order_by("pk")
    blocks: list[Block] = [
        {
            "kind": "facts",
            "pairs": [
                (t["received"], nbdate_long(application.received_at)),
                (t["kind"], t["kinds"][application.kind]),
                (t["bases"], "\n".join(appeal_letters.basis_titles(bases, language))),
            ],
        }
    ]
    if application.words:
        blocks.append({"kind": "quote", "text": application.words})
    return FileDocument(t["application"], application.received_on, blocks)


def _assessments(application):
    return (
        application.assessments.select_related("wish")
        .prefetch_related(Prefetch("answers", AssessmentAnswer.objects.select_related("dimension")))
        .order_by("held_on", "pk")
    )


def _assessment(assessment, t: dict[str, Any]) -> FileDocument:
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
    return FileDocument(t["assessment"], assessment.held_on, blocks)


def _need(need: HousingNeed, t: dict[str, Any], language: str) -> FileDocument:
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
    return FileDocument(t["need"], need.decided_at.date(), [{"kind": "facts", "pairs": pairs}])


def _notes(notes, t: dict[str, Any]) -> FileDocument:
    blocks: list[Block] = []
    for note in notes:
        by = t["by"].format(on=nbdate(note.written_at), name=note.written_by.get_full_name())
        blocks.append({"kind": "heading", "text": by})
        if note.observation:
            blocks.append({"kind": "text", "text": note.observation})
        if note.quotation:
            blocks.append({"kind": "text", "text": f"{t['said']}:"})
            blocks.append({"kind": "quote", "text": note.quotation})
    return FileDocument(t["notes"], notes[-1].written_at.date(), blocks)


# ------------------------------------------------------------------ as one PDF


def _printed(
    appeal: Appeal, documents: list[FileDocument], on: date, at: datetime, language: str
) -> bytes:
    application, t = appeal.vedtak.application, words("appeal_file", language)
    shared = letters.frame(application, language=language, on=on, by=appeal.reviewer)
    shared = {
        **{name: shared[name] for name in ("sender", "case_number", "date", "exempt")},
        "made_at": at,
        "intro": None,
        "facts": [],
        "contents": None,
        "sections": [],
    }
    cover = {
        **shared,
        "title": t["title"],
        "intro": t["intro"],
        "facts": [
            (t["party"], application.person.name),
            (t["to"], appeal_letters.body_name(appeal, language)),
            *appeal_letters.facts(appeal, language)[:3],
        ],
    }

    def printed(before: int, total: int) -> tuple[bytes, list[pdf_join.Part], list[int]]:
        """The cover, the parts, and the page each document begins on.

        `before` is the number of pages of the cover, `total` that of the whole file."""
        parts, begins = _make_parts(documents, {**shared, "pages": total}, language, before)
        rows = [
            [str(number), document.title, nbdate(document.on), str(page + 1)]
            for number, (document, page) in enumerate(zip(documents, begins, strict=True), start=1)
        ]
        contents = {"heading": t["contents"], "head": t["head"], "rows": rows}
        first = pdf.render(
            "appeal_documents",
            {**cover, "contents": contents, "first_page": 1, "pages": total},
            title=t["title"],
            language=language,
        )
        return first, parts, begins

    # Made twice: first to count the pages, then with the right page numbers.
    first, parts, _begins = printed(1, 1)
    before = pdf_join.pages(first)
    total = before + sum(pdf_join.pages(part.content) for part in parts)
    first, parts, _begins = printed(before, total)
    return pdf_join.join([pdf_join.Part(first, [(t["contents"], 0)]), *parts])


def _make_parts(
    documents: list[FileDocument], shared: dict[str, Any], language: str, before: int
) -> tuple[list[pdf_join.Part], list[int]]:
    """The documents as PDFs, and the page each begins on, from 0. Blocks in a row share a PDF."""
    parts: list[pdf_join.Part] = []
    begins: list[int] = []
    page = before
    for as_sent, group in groupby(documents, key=lambda document: bool(document.content)):
        run = list(group)
        if as_sent:
            for document in run:
                parts.append(pdf_join.Part(document.content, [(document.title, 0)]))
                begins.append(page)
                page += pdf_join.pages(document.content)
            continue
        content = pdf.render(
            "appeal_documents",
            {
                **shared,
                "title": run[0].title,
                "first_page": page + 1,
                "sections": [{"title": item.title, "blocks": item.blocks} for item in run],
            },
            title=run[0].title,
            language=language,
        )
        title_pages = pdf_join.title_pages(content)
        marks = [(document.title, place) for document, place in zip(run, title_pages, strict=True)]
        parts.append(pdf_join.Part(content, marks))
        begins += [page + place for place in title_pages]
        page += pdf_join.pages(content)
    return parts, begins
