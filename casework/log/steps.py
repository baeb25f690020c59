"""The one thing to do next in a case: what the button on its page says, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Step:
    """`text` is what to do; without `url` somebody else, or nobody, is to do it."""

    text: str
    why: str = ""
    url: str = ""
    post: bool = False


def url_or_blank(name: str, *args) -> str:
    """A page of another part of the house; "" while that part has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
