"""Whom a temporary place is not suited for: children and young people (need T5)."""

from __future__ import annotations

from datetime import date

from casework.applications import lease_terms
from casework.log.enums import ApplicationKind, ApplicationState
from casework.models import Application, Person
from casework.persons.children import ADULT_AGE, born_after, is_minor
from housing.models import Unit

from .enums import UnsuitedFor


def children_in_household(person: Person, on: date) -> int:
    """Children under 18 in the person's household on the date; samværsbarn count too."""
    return lease_terms.children_under(person, on, ADULT_AGE)


def children_along(person: Person, on: date) -> int:
    """How many children would sleep there: those in the household, or the number given in the
    latest application for a temporary place if higher. A phone call seldom gives their names."""
    applications = Application.objects.filter(person=person, kind=ApplicationKind.TEMPORARY)
    last_number = (
        applications.exclude(state=ApplicationState.WITHDRAWN)
        .order_by("-received_at", "-pk")
        .values_list("children_tonight", flat=True)
        .first()
    )
    return max(children_in_household(person, on), last_number or 0)


def unsuited_for(person: Person, unit: Unit, on: date, young_under: int) -> str:
    """Whom in the household the place is unsuited for; "" if nobody (need T5). Age in years."""
    born = person.birth_date
    if not unit.suits_children and (is_minor(born, on) or children_along(person, on)):
        return UnsuitedFor.CHILDREN
    young = born is not None and born > born_after(on, young_under)
    if not unit.suits_young and young:
        return UnsuitedFor.YOUNG
    return ""
