"""How long a lease is, by the municipality's rules (need H8).

The number of years depends on whether children live in the household, and on whether the lease is
the first or a renewal. The municipality sets each number from a date (`lease_years…` in the
settings); husleieloven § 9-3 requires at least three years.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounts import settings_table
from casework.persons.children import children
from casework.persons.models import HouseholdMember, Person
from common.calendar import add_months

# Setting keys by (renewal, has children).
KEYS = {
    (False, False): "lease_years",
    (True, False): "lease_years_renewal",
    (False, True): "lease_years_children",
    (True, True): "lease_years_children_renewal",
}


@dataclass(frozen=True, slots=True)
class LeaseTerm:
    """Years of a lease, and what decided it: number of children, and whether it is a renewal."""

    years: int
    children: int
    renewal: bool

    def last_day(self, starts_on: date) -> date:
        """The earliest last day the rule allows: three years from 1 March 2026 end on
        28 February 2029."""
        return last_day(starts_on, self.years)


def last_day(starts_on: date, years: int) -> date:
    """The last day of a lease of so many years, that day included."""
    return add_months(starts_on, 12 * years) - timedelta(days=1)


def term(person: Person, on: date, *, renewal: bool = False) -> LeaseTerm:
    """The length the rules give a lease to the person from the day. Two queries."""
    numbers = settings_table.values(on, "lease_child_under_age", *KEYS.values())
    child_count = children_under(person, on, numbers["lease_child_under_age"])
    return LeaseTerm(numbers[KEYS[renewal, child_count > 0]], child_count, renewal)


def children_under(person: Person, on: date, age: int) -> int:
    """The number of children under the age (years) in the person's household on the date.

    Visiting children (samvær) count, and so does a child with no known birth date."""
    households = HouseholdMember.objects.filter(person=person, period__contains=on)
    return (
        HouseholdMember.objects.filter(
            children(on, age),
            household__in=households.values("household"),
            period__contains=on,
        )
        .exclude(person=person)
        .values("person")
        .distinct()
        .count()
    )
