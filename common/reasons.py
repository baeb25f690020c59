"""Whether a text says something: not a dot, a repeated word, or a heading copied (fvl. § 25).

Form fields for reasons are `common.forms.ReasonField`; an action without a form calls
`check_reason`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from .errors import RuleBroken

A_WORD = re.compile(r"[^\W\d_]+")
# Words that say nothing of why, however many there are: «ja ja eller nei».
FILLERS = frozenset(["ja", "nei", "jo", "og", "eller", "men", "ok", "okei", "tja", "hm", "altså"])


class Least(NamedTuple):
    """What a text must have at least: letters, and different words of two letters or more."""

    letters: int
    words: int


STATEMENT = Least(10, 3)
# A shorter assessment is a conclusion, not a reason.
REASON = Least(30, 6)
PLACE = Least(2, 1)
# Words for the log only, or what somebody answered: «Fetter.» and «Nei.» say enough.
WORD = Least(2, 1)

SAYS_NOTHING = _("Det som står der, sier ikke nok. Skriv det med ord.")


class SaysNothing(RuleBroken):
    """The text given as a reason has no words."""

    def __init__(self, field: str) -> None:
        super().__init__(str(SAYS_NOTHING), field)


def check_reason(text: str, field: str = "", least: Least = WORD) -> None:
    """Raise `SaysNothing`, for the field, if the text says nothing."""
    if not says_something(text, least):
        raise SaysNothing(field)


def says_something(text: str, least: Least = STATEMENT, copied: Collection[str] = ()) -> bool:
    """Whether the text has enough of its own, when the headings in `copied` are taken out of it
    (those of three words or more: shorter ones are ordinary words).

    It counts letters and different words, in any script, so dots, signs and one word written many
    times are nothing. It cannot tell whether what is said is true or to the point.
    """
    words = A_WORD.findall(text.casefold())
    # Two spaces between words, so that a heading written twice in a row is found twice.
    rest = f" {'  '.join(words)} "
    for heading in sorted(copied, key=len, reverse=True):
        phrase = A_WORD.findall(heading.casefold())
        if len(phrase) > 2:
            rest = rest.replace(f" {'  '.join(phrase)} ", "")
    words = rest.split()
    different = {word for word in words if len(word) > 1}
    if least.words > 1:
        different -= FILLERS
    return sum(map(len, different)) >= least.letters and len(different) >= least.words


def same(first: str, second: str) -> bool:
    """Whether the two texts have the same words in the same order."""
    return A_WORD.findall(first.casefold()) == A_WORD.findall(second.casefold())
