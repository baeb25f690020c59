"""Who is a child: under 18 on the date; with an unknown birth date, by the relation.

The age is the law's and the same everywhere, so it is no setting (vergemålsloven § 8). The rule
exists for one person (`is_minor`, `is_child_member`), for querysets (`minors`, `children`) and in
SQL (`is_child`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from casework.log.enums import MAY_BE_CHILD, MemberRelation
from common.calendar import add_months
from common.sql import enum_params, enum_values

if TYPE_CHECKING:
    from .models import HouseholdMember

ADULT_AGE = 18  # years (vergemålsloven § 8)


def born_after(on: date, age: int = ADULT_AGE) -> date:
    """The birth date of those who reach `age` years on the date: anyone born later is younger."""
    return add_months(on, -12 * age)


def is_minor(born: date | None, on: date) -> bool:
    """Whether a person with this birth date is under 18 on the date; False when it is unknown."""
    return born is not None and born > born_after(on)


def is_child_member(member: HouseholdMember, on: date) -> bool:
    """Whether the member of a household is a child on the date. Reads the person."""
    if member.relation not in MAY_BE_CHILD:
        return False
    if member.person.birth_date is None:
        return member.relation == MemberRelation.CHILD
    return is_minor(member.person.birth_date, on)


def minors(on: date, prefix: str = "person__", age: int = ADULT_AGE) -> Q:
    """A filter for persons born by the date and under the age; `prefix` is the path to them."""
    return Q(
        **{
            f"{prefix}birth_date__gt": born_after(on, age),
            f"{prefix}birth_date__lte": on,
        }
    )


def children(on: date, age: int = ADULT_AGE) -> Q:
    """A filter for household members who are children, also with an unknown birth date."""
    unknown = Q(person__birth_date__isnull=True, relation=MemberRelation.CHILD)
    return minors(on, age=age) | unknown


def is_child(
    person: str,
    member: str,
    *,
    after: str = "%(child_born_after)s::date",
    born: bool = True,
) -> str:
    """SQL condition: the person is a child.

    `person` and `member` are aliases of casework_person and casework_householdmember, `after` is
    the day of `born_after`. `born` leaves out a child born after `%(on)s`. Takes `child_params`.
    """
    condition = f"""({person}.birth_date > {after}
        OR {person}.birth_date IS NULL AND {member}.relation = %(MemberRelation.CHILD)s)"""
    if born:
        condition += f" AND coalesce({person}.birth_date <= %(on)s::date, true)"
    return f"({condition})"


def may_be_child(member: str) -> str:
    """SQL condition: the member is neither head nor partner. Takes `child_params`."""
    return f"{member}.relation = ANY(%(may_be_child)s)"


def child_params(on: date) -> dict[str, Any]:
    """The parameters of `is_child` and `may_be_child`."""
    return {
        **enum_params(MemberRelation),
        "may_be_child": enum_values(MAY_BE_CHILD),
        "child_born_after": born_after(on),
    }
