"""Jobs of casework: thin, safe to run twice and for any date. Dates travel as text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from celery import shared_task
from django.utils import timezone
from django.utils.timezone import get_default_timezone

from accounts import settings_table

from . import appeal_flags, deadlines, plan_flags, statements
from .actions import intake


@shared_task(name="casework.tasks.flag_deadlines")
def flag_deadlines(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of foreløpig svar, as of `on` (ISO date) or today."""
    run = deadlines.flag_deadlines(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended}


@shared_task(name="casework.tasks.flag_papers")
def flag_papers(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of papers that have not come, as of `on` or today."""
    run = deadlines.flag_papers(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended}


def drafts_older_than(on: date) -> int:
    """Throw away the drafts that are too old on the day; gives how many."""
    kept = timedelta(days=settings_table.value("draft_days", on))
    return intake.delete_old_drafts(
        datetime.combine(on - kept, time.min, tzinfo=get_default_timezone())
    )


@shared_task(name="casework.tasks.delete_drafts")
def delete_drafts(on: str | None = None, **later: object) -> dict[str, int]:
    """Throw away drafts nobody has touched for as long as the municipality has set."""
    return {"deleted": drafts_older_than(date.fromisoformat(on) if on else timezone.localdate())}


@shared_task(name="casework.tasks.flag_plans")
def flag_plans(on: str | None = None, **later: object) -> dict[str, int]:
    """Flag milestones past their day and tasks nobody has taken, as of `on` or today."""
    run = plan_flags.flag_plans(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended}


@shared_task(name="casework.tasks.flag_appeals")
def flag_appeals(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of klager, here and with the klageinstans, as of `on` or today."""
    day = date.fromisoformat(on) if on else timezone.localdate()
    here, away = appeal_flags.flag_appeals(day), appeal_flags.flag_appeal_bodies(day)
    return {"raised": here.raised + away.raised, "ended": here.ended + away.ended}


@shared_task(name="casework.tasks.flag_statements")
def flag_statements(on: str | None = None, **later: object) -> dict[str, int]:
    """Remind of statements, and flag those that are late, as of `on` (ISO date) or today."""
    run = statements.flag_statements(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended, "reminded": run.reminded}
