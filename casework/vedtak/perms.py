"""Who may do what with a vedtak. Each docstring states the rule.

Område: Vedtak.
"""

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

from .models import Vedtak

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application


def can_draft_vedtak(user: User, application: Application) -> bool:
    """Caseworkers and approvers may draft, unless disqualified (inhabil) in the case.

    Rett: Skrive utkast til vedtak (ikke inhabil).
    """
    return can_do_casework(user) and not is_disqualified(user, application)


def can_approve(user: User) -> bool:
    """Only approvers approve, and only vedtak drafted by others (`can_approve_vedtak`).

    Rett: Godkjenne vedtak.
    """
    return user.has_role(RoleKind.APPROVER)


def has_written(user: User, vedtak: Vedtak) -> bool:
    """Whether the user drafts it, or did before it was handed over: only the drafter saves it."""
    return vedtak.drafted_by_id == user.pk or vedtak.history.filter(drafted_by_id=user.pk).exists()


def not_written_by(vedtak: QuerySet[Vedtak], user: User) -> QuerySet[Vedtak]:
    """The vedtak the user has not written (`has_written`)."""
    rows = Vedtak.history.filter(id=OuterRef("pk"), drafted_by_id=user.pk)
    return vedtak.exclude(drafted_by=user).filter(~Exists(rows))


def can_approve_vedtak(user: User, vedtak: Vedtak) -> bool:
    """An approver who has not written it and is not disqualified in the case (need C14).

    Rett: Godkjenne et bestemt vedtak (ikke skrevet av en selv, ikke inhabil).
    """
    return (
        can_approve(user)
        and not has_written(user, vedtak)
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
    """Only the drafter takes it back from approval, while they do casework.

    Rett: Ta et vedtak tilbake fra godkjenning (den som skrev det).
    """
    return can_do_casework(user) and vedtak.is_submitted and vedtak.drafted_by_id == user.pk


def can_move_approval(user: User, vedtak: Vedtak, on: date) -> bool:
    """The drafter gives it to another approver; others who work with the case when the chosen one
    is disqualified (inhabil), away, or no approver any more.

    Rett: Gi godkjenningen til en annen (den som skrev det; andre når godkjenneren er hindret).
    """
    if not vedtak.is_submitted or not can_draft_vedtak(user, vedtak.application):
        return False
    if vedtak.drafted_by_id == user.pk:
        return True
    return hindered(Vedtak.objects.filter(pk=vedtak.pk), on).exists()


def can_edit_vedtak(user: User, vedtak: Vedtak) -> bool:
    """Only the drafter may edit it, and only while it is a draft or sent back.

    Rett: Endre et utkast (den som skriver det, ikke inhabil).
    """
    return (
        vedtak.state in (VedtakState.DRAFT, VedtakState.RETURNED)
        and vedtak.drafted_by_id == user.pk
        and can_draft_vedtak(user, vedtak.application)
    )


def can_take_over_vedtak(user: User, vedtak: Vedtak) -> bool:
    """Others who work with the case take it over, or discard it, when the drafter has turned out
    to be disqualified (inhabil): the drafter may do nothing with it (fvl. § 6).

    Rett: Overta eller forkaste et utkast (når den som skrev det er inhabil).
    """
    return (
        vedtak.is_open
        and vedtak.drafted_by_id != user.pk
        and is_disqualified(vedtak.drafted_by, vedtak.application)
        and can_draft_vedtak(user, vedtak.application)
    )


def approvers(vedtak: Vedtak, on: date) -> QuerySet[User]:
    """Who may approve the vedtak: approvers on the date who may see the person, have not written
    it, and are not disqualified."""
    return (
        who_may_work(vedtak.application, [RoleKind.APPROVER], on)
        .exclude(pk=vedtak.drafted_by_id)
        .exclude(pk__in=vedtak.history.values("drafted_by"))
    )
