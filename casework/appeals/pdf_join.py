"""Several PDFs as one, page by page, still tagged.

pypdf takes the pages along but not what a screen reader reads by: the structure tree, which ties
each piece of a page to a heading, a paragraph or a cell. It is joined here: the trees' top
elements stand after one another, and the numbers by which pages name their place in the tree, and
by which table cells name their heads, are kept apart. ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

import io
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

TREE, PARENTS, KIDS = "/StructTreeRoot", "/ParentTree", "/K"


@dataclass(frozen=True, slots=True)
class Part:
    """A PDF to join, with its bookmarks: titles, and the page of the part each begins on."""

    content: bytes
    bookmarks: Sequence[tuple[str, int]] = ()


class UnreadablePdf(RuleBroken):
    """A stored PDF that cannot be opened: nothing is joined, and nothing is sent without it."""

    def __init__(self) -> None:
        super().__init__(
            _("Et av brevene i saken kan ikke åpnes. Meld fra til den som drifter Varig.")
        )


def pages(content: bytes) -> int:
    return len(_read(content).pages)


def _read(content: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content))
        len(reader.pages)
    except PyPdfError as error:
        raise UnreadablePdf from error
    return reader


def title_pages(content: bytes) -> list[int]:
    """The page, from 0, of each heading at the top level."""
    reader = _read(content)
    return [
        reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    ]


def join(parts: Sequence[Part]) -> bytes:
    """The parts as one PDF, which is what the first says of itself: title, language, standard."""
    first, *rest = parts
    writer = PdfWriter(clone_from=_read(first.content))
    root = writer.root_object
    root.pop("/Outlines", None)
    marks = list(first.bookmarks)
    for number, part in enumerate(rest, start=1):
        began = len(writer.pages)
        _append(writer, _read(part.content), number)
        marks += [(title, began + page) for title, page in part.bookmarks]
    for title, page in marks:
        writer.add_outline_item(title=title, page_number=page)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _append(writer: PdfWriter, reader: PdfReader, number: int) -> None:
    added = [writer.add_page(page) for page in reader.pages]
    theirs = reader.trailer["/Root"].get(TREE)
    if theirs is None or TREE not in writer.root_object:
        return
    # References to the pages become references to the copies just made.
    tree = theirs.get_object().clone(writer, ignore_fields=("/IDTree",)).get_object()
    ours = writer.root_object[TREE].get_object()
    _keep_ids_apart(tree, f"d{number}-".encode())
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
    # One document at the top; those that come after are its parts.
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
    found = list(node.get("/Nums", ArrayObject()).get_object())
    for kid in node.get("/Kids", ArrayObject()).get_object():
        found += _numbers(kid.get_object())
    return found


def _next_key(tree: DictionaryObject) -> int:
    keys = _numbers(tree[PARENTS].get_object())[::2]
    return max((int(key) for key in keys), default=-1) + 1


def _shift(thing: DictionaryObject, name: str, shift: int) -> None:
    if name in thing:
        thing[NameObject(name)] = NumberObject(int(thing[name]) + shift)


def _listed(value: Any) -> ArrayObject:
    if value is None:
        return ArrayObject()
    inner = value.get_object()
    return ArrayObject(inner) if isinstance(inner, ArrayObject) else ArrayObject([value])


def _keep_ids_apart(tree: DictionaryObject, prefix: bytes) -> None:
    """Two documents may name a cell alike; in one document a name is one element's."""
    waiting, seen = [kid.get_object() for kid in _listed(tree.get(KIDS))], set()
    while waiting:
        element = waiting.pop()
        if not isinstance(element, DictionaryObject) or id(element) in seen:
            continue
        seen.add(id(element))
        if "/ID" in element:
            element[NameObject("/ID")] = _prefixed(element["/ID"], prefix)
        for attributes in _listed(element.get("/A")):
            attributes = attributes.get_object()
            if isinstance(attributes, DictionaryObject) and "/Headers" in attributes:
                attributes[NameObject("/Headers")] = ArrayObject(
                    _prefixed(one, prefix) for one in attributes["/Headers"].get_object()
                )
        waiting += [kid.get_object() for kid in _listed(element.get(KIDS))]


def _prefixed(value: Any, prefix: bytes) -> ByteStringObject:
    value = value.get_object()
    plain = value.original_bytes if isinstance(value, TextStringObject) else bytes(value)
    return ByteStringObject(prefix + plain)
