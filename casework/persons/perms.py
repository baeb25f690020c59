"""Who may do what with persons. Each docstring states the rule.

Område: Personer.
"""

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
    """A user who does casework may merge two records of one person they may see (need C4).

    Rett: Slå sammen to oppføringer av samme person.
    """
    return can_do_casework(user)


def can_answer_number_claims(user: User) -> bool:
    """Who reads cases, and may see the person, takes contact when a colleague without access has
    written their number (needs C4, S3).

    Rett: Svare når en uten tilgang har skrevet nummeret til en person.
    """
    return user.has_role(*CASE_ROLES)


def can_set_protection(user: User) -> bool:
    """Only users who see protected persons may set, change or lift the protection (need S3).

    Rett: Sette, endre og fjerne adressebeskyttelse (med tilgang til beskyttede).
    """
    return can_do_casework(user) and user.sees_protected


def can_set_shielded(user: User) -> bool:
    """Only users who see shielded persons may mark a person as shielded, or lift it (S4).

    Rett: Sette og fjerne skjerming (med tilgang til skjermede).
    """
    return can_do_casework(user) and user.sees_shielded


def colleagues(person: Person, on: date, unit: OrganisationUnit | None = None) -> QuerySet[User]:
    """Users who may be given a task about the person: they have a role that reads cases on the
    date (at `unit`, if given), and may see the person."""
    from accounts.models import Role, User

    roles = Role.objects.filter(period__contains=on)
    at_unit = roles.filter(kind__in=CASE_ROLES)
    if unit:
        at_unit = at_unit.filter(unit=unit)
    users = User.objects.filter(is_active=True, pk__in=at_unit.values("user"))
    if person.needs_protected_access:
        users = users.filter(pk__in=roles.filter(protected_access=True).values("user"))
    if person.needs_shielded_access:
        users = users.filter(pk__in=roles.filter(shielded_access=True).values("user"))
    return users.order_by("full_name", "pk")


def can_edit_note(user: User, note: Note) -> bool:
    """Only the author may correct a note. The earlier text is kept.

    Rett: Rette et notat (den som skrev det).
    """
    return can_do_casework(user) and note.written_by_id == user.pk


def is_responsible_for(user: User, person: Person) -> bool:
    """Whether the user is caseworker for the person, or for an application of theirs."""
    return person.responsible_id == user.pk or (
        person.applications.filter(responsible=user).exists()
    )


def can_read_past_matters(user: User, person: Person, on: date) -> bool:
    """Past debt, damage and lost tenancies may be read by a caseworker who is responsible for the
    person, approves a vedtak in their case, or has written why they need to (need C25).

    Rett: Lese tidligere forhold (ansvarlig for personen, skal godkjenne vedtaket, eller har
    skrevet hvorfor).
    """
    if not can_do_casework(user):
        return False
    return (
        is_responsible_for(user, person)
        or person.applications.filter(
            vedtak__approver=user, vedtak__state=VedtakState.SUBMITTED
        ).exists()
        or NeedToKnow.objects.filter(person=person, stated_by=user, until__gte=on).exists()
    )
