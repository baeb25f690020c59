"""The fixed words of letters, in `templates/letters/words/nb.toml` and `nn.toml`.

Each heading in the files is a kind of letter; `frame` is for all letters. The module that makes the
letter fills in the {braces}. A municipality may put its own words in place of a text, from a day
(`LetterText`); the files are the standard it can take back. The words of laws and standard texts
are database rows, in both language forms (målform).
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.log.enums import LanguageForm
from common.pdf import LETTERS

# The municipality's own words, by the code of the text and then by language form.
Own = Mapping[str, Mapping[str, str]]

# No words of a letter: they recognise a language form.
NOT_EDITED = ("language_form",)
SECONDS = 30

_tried: ContextVar[Own | None] = ContextVar("words_tried", default=None)


def words(letter: str, language: str) -> dict[str, Any]:
    """The words of a kind of letter in a `LanguageForm`. Do not change them: they are cached."""
    standard = _read(str(language))
    own = own_words(letter, str(language))
    return _with(standard[letter], own, "") if own else standard[letter]


def own_words(letter: str, language: str) -> dict[str, str]:
    """The municipality's own texts of a kind of letter, by the name that each has there."""
    start = f"{letter}."
    return {
        code.removeprefix(start): texts[language]
        for code, texts in _own().items()
        if code.startswith(start)
    }


@contextmanager
def trying(own: Own) -> Iterator[None]:
    """Within this, `words` gives these texts too, as if they were in force: for a preview."""
    token = _tried.set(own)
    try:
        yield
    finally:
        _tried.reset(token)


def standard(code: str) -> dict[str, str]:
    """The standard text in each language form. KeyError for an unknown code."""
    return {form: standards(form)[code] for form in map(str, LanguageForm.values)}


@cache
def standards(language: str) -> dict[str, str]:
    """Every text that a municipality may word itself, by its code, in the order of the letters."""
    texts = {letter: each for letter, each in _read(language).items() if letter not in NOT_EDITED}
    return {".".join(way): text for way, text in leaves(texts)}


def leaves(found: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text with the way to it; texts of a list are numbered."""
    if isinstance(found, str):
        yield at, found
        return
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    for key, each in pairs:
        yield from leaves(each, (*at, str(key)))


def placeholders(text: str) -> set[str]:
    """What is filled in: the names between {braces}. ValueError where a brace stands alone."""
    return {
        name for _text, name, _spec, _conv in string.Formatter().parse(text) if name is not None
    }


def wrong_placeholders(text: str, code: str, language: str) -> str:
    """What is wrong with the braces of a text, as a sentence; "" when nothing is."""
    wanted = placeholders(standards(str(language))[code])
    try:
        parsed = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return _("En klamme står alene. Det som fylles ut, står mellom { og }.")
    found = {name for _text, name, _spec, _conv in parsed}
    may_be = _listed(wanted) if wanted else _("ingenting")
    if unknown := found - wanted:
        return _("%(wrong)s kan ikke fylles ut her. Her fylles dette ut: %(right)s.") % {
            "wrong": _listed(unknown),
            "right": may_be,
        }
    if any(spec or conversion for _text, _name, spec, conversion in parsed):
        return _("Skriv bare navnet mellom klammene. Her fylles dette ut: %s.") % may_be
    if missing := wanted - found:
        return _("Teksten mangler %s. Uten det sier ikke brevet det det skal.") % _listed(missing)
    return ""


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((LETTERS / "words" / f"{language}.toml").read_text(encoding="utf-8"))


def _with(found: Any, own: Mapping[str, str], at: str) -> Any:
    """A copy of the words with the municipality's own in place of the standard ones."""
    if isinstance(found, str):
        return own.get(at, found)
    start = f"{at}." if at else ""
    if isinstance(found, list):
        return [_with(each, own, f"{start}{number}") for number, each in enumerate(found)]
    return {key: _with(each, own, f"{start}{key}") for key, each in found.items()}


def _own() -> Own:
    """The municipality's own words in force today, and those that are tried."""
    # The clock may be read here: a letter is made today, in the words of today.
    today = timezone.localdate()  # noqa: TID251
    own = {code: texts for code, first, upper, texts in _rows() if first <= today < upper}
    tried = _tried.get()
    return {**own, **tried} if tried else own


def _key() -> str:
    return f"letter-texts.{settings.DATABASE_NAME}"


def _rows() -> list[tuple[str, date, date, dict[str, str]]]:
    """All the own words that may come into use: kept for `SECONDS`, and forgotten when changed."""
    rows = shared_cache.get(_key())
    if rows is None:
        from .models import LetterText  # models of this room need the words

        rows = [
            (
                row.code,
                row.valid.lower or date.min,
                row.valid.upper or date.max,
                {LanguageForm.BOKMAL.value: row.text, LanguageForm.NYNORSK.value: row.text_nn},
            )
            for row in LetterText.objects.filter(is_standard=False)
        ]
        shared_cache.set(_key(), rows, SECONDS)
    return rows


def forget() -> None:
    """The own words have changed: they are read again, now and when this is committed."""
    shared_cache.delete(_key())
    transaction.on_commit(lambda: shared_cache.delete(_key()))
