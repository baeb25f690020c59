"""How long a lease is, by the municipality's rules (need H8).

The years follow from two things: whether children live in the household, and whether the home is
let for the first time or for longer. Each is a number of the municipality's with its dates
(`lease_years…` in the settings); husleieloven § 9-3 asks for three years at least.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounts import settings_table
from casework.persons.children import children
from casework.persons.models import HouseholdMember, Person
from common.calendar import add_months

# By (renewal, children).
KEYS = {
    (False, False): "lease_years",
    (True, False): "lease_years_renewal",
    (False, True): "lease_years_children",
    (True, True): "lease_years_children_renewal",
}


@dataclass(frozen=True, slots=True)
class Term:
    years: int
    children: int
    renewal: bool

    def last_day(self, starts_on: date) -> date:
        """The earliest last day of a lease that keeps to the rule: «three years» from 1 March
        2026 goes to 28 February 2029."""
        return last_day(starts_on, self.years)


def last_day(starts_on: date, years: int) -> date:
    return add_months(starts_on, 12 * years) - timedelta(days=1)


def term(person: Person, on: date, *, renewal: bool = False) -> Term:
    """The rule for a lease to the person from the day. Two queries."""
    numbers = settings_table.values(on, "lease_child_under_age", *KEYS.values())
    children = children_under(person, on, numbers["lease_child_under_age"])
    return Term(numbers[KEYS[renewal, children > 0]], children, renewal)


def children_under(person: Person, on: date, age: int) -> int:
    """Children under the age in the person's household on the date; samværsbarn are members too,
    and a child whose birth date nobody knows is taken for one."""
    own = HouseholdMember.objects.filter(person=person, period__contains=on)
    return (
        HouseholdMember.objects.filter(
            children(on, age),
            household__in=own.values("household"),
            period__contains=on,
        )
        .exclude(person=person)
        .values("person")
        .distinct()
        .count()
    )
