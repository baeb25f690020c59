"""Joins several tagged PDFs into one that is still tagged.

pypdf copies the pages but not the structure tree that screen readers need: it connects each piece
of a page to a heading, a paragraph or a cell. This module joins the trees: it lists their top
elements after each other, and makes the page keys and the ids of table cells unique.
ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from common.errors import RuleBroken

# Annotations that do something, or hold a file.
ACTIVE = ("/Link", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/RichMedia", "/3D", "/Popup")
TREE, PARENTS, KIDS = "/StructTreeRoot", "/ParentTree", "/K"


@dataclass(frozen=True, slots=True)
class Part:
    """A PDF to join, with its bookmarks: titles, and their page in this part, from 0."""

    content: bytes
    bookmarks: Sequence[tuple[str, int]] = ()
    # Made by others: perhaps without tags and embedded fonts, so that the whole claims neither.
    foreign: bool = False


class UnreadablePdf(RuleBroken):
    """A stored PDF cannot be opened. Nothing is joined, and nothing is sent without it."""

    def __init__(self) -> None:
        super().__init__(
            _("Et av brevene i saken kan ikke åpnes. Meld fra til den som drifter Varig.")
        )


def pages(content: bytes) -> int:
    """The number of pages. Raises `UnreadablePdf`."""
    return len(_read(content).pages)


def _read(content: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content))
        len(reader.pages)
    except PyPdfError as error:
        raise UnreadablePdf from error
    return reader


def title_pages(content: bytes) -> list[int]:
    """The page, from 0, of each top-level heading. Raises `UnreadablePdf`."""
    reader = _read(content)
    return [
        reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    ]


def pages_only(content: bytes) -> bytes:
    """The pages of somebody else's PDF, without scripts, links and attached files.

    Raises `UnreadablePdf` also for one that only opens with a password."""
    try:
        reader = _read(content)
        writer = PdfWriter()
        for page in reader.pages:
            for name in ("/AA", "/StructParents"):
                page.pop(name, None)
            annotations = [each.get_object() for each in _listed(page.get("/Annots"))]
            kept = [each for each in annotations if each.get("/Subtype") not in ACTIVE]
            for annotation in kept:
                for name in ("/A", "/AA", "/StructParent"):
                    annotation.pop(name, None)
            page.pop("/Annots", None)
            added = writer.add_page(page)
            if kept:
                added[NameObject("/Annots")] = ArrayObject(
                    writer._add_object(each.clone(writer)) for each in kept
                )
        written = io.BytesIO()
        writer.write(written)
    except Exception as error:  # a damaged file can fail anywhere in pypdf
        raise UnreadablePdf from error
    return written.getvalue()


def join(parts: Sequence[Part]) -> bytes:
    """The parts as one PDF with title and language of the first, and its standard if all meet it.

    Raises `UnreadablePdf`."""
    first, *rest = parts
    writer = PdfWriter(clone_from=_read(first.content))
    root = writer.root_object
    root.pop("/Outlines", None)
    marks = list(first.bookmarks)
    for number, part in enumerate(rest, start=1):
        first_page = len(writer.pages)
        if part.foreign:
            for page in _read(part.content).pages:
                writer.add_page(page)
        else:
            _append(writer, _read(part.content), number)
        marks += [(title, first_page + page) for title, page in part.bookmarks]
    if any(part.foreign for part in rest):
        _claim_nothing(root)
    for title, page in marks:
        writer.add_outline_item(title=title, page_number=page)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _claim_nothing(root: DictionaryObject) -> None:
    """Take the claims to be PDF/A and PDF/UA out of the description; the title stays."""
    about = root["/Metadata"].get_object()
    claims = rb"<(pdfaid|pdfuaid):(\w+)>[^<]*</\1:\2>"
    about.set_data(re.sub(claims, b"", about.get_data()))


def _append(writer: PdfWriter, reader: PdfReader, number: int) -> None:
    added = [writer.add_page(page) for page in reader.pages]
    theirs = reader.trailer["/Root"].get(TREE)
    if theirs is None or TREE not in writer.root_object:
        return
    # References to the pages become references to the copies just made.
    tree = theirs.get_object().clone(writer, ignore_fields=("/IDTree",)).get_object()
    ours = writer.root_object[TREE].get_object()
    _make_ids_unique(tree, f"d{number}-".encode())
    shift = _next_key(ours)
    for page in added:
        _shift(page, "/StructParents", shift)
        for annotation in page.get("/Annots", ArrayObject()).get_object():
            _shift(annotation.get_object(), "/StructParent", shift)
    numbers = _numbers(tree[PARENTS].get_object())
    numbers[::2] = [NumberObject(int(key) + shift) for key in numbers[::2]]
    ours[NameObject(PARENTS)] = DictionaryObject(
        {NameObject("/Nums"): ArrayObject([*_numbers(ours[PARENTS].get_object()), *numbers])}
    )
    ours[NameObject("/ParentTreeNextKey")] = NumberObject(_next_key(ours))
    # The first document stays at the top; the later ones become its parts.
    document = _listed(ours[KIDS])[0].get_object()
    kids = _listed(document.get(KIDS))
    for kid in _listed(tree.get(KIDS)):
        element = kid.get_object()
        element[NameObject("/P")] = document.indirect_reference
        element[NameObject("/S")] = NameObject("/Part")
        kids.append(kid)
    document[NameObject(KIDS)] = kids
    ours.pop("/IDTree", None)
    roles = ours.get("/RoleMap", DictionaryObject()).get_object()
    roles.update(tree.get("/RoleMap", DictionaryObject()).get_object())
    if roles:
        ours[NameObject("/RoleMap")] = roles


def _numbers(node: DictionaryObject) -> list[Any]:
    """A number tree as one list: key, value, key, value."""
    numbers = list(node.get("/Nums", ArrayObject()).get_object())
    for kid in node.get("/Kids", ArrayObject()).get_object():
        numbers += _numbers(kid.get_object())
    return numbers


def _next_key(tree: DictionaryObject) -> int:
    keys = _numbers(tree[PARENTS].get_object())[::2]
    return max((int(key) for key in keys), default=-1) + 1


def _shift(dictionary: DictionaryObject, name: str, shift: int) -> None:
    if name in dictionary:
        dictionary[NameObject(name)] = NumberObject(int(dictionary[name]) + shift)


def _listed(value: Any) -> ArrayObject:
    if value is None:
        return ArrayObject()
    inner = value.get_object()
    return ArrayObject(inner) if isinstance(inner, ArrayObject) else ArrayObject([value])


def _make_ids_unique(tree: DictionaryObject, prefix: bytes) -> None:
    """Prefix the ids of table cells, which must be unique in the joined document."""
    to_visit, seen = [kid.get_object() for kid in _listed(tree.get(KIDS))], set()
    while to_visit:
        element = to_visit.pop()
        if not isinstance(element, DictionaryObject) or id(element) in seen:
            continue
        seen.add(id(element))
        if "/ID" in element:
            element[NameObject("/ID")] = _prefixed(element["/ID"], prefix)
        for attributes in _listed(element.get("/A")):
            attributes = attributes.get_object()
            if isinstance(attributes, DictionaryObject) and "/Headers" in attributes:
                attributes[NameObject("/Headers")] = ArrayObject(
                    _prefixed(header, prefix) for header in attributes["/Headers"].get_object()
                )
        to_visit += [kid.get_object() for kid in _listed(element.get(KIDS))]


def _prefixed(value: Any, prefix: bytes) -> ByteStringObject:
    value = value.get_object()
    plain = value.original_bytes if isinstance(value, TextStringObject) else bytes(value)
    return ByteStringObject(prefix + plain)
