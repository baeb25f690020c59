"""Escalates a flag that nobody has touched to the manager, once (need T8).

A flag is touched when a user does something in the person's case: every action of a user leaves
an event (a renewal, a note, a vedtak, a letter), and a follow-up closes the flag. A flag is
escalated when `escalate_days` have passed since it was raised or last touched, or at once when
its owner has no role, or nobody owns it. The owner keeps it, and the manager sees it too, until it
is touched or closed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts import settings_table
from accounts.models import Role
from common.jobs import JobResult
from common.sql import end_of_day, enum_values
from housing.providers.models import AgreementFlag

from .enums import REMINDERS
from .models import Event, Flag

if TYPE_CHECKING:
    from accounts.models import User

ESCALATE = f"""
UPDATE casework_flag f SET escalated_on = %(on)s::date
WHERE f.closed_on IS NULL AND f.escalated_on IS NULL
    AND f.raised_on <= %(on)s::date
    AND (f.raised_on <= %(on)s::date - %(days)s::int AND f.kind <> ALL(%(reminders)s)
        OR NOT EXISTS (
        SELECT FROM accounts_role r WHERE r.user_id = f.owner_id AND r.period @> %(on)s::date))
    AND NOT EXISTS (
        SELECT FROM casework_event e
        WHERE e.person_id = f.person_id AND e.by_id IS NOT NULL
            AND e.at >= greatest(f.raised_on, %(on)s::date - %(days)s::int + 1)::timestamp
                AT TIME ZONE %(tz)s
            AND e.at < {end_of_day()})
"""


def escalate(on: date) -> JobResult:
    """Escalate the flags untouched as of the date. Safe to run twice: each is escalated once."""
    days = settings_table.value("escalate_days", on)
    with connection.cursor() as cursor:
        params = {"on": on, "days": days, "tz": settings.TIME_ZONE}
        cursor.execute(ESCALATE, params | {"reminders": enum_values(REMINDERS)})
        escalated_count = cursor.rowcount
    # A follow-up or a new agreement closes the flag of an agreement, so an open one is untouched.
    has_role = Exists(Role.objects.filter(user=OuterRef("owner"), period__contains=on))
    untouched = AgreementFlag.objects.open().filter(
        Q(raised_on__lte=on - timedelta(days=days)) | ~has_role,
        escalated_on__isnull=True,
        raised_on__lte=on,
    )
    return JobResult(raised=escalated_count + untouched.update(escalated_on=on))


def escalated(user: User) -> QuerySet[Flag]:
    """Open flags escalated and not touched since; the longest escalated first."""
    touched = Event.objects.annotate(day=TruncDate("at")).filter(
        person=OuterRef("person"), by__isnull=False, day__gte=OuterRef("escalated_on")
    )
    return (
        Flag.objects.visible_to(user)
        .open()
        .filter(~Exists(touched), escalated_on__isnull=False)
        .select_related("person", "application", "owner")
        .order_by(F("escalated_on"), "pk")
    )
