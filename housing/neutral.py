"""Neutral names: a place is called by its address, never by those who live there (need H7).

The words are the municipality's own list, `NameToAvoid`; a name that holds one, also as part of
a longer word, is refused in words.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from .models import NameToAvoid


def objection(*names: str) -> str:
    """Why a place may not be called this, or "" when it may."""
    return objector()(*names)


def objector() -> Callable[..., str]:
    """`objection` with the words looked up once, for the rows of a file."""
    words = list(NameToAvoid.objects.values_list("word", "instead"))

    def objects_to(*names: str) -> str:
        folded = " ".join(names).casefold()
        for word, instead in words:
            if word.casefold() in folded:
                return _said(word, instead)
        return ""

    return objects_to


def _said(word: str, instead: str) -> str:
    said = _("«%(word)s» sier noe om dem som bor der, og brukes ikke i navn.") % {"word": word}
    heller = _("Bruk heller %(instead)s.") % {"instead": instead or _("adressen")}
    return f"{said} {heller}"
