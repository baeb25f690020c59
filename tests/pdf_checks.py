"""Checks a PDF against PDF/A-2a and PDF/UA-1 (ISO 19005-2, ISO 14289-1), without Java.

`pdfua` checks a part of PDF/UA; the rest is here, on pikepdf. It is no proof of conformance.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pdfua
import pikepdf

HEADINGS = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
SHOWS = {"Tj", "TJ", "'", '"', "Do", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "EI"}
# What a page of somebody else's could do; none of our letters does.
ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Collection", "/Perms")


def faults(content: bytes, language: str) -> list[str]:
    """What is wrong with the PDF; empty if nothing was found."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = [
            *_archival(pdf),
            *_about(pdf, language),
            *_structure(pdf),
            *(f"page {n}: {fault}" for n, page in enumerate(pdf.pages, 1) for fault in _page(page)),
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(content)
        found += [f"{one.rule_id}: {one.message}" for one in pdfua.validate(str(path)).findings]
    return found


def _archival(pdf: pikepdf.Pdf) -> Iterator[str]:
    """ISO 19005-2, 6.1 to 6.6: what makes it readable in a hundred years."""
    root = pdf.Root
    if pdf.is_encrypted:
        yield "encrypted"
    if "/ID" not in pdf.trailer:
        yield "no file identifier"
    if not any(
        intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent
        for intent in root.get("/OutputIntents", [])
    ):
        yield "no output intent with a colour profile"
    names = root.get("/Names", {})
    yield from (f"has {name}" for name in ACTIVE if name in root)
    yield from (f"has {name}" for name in ("/JavaScript", "/EmbeddedFiles") if name in names)
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream):
            if "/F" in each or "/FFilter" in each:
                yield "a stream outside the file"
            if "LZW" in str(each.get("/Filter", "")):
                yield "LZW"
            if each.get("/Subtype") == "/Image" and each.get("/Interpolate", False):
                yield "an interpolated picture"
        elif isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()):
                yield f"font {each.get('/FontName')} is not embedded"
        elif isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font":
            if each.get("/Subtype") == "/Type0" and "/ToUnicode" not in each:
                yield f"font {each.get('/BaseFont')} has no Unicode values"
        elif isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/ExtGState":
            yield from (f"transfer function {name}" for name in ("/TR", "/HTP") if name in each)


def _about(pdf: pikepdf.Pdf, language: str) -> Iterator[str]:
    """Title, language and what the file claims to be."""
    root = pdf.Root
    if not str(root.get("/Lang", "")).lower().startswith(language):
        yield f"language {root.get('/Lang')}"
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not marked as tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "the title is not shown"
    about = root.Metadata.read_bytes().decode() if "/Metadata" in root else ""
    for claim in (
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ):
        if claim not in about:
            yield f"does not claim {claim}"
    title = str(pdf.docinfo.get("/Title", ""))
    if not title or not re.search(r"<dc:title>.*?</dc:title>", about, re.DOTALL):
        yield "no title"


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    """The tree of tags: headings in order and with words, pictures with words, cells with heads."""
    tree = pdf.Root.get("/StructTreeRoot")
    if tree is None:
        yield "no structure"
        return
    roles = tree.get("/RoleMap", {})
    level = 0
    for element in _elements(tree):
        kind = str(roles.get(str(element.S), element.S))
        if kind in HEADINGS:
            now = HEADINGS.index(kind) + 1
            if now > level + 1:
                yield f"heading {now} after {level}"
            level = now
            if not _has_content(element):
                yield "an empty heading"
        if kind in ("/Figure", "/Formula") and not str(element.get("/Alt", "")).strip():
            yield "a picture without words"
        if kind == "/TH":
            attributes = element.get("/A", {})
            every = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
            if not any("/Scope" in one for one in every):
                yield "a table head without scope"
    if level == 0:
        yield "no heading"


def _elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    for kid in _kids(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _kids(node: pikepdf.Object) -> list:
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _has_content(element: pikepdf.Dictionary) -> bool:
    return any(
        not (isinstance(kid, pikepdf.Dictionary) and "/S" in kid) or _has_content(kid)
        for kid in _kids(element)
    )


def _page(page: pikepdf.Page) -> Iterator[str]:
    """Everything drawn is either tagged or an artifact; links are in the order of the tags."""
    if "/Annots" in page and page.get("/Tabs") != "/S":
        yield "the order of links is not that of the tags"
    depth = 0
    loose = set()
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            inside = operands[1] if len(operands) > 1 else {}
            tagged = operands[0] == "/Artifact" or "/MCID" in inside
            depth += 1 if tagged or depth else 0
        elif name == "EMC":
            depth = max(0, depth - 1)
        elif name in SHOWS and not depth:
            loose.add(name)
    if loose:
        yield f"drawn without a tag: {', '.join(sorted(loose))}"
