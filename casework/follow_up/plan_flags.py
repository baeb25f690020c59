"""Flags of plans: milestones past their day (C19).

One statement, safe to run twice or for any date: the key of a milestone holds its due
date, so that a new date is a new count. A run for an earlier date closes nothing raised after it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.flags import Words, due_words, short
from common.jobs import Done

if TYPE_CHECKING:
    from casework.log.models import Flag

FLAG_MILESTONES = """
WITH late AS (
    SELECT m.id, m.due_on, m.owner_id, m.title, p.person_id, m.id || ':' || m.due_on AS key
    FROM casework_milestone m
    JOIN casework_transitionplan p ON p.id = m.plan_id
    WHERE m.due_on < %(on)s::date
        AND (m.done_at IS NULL OR (m.done_at AT TIME ZONE %(zone)s)::date > %(on)s::date)
        AND p.started_on <= %(on)s::date
        AND (p.settled_on IS NULL OR p.settled_on > %(on)s::date)
),
raised AS (
    INSERT INTO casework_flag (person_id, kind, key, facts, marks, owner_id, due_on, raised_on,
        closed_because, closing_note)
    SELECT person_id, 'milestone', key,
        jsonb_build_object('milestone', id, 'due', due_on, 'title', title), '{}', owner_id,
        due_on, %(on)s::date, '', ''
    FROM late
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'milestone' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM late l WHERE l.key = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


def flag_milestones(on: date) -> Done:
    """Raise the flags of milestones past their due date, and close those that are over."""
    with connection.cursor() as cursor:
        cursor.execute(FLAG_MILESTONES, {"on": on, "zone": settings.TIME_ZONE})
        return Done(*cursor.fetchone())


# ------------------------------------------------------------------ in words


def milestone_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("«%(title)s» i overgangsplanen skulle vært nådd %(day)s")
        % {"title": flag.facts["title"], "day": short(date.fromisoformat(flag.facts["due"]))},
        next=_("Si at den er nådd, eller avtal en ny frist med personen."),
        action=_("Åpne planen"),
        action_url=reverse("casework:milestone", args=[flag.facts["milestone"]]),
        color=color,
        when=when,
        sub=_("milepæl"),
        icon="Clock",
    )
