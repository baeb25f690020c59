"""Drafts nobody has touched for as long as the municipality has set are thrown away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone

from accounts import settings_table
from common.jobs import Done

from .actions.intake import delete_old_drafts


def delete_drafts(on: date) -> Done:
    """Throw away the drafts that are too old on the day."""
    kept = timedelta(days=settings_table.value("draft_days", on))
    before = datetime.combine(on - kept, time.min, tzinfo=get_default_timezone())
    return Done(ended=delete_old_drafts(before))
