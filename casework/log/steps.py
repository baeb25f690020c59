"""The next step in a case: the text of the button on its page, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Step:
    """`text` says what to do. Without `url` there is nothing for this user to do."""

    text: str
    why: str = ""
    url: str = ""
    post: bool = False


def url_or_blank(name: str, *args) -> str:
    """The URL of a page in another app; "" when that app has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
