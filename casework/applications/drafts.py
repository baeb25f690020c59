"""Deletes form drafts older than the municipality's limit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone

from accounts import drafts, settings_table
from common.jobs import JobResult


def delete_drafts(on: date) -> JobResult:
    """Delete the drafts last saved more than `draft_days` days before the date."""
    max_age = timedelta(days=settings_table.value("draft_days", on))
    before = datetime.combine(on - max_age, time.min, tzinfo=get_default_timezone())
    return JobResult(ended=drafts.delete_old(before))
