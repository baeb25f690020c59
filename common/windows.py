"""A form that saves itself, open in several browser windows: no save undoes a later one.

Each page has a key of its own, and the revision of the row as it was opened; each write from it an
increasing `order`. The row keeps the window that saved last (`editor`), its order (`editor_order`)
and the number of saves (`revision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .errors import RuleBroken


class Late(RuleBroken):
    """A later save from the same window has come first: a slow request is refused."""

    def __init__(self) -> None:
        super().__init__(_("En nyere lagring kom først. Last siden på nytt for å se den."))


@dataclass(frozen=True, slots=True)
class Window:
    """One page with the form open, and the order of the write it sends."""

    key: str
    revision: int
    order: int = 0

    def has_missed(self, row: Any) -> bool:
        """Whether another window has saved the row since this one was opened."""
        return self.key != row.editor and self.revision != row.revision

    def check_order(self, row: Any) -> None:
        """Raise `Late` if this window has itself saved later. The same order may be sent again."""
        if self.key == row.editor and self.order < row.editor_order:
            raise Late


def saved_from(row: Any, window: Window | None) -> None:
    """Note on the row, unsaved, that this window saves it now."""
    row.editor = window.key if window else ""
    row.editor_order = window.order if window else 0
    row.revision += 1
