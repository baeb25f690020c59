"""The lines of Min dag: what waits for the user, why, and the next step (need I1).

Each app registers its own lines at start:

    day.register(vedtak_lines)      # in AppConfig.ready()

`vedtak_lines(user, on, flags)` returns the `Line`s of this user. `flags` are the open flags the
page already shows, so that a source can leave out what a flag says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

MOST = 100  # lines per source; the rest is found in the list of its kind
DEADLINE_DAYS = 7  # a deadline is shown when it is at most this many days away


@dataclass(frozen=True, slots=True)
class DayLine:
    """One thing that waits, as `components/flag.html` draws it. `days` counts days waited."""

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


Source = Callable[[Any, date, Sequence[Any]], list[DayLine]]
_sources: list[Source] = []


def register(*sources: Source) -> None:
    """Add sources of lines. Registering a source again changes nothing."""
    _sources.extend(source for source in sources if source not in _sources)


def lines(user: Any, on: date, flags: Sequence[Any]) -> list[DayLine]:
    """The user's lines from every app on this day, without the flags themselves."""
    return [line for source in _sources for line in source(user, on, flags)]
