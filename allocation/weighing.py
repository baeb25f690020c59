"""The candidates for a dwelling, from the waiting list as one user sees it (needs A4, A7).

The first three on the list that the dwelling fits are compared side by side. People with a
protected address, shielded people, and who shares a household with one, are compared in a separate
part (`closed`), only for users who may see them (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.assessment import statements
from casework.models import Disqualification, HousingNeed, Person, Wish

from . import fit, matching, policy, ranking, vacancy
from .enums import ItemOutcome
from .fit import Fit
from .matching import Match
from .policy import Policy
from .ranking import Entry, RankedCase

if TYPE_CHECKING:
    from accounts.models import User

    from .models import AgendaItem, AllocationMeeting

BESIDE = 3  # compared side by side
A_GROUP = 8  # shown of each group; the rest are found by case number
MOST_TOGETHER = 30  # a longer agenda takes too long to match while a page is loading


@dataclass(slots=True)
class Candidate:
    """One application compared for the dwelling, with what the meeting looks at.

    `closed`: in the closed part. `joint`: proposed for the dwelling by the joint matching.
    """

    entry: Entry
    fit: Fit
    closed: bool = False
    joint: bool = False
    initials: str = ""
    age: int | None = None
    words: str = ""
    avoids: list[str] = field(default_factory=list)
    statements: list[statements.Statement] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.entry.application_id

    @property
    def long_temporary(self) -> bool:
        return self.entry.long_temporary

    @property
    def reasons_for(self) -> list[dict[str, Any]]:
        met = [v for v in self.fit.verdicts if v.ok and v.asked and v.code not in NOT_REPEATED]
        return [{"color": "success", "text": x.sentence} for x in (*self.entry.because, *met)]

    @property
    def reasons_against(self) -> list[dict[str, Any]]:
        failed = [v for v in self.fit.verdicts if not v.ok and v.asked]
        return [{"color": "warning", "text": verdict.sentence} for verdict in failed]


# Rules that hold for everyone who is compared side by side.
NOT_REPEATED = (
    "available_from",
    "type",
    "bedrooms",
    "household_capacity",
    "already_reserved",
    "allocated_by_other",
)


@dataclass(frozen=True, slots=True)
class Rest:
    """An application that is not compared side by side, and why not."""

    entry: Entry
    closed: bool
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class RestGroup:
    """Those not compared side by side for the same first reason; `number` counts them all."""

    label: str
    number: int
    shown: list[Rest]


@dataclass(frozen=True, slots=True)
class Weighing:
    """Everyone the user may see, weighed for one dwelling. `others` counts all in `groups`."""

    best: list[Candidate]
    closed: list[Candidate]
    groups: list[RestGroup]
    others: int
    found: list[Rest]  # by case number
    policy: Policy
    joint: Match | None = None  # of the dwellings not decided yet
    joint_entry: Entry | None = None  # the case the matching proposes for this dwelling

    @property
    def shown(self) -> list[Candidate]:
        return [*self.best, *self.closed]


TAKEN = "taken"
IS_TAKEN, FITS = -2, -1  # group numbers before those of the rules, in the order shown
LABELS = {
    TAKEN: gettext_lazy("Valgt til, eller har tilbud om, en annen bolig"),
    "type": gettext_lazy("Trenger en annen boligtype"),
    "bedrooms": gettext_lazy("Trenger et annet antall soverom"),
    "step_free": gettext_lazy("Kan ikke bruke trapper"),
    "floor": gettext_lazy("For høyt uten heis"),
    "staffing": gettext_lazy("Trenger mer personale"),
    "age_range": gettext_lazy("Utenfor aldersgrensen"),
    "household_capacity": gettext_lazy("Ikke plass til husstanden"),
    "available_from": gettext_lazy("Ikke ledig når den trengs"),
    "accepts_pets": gettext_lazy("Har dyr"),
    "area_to_avoid": gettext_lazy("Vil unngå området"),
    "milieu_to_avoid": gettext_lazy("Vil unngå miljøet"),
    "already_reserved": gettext_lazy("Boligen holdes av til en annen"),
    "allocated_by_other": gettext_lazy("Tildeles av en annen enhet"),
}


def policy_of(meeting: AllocationMeeting, on: date) -> Policy:
    """The policy saved when the meeting opened, else the one in force."""
    row = meeting.policy
    if row is None:
        return policy.in_force(on)
    return policy.read(row.classes, row.tie_breakers, name=row.name, pk=row.pk)


def weigh(item: AgendaItem, on: date, *, by: User, find: str = "", tick: int = 0) -> Weighing:
    """Everyone `by` may see, weighed for the item's dwelling. `find` is a part of a case number
    and `tick` an application id to show among the rest. Raises NoPolicy."""
    rules = policy_of(item.meeting, on)
    places = ranking.places(on, visible_to=by, policy=rules)
    if not places:
        return Weighing(best=[], closed=[], groups=[], others=0, found=[], policy=rules)
    ids = [place.application_id for place in places]
    units = _agenda(item)
    table = fit.matrix(fit.people(ids, on), fit.dwellings(units, on, when_free=True), on)
    col = units.index(item.unit_id)
    dwelling, ok = table.dwellings[col], table.ok[:, col]
    failed = np.stack([~table.by_code[rule.code][:, col] for rule in fit.MUSTS], axis=1)

    # Everyone is judged in arrays; entries and sentences are made only for those shown.
    elsewhere, restricted = vacancy.chosen_elsewhere(item.unit_id), _restricted()
    taken = np.array([p.has_offer or p.application_id in elsewhere for p in places])
    closed_part = np.array([p.person_id in restricted for p in places])
    eligible = ok & ~taken
    best, closed = (
        np.flatnonzero(eligible & part)[:BESIDE].tolist() for part in (~closed_part, closed_part)
    )
    others = np.ones(len(places), dtype=bool)
    others[[*best, *closed]] = False
    first = np.where(failed.any(axis=1), failed.argmax(axis=1), np.where(taken, IS_TAKEN, FITS))
    grouped = {
        number: np.flatnonzero(others & (first == number)).tolist()
        for number in (IS_TAKEN, FITS, *range(len(fit.MUSTS)))
    }
    wanted = find.strip()
    found = [
        n
        for n in np.flatnonzero(others).tolist()
        if (wanted and wanted in places[n].case_number) or ids[n] == tick
    ][:A_GROUP]

    joint = _together(table, places) if len(units) > 1 else None
    proposed = joint.joint.assigned.get(item.unit_id) if joint else None
    shown = {*best, *closed, *found, *(n for group in grouped.values() for n in group[:A_GROUP])}
    if proposed:
        shown.add(ids.index(proposed))
    entries = ranking.entries([places[n] for n in sorted(shown)], on, policy=rules)
    seekers = {s.application_id: s for s in fit.seekers(entries, on)}

    def why_not(n: int) -> Rest:
        broken = [rule for rule, fails in zip(fit.MUSTS, failed[n], strict=True) if fails]
        reasons = [rule.says(seekers[ids[n]], dwelling, False) for rule in broken]
        if taken[n]:
            reasons.append(_("Er valgt til, eller har tilbud om, en annen bolig."))
        elif not broken:
            reasons = [_("Boligen passer, men andre som den passer for, står foran.")]
        return Rest(entries[ids[n]], bool(closed_part[n]), reasons)

    def candidate(n: int) -> Candidate:
        judged = fit.judge(seekers[ids[n]], dwelling, on)
        return Candidate(entries[ids[n]], judged, bool(closed_part[n]), ids[n] == proposed)

    beside, in_closed = [candidate(n) for n in best], [candidate(n) for n in closed]
    _describe([*beside, *in_closed], on)
    return Weighing(
        best=beside,
        closed=in_closed,
        groups=[
            RestGroup(_label(number), len(members), [why_not(n) for n in members[:A_GROUP]])
            for number, members in grouped.items()
            if members
        ],
        others=int(others.sum()),
        found=[why_not(n) for n in found],
        policy=rules,
        joint=joint,
        joint_entry=entries.get(proposed) if proposed else None,
    )


def _label(number: int) -> str:
    if number == FITS:
        return _("Passer, men står lenger ned")
    return str(LABELS[TAKEN if number == IS_TAKEN else fit.MUSTS[number].code])


def _agenda(item: AgendaItem) -> list[int]:
    """The dwellings to match: those the meeting has not decided yet, or the item's alone."""
    open_items = item.meeting.items.filter(outcome=ItemOutcome.OPEN)
    units = list(open_items.values_list("unit_id", flat=True))
    return units if item.unit_id in units and len(units) <= MOST_TOGETHER else [item.unit_id]


def _together(table: fit.FitMatrix, places: list[RankedCase]) -> Match | None:
    """The joint matching of these dwellings, or None if the solver found no optimum (need A6)."""
    try:
        return matching.solve(table, places, {})
    except matching.NoOptimum:
        return None


def weigh_cases(
    item: AgendaItem, application_ids: Collection[int], on: date, *, by: User
) -> dict[int, tuple[Entry, Fit]]:
    """Entry and fit, by id, of the applications that still wait and that `by` may see."""
    entries = ranking.waiting(
        on,
        visible_to=by,
        policy=policy_of(item.meeting, on),
        application_ids=application_ids,
    )
    seekers = fit.seekers([entry.application_id for entry in entries], on)
    (dwelling,) = fit.dwellings([item.unit_id], on, when_free=True)
    return {
        entry.application_id: (entry, fit.judge(seeker, dwelling, on))
        for entry, seeker in zip(entries, seekers, strict=True)
    }


def disqualified(
    application_ids: Collection[int], user_ids: Collection[int]
) -> list[Disqualification]:
    """Disqualifications (inhabilitet) of these users in these applications (fvl. § 6)."""
    return list(
        Disqualification.objects.filter(application__in=application_ids, user__in=user_ids)
        .select_related("user", "application")
        .order_by("pk")
    )


def _restricted() -> set[int]:
    """The persons of the closed part. They are few, and have an index of their own."""
    return set(Person.objects.hidden_from_some().values_list("pk", flat=True))


def _describe(candidates: list[Candidate], on: date) -> None:
    """Fill in initials, age, the person's own words, statements, and areas to avoid."""
    ids = [candidate.pk for candidate in candidates]
    people = Person.objects.in_bulk([c.entry.person_id for c in candidates])
    wishes = {
        wish.person_id: wish.words
        for wish in Wish.objects.filter(person__in=people)
        .order_by("person_id", "-said_on", "-pk")
        .distinct("person_id")
    }
    needs = {
        need.application_id: need
        for need in HousingNeed.objects.filter(application__in=ids)
        .order_by("application_id", "-decided_at", "-pk")
        .distinct("application_id")
        .prefetch_related("avoid_areas", "avoid_properties")
    }
    received = statements.received_of(people.keys())
    for candidate in candidates:
        person = people[candidate.entry.person_id]
        candidate.statements = received.get(person.pk, [])
        candidate.initials = person.initials
        candidate.age = person.age(on)
        candidate.words = wishes.get(person.pk, "")
        need = needs.get(candidate.pk)
        if need:
            candidate.avoids = [area.name for area in need.avoid_areas.all()]
            candidate.avoids += [place.name for place in need.avoid_properties.all()]
