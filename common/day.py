"""Min dag's lines: what waits for somebody, why, and the next step (need I1).

Each app registers what it can tell, as it starts:

    day.register(vedtak_lines)      # in AppConfig.ready()

`vedtak_lines(user, on, flags)` gives `Line`s of what waits for the user alone. `flags` are the open
flags the page shows anyway, for who would otherwise tell of the same thing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

# Nobody follows up more than this in a day; what is beyond is reached by its own list.
MOST = 100
DEADLINE_DAYS = 7  # what is due within a week is shown, and amber


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits, as `components/flag.html` draws it."""

    name: str
    url: str
    about: str
    why: str
    next: str
    action: str
    action_url: str
    color: str = "neutral"
    when: str = ""
    sub: str = ""
    icon: str = ""
    days: int | None = None
    mark: int = 0
    warn: int = 0
    due: date | None = None
    primary: bool = False


Source = Callable[[Any, date, Sequence[Any]], list[Line]]
_sources: list[Source] = []


def register(*sources: Source) -> None:
    """Add sources of lines. Registering one again changes nothing."""
    _sources.extend(source for source in sources if source not in _sources)


def lines(user: Any, on: date, flags: Sequence[Any]) -> list[Line]:
    """What every app has to tell the user of what waits, beside the flags themselves."""
    return [line for source in _sources for line in source(user, on, flags)]
