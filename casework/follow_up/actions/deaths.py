"""What ends in the follow-up of somebody who has died: services, team, plan and tasks."""

from __future__ import annotations

from django.db.models import Q

from casework.persons.actions.deaths import Aftermath
from common.calendar import local_date

from ..models import Handover, Service, TeamMember, TransitionPlan


def end_follow_up(aftermath: Aftermath) -> None:
    person, by, at = aftermath.person, aftermath.by, aftermath.at
    going_on = Q(period__upper_inf=True) | Q(period__endswith__gt=aftermath.died_on)
    for service in _locked(Service).filter(going_on, person=person):
        aftermath.change(
            service, period=aftermath.ends(service.period.lower), end_reason=aftermath.why
        )
    for member in _locked(TeamMember).filter(going_on, person=person):
        aftermath.change(member, period=aftermath.ends(member.period.lower))
    for plan in _locked(TransitionPlan).open().filter(person=person):
        settled_on = max(plan.started_on, local_date(at))
        aftermath.change(plan, settled_on=settled_on, outcome=aftermath.why)
    for handover in _locked(Handover).filter(person=person, done_at__isnull=True):
        facts = {"done_at": at, "done_by": by}
        if handover.acknowledged_at is None:
            facts |= {"acknowledged_at": at, "acknowledged_by": by}
        aftermath.change(handover, reply=handover.reply or aftermath.why, **facts)


def _locked(model):
    return model.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
