"""What a person's page of plan and follow-up shows (needs C18, C19, C20, C22, C23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from accounts import settings_table
from casework.follow_up import notices
from casework.models import (
    ChecklistItem,
    Handover,
    InstitutionNotice,
    Milestone,
    Note,
    Person,
    Service,
    TeamMeeting,
    TeamMember,
    TransitionPlan,
)
from common.calendar import local_date
from common.day import DEADLINE_DAYS

if TYPE_CHECKING:
    from accounts.models import User

NOTES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """The transition plan (overgangsplan): milestones with colour, checklist items, days left."""

    plan: TransitionPlan
    milestones: list[tuple[Milestone, str]]
    items: list[ChecklistItem]
    left: int
    days_out: int | None

    @property
    def done(self) -> int:
        return len(self.items) - self.left


def plan_of(person: Person, on: date) -> Plan | None:
    """The open plan; else the last one. Three queries."""
    plan = (
        person.plans.select_related("owner")
        .prefetch_related(
            Prefetch("milestones", Milestone.objects.select_related("owner", "done_by")),
            Prefetch("items", ChecklistItem.objects.select_related("kind", "done_by")),
        )
        # NULL is first in descending order, so the open plan is first.
        .order_by("-settled_on", "-pk")
        .first()
    )
    if plan is None:
        return None
    items = sorted(plan.items.all(), key=lambda item: (item.kind.order, item.pk))
    return Plan(
        plan=plan,
        milestones=[(step, _milestone_color(step, on)) for step in plan.milestones.all()],
        items=items,
        left=sum(item.is_open for item in items),
        days_out=(plan.expected_out - on).days if plan.expected_out else None,
    )


def _milestone_color(milestone: Milestone, on: date) -> str:
    if milestone.done_at:
        return "success"
    left = (milestone.due_on - on).days
    return "danger" if left < 0 else "warning" if left <= DEADLINE_DAYS else "neutral"


def services_of(person: Person, on: date) -> list[dict[str, Any]]:
    """All services, current and coming ones first, with their hours over time. Two queries."""
    services = (
        Service.objects.filter(person=person)
        .with_hours(on)
        .select_related("unit")
        .prefetch_related("steps")
        .order_by("-period", "pk")
    )
    rows = [
        {
            "service": service,
            "now": on in service.period,
            "ahead": service.period.lower > on,
            "curve": _curve(service),
        }
        for service in services
    ]
    return sorted(rows, key=lambda row: not (row["now"] or row["ahead"]))


def _curve(service: Service) -> list[tuple[Any, date]]:
    """(hours a week, from day) in order; empty if the hours never changed."""
    steps = [(step.hours_per_week, step.starts_on) for step in service.steps.all()]
    if not steps:
        return []
    return [(service.hours_per_week, service.period.lower), *steps]


def team_of(person: Person, on: date) -> tuple[list[TeamMember], TeamMeeting | None]:
    """The team (ansvarsgruppe), its coordinator first, and its next meeting."""
    members = list(person.team.filter(period__contains=on))
    return members, person.team_meetings.filter(held_on__gte=on).order_by("held_on", "pk").first()


def notices_of(person: Person, on: date) -> list[tuple[InstitutionNotice, int]]:
    """The latest notices from institutions, each with how many days late it was."""
    latest = list(person.notices.order_by("-concerns_on", "-pk")[:10])
    if not latest:
        return []
    numbers = settings_table.values(on, "notice_going_out_days", "notice_admission_days")
    return [(notice, notices.days_late(notice, on, numbers)) for notice in latest]


def handovers_of(person: Person, on: date) -> list[tuple[Handover, int]]:
    """Tasks handed over, those not done first, with the days since they were sent."""
    handovers = person.handovers.select_related("to_unit", "to_user", "acknowledged_by", "sent_by")
    latest = list(handovers.order_by("-sent_at", "-pk")[:20])
    latest.sort(key=lambda handover: handover.done_at is not None)
    return [(handover, (on - local_date(handover.sent_at)).days) for handover in latest]


def notes_of(person: Person, user: User) -> list[Note]:
    """The notes the user may read, newest first."""
    notes = person.notes.visible_to(user).select_related("written_by", "unit")
    return list(notes.order_by("-written_at", "-pk")[:NOTES_SHOWN])
