"""What users hold in casework, and how a receiver takes it over (see `accounts.leaving`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.enums import CASE_ROLES, RoleKind
from accounts.leaving import Holding
from casework.appeals.models import Appeal
from casework.applications.models import Application
from casework.assessment.models import Statement
from casework.follow_up.models import Handover, Milestone, TransitionPlan
from casework.log import events
from casework.log.enums import APPLICATION_ALIVE, VEDTAK_OPEN, VedtakState
from casework.log.event_kinds import CaseEvent
from casework.log.models import Flag
from casework.persons.models import Person
from casework.vedtak.models import Vedtak
from casework.vedtak.perms import not_written_by

if TYPE_CHECKING:
    from accounts.models import User

WORKS = (RoleKind.CASEWORKER, RoleKind.APPROVER)


def _tell_of_person(person: Person, **who: Any) -> None:
    _tell(person, None, **who)


def _tell_of_case(application: Application, **who: Any) -> None:
    _tell(application.person, application, **who)


def _tell(
    person: Person,
    application: Application | None,
    *,
    user: User,
    receiver: User,
    by: User,
    at: datetime,
) -> None:
    text = _("Ny saksbehandler: %(new)s, etter %(old)s.") % {"new": receiver, "old": user}
    events.record(person, CaseEvent.APPLICATION_TAKEN, text, by=by, at=at, application=application)


def _handovers(user: User) -> QuerySet[Handover]:
    mine = Q(to_user=user) | Q(acknowledged_by=user)
    return Handover.objects.filter(mine, done_at__isnull=True)


def _not_acknowledged(handover: Handover, user: User) -> dict[str, Any]:
    """What the one who leaves had taken, the receiver must take too."""
    if handover.acknowledged_by_id != user.pk:
        return {}
    return {"acknowledged_at": None, "acknowledged_by": None}


def _may_review(rows: QuerySet[Appeal], user: User) -> QuerySet[Appeal]:
    """Not the one who wrote or approved the vedtak (fvl. § 33)."""
    return rows.visible_to(user).exclude(drafter=user).exclude(approver=user)


HOLDINGS = (
    Holding(
        key="persons",
        label=_l("Personer"),
        rows=lambda user: Person.objects.filter(responsible=user, merged_into__isnull=True),
        field="responsible",
        roles=WORKS,
        place=10,
        tell=_tell_of_person,
    ),
    Holding(
        key="applications",
        label=_l("Saker"),
        rows=lambda user: Application.objects.filter(responsible=user, state__in=APPLICATION_ALIVE),
        field="responsible",
        roles=WORKS,
        place=30,
        tell=_tell_of_case,
    ),
    Holding(
        key="vedtak_drafts",
        label=_l("Vedtak under arbeid"),
        rows=lambda user: Vedtak.objects.filter(drafted_by=user, state__in=VEDTAK_OPEN),
        for_receiver=lambda rows, user: rows.visible_to(user).exclude(approver=user),
        field="drafted_by",
        roles=WORKS,
        place=31,
    ),
    Holding(
        key="vedtak_to_approve",
        label=_l("Vedtak til godkjenning"),
        rows=lambda user: Vedtak.objects.filter(approver=user, state=VedtakState.SUBMITTED),
        for_receiver=lambda rows, user: not_written_by(rows.visible_to(user), user),
        field="approver",
        roles=(RoleKind.APPROVER,),
        place=32,
    ),
    Holding(
        key="appeals",
        label=_l("Klager"),
        rows=lambda user: Appeal.objects.here().filter(reviewer=user),
        for_receiver=_may_review,
        field="reviewer",
        roles=WORKS,
        place=33,
    ),
    Holding(
        key="statements",
        label=_l("Uttalelser å gi"),
        rows=lambda user: Statement.objects.open().filter(asked_of=user),
        field="asked_of",
        roles=CASE_ROLES,
        place=40,
    ),
    Holding(
        key="plans",
        label=_l("Overgangsplaner"),
        rows=lambda user: TransitionPlan.objects.open().filter(owner=user),
        field="owner",
        roles=CASE_ROLES,
        place=41,
    ),
    Holding(
        key="milestones",
        label=_l("Milepæler"),
        rows=lambda user: Milestone.objects.filter(
            owner=user, done_at__isnull=True, plan__settled_on__isnull=True
        ),
        field="owner",
        roles=CASE_ROLES,
        place=42,
    ),
    Holding(
        key="handovers",
        label=_l("Oppgaver"),
        rows=_handovers,
        field="to_user",
        also=_not_acknowledged,
        roles=CASE_ROLES,
        place=43,
    ),
    Holding(
        key="flags",
        label=_l("Varsler"),
        rows=lambda user: Flag.objects.open().of(user),
        field="owner",
        roles=CASE_ROLES,
        place=90,
    ),
)
