"""Who is a child: under 18 on the date; where nobody knows the birth date, by the relation."""

from __future__ import annotations

from datetime import date

from common.calendar import add_months

ADULT_AGE = 18  # years (vergemålsloven § 8)


def born_after(on: date) -> date:
    """Whoever is born after this day is a child on the date."""
    return add_months(on, -12 * ADULT_AGE)


def is_child(person: str, member: str) -> str:
    """A condition in SQL: the person is born by `%(on)s`, and a child on it.

    `person` and `member` are aliases of casework_person and casework_householdmember. Takes
    `%(child_born_after)s` (see `born_after`) and the values of `MemberRelation`.
    """
    return f"""(
        ({person}.birth_date > %(child_born_after)s::date
            OR {person}.birth_date IS NULL AND {member}.relation = %(MemberRelation.CHILD)s)
        AND coalesce({person}.birth_date <= %(on)s::date, true))"""
