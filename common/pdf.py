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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import manimgx_fonts
import manimgx_fonts_cjk
import typst
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .errors import RuleBroken
from .formatting import nbdate_long

LETTERS: Final = Path(__file__).resolve().parent.parent / "templates" / "letters"
STANDARDS: Final = ["a-2a", "ua-1"]
LANGUAGES: Final = ("nb", "nn")

# What a tab becomes: Typst shows none. A wide space is not dropped at the start of a line.
TAB: Final = "\u2003"
# Typst's message when no font has a character: the text `"…"` could not be displayed.
_CANNOT_DRAW = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed', re.DOTALL)


# A municipality's own words in place of those all letters share, by language (`register_words`).
_own_words: list[Callable[[str], Mapping[str, str]]] = []


def register_words(own: Callable[[str], Mapping[str, str]]) -> None:
    """Name the function of the language that gives the own words of `frame` in force."""
    _own_words[:] = [own]


class UnprintableText(RuleBroken):
    """The data holds a character that none of our fonts has. The message names it: a letter is
    never made with a character left out."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        super().__init__(
            _("Brevet inneholder tegn som ikke kan skrives ut: «%(text)s». Ta dem bort.")
            % {"text": sign}
        )


class RenderFailed(Exception):
    """The template and the data do not match: an error in Varig, not the user's mistake."""


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    language: Literal["nb", "nn"] = "nb",
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the PDF of `templates/letters/<template>.typ` filled with `data`.

    `title` is the document title shown by PDF readers and in the archive. `data["made_at"]` is
    the creation time, a datetime with an offset (or its ISO text). Dates in `data` become
    «20. november 2026». Pasted control characters are dropped. `files` are pictures, by the name
    the data gives. Raises `UnprintableText` for a character that no font has, `RenderFailed` when
    data is missing or a picture cannot be read, and ValueError for an unknown template or language.
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

    own = {name: text for words in _own_words for name, text in words(language).items()}
    content = as_text({**data, "made_at": made_at.isoformat(), "document_title": title})
    try:
        with _root(files or {}) as root:
            compiler = typst.Compiler(root=root, font_paths=_fonts(), ignore_system_fonts=True)
            return compiler.compile(
                input=root / path.name,
                format="pdf",
                sys_inputs={
                    "data": json.dumps(content, ensure_ascii=False),
                    "language": language,
                    "words": json.dumps(own, ensure_ascii=False),
                },
                pdf_standards=STANDARDS,
                timestamp=int(made_at.timestamp()),
            )
    except typst.TypstError as exc:
        if match := _CANNOT_DRAW.search(exc.message):
            raise UnprintableText(_unescaped(match["text"])) from exc
        raise RenderFailed(f"{template}: {exc.message}") from exc


@contextmanager
def _root(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The folder Typst reads: the templates, and beside them the pictures of this letter."""
    if not files:
        yield LETTERS
        return
    with TemporaryDirectory(prefix="varig-letter-") as folder:
        root = Path(folder)
        copytree(LETTERS, root, ignore=ignore_patterns("fonts"), dirs_exist_ok=True)
        for name, content in files.items():
            (root / name).write_bytes(content)
        yield root


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Inter, stored beside the templates, and Noto for other scripts and emoji. A letter includes
    only the signs it uses. The order is in `base.typ`."""
    folders = [LETTERS / "fonts"]
    folders += [Path(package.__file__).parent for package in (manimgx_fonts, manimgx_fonts_cjk)]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders],
    )


# Signs that Inter has, in most of what is written: not looked up.
_USUAL = re.compile(r"[\n\r\t\x20-\x7e\xa0-\xac\xae-\u017f\u2010-\u201e\u2026\u20ac]")


def unprintable(text: str) -> str:
    """The first sign of the text that a letter cannot show, as none of our fonts has it; or ""."""
    return _first_unprintable("".join(sorted(set(_USUAL.sub("", text)))))


@lru_cache(maxsize=500)
def _first_unprintable(signs: str) -> str:
    try:
        shown = list(_clean(signs))
        if shown:
            render("signs", {"made_at": _ANY_TIME, "signs": shown}, title="-")
    except UnprintableText as error:
        return error.sign
    return ""


_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def as_text(value: Any) -> Any:
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
        return {str(key): as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    raise TypeError(f"a letter cannot show {type(value).__name__}")


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if unassigned := next((c for c in text if unicodedata.category(c) in {"Co", "Cn"}), None):
        raise UnprintableText(unassigned)
    text = text.replace("\t", TAB)
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})


def _unescaped(text: str) -> str:
    r"""Typst writes invisible characters as \u{1f600}."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text)
