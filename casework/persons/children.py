"""Who is a child: under 18 on the date. It follows from the birth date, never from the relation.

- A *minor* is anyone under 18 (`is_minor`).
- A *child of a household* is a member who is a minor, whatever the relation says: a grandchild or
  a foster child registered as «annen» is one. The head and a partner are not, also when they are
  minors: the household is their own. They count as its adults for bedrooms and leases, as young for
  thresholds, and their own best interests are assessed in a vedtak (`needs.Composition.minors`).
- Only when the birth date is not known does the relation decide: «barn» is a child.

The age is the law's and the same everywhere, so it is no setting (vergemålsloven § 8). The rule
exists for values (`is_child_of_household`), for one member (`is_child_member`), for querysets
(`children`) and in SQL (`is_child`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from casework.log.enums import MAY_BE_CHILD, PROTECTED, LivingArrangement, MemberRelation
from common.calendar import add_months
from common.sql import enum_params, enum_values

if TYPE_CHECKING:
    from .models import HouseholdMember, Person

ADULT_AGE = 18  # years (vergemålsloven § 8)


def born_after(on: date, age: int = ADULT_AGE) -> date:
    """The birth date of those who reach `age` years on the date: anyone born later is younger."""
    return add_months(on, -12 * age)


def is_minor(born: date | None, on: date) -> bool:
    """Whether a person with this birth date is under 18 on the date; False when it is unknown."""
    return born is not None and born > born_after(on)


def is_child_of_household(relation: str, born: date | None, on: date) -> bool:
    """Whether a member with this relation and birth date is a child of the household."""
    if relation not in MAY_BE_CHILD:
        return False
    return relation == MemberRelation.CHILD if born is None else is_minor(born, on)


def is_child_member(member: HouseholdMember, on: date) -> bool:
    """Whether the member of a household is a child on the date. Reads the person."""
    return is_child_of_household(member.relation, member.person.birth_date, on)


def live_elsewhere_too(members: Sequence[HouseholdMember], on: date) -> list[Person]:
    """Of these members of one household, those who live permanently in another one too on the date.

    A household whose head is protected or shielded is not told of, whoever asks (need S3).
    """
    from .models import HouseholdMember

    fast = {m.person_id: m for m in members if m.living == LivingArrangement.PERMANENT}
    if not fast:
        return []
    hidden = Q(person__protection__in=PROTECTED) | Q(person__shielded=True)
    heads = HouseholdMember.objects.filter(relation=MemberRelation.SELF)
    elsewhere = (
        HouseholdMember.objects.filter(
            person__in=fast, living=LivingArrangement.PERMANENT, period__contains=on
        )
        .exclude(household__in={m.household_id for m in members})
        .exclude(household__in=heads.filter(hidden).values("household"))
    )
    there = set(elsewhere.values_list("person", flat=True))
    return [member.person for pk, member in fast.items() if pk in there]


def children(on: date, age: int = ADULT_AGE, prefix: str = "") -> Q:
    """A filter for members of households who are children; `prefix` is the path to the member."""
    known = Q(
        **{
            f"{prefix}person__birth_date__gt": born_after(on, age),
            f"{prefix}person__birth_date__lte": on,
            f"{prefix}relation__in": MAY_BE_CHILD,
        }
    )
    unknown = Q(
        **{
            f"{prefix}person__birth_date__isnull": True,
            f"{prefix}relation": MemberRelation.CHILD,
        }
    )
    return known | unknown


def is_child(
    person: str,
    member: str,
    *,
    after: str = "%(child_born_after)s::date",
    born: bool = True,
) -> str:
    """SQL condition: the member of the household is a child.

    `person` and `member` are aliases of casework_person and casework_householdmember, `after` is
    the day of `born_after`. `born` leaves out a child born after `%(on)s`. Takes `child_params`.
    """
    condition = f"""{member}.relation = ANY(%(may_be_child)s) AND ({person}.birth_date > {after}
        OR {person}.birth_date IS NULL AND {member}.relation = %(MemberRelation.CHILD)s)"""
    if born:
        condition += f" AND coalesce({person}.birth_date <= %(on)s::date, true)"
    return f"({condition})"


def child_params(on: date) -> dict[str, Any]:
    """The parameters of `is_child`."""
    return {
        **enum_params(MemberRelation),
        "may_be_child": enum_values(MAY_BE_CHILD),
        "child_born_after": born_after(on),
    }
