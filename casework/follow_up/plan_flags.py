"""Flags for milestones of a transition plan past their due date (need C19)."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words
from casework.log.models import Flag
from casework.log.raising import FlagRule
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import local_day

# The due date is part of the key, so a milestone with a new date may be flagged again.
LATE = f"""
wanted AS (
    SELECT p.person_id, NULL::bigint AS application_id, m.id || ':' || m.due_on AS key,
        jsonb_build_object('milestone', m.id, 'due', m.due_on, 'title', m.title) AS facts,
        m.owner_id, m.due_on
    FROM casework_milestone m
    JOIN casework_transitionplan p ON p.id = m.plan_id
    WHERE m.due_on < %(on)s::date
        AND coalesce({local_day("m.done_at")} > %(on)s::date, true)
        AND p.started_on <= %(on)s::date
        AND coalesce(p.settled_on > %(on)s::date, true)
)"""


def milestone_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("«%(title)s» i overgangsplanen skulle vært nådd %(day)s")
        % {"title": flag.facts["title"], "day": short_date(date.fromisoformat(flag.facts["due"]))},
        next=_("Si at den er nådd, eller avtal en ny frist med personen."),
        action=_("Åpne planen"),
        action_url=reverse("casework:milestone", args=[flag.facts["milestone"]]),
        color=color,
        when=when,
        sub=_("milepæl"),
        icon="Clock",
    )


MILESTONE = FlagRule(kind=FlagKind.MILESTONE, words=milestone_words, wanted=LATE)


def flag_milestones(on: date) -> JobResult:
    """Flag milestones past their due date. Safe to run twice, or for any date."""
    return MILESTONE.run(on)
