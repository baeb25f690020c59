"""Finds the type of an uploaded file from its content, not from its name (need C22).

A type is known by its first bytes; archives (DOCX, ODT) by the files inside. A file whose ending
does not match its content is refused with a message, and so is one that could do something by
itself when it is opened (`active_content`).
Sources: ISO 32000 (PDF), ITU T.81 (JPEG), ISO 15948 (PNG), ECMA-376 part 2, OpenDocument 1.3.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleBroken

from . import active_content
from .active_content import MEGABYTE

ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FileRefused(RuleBroken):
    """The file cannot be uploaded; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: its endings (the first is used for stored names), and its name on screen."""

    endings: tuple[str, ...]
    media_type: str
    name: object


TYPES = {
    "pdf": FileType(("pdf",), "application/pdf", "PDF"),
    "jpeg": FileType(("jpg", "jpeg"), "image/jpeg", gettext_lazy("JPEG-bilde")),
    "png": FileType(("png",), "image/png", gettext_lazy("PNG-bilde")),
    "docx": FileType(("docx",), DOCX, gettext_lazy("Word-dokument (docx)")),
    "odt": FileType(("odt",), ODT, gettext_lazy("OpenDocument-tekst (odt)")),
    "txt": FileType(("txt",), "text/plain; charset=utf-8", gettext_lazy("ren tekst")),
}


def allowed() -> dict[str, FileType]:
    """The types this installation takes (`UPLOAD_TYPES`)."""
    return {key: TYPES[key] for key in settings.UPLOAD_TYPES}


def accept() -> str:
    """The value of `accept` for the browser's file chooser: «.pdf,.docx»."""
    return ",".join(f".{ending}" for kind in allowed().values() for ending in kind.endings)


def names() -> str:
    return ", ".join(str(kind.name) for kind in allowed().values())


def refuse_size(max_mb: int) -> None:
    raise FileRefused(
        _("Filen er større enn %(max)s megabyte. Lagre den mindre, eller del den opp.")
        % {"max": max_mb}
    )


def check(name: str, content: bytes, *, max_mb: int) -> FileType:
    """The file's type. Raises `FileRefused` when the file is empty, larger than `max_mb` megabytes,
    of a type we do not accept, or does not match its ending."""
    if not content:
        raise FileRefused(_("Filen er tom. Velg en annen fil."))
    if len(content) > max_mb * MEGABYTE:
        refuse_size(max_mb)
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    kinds = allowed()
    claimed = next((key for key, kind in kinds.items() if ending in kind.endings), None)
    if claimed is None:
        raise FileRefused(
            _(
                "Filer som slutter på «.%(ending)s», kan ikke lastes opp. "
                "Lagre som en av disse: %(types)s."
            )
            % {"ending": ending[:10], "types": names()}
            if ending
            else _("Filnavnet har ingen ending. Lagre som en av disse: %(types)s.")
            % {"types": names()}
        )
    actual = _kind_of(content)
    if actual != claimed:
        if actual in TYPES:
            raise FileRefused(
                _(
                    "Filen slutter på «.%(ending)s», men er %(found)s. "
                    "Gi den rett ending, og prøv igjen."
                )
                % {"ending": ending, "found": TYPES[actual].name}
            )
        raise FileRefused(
            _(
                "Filen slutter på «.%(ending)s», men innholdet er noe annet. "
                "Åpne filen, og lagre den på nytt."
            )
            % {"ending": ending}
        )
    _refuse_what_acts(claimed, content)
    return kinds[claimed]


def _refuse_what_acts(kind: str, content: bytes) -> None:
    look = {
        "pdf": active_content.in_pdf,
        "docx": active_content.in_archive,
        "odt": active_content.in_archive,
    }.get(kind)
    try:
        found = next(look(content), None) if look else None
    except active_content.TooMuch as error:
        raise FileRefused(
            _("Filen er for stor når den pakkes ut. Lagre den som PDF, eller del den opp.")
        ) from error
    except active_content.Broken as error:
        raise FileRefused(
            _("Filen er ødelagt og kan ikke åpnes. Åpne den, og lagre den på nytt.")
        ) from error
    if found is not None:
        raise FileRefused(active_content.sentence(found))


def _kind_of(content: bytes) -> str | None:
    if content.startswith(b"%PDF-1.") or content.startswith(b"%PDF-2."):
        return "pdf" if b"%%EOF" in content[-2048:] else None
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    return "txt" if _is_text(content) else None


def _archive(content: bytes) -> str | None:
    """DOCX or ODT, by the parts they must have."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = set(archive.namelist())
            if "mimetype" in inside:
                with archive.open("mimetype") as entry:
                    return "odt" if entry.read(100) == ODT.encode() else None
            is_docx = {"[Content_Types].xml", "word/document.xml"} <= inside
            return "docx" if is_docx else None
    except Exception:  # zipfile and zlib raise many kinds of errors on a broken file
        return None


def _is_text(content: bytes) -> bool:
    """Whether it is UTF-8 without control characters, and not HTML, XML or a script."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(ord(char) < 32 and char not in "\t\r\n\f" for char in text):
        return False
    start = text.lstrip().lower()
    return not start.startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "#!", "<?php"))


def safe_name(name: str, kind: FileType) -> str:
    """The name to store: no path, no special characters, and the ending of its type."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    stem = "".join(char for char in stem if char.isalnum() or char in " -_()").strip()
    return f"{stem[:80] or 'dokument'}.{kind.endings[0]}"
