"""Jobs of allocation: thin, safe to run twice and for any date. Dates travel as text."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from . import still_needed


@shared_task(name="allocation.tasks.ask_still_needed")
def ask_still_needed(on: str | None = None, **later: object) -> dict[str, int]:
    """Ask those who wait whether the need is the same, as of `on` (ISO date) or today."""
    run = still_needed.ask_still_needed(date.fromisoformat(on) if on else timezone.localdate())
    return {"asked": run.asked, "outreach": run.outreach, "ended": run.ended}
