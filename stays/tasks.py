"""Jobs of stays: thin, safe to run twice and for any date. Dates travel as text."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from . import flags, section_27


@shared_task(name="stays.tasks.flag_stays")
def flag_stays(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of temporary stays, as of `on` (ISO date) or today.

    Arguments it does not know are ignored, so that a worker of this version may take an order
    from a newer one.
    """
    day = date.fromisoformat(on) if on else timezone.localdate()
    run = flags.flag_stays(day)
    return {"raised": run.raised, "superseded": run.superseded, "ended": run.ended}


@shared_task(name="stays.tasks.flag_section_27")
def flag_section_27(on: str | None = None, **later: object) -> dict[str, int]:
    """Raise and close the flags of § 27, as of `on` (ISO date) or today."""
    run = section_27.flag_section_27(date.fromisoformat(on) if on else timezone.localdate())
    return {"raised": run.raised, "ended": run.ended}
