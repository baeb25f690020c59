"""A household splits: some move out on a day, into a household of their own (need C2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.enums import LivingArrangement, MemberRelation
from casework.log.event_kinds import CaseEvent
from common.formatting import nbdate

from ..children import is_child_member
from ..models import Household, HouseholdMember, Person
from .persons import MembershipRefused, lock_persons, own_household

if TYPE_CHECKING:
    from accounts.models import User


def members_on(head: Person, on: date) -> list[HouseholdMember]:
    """Everyone in the person's own household on the day, the person first."""
    household = own_household(head, on)
    if household is None:
        return []
    members = household.members.filter(period__contains=on).select_related("person").order_by("pk")
    return sorted(members, key=lambda member: member.person_id != head.pk)


@transaction.atomic
def split_household(
    *,
    head: Person,
    moving: Collection[Person],
    shared: Collection[Person],
    new_head: Person,
    since: date,
    by: User,
    at: datetime,
) -> tuple[Household, Person]:
    """Let `moving` leave the household of `head` on a day and form their own, with `new_head`.

    A child in `shared` lives in both (delt bosted). Returns the new household, and who heads the
    old one now. Raises `MembershipRefused`.
    """
    lock_persons(head.pk, *(person.pk for person in [*moving, *shared]))
    members = members_on(head, since)
    rows = HouseholdMember.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=[member.pk for member in members]).order_by("pk").values_list("pk"))
    leave = {person.pk for person in moving}
    both = {person.pk for person in shared}
    adults = [member for member in members if not is_child_member(member, since)]
    staying = [member for member in adults if member.person_id not in leave]
    if not leave:
        raise MembershipRefused(_("Velg hvem som flytter ut."))
    if new_head.pk not in leave or new_head.pk not in {member.person_id for member in adults}:
        raise MembershipRefused(
            _("Velg en voksen som flytter ut, som hovedperson i den nye husstanden."), "new_head"
        )
    if not staying:
        raise MembershipRefused(
            _("Ingen voksne blir igjen. Flytter alle, er det et vanlig flytt for husstanden.")
        )
    late = [m for m in members if m.person_id in leave | both and m.period.lower >= since]
    if late:
        raise MembershipRefused(
            _("%(name)s kom inn i husstanden %(day)s. Velg en dato etter det.")
            % {"name": late[0].person, "day": nbdate(late[0].period.lower)},
            "since",
        )
    household = Household.objects.create(created_at=at, created_by=by)
    for member in members:
        if member.person_id in leave | both:
            _move(member, household, since, both, new_head, by)
    old_head = _head_of_those_left(staying, since, by)
    for person, text in (
        (new_head, _("Flyttet ut, og har egen husstand fra %(day)s.")),
        (old_head, _("Husstanden er delt fra %(day)s.")),
    ):
        events.record(
            person,
            CaseEvent.HOUSEHOLD_SPLIT,
            text % {"day": nbdate(since)},
            by=by,
            at=at,
            household=household.pk,
        )
    return household, old_head


def _move(
    member: HouseholdMember,
    household: Household,
    since: date,
    both: set[int],
    new_head: Person,
    by: User,
) -> None:
    """End the membership on the day, and begin the new one, or two for a shared child."""
    until, living, relation = member.period.upper, member.living, member.relation
    _save(member, by, period=DateRange(member.period.lower, since))
    homes = [household.pk]
    if member.person_id in both:
        living, homes = LivingArrangement.SHARED, [member.household_id, household.pk]
    elif member.person_id == new_head.pk:
        relation = MemberRelation.SELF
    elif relation in (MemberRelation.SELF, MemberRelation.PARTNER):
        relation = MemberRelation.OTHER
    for home in homes:
        _save(
            HouseholdMember(household_id=home, person=member.person),
            by,
            relation=relation,
            living=living,
            nights=member.nights if living != LivingArrangement.PERMANENT else None,
            period=DateRange(since, until),
        )


def _head_of_those_left(staying: list[HouseholdMember], since: date, by: User) -> Person:
    """Who heads the old household now: the head, else the partner, else another adult."""
    order = [MemberRelation.SELF, MemberRelation.PARTNER]
    first = min(
        staying,
        key=lambda member: order.index(member.relation) if member.relation in order else len(order),
    )
    if first.relation != MemberRelation.SELF:
        until = first.period.upper
        _save(first, by, period=DateRange(first.period.lower, since))
        _save(
            HouseholdMember(household_id=first.household_id, person=first.person),
            by,
            relation=MemberRelation.SELF,
            period=DateRange(since, until),
        )
    return first.person


def _save(member: HouseholdMember, by: User, **facts) -> None:
    for name, value in facts.items():
        setattr(member, name, value)
    member._history_user = by
    member.save()
