"""The one file that follows a klage to the klageinstans: a list, then each document in order.

Letters go in as they were sent, page by page; the rest is set from what the case holds on the day.
What casework does not know (how others on the waiting list stood, which homes were vacant) is
handed in by the app that does, as `register` says. Assembled once, and frozen.
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
class Document:
    """One document: pages as they are (`content`), or blocks to set."""

    title: str
    on: date | None = None
    blocks: list[Block] = field(default_factory=list)
    content: bytes = b""


# name → document(appeal, on, language), or None where there is nothing to tell; and its title.
_parts: dict[str, Callable[[Appeal, date, str], Document | None]] = {}
_titles: dict[str, str] = {}


def register(name: str, title: str, part: Callable[[Appeal, date, str], Document | None]) -> None:
    """Add a document to every file, from an app above; they stand last, in this order.

    It must name no other person: the party has a right to see the file (fvl. § 18).
    """
    _parts[name], _titles[name] = part, title


def assemble(appeal: Appeal, letter: Letter, *, on: date, at: datetime) -> StoredFile:
    """Make and store the file. Raises `common.pdf.UnprintableText`."""
    language = appeal.vedtak.application.person.language_form
    with override("nb"):
        found = documents(appeal, letter, on, language)
        return StoredFile.objects.create(
            content=_printed(appeal, found, on, at, language), made_at=at
        )


def documents(appeal: Appeal, letter: Letter | None, on: date, language: str) -> list[Document]:
    """What the file holds, in order: our letter, the vedtak, the klage, the case, the others."""
    application = appeal.vedtak.application
    t = words("appeal_file", language)
    found = [_sent(letter)] if letter else []
    found += [
        _vedtak(appeal, t),
        _klage(appeal, t, language),
        _application(application, t, language),
    ]
    found += [_assessment(each, t) for each in _assessments(application)]
    need = application.needs.first()
    if need:
        found.append(_need(need, t, language))
    notes = list(application.notes.select_related("written_by").order_by("written_at", "pk"))
    if notes:
        found.append(_notes(notes, t))
    others = application.letters.exclude(vedtak=appeal.vedtak).select_related("file")
    if letter:
        others = others.exclude(pk=letter.pk)
    found += [_sent(each) for each in others.order_by("made_at", "pk")]
    for part in _parts.values():
        document = part(appeal, on, language)
        if document:
            found.append(document)
    return found


def titles(appeal: Appeal) -> list[str]:
    """What the file would hold now, without making it."""
    application = appeal.vedtak.application
    t = words("appeal_file", LanguageForm.BOKMAL)
    found = [t["vedtak"], t["klage"], t["application"]]
    found += [
        f"{t['assessment']} {nbdate(held)}"
        for held in application.assessments.order_by("held_on").values_list("held_on", flat=True)
    ]
    if application.needs.exists():
        found.append(t["need"])
    if notes := application.notes.count():
        found.append(f"{t['notes']} ({notes})")
    others = application.letters.exclude(vedtak=appeal.vedtak).order_by("made_at", "pk")
    return [*found, *others.values_list("title", flat=True), *_titles.values()]


# ------------------------------------------------------------------ the documents


def _sent(letter: Letter) -> Document:
    return Document(letter.title, letter.made_at.date(), content=bytes(letter.file.content))


def _vedtak(appeal: Appeal, t: dict[str, Any]) -> Document:
    vedtak = appeal.vedtak
    letter = Letter.objects.filter(vedtak=vedtak).select_related("file").first()
    if letter:
        return Document(
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
    return Document(t["vedtak"], vedtak.issued_on, blocks)


def _klage(appeal: Appeal, t: dict[str, Any], language: str) -> Document:
    return Document(
        t["klage"],
        appeal.received_on,
        [
            {"kind": "facts", "pairs": appeal_letters.facts(appeal, language)},
            {"kind": "quote", "text": appeal.words},
        ],
    )


def _application(application, t: dict[str, Any], language: str) -> Document:
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
    return Document(t["application"], application.received_on, blocks)


def _assessments(application):
    return (
        application.assessments.select_related("wish")
        .prefetch_related(Prefetch("answers", AssessmentAnswer.objects.select_related("dimension")))
        .order_by("held_on", "pk")
    )


def _assessment(assessment, t: dict[str, Any]) -> Document:
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
    return Document(t["assessment"], assessment.held_on, blocks)


def _need(need: HousingNeed, t: dict[str, Any], language: str) -> Document:
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
    return Document(t["need"], need.decided_at.date(), [{"kind": "facts", "pairs": pairs}])


def _notes(notes, t: dict[str, Any]) -> Document:
    blocks: list[Block] = []
    for note in notes:
        by = t["by"].format(on=nbdate(note.written_at), name=note.written_by.get_full_name())
        blocks.append({"kind": "heading", "text": by})
        if note.observation:
            blocks.append({"kind": "text", "text": note.observation})
        if note.quotation:
            blocks.append({"kind": "text", "text": f"{t['said']}:"})
            blocks.append({"kind": "quote", "text": note.quotation})
    return Document(t["notes"], notes[-1].written_at.date(), blocks)


# ------------------------------------------------------------------ as one PDF


def _printed(appeal: Appeal, found: list[Document], on: date, at: datetime, language: str) -> bytes:
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
        """The cover and the parts, numbered after a cover of so many pages, of so many in all."""
        parts, begins = _set(found, {**shared, "pages": total}, language, before)
        rows = [
            [str(number), document.title, nbdate(document.on), str(page + 1)]
            for number, (document, page) in enumerate(zip(found, begins, strict=True), start=1)
        ]
        contents = {"heading": t["contents"], "head": t["head"], "rows": rows}
        first = pdf.render(
            "appeal_documents",
            {**cover, "contents": contents, "first_page": 1, "pages": total},
            title=t["title"],
            language=language,
        )
        return first, parts, begins

    # Page numbers are known when the pages are counted: set once to count, and once to keep.
    first, parts, _begins = printed(1, 1)
    before = pdf_join.pages(first)
    total = before + sum(pdf_join.pages(part.content) for part in parts)
    first, parts, _begins = printed(before, total)
    return pdf_join.join([pdf_join.Part(first, [(t["contents"], 0)]), *parts])


def _set(
    found: list[Document], shared: dict[str, Any], language: str, before: int
) -> tuple[list[pdf_join.Part], list[int]]:
    """The documents as PDFs, those to be set in runs; and the page each begins on, from 0."""
    parts: list[pdf_join.Part] = []
    begins: list[int] = []
    page = before
    for as_sent, group in groupby(found, key=lambda one: bool(one.content)):
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
                "sections": [{"title": one.title, "blocks": one.blocks} for one in run],
            },
            title=run[0].title,
            language=language,
        )
        where = pdf_join.title_pages(content)
        marks = [(one.title, place) for one, place in zip(run, where, strict=True)]
        parts.append(pdf_join.Part(content, marks))
        begins += [page + place for place in where]
        page += pdf_join.pages(content)
    return parts, begins
