"""Registers and changes persons and households; each action writes an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.enums import (
    APPLICATION_ALIVE,
    OWN_HOUSEHOLD,
    PROTECTED,
    LivingArrangement,
    MemberRelation,
)
from casework.log.event_kinds import CaseEvent
from casework.log.saving import save
from casework.log.visibility import visible_persons
from common import national_id as national_ids
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import Overtaken, locked

from ..children import is_child_of_household
from ..models import Household, HouseholdMember, Person
from .claims import NumberToCheck, check_claims_left

if TYPE_CHECKING:
    from accounts.models import User

# Trigram similarity, 0 to 1, of names like «Kari Anne Vik» and «Karianne Wiik» (see the tests).
ALIKE_SAME_BIRTH_DATE = 0.3

ALIKE_BIRTH_DATE_UNKNOWN = 0.5

MOST_CANDIDATES = 5


class AlreadyRegistered(RuleBroken):
    """Somebody the user may see has the number."""

    def __init__(self, person: Person) -> None:
        self.person = person
        super().__init__(_("Nummeret er allerede registrert på %(name)s.") % {"name": person})


class HadNumberBefore(AlreadyRegistered):
    """Somebody registered had the number before: a D-number, a DUF number, or one corrected."""


class MergedAway(Overtaken):
    """The record was merged with another while it was being written on."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Oppføringen er nettopp slått sammen med en annen av samme person. "
                "Send skjemaet en gang til, så lagres det på den som er beholdt."
            )
        )


class ChangedMeanwhile(RuleBroken):
    """Somebody else saved a change after the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Noen har endret dette mens du skrev. Det du skrev, står her fortsatt. "
                "Se hva som er lagret, og lagre igjen hvis det du skrev skal gjelde."
            )
        )


class MembershipRefused(RuleBroken):
    """The person cannot join or leave the household like that; `field` is the form field."""


class LivesInTwoHomes(MembershipRefused):
    """A child would live permanently in two households at once; the user is asked first."""

    field = "two_homes"

    def __init__(self, child: Person) -> None:
        super().__init__(
            _(
                "%(name)s står som «bor fast» også i en annen husstand i perioden. Velg «delt "
                "bosted» eller «samvær», eller kryss av for at barnet bor fast begge steder."
            )
            % {"name": child}
        )


@dataclass(frozen=True)
class Similar:
    """A registered person who may be the same one, and why: a short sentence."""

    person: Person
    why: str


# ------------------------------------------------------------------ duplicates


def holder_of(
    *, national_id: str = "", duf: str = "", exclude_pk: int | None = None
) -> tuple[Person | None, bool]:
    """Who has the number, else who had it before; and whether it was before. Not `exclude_pk`."""
    if not (national_id or duf):
        return None, False
    has_number = Q(national_id=national_id) if national_id else Q(duf=duf)
    if holder := Person.objects.filter(has_number).exclude(pk=exclude_pk).first():
        return holder, False
    had_it = Person.objects.filter(pk__in=Person.history.filter(has_number).values("id"))
    if exclude_pk:
        had_it = had_it.exclude(Q(pk=exclude_pk) | Q(merged_into=exclude_pk))
    return had_it.order_by("pk").first(), True


def check_number_is_free(
    *,
    by: User,
    national_id: str = "",
    duf: str = "",
    exclude_pk: int | None = None,
    another: bool = False,
) -> Person | None:
    """Raise `AlreadyRegistered` if a person other than `exclude_pk` (a key) has the number, and
    `HadNumberBefore` if one had it; `another`: the user has said that this is somebody else. Nobody
    else can have a D-number or a DUF number that gave way to a national id.

    A number that belongs, or belonged, to somebody the user may not see is answered as a free one;
    that person is returned, for `check_number_may_be_taken` alone.
    """
    holder, before = holder_of(national_id=national_id, duf=duf, exclude_pk=exclude_pk)
    if holder is None:
        return None
    # The number of a merged record belongs to the surviving record.
    holder = holder.merged_into or holder
    if not Person.objects.visible_to(by).filter(pk=holder.pk).exists():
        return holder
    if not before or _gave_way(holder, national_id):
        raise AlreadyRegistered(holder)
    if not another:
        raise HadNumberBefore(holder)
    return None


def _gave_way(holder: Person, national_id: str) -> bool:
    """Whether the number they had before, a DUF number if not a national id, was replaced by one of
    another kind. Then it was theirs; of the same kind it may have been a typing error."""
    if not holder.national_id:
        return False
    return not national_id or (
        national_ids.parse(national_id).is_d_number
        and not national_ids.parse(holder.national_id).is_d_number
    )


def check_number_may_be_taken(
    *,
    by: User,
    at: datetime,
    national_id: str = "",
    duf: str = "",
    exclude_pk: int | None = None,
    another: bool = False,
) -> None:
    """The step at which a number is taken. Raises as `check_number_is_free`; and `NumberToCheck`
    when the holder is hidden from the user, and `TooManyClaims` for any number after too many of
    those, so that it cannot be asked again and again."""
    if not (national_id or duf):
        return
    hidden = check_number_is_free(
        by=by, national_id=national_id, duf=duf, exclude_pk=exclude_pk, another=another
    )
    field = "national_id" if national_id else "duf"
    check_claims_left(by=by, at=at, field=field)
    if hidden:
        raise NumberToCheck(hidden, by=by, at=at, field=field)


def _number_note(person: Person) -> str:
    """For the event: that the birth date is another than the number shows, which was confirmed."""
    number, born = person.national_id, person.birth_date
    if not number or not born or national_ids.shows_birth_date(number, born):
        return ""
    return " " + _("Fødselsdatoen er en annen enn nummeret viser.")


def similar_persons(
    *,
    user: User,
    first_name: str,
    last_name: str,
    birth_date: date | None,
    exclude_pk: int | None = None,
) -> list[Similar]:
    """Persons the user may see who may be the same person, the likeliest first (need C4).

    Names are compared by trigrams, in both orders. With a birth date: persons born that day, or
    with day and month swapped, and those without a birth date whose name is very similar. Without
    one: everybody whose name is very similar.
    """
    first, last = first_name.strip().lower(), last_name.strip().lower()
    if not first and not last:
        return []
    name, reversed_name = f"{first} {last}".strip(), f"{last} {first}".strip()
    persons = Person.objects.visible_to(user).exclude(pk=exclude_pk)
    very_similar = Q(search_name__trigram_similar=name)
    if birth_date:
        days = [birth_date, *_swapped(birth_date)]
        persons = persons.filter(Q(birth_date__in=days) | Q(birth_date__isnull=True) & very_similar)
    else:
        persons = persons.filter(very_similar)
    persons = persons.annotate(
        alike=Greatest(
            TrigramSimilarity("search_name", name), TrigramSimilarity("search_name", reversed_name)
        )
    ).order_by("-alike", "pk")
    with transaction.atomic(), connection.cursor() as cursor:
        # The % operator uses the index, and takes its threshold from the session.
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)",
            [str(ALIKE_BIRTH_DATE_UNKNOWN)],
        )
        candidates = list(persons.filter(alike__gte=ALIKE_SAME_BIRTH_DATE)[:MOST_CANDIDATES])
    return [Similar(person, _why_alike(person, birth_date)) for person in candidates]


def _swapped(born: date) -> list[date]:
    """The date with day and month swapped, if that is a date."""
    return [date(born.year, born.day, born.month)] if born.day <= 12 else []


def _why_alike(person: Person, born: date | None) -> str:
    if person.birth_date is None or born is None:
        return _("Likt navn, fødselsdato ikke kjent")
    if person.birth_date == born:
        return _("Likt navn, samme fødselsdato")
    return _("Likt navn, dag og måned byttet om i fødselsdatoen")


# ------------------------------------------------------------------ persons


@transaction.atomic
def register_person(
    *, by: User, at: datetime, facts: Mapping[str, Any], another: bool = False
) -> Person:
    """Register a person. Raises as `check_number_may_be_taken`; `another`: the user has said that
    this is another person than who had the number before.

    `by` is responsible for the person until somebody else takes the case.
    """
    check_number_may_be_taken(
        by=by,
        at=at,
        national_id=facts.get("national_id", ""),
        duf=facts.get("duf", ""),
        another=another,
    )
    person = Person(created_at=at, created_by=by, responsible=by)
    for name, value in facts.items():
        setattr(person, name, value)
    person._history_user = by
    person.save()
    text = _("Registrert i Varig.") + _number_note(person)
    events.record(person, CaseEvent.PERSON_REGISTERED, text, by=by, at=at)
    return person


def lock_persons(*keys: int, merged: bool = False) -> dict[int, Person]:
    """The persons by key, read again and locked until the transaction ends.

    Locked in the order of their keys, so that two transactions never deadlock on them. Raises
    `MergedAway` for a record that was merged since it was read, unless `merged`.
    """
    persons = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    found = {person.pk: person for person in persons.order_by("pk")}
    if not merged and any(person.merged_into_id for person in found.values()):
        raise MergedAway
    return found


@transaction.atomic
def change_person(
    *,
    person: Person,
    by: User,
    at: datetime,
    facts: Mapping[str, Any],
    version: int,
    another: bool = False,
) -> Person:
    """Save the changed fields, with one event that names the fields but not the new values.

    `version` is the history row the form was built from. Raises `ChangedMeanwhile` if there is a
    newer one, and `AlreadyRegistered` if the number is taken.
    """
    # Locked, so that two users' changes are compared one after the other.
    person = lock_persons(person.pk)[person.pk]
    if version_of(person) != version:
        raise ChangedMeanwhile
    changed = [name for name, value in facts.items() if getattr(person, name) != value]
    if not changed:
        return person
    if {"national_id", "duf"} & set(changed):
        check_number_may_be_taken(
            by=by,
            at=at,
            national_id=facts.get("national_id", ""),
            duf=facts.get("duf", ""),
            exclude_pk=person.pk,
            another=another,
        )
    for name in changed:
        setattr(person, name, facts[name])
    person._history_user = by
    person.save()
    text = _what_changed(changed)
    if {"national_id", "birth_date"} & set(changed):
        text += _number_note(person)
    events.record(person, CaseEvent.PERSON_CHANGED, text, by=by, at=at, fields=changed)
    return person


def unprotected_beside(*, user: User, person: Person, on: date) -> QuerySet[Person]:
    """Persons without address protection who share a household with the person on the date.

    Their address may reveal where the person lives (need S3). A visiting child has another home
    too, but is included: the caseworker decides. Only persons the user may see.
    """
    households = Household.objects.of(person, on).values("pk")
    return (
        Person.objects.visible_to(user)
        .filter(
            memberships__household__in=households,
            memberships__period__contains=on,
        )
        .exclude(pk=person.pk)
        .exclude(protection__in=PROTECTED)
        .distinct()
        .order_by("sort_name", "pk")
    )


@transaction.atomic
def protect_household(
    *, person: Person, others: Sequence[Person], left: int, reason: str, by: User, at: datetime
) -> None:
    """Give `others` the person's address protection, and record the decision with its reason.

    `left` is the number of household members who were shown and not chosen.
    """
    # Locked, so that another user's change is not overwritten.
    for other in lock_persons(*(other.pk for other in others)).values():
        if other.is_protected:
            continue
        other.protection = person.protection
        other._history_user = by
        other._change_reason = reason[:100]
        other.save(update_fields=["protection"])
        events.record(
            other,
            CaseEvent.PERSON_PROTECTED,
            _("Adressebeskyttelse registrert, som for husstanden. %(reason)s") % {"reason": reason},
            by=by,
            at=at,
        )
    events.record(
        person,
        CaseEvent.PERSON_PROTECTED,
        _("Adressebeskyttelse vurdert for husstanden: %(yes)s med, %(no)s uten. %(reason)s")
        % {"yes": len(others), "no": left, "reason": reason},
        by=by,
        at=at,
    )


def _what_changed(changed: list[str]) -> str:
    labels = [str(Person._meta.get_field(name).verbose_name) for name in changed]
    # Without the values: more users read the events than the form.
    return _("Endret: %(what)s.") % {"what": ", ".join(labels)}


def version_of(obj) -> int:
    """The id of the latest history row, to detect a concurrent edit. 0 for rows loaded in bulk."""
    latest = obj.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return latest or 0


# ------------------------------------------------------------------ households


def own_household(person: Person, on: date) -> Household | None:
    """The household where the person is head or partner on the date."""
    return (
        Household.objects.filter(
            members__person=person,
            members__period__contains=on,
            members__relation__in=OWN_HOUSEHOLD,
        )
        .order_by("pk")
        .first()
    )


@transaction.atomic
def household_of(person: Person, *, by: User, at: datetime) -> Household:
    """The person's own household on the day; created if there is none."""
    # Locked, so that two users at once create one household.
    lock_persons(person.pk)
    on = local_date(at)
    household = own_household(person, on)
    if household is not None:
        return household
    household = Household.objects.create(created_at=at, created_by=by)
    next_membership = (
        HouseholdMember.objects.filter(
            person=person, relation__in=OWN_HOUSEHOLD, period__startswith__gt=on
        )
        .order_by("period")
        .first()
    )
    HouseholdMember.objects.create(
        household=household,
        person=person,
        relation=MemberRelation.SELF,
        period=DateRange(on, next_membership.period.lower if next_membership else None),
    )
    return household


def members_visible_to(user: User, household: Household) -> QuerySet[HouseholdMember]:
    """Everyone who is, was or will be in the household, if the user may see them."""
    return (
        household.members.filter(visible_persons(user, "person__"))
        .select_related("person")
        .order_by("period", "pk")
    )


@transaction.atomic
def join_household(
    *,
    head: Person,
    person: Person | None,
    facts: Mapping[str, Any],
    relation: str,
    living: str,
    since: date,
    by: User,
    at: datetime,
    nights: int | None = None,
    two_homes: bool | None = False,
) -> HouseholdMember:
    """Add a person to the head's household from `since`; without one, register one from `facts`.

    A person registered here gets the head's address protection and shielding, because a child's
    address reveals where the parent lives (need S3). `two_homes`: the user has confirmed that the
    child lives permanently elsewhere too; None leaves that open. Raises `MembershipRefused`.
    """
    # Locked, so that of two users adding the same person, the second gets the refusal.
    lock_persons(head.pk, *([person.pk] if person else []))
    household = household_of(head, by=by, at=at)
    if person is None:
        inherited = {"protection": head.protection, "shielded": head.shielded}
        person = register_person(by=by, at=at, facts={**facts, **inherited})
    _check_born(person, since)
    _refuse_overlap(household, person, relation, since)
    if person.pk != head.pk:
        _head_lives_there_from(household, head, since, by)
    member = HouseholdMember(
        household=household,
        person=person,
        relation=relation,
        living=living,
        nights=nights,
        period=DateRange(since, None),
    )
    asked = _ask_about_two_homes(member, two_homes, by)
    member._history_user = by
    member.save()
    events.record(
        head,
        CaseEvent.HOUSEHOLD_JOINED,
        _("Husstanden fikk et medlem: %(relation)s, fra %(since)s.")
        % {"relation": member.get_relation_display().lower(), "since": nbdate(since)},
        by=by,
        at=at,
        member=person.pk,
    )
    if person.pk != head.pk:
        events.record(
            person,
            CaseEvent.HOUSEHOLD_JOINED,
            _("Ble med i en husstand fra %(since)s.") % {"since": nbdate(since)} + asked,
            by=by,
            at=at,
        )
    return member


def _ask_about_two_homes(member: HouseholdMember, confirmed: bool | None, by: User) -> str:
    """Raise `LivesInTwoHomes` for a child who lives permanently in another household as well.

    Returns the words for the event when the user has confirmed it, or was not asked (None), else
    "". A household whose
    members the user may not see is not told of (need S3).
    """
    born, since = member.person.birth_date, member.period.lower
    if member.living != LivingArrangement.PERMANENT or not is_child_of_household(
        member.relation, born, since
    ):
        return ""
    elsewhere = (
        HouseholdMember.objects.filter(
            person=member.person,
            living=LivingArrangement.PERMANENT,
            period__overlap=member.period,
            household__members__in=HouseholdMember.objects.filter(
                visible_persons(by, "person__"), relation=MemberRelation.SELF
            ),
        )
        .exclude(household=member.household_id)
        .exists()
    )
    if not elsewhere:
        return ""
    if confirmed is None:
        return " " + _("Ikke avklart: barnet står som «bor fast» også i en annen husstand.")
    if not confirmed:
        raise LivesInTwoHomes(member.person)
    return " " + _("Bekreftet: barnet bor fast i to husstander.")


def _head_lives_there_from(household: Household, head: Person, since: date, by: User) -> None:
    """Let the head have been there when the first of the others came.

    A household is often registered long after it began, with the day of registration as the
    head's; the nights they shared count from the day they lived together (need T1). Never before
    the head was born, or was of another household.
    """
    # Locked, so that two who are added at the same time move the day one after the other.
    own = list(
        HouseholdMember.objects.select_for_update(of=("self",), no_key=True)
        .filter(person=head, relation__in=OWN_HOUSEHOLD)
        .order_by("period", "pk")
    )
    here = next((row for row in own if row.household_id == household.pk), None)
    if here is None or here.period.lower <= since:
        return
    before = [row.period.upper for row in own if row.period.lower < here.period.lower]
    first = max([since, *before, *([head.birth_date] if head.birth_date else [])])
    if first < here.period.lower:
        save(here, by, period=DateRange(first, here.period.upper))


def _check_born(person: Person, since: date) -> None:
    if person.birth_date and since < person.birth_date:
        raise MembershipRefused(
            _("Personen er født %(born)s og kan ikke være med før det.")
            % {"born": nbdate(person.birth_date)},
            "since",
        )


def _refuse_overlap(household: Household, person: Person, relation: str, since: date) -> None:
    """Refuse with a message at the form field. The database constraint is the last guard."""
    period = DateRange(since, None)
    others = household.members.filter(period__overlap=period)
    if same := others.filter(person=person).order_by("-period").first():
        raise MembershipRefused(
            _("Personen er allerede med i husstanden %(period)s.")
            % {"period": _in_words(same.period)},
            "since",
        )
    if relation == MemberRelation.SELF and others.filter(relation=MemberRelation.SELF).exists():
        raise MembershipRefused(_("Husstanden har allerede en hovedperson."), "relation")
    if relation in OWN_HOUSEHOLD:
        other = (
            HouseholdMember.objects.filter(
                person=person, relation__in=OWN_HOUSEHOLD, period__overlap=period
            )
            .order_by("-period")
            .first()
        )
        if other:
            raise MembershipRefused(
                _(
                    "Personen er hovedperson eller partner i en annen husstand %(period)s. "
                    "Avslutt det først, eller velg en dato etter."
                )
                % {"period": _in_words(other.period)},
                "since",
            )


def _in_words(period: DateRange) -> str:
    if period.upper is None:
        return _("fra %(since)s") % {"since": nbdate(period.lower)}
    return _("fra %(since)s, og ute fra %(until)s") % {
        "since": nbdate(period.lower),
        "until": nbdate(period.upper),
    }


@transaction.atomic
def change_living(
    *,
    member: HouseholdMember,
    head: Person,
    living: str,
    nights: int | None,
    since: date,
    by: User,
    at: datetime,
    two_homes: bool = False,
    seen: int | None = None,
) -> HouseholdMember:
    """Change how the member lives here from `since`; the earlier period keeps its values."""
    until = member.period.upper
    # Locked, so that two users do not change it from two different days.
    member = locked(HouseholdMember.objects.select_related("person"), member.pk)
    if member.period.upper != until or (until is not None and until <= since):
        raise MembershipRefused(_("Personen er ikke med i husstanden da."), "since")
    check_seen(member, seen)
    if since <= member.period.lower:
        raise MembershipRefused(
            _("Slik det står nå, gjelder fra %(on)s. Velg en dato etter det.")
            % {"on": nbdate(member.period.lower)},
            "since",
        )
    if (living, nights) == (member.living, member.nights):
        raise MembershipRefused(_("Det er slik det allerede står."), "living")
    new = HouseholdMember(
        household_id=member.household_id,
        person=member.person,
        relation=member.relation,
        living=living,
        nights=nights,
        period=DateRange(since, member.period.upper),
    )
    asked = _ask_about_two_homes(new, two_homes, by)
    member.period = DateRange(member.period.lower, since)
    # The old row first, or the two periods would overlap.
    for row in (member, new):
        row._history_user = by
        row.save()
    text = _("Bor i husstanden på en annen måte fra %(since)s: %(how)s.") % {
        "since": nbdate(since),
        "how": new.get_living_display().lower(),
    }
    events.record(member.person, CaseEvent.HOUSEHOLD_CHANGED, text + asked, by=by, at=at)
    if member.person_id != head.pk:
        events.record(
            head,
            CaseEvent.HOUSEHOLD_CHANGED,
            _("Et medlem bor i husstanden på en annen måte fra %(since)s: %(how)s.")
            % {"since": nbdate(since), "how": new.get_living_display().lower()},
            by=by,
            at=at,
            member=member.person_id,
        )
    return new


@transaction.atomic
def correct_member(
    *,
    member: HouseholdMember,
    head: Person | None,
    relation: str,
    living: str,
    nights: int | None,
    since: date,
    until: date | None,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    two_homes: bool = False,
) -> HouseholdMember:
    """Correct one period of a membership, as if it had been right from the start.

    `until` is the first day outside. A new way of living from a day is `change_living`. Raises
    `MembershipRefused`, and `Overwritten` if it has changed since `seen`; a period that overlaps
    another of the same person breaks a constraint.
    """
    # Locked, so that two corrections at the same time run one after the other.
    member = locked(HouseholdMember.objects.select_related("person"), member.pk)
    check_seen(member, seen)
    if MemberRelation.SELF in (member.relation, relation) and member.relation != relation:
        raise MembershipRefused(
            _("Hvem som er hovedperson, endres ved å dele husstanden."), "relation"
        )
    if until is not None and until <= since:
        raise MembershipRefused(
            _("Personen kom inn i husstanden %(on)s. Velg en dato etter det.")
            % {"on": nbdate(since)},
            "until",
        )
    if since != member.period.lower:
        _check_born(member.person, since)
    facts = {"relation": relation, "living": living, "nights": nights}
    facts["period"] = DateRange(since, until)
    corrected = HouseholdMember(household_id=member.household_id, person=member.person, **facts)
    asked = _ask_about_two_homes(corrected, two_homes, by)
    save(member, by, **facts)
    if head is not None and head.pk != member.person_id:
        _head_lives_there_from(member.household, head, since, by)
    text = _("Rettet i husstanden: %(relation)s, %(how)s, %(period)s. %(why)s") % {
        "relation": member.get_relation_display().lower(),
        "how": member.get_living_display().lower(),
        "period": _in_words(member.period),
        "why": why.strip(),
    }
    events.record(member.person, CaseEvent.HOUSEHOLD_CHANGED, text + asked, by=by, at=at)
    if head is not None and head.pk != member.person_id:
        events.record(
            head,
            CaseEvent.HOUSEHOLD_CHANGED,
            # Without the reason: those who read it may not see the member.
            _("Et medlem av husstanden er rettet, %(period)s.")
            % {"period": _in_words(member.period)},
            by=by,
            at=at,
            member=member.person_id,
        )
    return member


@transaction.atomic
def change_head(
    *,
    member: HouseholdMember,
    since: date,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> HouseholdMember:
    """Let an adult member be the head of the household from `since`; everybody stays.

    Who was head is the partner from then if the new head was, else «annen». A case belongs to its
    applicant as before. Raises `MembershipRefused`.
    """
    # Locked, so that two users do not choose two heads.
    rows = HouseholdMember.objects.select_for_update(of=("self",), no_key=True)
    members = list(
        rows.filter(household=member.household_id, period__contains=since)
        .select_related("person")
        .order_by("pk")
    )
    new = next((each for each in members if each.pk == member.pk), None)
    old = next((each for each in members if each.relation == MemberRelation.SELF), None)
    check_seen(member, seen)
    if new is None or new == old:
        raise MembershipRefused(_("Personen er ikke med i husstanden da."), "since")
    if is_child_of_household(new.relation, new.person.birth_date, since):
        raise MembershipRefused(_("Et barn kan ikke være hovedperson."), "since")
    changes = [(new, MemberRelation.SELF)]
    if old is not None:
        relation = new.relation if new.relation == MemberRelation.PARTNER else MemberRelation.OTHER
        changes.insert(0, (old, relation))
    if late := next((each for each, _to in changes if each.period.lower >= since), None):
        raise MembershipRefused(
            _("Slik det står nå, gjelder fra %(on)s. Velg en dato etter det.")
            % {"on": nbdate(late.period.lower)},
            "since",
        )
    if new.relation not in OWN_HOUSEHOLD:
        _refuse_second_home(new, since)
    ends = [each.period.upper for each, _to in changes]
    for each, _to in changes:
        save(each, by, period=DateRange(each.period.lower, since))
    for (each, relation), until in zip(changes, ends, strict=True):
        next_row = HouseholdMember(household_id=each.household_id, person=each.person)
        save(next_row, by, relation=relation, period=DateRange(since, until))
    for each, _to in changes:
        text = _("%(name)s er hovedperson i husstanden fra %(since)s.") % {
            "name": new.person if each is new else _("En annen"),
            "since": nbdate(since),
        }
        events.record(each.person, CaseEvent.HOUSEHOLD_CHANGED, text, by=by, at=at)
    return new


def _refuse_second_home(member: HouseholdMember, since: date) -> None:
    """Nobody is head or partner of two households at once."""
    others = HouseholdMember.objects.filter(
        person=member.person_id,
        relation__in=OWN_HOUSEHOLD,
        period__overlap=DateRange(since, member.period.upper),
    )
    if other := others.order_by("-period").first():
        raise MembershipRefused(
            _("Personen er hovedperson eller partner i en annen husstand %(period)s.")
            % {"period": _in_words(other.period)},
            "since",
        )


@transaction.atomic
def end_membership(
    *,
    member: HouseholdMember,
    head: Person,
    last: date,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> HouseholdMember:
    """End the membership; `last` is the first day outside. Raises `MembershipRefused`.

    Nobody leaves a household without its head, or with a case that counts those who are left: the
    act for that is `stays.placement.separation`.
    """
    # Locked, so that two users do not end it on two different days.
    member = locked(HouseholdMember.objects.select_related("person"), member.pk)
    if member.period.upper is not None:
        raise MembershipRefused(
            _("Personen er allerede ute av husstanden fra %(on)s.")
            % {"on": nbdate(member.period.upper)},
            "last",
        )
    check_seen(member, seen)
    if last <= member.period.lower:
        raise MembershipRefused(
            _("Personen kom inn i husstanden %(on)s. Velg en dato etter det.")
            % {"on": nbdate(member.period.lower)},
            "last",
        )
    others = member.household.members.filter(period__contains=last).exclude(pk=member.pk)
    if member.relation == MemberRelation.SELF and others.exists():
        raise MembershipRefused(
            _(
                "%(name)s er hovedperson, og de andre blir igjen. Bruk «Del husstanden»: der "
                "velger du hvem som blir hovedperson, og hvor hver av dem bor."
            )
            % {"name": member.person},
            "last",
        )
    cases = member.household.applications.filter(
        person=member.person_id, state__in=APPLICATION_ALIVE
    )
    if member.relation in OWN_HOUSEHOLD and cases.exists():
        raise MembershipRefused(
            _(
                "%(name)s har en sak som gjelder denne husstanden. Bruk «Del husstanden», så "
                "følger saken med."
            )
            % {"name": member.person},
            "last",
        )
    member.period = DateRange(member.period.lower, last)
    member._history_user = by
    member.save(update_fields=["period"])
    text = _("Ute av husstanden fra %(on)s.") % {"on": nbdate(last)}
    events.record(member.person, CaseEvent.HOUSEHOLD_LEFT, text, by=by, at=at)
    if member.person_id != head.pk:
        events.record(
            head,
            CaseEvent.HOUSEHOLD_LEFT,
            _("Et medlem er ute av husstanden fra %(on)s.") % {"on": nbdate(last)},
            by=by,
            at=at,
            member=member.person_id,
        )
    return member
