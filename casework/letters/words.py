"""The fixed words of letters, in both målformer: `templates/letters/words/nb.toml` and `nn.toml`.

One heading of the files is one kind of letter; `frame` is what all letters share, and is read by
`templates/letters/base.typ` too. What is in {braces} is filled in by the module that makes the
letter. The words of laws and standard texts are rows of the database, in both målformer.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from common.pdf import LETTERS


def words(letter: str, language: str) -> dict[str, Any]:
    """The words of a kind of letter in a målform (`LanguageForm`). They are not to be changed."""
    return _read(str(language))[letter]


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((LETTERS / "words" / f"{language}.toml").read_text(encoding="utf-8"))
