"""The scheduled jobs: what runs, when, and how the page «Jobber» describes it.

A job is a function of a date. It is safe to run twice and for a past date, and returns how many
flags it raised and closed. Each app registers its own in `tasks.py` (see `accounts.jobs.job`).
The registration gives the Celery task, its schedule in beat and the row on the page «Jobber»; the
command (`manage.py <name> --on DATE --dry-run`) is a `JobCommand` of the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.timezone import get_default_timezone

NIGHT = time(5, 30)  # local time in Norway, before the first caseworker starts
# How late a run may be before it counts as late: a worker may restart, a server be updated.
GRACE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run of a job did: flags raised, flags replaced by a more serious one, and flags
    closed because the facts changed. For a job without flags: rows created and deleted."""

    raised: int = 0
    superseded: int = 0
    ended: int = 0

    @property
    def closed(self) -> int:
        return self.superseded + self.ended

    def __add__(self, other: JobResult) -> JobResult:
        return JobResult(
            self.raised + other.raised,
            self.superseded + other.superseded,
            self.ended + other.ended,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job. `task` is its Celery task name; messages in the queue hold it, so it never
    changes. `does` is the function; it runs daily at `at`, or every `every`.
    """

    task: str
    does: Callable[[date], JobResult]
    title: str | Promise
    about: str | Promise
    at: time = NIGHT
    every: timedelta | None = None

    @property
    def name(self) -> str:
        return self.task.rpartition(".")[2]

    def due_before(self, at: datetime) -> datetime:
        """The latest time at or before `at` when the job should have started."""
        if self.every:
            return at - self.every
        local = at.astimezone(get_default_timezone())
        today = datetime.combine(local.date(), self.at, tzinfo=get_default_timezone())
        if today <= local:
            return today
        yesterday = local.date() - timedelta(days=1)
        return datetime.combine(yesterday, self.at, tzinfo=get_default_timezone())


JOBS: dict[str, Job] = {}


def register(job: Job) -> None:
    """Add a job. Registering a name again replaces it."""
    JOBS[job.name] = job
