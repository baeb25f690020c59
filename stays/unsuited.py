"""Whom a temporary place is not suited for: children and young people (need T5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from casework.applications import lease_terms
from casework.log.enums import (
    OWN_HOUSEHOLD,
    ApplicationState,
    LivingArrangement,
)
from casework.log.visibility import visible_persons
from casework.models import Application, HouseholdMember, Person
from casework.persons.children import ADULT_AGE, born_after, is_child_member, is_minor
from housing.models import Unit

from .enums import UnsuitedFor
from .models import Stay

if TYPE_CHECKING:
    from accounts.models import User


def children_in_household(person: Person, on: date) -> int:
    """Children under 18 in the person's household on the date; samværsbarn count too."""
    return lease_terms.children_under(person, on, ADULT_AGE)


def children_along(person: Person, on: date) -> int:
    """How many children would sleep there: those in the household, or the number given in the
    latest application for a temporary place if higher. A phone call seldom gives their names."""
    told = _children_told_of([person.pk]).get(person.pk, 0)
    return max(children_in_household(person, on), told)


def _children_told_of(persons: Collection[int]) -> dict[int, int]:
    """The number of children given in each person's latest application for a temporary place."""
    applications = (
        Application.objects.for_tonight()
        .filter(person__in=persons)
        .exclude(state=ApplicationState.WITHDRAWN)
    )
    newest = applications.order_by("person", "-received_at", "-pk").distinct("person")
    return {
        person: number or 0 for person, number in newest.values_list("person", "children_tonight")
    }


class WithThem(NamedTuple):
    """Who lives in a place besides the one who holds the stay."""

    adults: int
    children: int


def with_them(holders: Collection[int], on: date, user: User) -> dict[int, WithThem]:
    """Who lives with each holder of a stay on the date, of those the user may see. Two queries.

    Members of the household who have no place of their own then; a child who visits is not one.
    Children told of by phone count also before they are registered.
    """
    elsewhere = Stay.objects.current(on).filter(person=OuterRef("person"), unsafe=False)
    members = (
        HouseholdMember.objects.filter(
            visible_persons(user, "person__"),
            ~Exists(elsewhere),
            household__members__in=HouseholdMember.objects.filter(
                person__in=holders, relation__in=OWN_HOUSEHOLD, period__contains=on
            ),
            period__contains=on,
        )
        .exclude(person__in=holders)
        .exclude(living=LivingArrangement.VISITING)
        .annotate(holder=F("household__members__person"))
        .select_related("person")
        .order_by("pk")
    )
    found = {holder: [0, 0] for holder in holders}
    for member in members:
        found[member.holder][is_child_member(member, on)] += 1
    told = _children_told_of(holders)
    return {
        holder: WithThem(adults, max(children, told.get(holder, 0)))
        for holder, (adults, children) in found.items()
    }


def not_said_to_suit(unit: Unit) -> list[str]:
    """Whom the place does not suit, or may not suit, in a few words for a list of places."""
    said = (
        (unit.suits_children, _("ikke for barn"), _("barn: ikke avklart")),
        (unit.suits_young, _("ikke for unge"), _("unge: ikke avklart")),
    )
    return [unclear if suits is None else no for suits, no, unclear in said if not suits]


def unsuited_for(person: Person, unit: Unit, on: date, young_under: int) -> str:
    """Whom in the household the place is unsuited for; "" if nobody (need T5). Age in years.

    A place of which it is not known is used for them only with a reason, as an unsuited one.
    """
    born = person.birth_date
    if not unit.suits_children and (is_minor(born, on) or children_along(person, on)):
        return UnsuitedFor.CHILDREN
    young = born is not None and born > born_after(on, young_under)
    if not unit.suits_young and young:
        return UnsuitedFor.YOUNG
    return ""
