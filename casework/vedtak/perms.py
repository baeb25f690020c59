"""Who may do what in casework. Each function says it in prose."""

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
    """Caseworkers and approvers draft, unless inhabil in the case."""
    return can_do_casework(user) and not is_disqualified(user, application)


def can_approve(user: User) -> bool:
    """Approvers approve vedtak, those of others; nobody else does."""
    return user.has_role(RoleKind.APPROVER)


def can_approve_vedtak(user: User, vedtak: Vedtak) -> bool:
    """An approver who did not draft it, and is not inhabil in the case (need C14)."""
    return (
        can_approve(user)
        and vedtak.drafted_by_id != user.pk
        and not is_disqualified(user, vedtak.application)
    )


def can_edit_vedtak(user: User, vedtak: Vedtak) -> bool:
    """Who began the vedtak writes it, while it is a draft or sent back; nobody else does."""
    return (
        vedtak.state in (VedtakState.DRAFT, VedtakState.RETURNED)
        and vedtak.drafted_by_id == user.pk
        and can_draft_vedtak(user, vedtak.application)
    )


def approvers(application: Application, *, drafter_id: int, on: date) -> QuerySet[User]:
    """Whom a vedtak in the case may be sent to: approvers on the date who may see the person,
    did not write it, and are not inhabil."""
    return who_may_work(application, [RoleKind.APPROVER], on).exclude(pk=drafter_id)
