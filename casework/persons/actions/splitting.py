"""A household splits: some move out on a day, into one of their own; and its undoing (need C2).

The whole act, with where they live and their cases, is `stays.placement.separation`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.enums import LivingArrangement, MemberRelation
from casework.log.event_kinds import CaseEvent
from casework.log.saving import save
from common.errors import explain_integrity_error
from common.formatting import nbdate

from ..children import is_child_member
from ..models import Household, HouseholdMember, HouseholdSplit, Person
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
) -> HouseholdSplit:
    """Let `moving` leave the household of `head` on a day and form their own, with `new_head`.

    A child in `shared` lives in both (delt bosted). Returns the split, which says how to undo it.
    Raises `MembershipRefused`.
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
    split = HouseholdSplit(
        household_id=members[0].household_id,
        new_household=household,
        new_head=new_head,
        since=since,
        changed={"ended": {}, "begun": {}},
        split_at=at,
        split_by=by,
    )
    for member in members:
        if member.person_id in leave | both:
            _move(split, member, both)
    split.head = _head_of_those_left(split, staying)
    split.save()
    for person, text in (
        (new_head, _("Flyttet ut, og har egen husstand fra %(day)s.")),
        (split.head, _("Husstanden er delt fra %(day)s.")),
    ):
        events.record(
            person,
            CaseEvent.HOUSEHOLD_SPLIT,
            text % {"day": nbdate(since)},
            by=by,
            at=at,
            household=household.pk,
        )
    return split


def _move(split: HouseholdSplit, member: HouseholdMember, both: set[int]) -> None:
    """End the membership on the day, and begin the new one, or two for a shared child."""
    living, relation = member.living, member.relation
    until = _end(split, member)
    homes = [split.new_household_id]
    if member.person_id in both:
        living, homes = LivingArrangement.SHARED, [member.household_id, split.new_household_id]
    elif member.person_id == split.new_head_id:
        relation = MemberRelation.SELF
    elif relation in (MemberRelation.SELF, MemberRelation.PARTNER):
        relation = MemberRelation.OTHER
    for home in homes:
        _begin(
            split,
            HouseholdMember(household_id=home, person=member.person),
            until,
            relation=relation,
            living=living,
            nights=member.nights if living != LivingArrangement.PERMANENT else None,
        )


def _head_of_those_left(split: HouseholdSplit, staying: list[HouseholdMember]) -> Person:
    """Who heads the old household now: the head, else the partner, else another adult."""
    order = [MemberRelation.SELF, MemberRelation.PARTNER]
    first = min(
        staying,
        key=lambda member: order.index(member.relation) if member.relation in order else len(order),
    )
    if first.relation != MemberRelation.SELF:
        until = _end(split, first)
        head = HouseholdMember(household_id=first.household_id, person=first.person)
        _begin(split, head, until, relation=MemberRelation.SELF)
    return first.person


def _end(split: HouseholdSplit, member: HouseholdMember) -> date | None:
    """End the membership on the day of the split; returns the end it had."""
    until = member.period.upper
    save(member, split.split_by, period=DateRange(member.period.lower, split.since))
    split.changed["ended"][str(member.pk)] = as_kept(until)
    return until


def _begin(
    split: HouseholdSplit, member: HouseholdMember, until: date | None, **facts: Any
) -> None:
    save(member, split.split_by, period=DateRange(split.since, until), **facts)
    split.changed["begun"][str(member.pk)] = as_kept(until)


# ------------------------------------------------------------------ undoing


@transaction.atomic
def put_members_back(split: HouseholdSplit, *, by: User) -> None:
    """Let everyone be in the household they were in before the split.

    Refused when somebody has come or gone since, or another heads a household: those facts rest on
    the split. Its day may have been corrected. Raises `MembershipRefused`.
    """
    rows = HouseholdMember.objects.select_for_update(of=("self",)).filter(
        Q(pk__in=split.keys("ended") + split.keys("begun")) | Q(household=split.new_household_id)
    )
    members = {member.pk: member for member in rows.select_related(None).order_by("pk")}
    begun, ended = split.changed["begun"], split.changed["ended"]
    for key, until in begun.items():
        member = members.get(int(key))
        if member is None or as_kept(member.period.upper) != until:
            raise MembershipRefused(
                _(
                    "Husstanden er endret etter delingen: noen har flyttet igjen, eller har fått "
                    "en annen rolle. Rett medlemmene hver for seg."
                )
            )
    if any(int(key) not in members for key in ended):
        raise MembershipRefused(
            _(
                "Et medlemskap fra før delingen er ført som feilregistrert siden. Rett medlemmene "
                "hver for seg."
            )
        )
    for member in members.values():
        if member.pk not in split.keys("begun") + split.keys("ended"):
            raise MembershipRefused(
                _("%(name)s er med i den nye husstanden fra %(day)s. Rett det først.")
                % {"name": member.person, "day": nbdate(member.period.lower)}
            )
    for key in begun:
        members[int(key)]._history_user = by
        members[int(key)].delete()
    try:
        with transaction.atomic():
            for key, until in ended.items():
                member = members[int(key)]
                save(member, by, period=DateRange(member.period.lower, as_date(until)))
    except IntegrityError as error:
        raise MembershipRefused(
            _("Husstanden er endret etter delingen: %(why)s")
            % {"why": explain_integrity_error(error) or _("medlemmene overlapper.")}
        ) from error


def as_kept(day: date | None) -> str | None:
    """A day as it is kept in `HouseholdSplit.changed`."""
    return day and day.isoformat()


def as_date(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None
