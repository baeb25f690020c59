"""Letters and minutes as accessible archival PDF.

A Typst template under `templates/letters/` and its data give a PDF/A-2a that is also PDF/UA-1:
tagged, with language, title and all fonts included. Text that people wrote is passed as JSON and
is never read as markup. The same data gives the same bytes, so that checksums can be compared:
the creation time is part of the data (`made_at`), only our own fonts are used, and nothing is
downloaded. Each template lists its data at the top.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .errors import RuleBroken
from .formatting import nbdate_long

LETTERS: Final = Path(__file__).resolve().parent.parent / "templates" / "letters"
STANDARDS: Final = ["a-2a", "ua-1"]
LANGUAGES: Final = ("nb", "nn")

# Typst's message when no font has a character: the text `"…"` could not be displayed.
_CANNOT_DRAW = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed', re.DOTALL)


class UnprintableText(RuleBroken):
    """The data holds a character that none of our fonts has. The message names it: a letter is
    never made with a character left out."""


class RenderFailed(Exception):
    """The template and the data do not match: an error in Varig, not the user's mistake."""


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    language: Literal["nb", "nn"] = "nb",
) -> bytes:
    """Return the PDF of `templates/letters/<template>.typ` filled with `data`.

    `title` is the document title shown by PDF readers and in the archive. `data["made_at"]` is
    the creation time, a datetime with an offset (or its ISO text). Dates in `data` become
    «20. november 2026». Pasted control characters are dropped. Raises `UnprintableText` for a
    character that no font has, `RenderFailed` when data is missing, and ValueError for an unknown
    template or language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"letters are written in nb or nn, not {language!r}")
    path = LETTERS / f"{template}.typ"
    if path.parent != LETTERS or not path.is_file():
        raise ValueError(f"there is no letter template {template!r}")
    made_at = data["made_at"]
    if isinstance(made_at, str):
        made_at = datetime.fromisoformat(made_at)
    if made_at.tzinfo is None:
        raise ValueError("made_at needs an offset from UTC")

    content = _as_text({**data, "made_at": made_at.isoformat(), "document_title": title})
    compiler = typst.Compiler(root=LETTERS, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        return compiler.compile(
            input=path,
            format="pdf",
            sys_inputs={"data": json.dumps(content, ensure_ascii=False), "language": language},
            pdf_standards=STANDARDS,
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as exc:
        if match := _CANNOT_DRAW.search(exc.message):
            raise _unprintable(_unescaped(match["text"])) from exc
        raise RenderFailed(f"{template}: {exc.message}") from exc


def _unprintable(text: str) -> UnprintableText:
    return UnprintableText(
        _("Brevet inneholder tegn som ikke kan skrives ut: «%(text)s». Ta dem bort.")
        % {"text": text}
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Inter, stored beside the templates, and Typst's own fonts for other alphabets."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(LETTERS / "fonts")],
    )


def _as_text(value: Any) -> Any:
    """The data ready for JSON: every leaf is clean text, a number, a bool or None."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | Promise):
        return _clean(str(value))
    if isinstance(value, datetime):
        raise TypeError("a letter shows dates and times as texts: use common.formatting")
    if isinstance(value, date):
        return nbdate_long(value)
    if isinstance(value, Mapping):
        return {str(key): _as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in value]
    raise TypeError(f"a letter cannot show {type(value).__name__}")


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if unassigned := next((c for c in text if unicodedata.category(c) in {"Co", "Cn"}), None):
        raise _unprintable(unassigned)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _unescaped(text: str) -> str:
    r"""Typst writes invisible characters as \u{1f600}."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text)
