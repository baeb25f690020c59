"""Services, and the support team (ansvarsgruppe) with its meetings (need C18)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.saving import save
from common.calendar import ONE_DAY, local_date
from common.errors import RuleBroken
from common.formatting import nbdate, number

from ..models import Service, ServiceStep, TeamMeeting, TeamMember

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User
    from casework.persons.models import Person


class OutsideThePeriod(RuleBroken):
    """The day is outside the period of the service or the membership."""


@transaction.atomic
def add_service(
    *,
    person: Person,
    name: str,
    unit: OrganisationUnit | None,
    contact: str,
    phone: str,
    hours_per_week: Decimal | None,
    period: DateRange,
    by: User,
    at: datetime,
) -> Service:
    """Add a service the person has for a half-open period."""
    service = save(
        Service(
            person=person,
            name=name,
            unit=unit,
            contact=contact,
            phone=phone,
            hours_per_week=hours_per_week,
            period=period,
        ),
        by,
    )
    text = _("Ny tjeneste: %(name)s fra %(day)s.") % {"name": name, "day": nbdate(period.lower)}
    record(person, CaseEvent.SERVICE_BEGUN, text, by=by, at=at, service=service.pk)
    return service


@transaction.atomic
def change_service(service: Service, *, by: User, at: datetime, **facts) -> Service:
    """Correct a service. Raises `OutsideThePeriod` if its hours were changed before it starts."""
    period = facts.get("period", service.period)
    steps = service.steps.filter(starts_on__lte=period.lower)
    if steps.exists():
        raise OutsideThePeriod(
            _("Timene er endret før tjenesten da ville begynt. Velg en tidligere første dag."),
            "period",
        )
    save(service, by, **facts)
    text = _("Tjenesten %(name)s er endret.") % {"name": service.name}
    record(service.person, CaseEvent.SERVICE_CHANGED, text, by=by, at=at, service=service.pk)
    return service


@transaction.atomic
def set_hours(
    service: Service,
    *,
    starts_on: date,
    hours_per_week: Decimal,
    why: str,
    by: User,
    at: datetime,
) -> ServiceStep:
    """Change the hours a week from a day inside the period. Raises `OutsideThePeriod`."""
    if starts_on not in service.period or starts_on == service.period.lower:
        raise OutsideThePeriod(
            _("Timene kan endres etter at tjenesten begynte, og før den er slutt."), "starts_on"
        )
    step = save(
        ServiceStep(service=service, starts_on=starts_on, hours_per_week=hours_per_week, why=why),
        by,
    )
    text = _("%(name)s: %(hours)s timer i uka fra %(day)s.") % {
        "name": service.name,
        "hours": number(hours_per_week),
        "day": nbdate(starts_on),
    }
    record(service.person, CaseEvent.SERVICE_HOURS, text, by=by, at=at, service=service.pk)
    return step


@transaction.atomic
def end_service(
    service: Service,
    *,
    last_day: date,
    reason: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Service:
    """End a service after `last_day`, with a reason; later changes of hours are deleted."""
    if last_day < service.period.lower:
        raise OutsideThePeriod(_("Tjenesten hadde ikke begynt den dagen."), "last_day")
    period = DateRange(service.period.lower, last_day + ONE_DAY)
    save(service, by, seen=seen, period=period, end_reason=reason)
    service.steps.filter(starts_on__gt=last_day).delete()
    text = _("%(name)s er slutt. Siste dag %(day)s. %(why)s") % {
        "name": service.name,
        "day": nbdate(last_day),
        "why": reason,
    }
    record(service.person, CaseEvent.SERVICE_ENDED, text, by=by, at=at, service=service.pk)
    return service


@transaction.atomic
def join_team(
    *,
    person: Person,
    name: str,
    role: str,
    contact: str,
    is_coordinator: bool,
    since: date,
    by: User,
    at: datetime,
) -> TeamMember:
    """Add a member to the support team. A new coordinator replaces the earlier one."""
    if is_coordinator:
        for coordinator in person.team.filter(is_coordinator=True, period__contains=since):
            _step_down(coordinator, since, by=by)
    member = save(
        TeamMember(
            person=person,
            name=name,
            role=role,
            contact=contact,
            is_coordinator=is_coordinator,
            period=DateRange(since, None),
        ),
        by,
    )
    text = _("Ny koordinator: %(name)s.") if is_coordinator else _("Med i ansvarsgruppa: %(name)s.")
    record(person, CaseEvent.TEAM_JOINED, text % {"name": member}, by=by, at=at, member=member.pk)
    return member


def _step_down(member: TeamMember, since: date, *, by: User) -> None:
    """Let a coordinator go on as an ordinary member, since another takes over."""
    if member.period.lower >= since:
        raise OutsideThePeriod(
            _("%(name)s er koordinator fra %(day)s. Velg en senere dag.")
            % {"name": member.name, "day": nbdate(member.period.lower)},
            "since",
        )
    upper = member.period.upper
    save(member, by, period=DateRange(member.period.lower, since))
    ordinary_member = TeamMember(
        person=member.person,
        name=member.name,
        role=member.role,
        contact=member.contact,
        period=DateRange(since, upper),
    )
    save(ordinary_member, by)


@transaction.atomic
def leave_team(member: TeamMember, *, by: User, at: datetime) -> TeamMember:
    """Remove a member from the support team from today."""
    today = local_date(at)
    if member.period.lower >= today:
        member._history_user = by
        member.delete()
    else:
        save(member, by, period=DateRange(member.period.lower, today))
    text = _("Ute av ansvarsgruppa: %(name)s.") % {"name": member}
    record(member.person, CaseEvent.TEAM_LEFT, text, by=by, at=at)
    return member


@transaction.atomic
def plan_meeting(
    *, person: Person, held_on: date, place: str, topic: str, by: User, at: datetime
) -> TeamMeeting:
    """Enter a meeting of the support team, planned or held."""
    meeting = save(
        TeamMeeting(
            person=person,
            held_on=held_on,
            place=place,
            topic=topic,
            recorded_at=at,
            recorded_by=by,
        ),
        by,
    )
    text = _("Ansvarsgruppemøte %(day)s. %(topic)s") % {"day": nbdate(held_on), "topic": topic}
    record(person, CaseEvent.TEAM_MEETING, text.strip(), by=by, at=at, meeting=meeting.pk)
    return meeting
