"""Running a job, and remembering that it ran (`JobRun`). What a job is: `common.jobs`.

It is run by its Celery task (`job`) or its command (`JobCommand`), and by nothing else.
What is kept of a run is counts and times, and of an error its class: never a word of a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from celery import shared_task
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from common.jobs import GRACE, JOBS, Done, Job, register

from .models import JobRun

logger = logging.getLogger("varig.jobs")
KEPT_DAYS = 90
# The migration that made `JobRun`: an installation is as old as that, to the jobs.
INSTALLED_BY = ("accounts", "0001_initial")


def run(job: Job, on: date) -> Done:
    """Do a job for a date, and keep when it began, ended and what it did.

    The row is written before the work and apart from it, so that a run which was killed shows
    as one that never ended. What the job writes is one transaction: all of it, or nothing.
    """
    kept = JobRun.objects.create(job=job.name, for_date=on, started_at=timezone.now())  # noqa: TID251
    try:
        with transaction.atomic():
            done = job.does(on)
    except BaseException as error:
        _keep_failure(kept, error)
        raise
    kept.raised, kept.closed = done.raised, done.closed
    kept.ended_at = timezone.now()  # noqa: TID251
    kept.save(update_fields=["raised", "closed", "ended_at"])
    JobRun.objects.filter(
        job=job.name, started_at__lt=kept.started_at - timedelta(days=KEPT_DAYS)
    ).delete()
    return done


def dry_run(job: Job, on: date) -> Done:
    """What a run would do, undone."""
    with transaction.atomic():
        done = job.does(on)
        transaction.set_rollback(True)
    return done


def _keep_failure(kept: JobRun, error: BaseException) -> None:
    kept.failed, kept.ended_at = type(error).__name__, timezone.now()  # noqa: TID251
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        kept.save(update_fields=["failed", "ended_at"])
    except Exception:  # the database is what is gone; the row stays without an end
        logger.warning("a failed run could not be kept", extra={"event": kept.job})


# ------------------------------------------------------------------ the doors


def job(task: str, does: Callable[[date], Done], *words: Any, **when: Any) -> Callable:
    """Register a job, and make its Celery task: `flag_stays = job("stays.tasks.flag_stays", …)`.

    The arguments are those of `common.jobs.Job`. When the database is away the task tries again
    for some hours. Arguments it does not know are ignored, so that a worker of this version may
    take an order from a newer one.
    """
    name = task.rpartition(".")[2]
    register(Job(task, does, *words, **when))

    @shared_task(
        name=task,
        autoretry_for=(OperationalError, InterfaceError),
        retry_backoff=5,
        retry_backoff_max=900,
        max_retries=20,
    )
    def do(on: str | None = None, **later: object) -> dict[str, int]:
        day = date.fromisoformat(on) if on else timezone.localdate()  # noqa: TID251
        done = run(JOBS[name], day)
        return {"raised": done.raised, "closed": done.closed}

    return do


class JobCommand(BaseCommand):
    """`manage.py <job> --on DATE --dry-run`. A command names its `job`, and no more."""

    job: str
    help = "Run this job now. Safe to run twice, or for any date."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--on", help="The date to run for (YYYY-MM-DD); today unless given.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and do nothing."
        )

    def handle(self, *args, on: str | None, dry_run: bool, **options) -> None:
        try:
            day = date.fromisoformat(on) if on else timezone.localdate()  # noqa: TID251
        except ValueError as error:
            raise CommandError(f"--on must be a date like 2026-11-20, not {on!r}.") from error
        done = globals()["dry_run" if dry_run else "run"](JOBS[self.job], day)
        would = "would have " if dry_run else ""
        self.stdout.write(f"{day}: {would}raised {done.raised}, closed {done.closed}.")


# ------------------------------------------------------------------ does it run?


@dataclass(frozen=True, slots=True)
class Health:
    """How a job is: its last runs, newest first, and whether one should have come by now."""

    job: Job
    runs: list[JobRun]
    last_good: datetime | None
    late: bool

    @property
    def failed(self) -> bool:
        return bool(self.runs and self.runs[0].failed)


def late_jobs(at: datetime) -> list[str]:
    """The jobs that should have run by now and have not. Two queries.

    A job is late two hours after its time. On a new installation, time begins when it was made.
    """
    good = (
        JobRun.objects.filter(ended_at__isnull=False, failed="")
        .order_by("job", "-started_at")
        .distinct("job")
        .values_list("job", "started_at")
    )
    last = dict(good)
    installed = _installed_at()
    return [job.name for job in JOBS.values() if _is_late(job, last.get(job.name), installed, at)]


def health(at: datetime, last: int) -> list[Health]:
    """Every job with its `last` runs. Three queries in all."""
    late = set(late_jobs(at))
    newest: dict[str, list[JobRun]] = {name: [] for name in JOBS}
    rows = JobRun.objects.raw(
        """SELECT r.* FROM unnest(%s::text[]) AS j (name)
        CROSS JOIN LATERAL (SELECT * FROM accounts_jobrun WHERE job = j.name
            ORDER BY started_at DESC, id DESC LIMIT %s) r
        ORDER BY r.started_at DESC, r.id DESC""",
        [list(JOBS), last],
    )
    for row in rows:
        newest[row.job].append(row)
    return [
        Health(
            job,
            newest[name],
            next((r.started_at for r in newest[name] if r.is_good), None),
            name in late,
        )
        for name, job in JOBS.items()
    ]


def _is_late(
    job: Job, last_good: datetime | None, installed: datetime | None, at: datetime
) -> bool:
    due = job.due_before(at - GRACE)
    since = last_good or installed
    return since is not None and since < due


def _installed_at() -> datetime | None:
    app, name = INSTALLED_BY
    found = MigrationRecorder.Migration.objects.filter(app=app, name=name)
    return found.order_by("applied").values_list("applied", flat=True).first()
