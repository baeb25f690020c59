"""Who may do what with a vedtak. Each docstring states the rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import RoleKind
from accounts.models import Absence, Role
from casework.applications.models import Disqualification
from casework.applications.perms import is_disqualified, who_may_work
from casework.log.enums import VedtakState
from casework.log.perms import can_do_casework

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application

    from .models import Vedtak


def can_draft_vedtak(user: User, application: Application) -> bool:
    """Caseworkers and approvers may draft, unless disqualified (inhabil) in the case."""
    return can_do_casework(user) and not is_disqualified(user, application)


def can_approve(user: User) -> bool:
    """Only approvers approve, and only vedtak drafted by others (`can_approve_vedtak`)."""
    return user.has_role(RoleKind.APPROVER)


def can_approve_vedtak(user: User, vedtak: Vedtak) -> bool:
    """An approver who did not draft it and is not disqualified in the case (need C14)."""
    return (
        can_approve(user)
        and vedtak.drafted_by_id != user.pk
        and not is_disqualified(user, vedtak.application)
    )


def with_hindrance(vedtak: QuerySet[Vedtak], on: date) -> QuerySet[Vedtak]:
    """Adds what keeps the chosen approver from approving: `inhabil`, `away` or `no_role`."""
    approver = OuterRef("approver")
    return vedtak.annotate(
        inhabil=Exists(
            Disqualification.objects.filter(application=OuterRef("application"), user=approver)
        ),
        away=Exists(Absence.objects.filter(user=approver, period__contains=on)),
        no_role=~Exists(
            Role.objects.filter(
                user=approver,
                user__is_active=True,
                kind=RoleKind.APPROVER,
                period__contains=on,
            )
        ),
    )


def hindered(vedtak: QuerySet[Vedtak], on: date) -> QuerySet[Vedtak]:
    """The vedtak sent to an approver who cannot approve them now, with why."""
    return with_hindrance(vedtak.filter(state=VedtakState.SUBMITTED), on).filter(
        Q(inhabil=True) | Q(away=True) | Q(no_role=True)
    )


def can_recall_vedtak(user: User, vedtak: Vedtak) -> bool:
    """Only the drafter takes it back from approval."""
    return vedtak.is_submitted and vedtak.drafted_by_id == user.pk


def can_move_approval(user: User, vedtak: Vedtak, on: date) -> bool:
    """The drafter gives it to another approver; others who work with the case when the chosen one
    is disqualified (inhabil), away, or no approver any more."""
    if not vedtak.is_submitted or not can_draft_vedtak(user, vedtak.application):
        return False
    if vedtak.drafted_by_id == user.pk:
        return True
    return hindered(type(vedtak).objects.filter(pk=vedtak.pk), on).exists()


def can_edit_vedtak(user: User, vedtak: Vedtak) -> bool:
    """Only the drafter may edit it, and only while it is a draft or sent back."""
    return (
        vedtak.state in (VedtakState.DRAFT, VedtakState.RETURNED)
        and vedtak.drafted_by_id == user.pk
        and can_draft_vedtak(user, vedtak.application)
    )


def approvers(application: Application, *, drafter_id: int, on: date) -> QuerySet[User]:
    """Who may approve a vedtak in the case: approvers on the date who may see the person, did not
    draft it, and are not disqualified."""
    return who_may_work(application, [RoleKind.APPROVER], on).exclude(pk=drafter_id)
