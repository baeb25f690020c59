"""What nobody has touched is lifted to the manager, once (need T8).

A flag is touched when somebody does something in the person's case: every deed of a user leaves
an event (a renewal, a note, a vedtak, a letter), and every follow-up closes the flag. After
`escalate_days` without either, since it was raised or last touched, the flag is lifted. It stays
with its owner, and with the manager too, until it is touched or closed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from accounts import settings_table
from common.jobs import Done
from common.sql import end_of_day
from housing.providers.models import AgreementFlag

from .models import Event, Flag

if TYPE_CHECKING:
    from accounts.models import User

ESCALATE = f"""
UPDATE casework_flag f SET escalated_on = %(on)s::date
WHERE f.closed_on IS NULL AND f.escalated_on IS NULL
    AND f.raised_on <= %(on)s::date - %(days)s::int
    AND NOT EXISTS (
        SELECT FROM casework_event e
        WHERE e.person_id = f.person_id AND e.by_id IS NOT NULL
            AND e.at >= greatest(f.raised_on, %(on)s::date - %(days)s::int + 1)::timestamp
                AT TIME ZONE %(tz)s
            AND e.at < {end_of_day()})
"""


def escalate(on: date) -> Done:
    """Lift what nobody has touched, as of a date. Safe to run twice: a flag is lifted once."""
    days = settings_table.value("escalate_days", on)
    with connection.cursor() as cursor:
        cursor.execute(ESCALATE, {"on": on, "days": days, "tz": settings.TIME_ZONE})
        lifted = cursor.rowcount
    # What is said of an agreement closes its flag, or is a new agreement: untouched is open.
    untouched = AgreementFlag.objects.open().filter(
        escalated_on__isnull=True, raised_on__lte=on - timedelta(days=days)
    )
    return Done(raised=lifted + untouched.update(escalated_on=on))


def escalated(user: User) -> QuerySet[Flag]:
    """Open flags that are lifted, and not touched since; longest first."""
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
