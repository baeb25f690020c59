"""The jobs: what runs by itself, when, and in which words.

A job is a function of a date that may run twice, or for last Tuesday, and change nothing it
should not; it gives back what it `raised` and closed. Each app registers its own as it starts,
in its `tasks.py` (see `accounts.jobs.job`). From that line follow the Celery task, what beat
orders, the command (`manage.py <name> --on DATE --dry-run`) and the row on the page «Jobber».
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.timezone import get_default_timezone

NIGHT = time(5, 30)  # before the first caseworker sits down; the clock is Oslo's
# How late a run may be before somebody is told: a worker that restarts, a night of updates.
GRACE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of a job did: how many flags were raised, how many gave way to a further one,
    and how many ended by the facts. For a job without flags: things made and thrown away."""

    raised: int = 0
    superseded: int = 0
    ended: int = 0

    @property
    def closed(self) -> int:
        return self.superseded + self.ended

    def __add__(self, other: Done) -> Done:
        return Done(
            self.raised + other.raised,
            self.superseded + other.superseded,
            self.ended + other.ended,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """`task` is the name of its Celery task, which orders in a queue know it by: it never changes.
    `does` is the function; `at` is when in the day it begins, or `every` how often it runs.
    """

    task: str
    does: Callable[[date], Done]
    title: str | Promise
    about: str | Promise
    at: time = NIGHT
    every: timedelta | None = None

    @property
    def name(self) -> str:
        return self.task.rpartition(".")[2]

    def due_before(self, at: datetime) -> datetime:
        """The last time it should have begun by then."""
        if self.every:
            return at - self.every
        here = at.astimezone(get_default_timezone())
        today = datetime.combine(here.date(), self.at, tzinfo=get_default_timezone())
        if today <= here:
            return today
        yesterday = here.date() - timedelta(days=1)
        return datetime.combine(yesterday, self.at, tzinfo=get_default_timezone())


JOBS: dict[str, Job] = {}


def register(job: Job) -> None:
    """Add a job. Registering a name again replaces it."""
    JOBS[job.name] = job
