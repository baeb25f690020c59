"""Flags of plans and handovers: milestones past their day, tasks nobody has taken (C19, C23).

One statement a kind, safe to run twice or for any date: the key of a milestone holds its due
date, so that a new date is a new count. A run for an earlier date closes nothing raised after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from common.calendar import next_working_day

from . import flags
from .enums import FlagKind
from .flags import Words, due_words, short
from .models import Flag

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

# The flag is the receiver's where one is named; else the sender's, who must ask.
FLAG_HANDOVERS = """
WITH late AS (
    SELECT h.id, h.person_id, h.application_id, coalesce(h.to_user_id, h.sent_by_id) AS owner_id,
        h.what, u.name AS unit, (h.sent_at AT TIME ZONE %(zone)s)::date AS sent
    FROM casework_handover h
    JOIN accounts_organisationunit u ON u.id = h.to_unit_id
    WHERE (h.sent_at AT TIME ZONE %(zone)s)::date <= %(before)s::date
        AND (h.acknowledged_at IS NULL
            OR (h.acknowledged_at AT TIME ZONE %(zone)s)::date > %(on)s::date)
),
raised AS (
    INSERT INTO casework_flag (person_id, application_id, kind, key, facts, marks, owner_id,
        due_on, raised_on, closed_because, closing_note)
    SELECT person_id, application_id, 'handover', id::text,
        jsonb_build_object('handover', id, 'sent', sent, 'what', what, 'unit', unit), '{}',
        owner_id, %(due_on)s::date, %(on)s::date, '', ''
    FROM late
    ON CONFLICT (kind, person_id, key) DO NOTHING
    RETURNING 1
),
closed AS (
    UPDATE casework_flag f SET closed_on = %(on)s::date, closed_because = 'fakta'
    WHERE f.kind = 'handover' AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date
        AND NOT EXISTS (SELECT FROM late l WHERE l.id::text = f.key)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did, both kinds together."""

    raised: int
    ended: int


def flag_milestones(on: date) -> Run:
    """Raise the flags of milestones past their due date, and close those that are over."""
    return _run(FLAG_MILESTONES, {"on": on, "zone": settings.TIME_ZONE})


def flag_handovers(on: date) -> Run:
    """Raise the flags of tasks nobody has acknowledged in `handover_days`, and close the others."""
    days = settings_table.value("handover_days", on)
    return _run(
        FLAG_HANDOVERS,
        {
            "on": on,
            "zone": settings.TIME_ZONE,
            "before": on - timedelta(days=days),
            "due_on": next_working_day(on),
        },
    )


def flag_plans(on: date) -> Run:
    milestones, handovers = flag_milestones(on), flag_handovers(on)
    return Run(milestones.raised + handovers.raised, milestones.ended + handovers.ended)


def _run(statement: str, params: dict) -> Run:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return Run(*cursor.fetchone())


# ------------------------------------------------------------------ in words


def _milestone_words(flag: Flag, on: date) -> Words:
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


def _handover_words(flag: Flag, on: date) -> Words:
    when, color = due_words(flag.due_on, on)
    return Words(
        why=_("«%(what)s» ble sendt til %(unit)s %(day)s Ingen har kvittert.")
        % {
            "what": flag.facts["what"],
            "unit": flag.facts["unit"],
            "day": short(date.fromisoformat(flag.facts["sent"])),
        },
        next=_("Ring enheten, og få avklart hvem som tar oppgaven."),
        action=_("Åpne oppgaven"),
        action_url=reverse("casework:handover", args=[flag.facts["handover"]]),
        color=color,
        when=when,
        sub=_("overlevering"),
        icon="Clock",
    )


def register_words() -> None:
    flags.register(FlagKind.MILESTONE, _milestone_words)
    flags.register(FlagKind.HANDOVER, _handover_words)
