"""Jobs of casework: thin, safe to run twice and for any date. Dates travel as text."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from . import deadlines


@shared_task(name="casework.tasks.flag_deadlines")
def flag_deadlines(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of foreløpig svar, as of `on` (ISO date) or today."""
    run = deadlines.flag_deadlines(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended}
