"""Advice on plain language, shown beside the field. It never stops a save (need H7).

It looks for three things: long sentences, words on the municipality's list, and an opening that
gives references before it says what the matter is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.enums import LanguageForm

from .models import PlainWord
from .words import words

# Nobody reads more advice than this.
MOST = 4
OPENINGS = re.compile(
    r"(deres|dykkar|dykkars|vår)\s+ref"
    r"|(vi|eg|jeg|det)\s+(viser|vises|visast|blir vist)\s+til|viser til",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rules:
    """The limits and words for the advice, read once a page. `longest` is words in a sentence."""

    longest: int
    words: Sequence[PlainWord]


def rules(on: date) -> Rules:
    """The rules of the municipality on the date."""
    return Rules(
        settings_table.value("long_sentence_words", on), list(PlainWord.objects.order_by("pk"))
    )


def advice(text: str, by: Rules, language: str = "") -> list[str]:
    """At most `MOST` pieces of advice on the text; empty if it reads well.

    `language` is that of the letter: a text in the other language form is told of first."""
    text = text.strip()
    if not text:
        return []
    lines = [wrong_form(text, language)]
    if OPENINGS.match(text):
        lines.append(_("Begynn med det saken gjelder, ikke med hva dere viser til."))
    lines += [_too_long(sentence, by.longest) for sentence in _sentences(text)]
    lines += [_instead(word) for word in by.words if _has(text, word.word)]
    return [line for line in lines if line][:MOST]


WORD = re.compile(r"[a-zæøå]+")


def wrong_form(text: str, language: str) -> str:
    """A sentence if the text seems to be in the other language form (målform) than the letter."""
    if not language:
        return ""
    written = WORD.findall(text.lower())
    marks = {form: set(words("language_form", form)["marks"].split()) for form in LanguageForm}
    count = {form: sum(word in marks[form] for word in written) for form in LanguageForm}
    own = count.pop(LanguageForm(language))
    other, found = next(iter(count.items()))
    # A quote or a name may hold one such word.
    if found < 2 or found <= own:
        return ""
    return _("Teksten ser ut til å være på %(other)s. Brevet er på %(own)s.") % {
        "other": other.label.lower(),
        "own": LanguageForm(language).label.lower(),
    }


def _sentences(text: str) -> Iterable[str]:
    return (part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", text) if part.strip())


def _too_long(sentence: str, longest: int) -> str:
    words = sentence.split()
    if len(words) <= longest:
        return ""
    return _("Setningen «%(start)s …» har %(n)d ord. Del den i to.") % {
        "start": " ".join(words[:5]),
        "n": len(words),
    }


def _has(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _instead(word: PlainWord) -> str:
    if not word.instead:
        return _("Skriv noe enklere enn «%s».") % word.word
    return _("Skriv heller «%(instead)s» enn «%(word)s».") % {
        "instead": word.instead,
        "word": word.word,
    }
