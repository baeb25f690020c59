"""What a file is, by its bytes, whatever its name says (need C22).

A type is known by its first bytes; those that are archives (DOCX, ODT) by what is in them. A file
whose ending says one thing and its bytes another is refused in words, and so is one with a macro.
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

MEGABYTE = 1024 * 1024
# An archive that unpacks to more than this is not a letter.
LARGEST_UNPACKED = 200 * MEGABYTE
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FileRefused(RuleBroken):
    """The file cannot be taken in, and what to do instead."""


@dataclass(frozen=True, slots=True)
class FileType:
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
    """What a browser's file chooser offers."""
    return ",".join(f".{ending}" for kind in allowed().values() for ending in kind.endings)


def names() -> str:
    return ", ".join(str(kind.name) for kind in allowed().values())


def refuse_size(max_mb: int) -> None:
    raise FileRefused(
        _("Filen er større enn %(max)s megabyte. Lagre den mindre, eller del den opp.")
        % {"max": max_mb}
    )


def check(name: str, content: bytes, *, max_mb: int) -> FileType:
    """The file's type. `FileRefused` when it is too large, empty, of a type that is not taken, or
    not what its ending says."""
    if not content:
        raise FileRefused(_("Filen er tom. Velg en annen fil."))
    if len(content) > max_mb * MEGABYTE:
        refuse_size(max_mb)
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    kinds = allowed()
    said = next((key for key, kind in kinds.items() if ending in kind.endings), None)
    if said is None:
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
    found = _kind_of(content)
    if found != said:
        if found in TYPES:
            raise FileRefused(
                _(
                    "Filen slutter på «.%(ending)s», men er %(found)s. "
                    "Gi den rett ending, og prøv igjen."
                )
                % {"ending": ending, "found": TYPES[found].name}
            )
        raise FileRefused(
            _(
                "Filen slutter på «.%(ending)s», men innholdet er noe annet. "
                "Åpne filen, og lagre den på nytt."
            )
            % {"ending": ending}
        )
    return kinds[said]


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
    """DOCX or ODT by the parts they must have; with a macro in it, neither."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            inside = {part.filename for part in parts}
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                return None
            if any("vbaProject" in part or part.startswith("Basic/") for part in inside):
                return None
            if "mimetype" in inside:
                with archive.open("mimetype") as told:
                    return "odt" if told.read(100) == ODT.encode() else None
            is_docx = {"[Content_Types].xml", "word/document.xml"} <= inside
            return "docx" if is_docx else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return None


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters, and nothing a browser would take for a page."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text):
        return False
    begin = text.lstrip().lower()
    return not begin.startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "#!", "<?php"))


def safe_name(name: str, kind: FileType) -> str:
    """The name to keep: no path, no control signs, an ending that is right."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    stem = "".join(sign for sign in stem if sign.isalnum() or sign in " -_()").strip()
    return f"{stem[:80] or 'dokument'}.{kind.endings[0]}"
