"""Who may do what in casework. Each function says it in prose."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.enums import CASE_ROLES
from casework.log.enums import VedtakState
from casework.log.perms import can_do_casework

from .models import NeedToKnow

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User

    from .models import Note, Person


def can_merge_persons(user: User) -> bool:
    """Who does casework merges two records of one person, both of whom they may see (need C4)."""
    return can_do_casework(user)


def can_set_protection(user: User) -> bool:
    """Only who may see protected persons may set, change or lift address protection (need S3)."""
    return can_do_casework(user) and user.sees_protected


def can_set_shielded(user: User) -> bool:
    """Only who may see shielded persons may mark somebody as one, or lift it (need S4)."""
    return can_do_casework(user) and user.sees_shielded


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
        or person.applications.filter(
            vedtak__approver=user, vedtak__state=VedtakState.SUBMITTED
        ).exists()
        or NeedToKnow.objects.filter(person=person, stated_by=user, until__gte=on).exists()
    )
