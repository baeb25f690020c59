"""Words forbidden in names of places in a new installation (need H7). Changed in the app."""

from __future__ import annotations

WORDS = [
    ("rusbolig", "adressen"),
    ("nødbolig", "adressen"),
    ("ruskollektiv", "«bofellesskap» og adressen"),
    ("psykiatribolig", "adressen"),
    ("narkobolig", "adressen"),
    ("alkis", ""),
    ("sosialbolig", "adressen"),
    ("flyktningbolig", "adressen"),
    ("asylbolig", "adressen"),
    ("hospits for rus", "navnet på huset"),
]


def install(sender=None, **kwargs) -> None:
    """Write the words if the table is empty. Runs after migrate."""
    from .models import NameToAvoid

    if not NameToAvoid.objects.exists():
        NameToAvoid.objects.bulk_create(
            NameToAvoid(word=word, instead=instead) for word, instead in WORDS
        )
