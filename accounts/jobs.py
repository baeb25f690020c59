"""Runs jobs and records each run (`JobRun`). `common.jobs` says what a job is.

A job is run only by its Celery task (`job`) or its command (`JobCommand`). A run's record has
counts, times and the class of an error, and nothing about persons.
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

from common.forms import EARLIEST, LATEST
from common.jobs import GRACE, JOBS, Job, JobResult, register

from .models import JobRun

logger = logging.getLogger("varig.jobs")
KEPT_DAYS = 90
# Takes `on`. Nobody without a role on the day is given a flag: it has no owner, and goes to the
# manager.
WORKING = """
working AS (
    SELECT DISTINCT u.id FROM accounts_user u JOIN accounts_role r ON r.user_id = u.id
    WHERE u.is_active AND r.period @> %(on)s::date
)"""
# The migration that created `JobRun`: its date is when the installation began.
INSTALLED_BY = ("accounts", "0001_initial")


def run(job: Job, on: date) -> JobResult:
    """Run a job for a date, and record when it began and ended, and what it did.

    The record is saved before the work, in its own transaction, so that a killed run shows as
    one that never ended. All the job writes is one transaction. Errors are raised again.
    """
    job_run = JobRun.objects.create(job=job.name, for_date=on, started_at=timezone.now())  # noqa: TID251
    try:
        with transaction.atomic():
            result = job.does(on)
    except BaseException as error:
        _record_failure(job_run, error)
        raise
    job_run.raised, job_run.closed = result.raised, result.closed
    job_run.ended_at = timezone.now()  # noqa: TID251
    job_run.save(update_fields=["raised", "closed", "ended_at"])
    JobRun.objects.filter(
        job=job.name, started_at__lt=job_run.started_at - timedelta(days=KEPT_DAYS)
    ).delete()
    return result


def latest_day(cursor: Any, kind: str, on: date) -> date:
    """The latest day the kind was run for, this run included.

    It locks the row of the kind until the end of the transaction, so that two runs of a kind at
    once wait for each other.
    """
    cursor.execute(
        """INSERT INTO accounts_flagday AS d (kind, day) VALUES (%s, %s)
        ON CONFLICT (kind) DO UPDATE SET day = greatest(d.day, excluded.day) RETURNING day""",
        [str(kind), on],
    )
    return cursor.fetchone()[0]


def dry_run(job: Job, on: date) -> JobResult:
    """Run the job, roll it back, and return what it would have done."""
    with transaction.atomic():
        result = job.does(on)
        transaction.set_rollback(True)
    return result


def _record_failure(job_run: JobRun, error: BaseException) -> None:
    job_run.failed, job_run.ended_at = type(error).__name__, timezone.now()  # noqa: TID251
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        job_run.save(update_fields=["failed", "ended_at"])
    except Exception:  # the database is unavailable; the record stays without an end
        logger.warning("a failed run could not be recorded", extra={"event": job_run.job})


# ------------------------------------------------------------------ task and command


def job(task: str, does: Callable[[date], JobResult], *words: Any, **when: Any) -> Callable:
    """Register a job and return its Celery task: `flag_stays = job("stays.tasks.flag_stays", …)`.

    The arguments are those of `common.jobs.Job`. When the database is unavailable the task is
    retried for some hours. It ignores unknown arguments, so that a worker of this version can run
    a task sent by a newer one.
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
    def task_function(on: str | None = None, **ignored: object) -> dict[str, int]:
        today = timezone.localdate()  # noqa: TID251
        # Never ahead of today: flags are as of the latest day they were judged for.
        result = run(JOBS[name], min(date.fromisoformat(on), today) if on else today)
        return {"raised": result.raised, "closed": result.closed}

    return task_function


class JobCommand(BaseCommand):
    """`manage.py <job> --on DATE --dry-run`. A subclass only sets `job`."""

    job: str
    help = "Run this job now. Safe to run twice, or for any date."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--on", help="The date to run for (YYYY-MM-DD); today unless given.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and do nothing."
        )

    def handle(self, *args, on: str | None, dry_run: bool, **options) -> None:
        try:
            today = timezone.localdate()  # noqa: TID251
            day = date.fromisoformat(on) if on else today
        except ValueError as error:
            raise CommandError(f"--on must be a date like 2026-11-20, not {on!r}.") from error
        if not EARLIEST <= day <= LATEST:
            raise CommandError(f"--on must be a day from {EARLIEST} to {LATEST}, not {day}.")
        if day > today and not dry_run:
            raise CommandError(f"{day} has not come. Use --dry-run to see what it would do.")
        result = globals()["dry_run" if dry_run else "run"](JOBS[self.job], day)
        would = "would have " if dry_run else ""
        self.stdout.write(f"{day}: {would}raised {result.raised}, closed {result.closed}.")


# ------------------------------------------------------------------ health


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a job: its last runs, newest first, and whether a run is overdue."""

    job: Job
    runs: list[JobRun]
    last_good: datetime | None
    late: bool

    @property
    def failed(self) -> bool:
        return bool(self.runs and self.runs[0].failed)


def late_jobs(at: datetime) -> list[str]:
    """The names of jobs that should have run by now and have not. Two queries.

    A job is late two hours (`GRACE`) after its time, but not before Varig was installed.
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
    applied = MigrationRecorder.Migration.objects.filter(app=app, name=name)
    return applied.order_by("applied").values_list("applied", flat=True).first()
