"""Norwegian alphabetical order without ICU.

The embedded PostgreSQL has no ICU collations (architecture.md), so the sort key of a name is
stored with it and compared byte by byte (`COLLATE "C"`, and Python's order of ASCII text).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# "{", "|" and "}" are the three ASCII characters after "z", so æ, ø and å come last in that
# order. If the name contains them, they are removed as punctuation first.
ÆØÅ: Final = {
    "æ": "{",
    "ä": "{",  # Swedish and German ä and ö sort with æ and ø, as in Norwegian catalogues
    "ø": "|",
    "ö": "|",
    "ő": "|",
    "å": "}",
}
# Letters that Unicode does not split into a base letter and an accent.
FOLDED: Final = {"đ": "d", "ð": "d", "ŋ": "n", "ŧ": "t", "þ": "th", "ł": "l", "ı": "i", "œ": "oe"}

_LETTERS = str.maketrans(ÆØÅ | FOLDED)
_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_BETWEEN = re.compile(r"[\W_]+")
_NUMBER = re.compile("[0-9]+")
DIGITS: Final = 4  # of a number in the key of a home; bruksenhetsnummer (H0202) have as many


def norwegian_key(text: str | None, *, aa_is_å: bool = False) -> str:
    """Return the key that sorts a name in Norwegian order when compared byte by byte.

    Capital and small letters are equal; æ, ø and å come after z; accents are removed (é as e,
    ü as u, the Sámi č, š, ž, đ, ŋ, ŧ as c, s, z, d, n, t). Punctuation and hyphens count as a
    space, apostrophes are removed, and a space comes before every letter, so that Berg, Anne is
    before Bergan. "aa" stays two a's unless `aa_is_å`: Aase and Åse are two names, and most
    people search for what is written. Letters of other alphabets come last. Equal keys are
    common: also sort by the primary key.
    """
    # Composed first: å may arrive as a + ring (macOS, PDF), and must not become a.
    key = unicodedata.normalize("NFKC", text or "").casefold()
    key = _BETWEEN.sub(" ", _APOSTROPHES.sub("", unicodedata.normalize("NFKC", key)))
    if aa_is_å:
        key = key.replace("aa", "å")
    key = unicodedata.normalize("NFD", key.translate(_LETTERS))
    return "".join(c for c in key if not unicodedata.combining(c)).translate(_LETTERS).strip()


def home_key(name: str | None) -> str:
    """Return the key that sorts a home or a property: as `norwegian_key`, and by number, so that
    Rom 2 comes before Rom 10."""
    return _NUMBER.sub(lambda number: number[0].zfill(DIGITS), norwegian_key(name))
