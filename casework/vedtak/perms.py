"""Who may do what with a vedtak. Each docstring states the rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.enums import RoleKind
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
