"""The municipality of a new installation, so that every page has a name. Changed in the app."""

from __future__ import annotations


def install(sender=None, **kwargs) -> None:
    """Write the row if there is none. Runs after migrate."""
    from .models import UNKNOWN_NUMBER, Municipality

    Municipality.objects.get_or_create(
        pk=1, defaults={"name": "Kommunen", "number": UNKNOWN_NUMBER}
    )
