"""Finds what an uploaded document could do by itself when it is opened (ADR 18).

A document is text and pictures. A macro, a script, an embedded object or file, a link that fetches
something by itself, and a lock are refused, each with a sentence. Found by content: the parts of
the archive (ECMA-376, OpenDocument 1.3) and the objects of the PDF (ISO 32000-2, 7.11 and 12.6).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

MEGABYTE = 1024 * 1024
MOST_UNPACKED = 200 * MEGABYTE
MOST_PARTS = 5_000
MOST_OBJECTS = 200_000
DEEPEST = 50  # of a PDF object within an object

# What was found, for «Filen har …».
MACRO = gettext_lazy("makroer")
SCRIPT = gettext_lazy("et skript")
OBJECT = gettext_lazy("et innebygd objekt")
FETCHES = gettext_lazy("en kobling som henter noe utenfra")
LAUNCH = gettext_lazy("en handling som starter et program")
FILES = gettext_lazy("andre filer i seg")
LOCKED = gettext_lazy("passord")


class TooMuch(ValueError):
    """The file unpacks to more than we read."""


class Broken(ValueError):
    """The file cannot be read to its end."""


def sentence(found: object) -> str:
    if found is LOCKED:
        return _("Filen er låst med passord. Lagre den uten passord, og last den opp på nytt.")
    return _(
        "Filen har %(what)s, og kan derfor ikke lastes opp. Lagre den som PDF uten dette, "
        "eller skriv den ut og skann den."
    ) % {"what": found}


# ------------------------------------------------------------------ DOCX and ODT

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAM = (b"MZ", b"\x7fELF")
MACRO_PART = re.compile(r"vba(project|data)|^(basic|scripts|dialogs)/|macrosheets?/", re.IGNORECASE)
OBJECT_PART = re.compile(r"activex|oleobject|package\.bin$", re.IGNORECASE)
MACRO_WORDS = re.compile(r"macroEnabled|ms-office\.vbaProject|<script:(event-listener|script)\b")
OBJECT_WORDS = re.compile(r"<draw:(object-ole|plugin|applet)\b|<o:OLEObject\b|<w:control\b")
# Fields and declarations that run or fetch something, however they are divided into runs.
FIELD = re.compile(
    r"<w:instrText[^>]*>([^<]*)</w:instrText>|<w:fldSimple[^>]*w:instr=([\"'])(.*?)\2", re.DOTALL
)
FIELD_DOES = re.compile(
    r"\b(DDE(AUTO)?|QUOTE|IMPORT|INCLUDE(TEXT|PICTURE)?|MACROBUTTON|LINK|EMBED|DATABASE)\b",
    re.IGNORECASE,
)
DDE_WORDS = re.compile(r"<(text:dde-connection|office:dde-source|table:dde-link)")
RELATION = re.compile(r"<Relationship\b[^>]*>", re.DOTALL)
OUTSIDE = re.compile(r"TargetMode\s*=\s*[\"']External", re.IGNORECASE)


def in_archive(content: bytes, depth: int = 0) -> Iterator[object]:
    """What a DOCX or ODT could do. Raises `TooMuch` and `Broken`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
                raise TooMuch
            if any(part.flag_bits & 1 for part in parts):
                yield LOCKED
                return
            for part in parts:
                if MACRO_PART.search(part.filename):
                    yield MACRO
                elif OBJECT_PART.search(part.filename):
                    yield OBJECT
                yield from _in_part(part.filename, archive.read(part), depth)
    except TooMuch:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds of errors on a broken file
        raise Broken from error


def _in_part(name: str, content: bytes, depth: int) -> Iterator[object]:
    if content.startswith((OLE, *PROGRAM)):
        yield OBJECT
    elif content.startswith(b"PK\x03\x04"):  # the numbers behind a chart
        if depth:
            raise TooMuch
        yield from in_archive(content, depth + 1)
    elif name.lower().endswith((".xml", ".rels", ".rdf")):
        text = _text(content)
        if MACRO_WORDS.search(text):
            yield MACRO
        if OBJECT_WORDS.search(text):
            yield OBJECT
        fields = "".join(plain or simple for plain, _quote, simple in FIELD.findall(text))
        if FIELD_DOES.search(fields) or DDE_WORDS.search(text):
            yield FETCHES
        for relation in RELATION.findall(text) if name.endswith(".rels") else ():
            # A link to click is no danger by itself; a template, picture or frame is fetched.
            if OUTSIDE.search(relation) and "/hyperlink" not in relation:
                yield FETCHES
    if name.lower().endswith("encrypteddata") or b"manifest:encryption-data" in content:
        yield LOCKED


def _text(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8", "replace")


# ------------------------------------------------------------------ PDF

ACTIONS = {
    "/JavaScript": SCRIPT,
    "/Rendition": SCRIPT,
    "/Launch": LAUNCH,
    "/GoToE": FILES,
    "/ImportData": FETCHES,
    "/SubmitForm": FETCHES,
}
ANNOTATIONS = {
    "/FileAttachment": FILES,
    "/Movie": OBJECT,
    "/Sound": OBJECT,
    "/Screen": OBJECT,
    "/3D": OBJECT,
    "/RichMedia": OBJECT,
}
TREES = ("/EmbeddedFiles", "/JavaScript")  # of names, which some programs write empty
KEYS = {
    "/JS": SCRIPT,
    "/JavaScript": SCRIPT,
    "/EmbeddedFiles": FILES,
    "/EF": FILES,
    "/XFA": SCRIPT,
    "/RichMediaContent": OBJECT,
}


def in_pdf(content: bytes) -> Iterator[object]:
    """What a PDF could do. Raises `TooMuch` and `Broken`.

    Every object is looked at, also one that nothing seems to point to: a reader may find it.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        # Locked only against changes, as many a bank's: it opens for anybody.
        if reader.is_encrypted and not reader.decrypt(""):
            yield LOCKED
            return
        if not reader.pages:
            raise Broken
        keys = {
            (number, generation) for generation, found in reader.xref.items() for number in found
        } | {(number, 0) for number in reader.xref_objStm}
        if len(keys) > MOST_OBJECTS:
            raise TooMuch
        yield from _in_object(reader.trailer, 0)
        for number, generation in sorted(keys):
            if number:
                yield from _in_object(
                    reader.get_object(IndirectObject(number, generation, reader)), 0
                )
    except TooMuch:
        raise
    except Exception as error:  # a damaged file can fail anywhere in pypdf
        raise Broken from error


def _in_object(value: object, depth: int) -> Iterator[object]:
    if depth > DEEPEST:
        raise TooMuch
    if isinstance(value, DictionaryObject):
        for key, inner in _raw(value):
            if key in KEYS and not (key in TREES and _is_empty(inner)):
                yield KEYS[key]
            if key == "/S" and isinstance(inner, NameObject) and inner in ACTIONS:
                yield ACTIONS[inner]
            if key == "/Subtype" and isinstance(inner, NameObject) and inner in ANNOTATIONS:
                yield ANNOTATIONS[inner]
            yield from _in_object(inner, depth + 1)
    elif isinstance(value, ArrayObject):
        for inner in list.__iter__(value):
            yield from _in_object(inner, depth + 1)


def _raw(value: DictionaryObject) -> Iterator[tuple[str, object]]:
    """The entries without following references: each object is looked at by itself."""
    return ((key, dict.__getitem__(value, key)) for key in dict.keys(value))


def _is_empty(tree: object) -> bool:
    found = tree.get_object() if isinstance(tree, IndirectObject) else tree
    return isinstance(found, DictionaryObject) and not (found.get("/Names") or found.get("/Kids"))
