"""The fixed words of letters, in `templates/letters/words/nb.toml` and `nn.toml`.

Each heading in the files is a kind of letter; `frame` is for all letters, and
`templates/letters/base.typ` reads it too. The module that makes the letter fills in the {braces}.
The words of laws and standard texts are database rows, in both language forms (målform).
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from common.pdf import LETTERS


def words(letter: str, language: str) -> dict[str, Any]:
    """The words of a kind of letter in a `LanguageForm`. Do not change them: they are cached."""
    return _read(str(language))[letter]


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((LETTERS / "words" / f"{language}.toml").read_text(encoding="utf-8"))
