"""Who may do what in casework. Each function says it in prose."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

from .enums import VedtakState
from .models import Appeal, Application, Disqualification, NeedToKnow, Vedtak

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import OrganisationUnit, User

    from .models import Handover, Note, Person


def can_read_cases(user: User) -> bool:
    """Caseworkers, approvers, meeting chairs and managers read cases; nobody else does."""
    return user.has_role(*CASE_ROLES)


def can_do_casework(user: User) -> bool:
    """Caseworkers and approvers register persons and applications, and hold kartlegginger."""
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_merge_persons(user: User) -> bool:
    """Who does casework merges two records of one person, both of whom they may see (need C4)."""
    return can_do_casework(user)


def can_set_protection(user: User) -> bool:
    """Only who may see protected persons may set, change or lift address protection (need S3)."""
    return can_do_casework(user) and user.sees_protected


def can_set_shielded(user: User) -> bool:
    """Only who may see shielded persons may mark somebody as one, or lift it (need S4)."""
    return can_do_casework(user) and user.sees_shielded


def can_take_case(user: User, application: Application) -> bool:
    """Who does casework takes cases, unless inhabil in the case (fvl. § 8)."""
    return can_do_casework(user) and not is_disqualified(user, application)


def is_disqualified(user: User, application: Application) -> bool:
    """The user has declared inhabilitet in this case (fvl. § 6)."""
    return Disqualification.objects.filter(application=application, user=user).exists()


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
    return _who_may_work(application, [RoleKind.APPROVER], on).exclude(pk=drafter_id)


def appeal_reviewers(appeal: Appeal, *, on: date) -> QuerySet[User]:
    """Whom a klage may be given to: who does casework on the date and may see the person,
    neither wrote nor approved the vedtak, and is not inhabil (need C16)."""
    return _who_may_work(
        appeal.vedtak.application, [RoleKind.CASEWORKER, RoleKind.APPROVER], on
    ).exclude(pk__in=[appeal.drafter_id, appeal.approver_id])


def can_review_appeal(user: User, appeal: Appeal) -> bool:
    """Whoever the klage was given to reviews it, unless inhabil in the case; nobody else does."""
    return (
        can_do_casework(user)
        and appeal.reviewer_id == user.pk
        and not is_disqualified(user, appeal.vedtak.application)
    )


def _who_may_work(application: Application, kinds: list[RoleKind], on: date) -> QuerySet[User]:
    from accounts.models import Role, User

    roles = Role.objects.filter(period__contains=on)
    found = User.objects.filter(is_active=True, pk__in=roles.filter(kind__in=kinds).values("user"))
    if application.person.is_protected:
        found = found.filter(pk__in=roles.filter(protected_access=True).values("user"))
    if application.person.shielded:
        found = found.filter(pk__in=roles.filter(shielded_access=True).values("user"))
    return (
        found.exclude(
            pk__in=Disqualification.objects.filter(application=application).values("user")
        )
    ).order_by("full_name", "pk")


def colleagues(person: Person, on: date, unit: OrganisationUnit | None = None) -> QuerySet[User]:
    """Who may be given something to do about the person: those who read cases on the date, at the
    unit where one is named, and may see the person."""
    from accounts.models import Role, User

    roles = Role.objects.filter(period__contains=on)
    there = roles.filter(kind__in=CASE_ROLES)
    if unit:
        there = there.filter(unit=unit)
    found = User.objects.filter(is_active=True, pk__in=there.values("user"))
    if person.is_protected:
        found = found.filter(pk__in=roles.filter(protected_access=True).values("user"))
    if person.shielded:
        found = found.filter(pk__in=roles.filter(shielded_access=True).values("user"))
    return found.order_by("full_name", "pk")


def can_take_handover(user: User, handover: Handover) -> bool:
    """The one it was sent to; where nobody is named, whoever reads cases at the unit."""
    if not can_read_cases(user):
        return False
    if handover.to_user_id:
        return handover.to_user_id == user.pk
    return any(
        role.unit_id == handover.to_unit_id and role.kind in CASE_ROLES
        for role in user.current_roles
    )


def can_finish_handover(user: User, handover: Handover) -> bool:
    """Who took the task says that it is done."""
    return handover.acknowledged_by_id == user.pk


def can_edit_note(user: User, note: Note) -> bool:
    """Who wrote a note mends it; nobody else does. What stood there before is kept."""
    return can_do_casework(user) and note.written_by_id == user.pk


def answers_for(user: User, person: Person) -> bool:
    """The person's caseworker, or the one of an application of theirs."""
    return person.responsible_id == user.pk or (
        person.applications.filter(responsible=user).exists()
    )


def can_read_past_matters(user: User, person: Person, on: date) -> bool:
    """Past debt, damage and lost tenancies are read by who does casework and answers for the
    person, approves a vedtak in their case, or has written why they need to (need C25)."""
    if not can_do_casework(user):
        return False
    return (
        answers_for(user, person)
        or Vedtak.objects.filter(
            application__person=person, approver=user, state=VedtakState.SUBMITTED
        ).exists()
        or NeedToKnow.objects.filter(person=person, stated_by=user, until__gte=on).exists()
    )
