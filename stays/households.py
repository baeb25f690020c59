"""Who shares a home: the members of a household have the stays of its head and partner.

A child who visits (samvær) lives elsewhere. The household of somebody whose address is protected
is not read for others, so that their address is named to nobody who may not see them.
"""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.enums import OWN_HOUSEHOLD, PROTECTED, LivingArrangement
from casework.models import HouseholdMember, Person
from common.sql import enum_params, enum_values

from .enums import SHARED
from .models import Stay

# Who lived with whom, and when: `me` with `other`, the head or partner of the same household.
HOUSEHOLDS = """
    casework_householdmember me
    JOIN casework_householdmember other ON other.household_id = me.household_id
        AND other.person_id <> me.person_id AND other.relation = ANY(%(own_household)s)
        AND other.period && me.period"""


def same_home(person: str, day: str) -> str:
    """SQL sub-select: the ids of those whose stays are the home of the person in the column
    `person` on the day: their own, and those they share. Takes `household_params`."""
    return f"""SELECT {person} UNION ALL
        SELECT other.person_id FROM {HOUSEHOLDS}
        JOIN casework_person holder ON holder.id = other.person_id
        JOIN casework_person mine ON mine.id = me.person_id
        WHERE me.person_id = {person} AND me.living <> %(LivingArrangement.VISITING)s
            AND me.period @> {day} AND other.period @> {day}
            AND (holder.protection <> ALL(%(protected)s) OR mine.protection = ANY(%(protected)s))
            AND (NOT holder.shielded OR mine.shielded)"""


def household_params() -> dict[str, Any]:
    return {
        **enum_params(LivingArrangement),
        "own_household": enum_values(OWN_HOUSEHOLD),
        "protected": enum_values(PROTECTED),
    }


def shared_stays(person: Person) -> list[Stay]:
    """The stays the person shares, newest first, each cut to the days they lived together: as
    `same_home`. Only to be read. Three queries."""
    mine = list(person.memberships.exclude(living=LivingArrangement.VISITING))
    others = HouseholdMember.objects.filter(
        household__in=[member.household_id for member in mine], relation__in=OWN_HOUSEHOLD
    ).exclude(person=person)
    if not person.is_protected:
        others = others.exclude(person__protection__in=PROTECTED)
    if not person.shielded:
        others = others.exclude(person__shielded=True)
    together = [
        (other.person_id, member.period, other.period)
        for other in others
        for member in mine
        if other.household_id == member.household_id
    ]
    theirs = Stay.objects.filter(person__in={row[0] for row in together}, kind__in=SHARED)
    shared = []
    for stay in theirs.select_related("unit__property", "lease").order_by("-period", "-pk"):
        for holder, *periods in together:
            first = max(p.lower for p in (stay.period, *periods))
            last = min(p.upper or date.max for p in (stay.period, *periods))
            if holder == stay.person_id and first < last:
                part = copy(stay)
                part.period = DateRange(first, None if last == date.max else last)
                shared.append(part)
    return shared
