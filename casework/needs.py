"""Boligbehov proposed from the household and the kartlegging (need C11).

A proposal is a help to the caseworker, shown as «Beregnet»; people decide. The rules are few, so
that each can be said in one sentence beside the number it gives:

- **Bedrooms** (need C2: size and children drive the bedroom need). One for the hovedperson and a
  partner together, one for every other adult, one for every child who lives there, fast or delt.
  Children who come for samvær need a place to sleep: one bedroom they share. Never under one.
- **Staffing** (need C8: botemanning follows a support need that changes, and is never a gate).
  Much help in «hverdag» or «helse» suggests staff by day. It is a suggestion and nothing more.
- **Types** that fit: ordinary dwellings, and with staff also those where staff are.

What cannot be known from household and kartlegging (stairs, wheelchair, areas) is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.formatting import NBSP
from housing.enums import Staffing, UnitType

from .enums import LivingArrangement, MemberRelation, SupportNeed
from .models import Assessment, Household, HouseholdMember, HousingNeed

GROWN_UP = 18
MOST_BEDROOMS = 9
STAFFED_BY = ("hverdag", "helse")
ORDINARY = [UnitType.MUNICIPAL, UnitType.COOPERATIVE, UnitType.REFERRAL]
WITH_STAFF = [UnitType.CARE, UnitType.SHARED, UnitType.STAFFED]
# What the rules above give; changing it takes a reason.
PROPOSED = ("bedrooms", "staffing", "types")


@dataclass
class Composition:
    """Who lives in a household on a date, as the rules need it."""

    adults: int = 0  # hovedperson and partner
    others: int = 0  # grown children and other adults
    living: list[HouseholdMember] = field(default_factory=list)  # children, fast or delt
    visiting: list[HouseholdMember] = field(default_factory=list)  # children for samvær

    @property
    def children(self) -> list[HouseholdMember]:
        """Every child, samværsbarn included: barnets beste is owed to each (law.md)."""
        return [*self.living, *self.visiting]


def composition(household: Household, on: date) -> Composition:
    """The household on the date. A child whose birth date is not known counts as a child."""
    found = Composition()
    members = (
        household.members.filter(period__contains=on)
        .select_related("person")
        .order_by("person__birth_date", "pk")
    )
    for member in members:
        age = member.person.age(on)
        if member.relation in (MemberRelation.SELF, MemberRelation.PARTNER):
            found.adults += 1
        elif member.relation != MemberRelation.CHILD or (age is not None and age >= GROWN_UP):
            found.others += 1
        elif member.living == LivingArrangement.VISITING:
            found.visiting.append(member)
        else:
            found.living.append(member)
    return found


def children(household: Household, on: date) -> list[HouseholdMember]:
    """Children of the household on the date, samværsbarn included."""
    return composition(household, on).children


def propose(household: Household, assessment: Assessment | None, on: date) -> HousingNeed:
    """An unsaved boligbehov by the rules at the top of this module. Nothing is written."""
    people = composition(household, on)
    staffing = Staffing.DAY if _staffed_because(assessment) else Staffing.NONE
    return HousingNeed(
        assessment=assessment,
        bedrooms=_bedrooms(people),
        staffing=staffing,
        types=[*ORDINARY, *(WITH_STAFF if staffing != Staffing.NONE else [])],
    )


def reasons(household: Household, assessment: Assessment | None, on: date) -> dict[str, str]:
    """Why each proposed value is what it is: one sentence a field, for the form."""
    people = composition(household, on)
    parts = [_("1 til den voksne") if people.adults < 2 else _("1 til to voksne")]
    if people.others:
        parts.append(
            ngettext("%(n)d til en annen voksen", "%(n)d til andre voksne", people.others)
            % {"n": people.others}
        )
    if people.living:
        parts.append(
            ngettext("%(n)d til et barn", "%(n)d til barn", len(people.living))
            % {"n": len(people.living)}
        )
    if people.visiting:
        parts.append(_("1 der samværsbarn kan sove"))
    dimensions = _staffed_because(assessment)
    if dimensions:
        staffing = _("Mye hjelp i %(areas)s. Et forslag, ikke et krav.") % {
            "areas": f" {_('og')} ".join(f"«{name}»" for name in dimensions)
        }
    else:
        staffing = _("Kartleggingen peker ikke på behov for personale.")
    return {
        "bedrooms": _("%(parts)s.") % {"parts": ", ".join(parts)},
        "staffing": staffing,
        "types": _("Vanlige boliger, og boliger med personale når det er foreslått."),
    }


def changed(need: HousingNeed, proposal: HousingNeed) -> list[str]:
    """The proposed fields in which a boligbehov differs from the proposal."""
    return [
        name
        for name in PROPOSED
        if _comparable(getattr(need, name)) != _comparable(getattr(proposal, name))
    ]


def rooms(bedrooms: int | None) -> str:
    """3 bedrooms are «4-roms», as people say it."""
    return "" if bedrooms is None else f"{bedrooms + 1}-roms"


def bedrooms_nb(n: int) -> str:
    return f"{n}{NBSP}{_('soverom')} ({rooms(n)})"


def _bedrooms(people: Composition) -> int:
    total = 1 + people.others + len(people.living) + (1 if people.visiting else 0)
    return min(total, MOST_BEDROOMS)


def _staffed_because(assessment: Assessment | None) -> list[str]:
    if assessment is None:
        return []
    return [
        answer.dimension.name
        for answer in assessment.answers.select_related("dimension")
        if answer.dimension.code in STAFFED_BY and answer.support_need == SupportNeed.MUCH
    ]


def _comparable(value):
    return set(value) if isinstance(value, list) else value
