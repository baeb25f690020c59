"""Does a dwelling fit a person, and why not (needs A4, A5).

Each rule is written once, over columns: what people need as columns down, what dwellings are as
columns across. A thousand people and twenty dwellings are a thousand by twenty, and a pair is
one by one, so the meeting's sentences and the joint matching cannot disagree. `must` blocks,
and can be overridden with a written reason; `wish` weighs, and counts only where it was wished.
Source: rules-and-scenarios.md, «Fit between a person and a unit».

Where the specification leaves a choice:
- `type`: a need that names no type is content with any lasting home.
- `step_free`: a dwelling usable with a wheelchair has no stairs either.
- `household_capacity`: a dwelling that does not say how many it has room for is not checked;
  children who only visit need bedrooms, not a place. Not for children means not with children.
- `age_range`: an unknown age does not pass a range.
- `available_from`: free on the date, or on the later day from which the person can move. To ask
  of a dwelling that comes free later, ask on that day.
- `allocated_by_other`: the dwelling is allocated by another unit than the one asking, which is
  the application's unit unless said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OrganisationUnit
from casework.enums import LivingArrangement, MemberRelation
from casework.models import Application, HouseholdMember, HousingNeed, Person
from common import calendar
from common.formatting import kroner, nbdate
from housing.enums import LASTING_TYPES, STAFFING_ORDER, Staffing, UnitType
from housing.models import Unavailability, Unit
from stays.models import Stay

from . import vacancy

MUST, WISH = "must", "wish"
MOST_EXTRA_BEDROOMS = 2
NOBODY, NOWHERE, UNKNOWN = 0, 0, -1
NEVER = date.max.toordinal()
TYPES = {kind: index for index, kind in enumerate(UnitType)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """What is asked for one application: the need in force, and facts of the household."""

    application_id: int = 0
    person_id: int = 0
    unit_id: int = 0  # the organisation unit that answers for the application
    age: int | None = None
    household_size: int = 1
    children: int = 0
    types: frozenset[str] = frozenset()
    types_preferred: frozenset[str] = frozenset()
    bedrooms: int = 1
    step_free: bool = False
    wheelchair: bool = False
    max_floor: int | None = None
    staffing: str = Staffing.NONE
    pets: bool = False
    avoid_areas: frozenset[int] = frozenset()
    avoid_properties: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    own_entrance: bool = False
    near_transport: bool = False
    quiet: bool = False
    drug_free: bool = False
    rent_max: int | None = None
    move_from: date | None = None
    has_need: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwelling:
    """What a dwelling is on the date."""

    unit_id: int = 0
    property_id: int = NOWHERE
    area_id: int = NOWHERE
    type: str = UnitType.MUNICIPAL
    bedrooms: int | None = 1
    floor: int | None = 1
    lift: bool = False
    step_free: bool = False
    wheelchair: bool = False
    staffing: str = Staffing.NONE
    min_age: int | None = None
    max_age: int | None = None
    capacity: int | None = None
    suits_children: bool = True
    accepts_pets: bool = True
    own_entrance: bool = False
    near_transport: bool = False
    quiet: bool = False
    drug_free: bool = False
    rent: int | None = None
    free_from: date | None = None  # None: not known to become free
    reserved_for: int = NOBODY  # the application it is held for
    allocated_by: int = NOBODY  # the organisation unit, or nobody in particular


# ------------------------------------------------------------------ columns


class Columns:
    """Named arrays, shaped to meet those of the other side."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape

    def put(self, name: str, values: Sequence[Any], dtype: Any) -> None:
        setattr(self, name, np.array(values, dtype=dtype).reshape(self._shape))


def people_columns(seekers: Sequence[Seeker], on: date) -> Columns:
    p = Columns((len(seekers), 1))
    p.seekers = seekers
    p.put("application", [s.application_id for s in seekers], np.int64)
    p.put("unit", [s.unit_id for s in seekers], np.int64)
    p.put("age", [UNKNOWN if s.age is None else s.age for s in seekers], np.int16)
    for name in ("household_size", "children", "bedrooms"):
        p.put(name, [getattr(s, name) for s in seekers], np.int16)
    for name in (
        "step_free",
        "wheelchair",
        "pets",
        "own_entrance",
        "near_transport",
        "quiet",
        "drug_free",
    ):
        p.put(name, [getattr(s, name) for s in seekers], bool)
    p.put("max_floor", [99 if s.max_floor is None else s.max_floor for s in seekers], np.int16)
    p.put("staffing", [STAFFING_ORDER[s.staffing] for s in seekers], np.int8)
    p.put("has_rent_max", [s.rent_max is not None for s in seekers], bool)
    p.put("rent_max", [s.rent_max or 0 for s in seekers], np.int64)
    p.put("needed_on", [max(s.move_from or on, on).toordinal() for s in seekers], np.int64)
    return p


def unit_columns(dwellings: Sequence[Dwelling]) -> Columns:
    u = Columns((1, len(dwellings)))
    u.dwellings = dwellings
    for name in ("unit_id", "property_id", "area_id", "reserved_for", "allocated_by"):
        u.put(name, [getattr(d, name) for d in dwellings], np.int64)
    # What is not known of a dwelling meets no requirement.
    u.put("bedrooms", [-1 if d.bedrooms is None else d.bedrooms for d in dwellings], np.int16)
    u.put("floor", [99 if d.floor is None else d.floor for d in dwellings], np.int16)
    for name in (
        "lift",
        "step_free",
        "wheelchair",
        "suits_children",
        "accepts_pets",
        "own_entrance",
        "near_transport",
        "quiet",
        "drug_free",
    ):
        u.put(name, [getattr(d, name) for d in dwellings], bool)
    u.put("staffing", [STAFFING_ORDER.get(d.staffing, 0) for d in dwellings], np.int8)
    u.put("min_age", [0 if d.min_age is None else d.min_age for d in dwellings], np.int16)
    u.put("max_age", [999 if d.max_age is None else d.max_age for d in dwellings], np.int16)
    u.put("has_ages", [(d.min_age, d.max_age) != (None, None) for d in dwellings], bool)
    u.put("capacity", [999 if d.capacity is None else d.capacity for d in dwellings], np.int16)
    u.put("has_rent", [d.rent is not None for d in dwellings], bool)
    u.put("rent", [d.rent or 0 for d in dwellings], np.int64)
    free = [NEVER if d.free_from is None else d.free_from.toordinal() for d in dwellings]
    u.put("free_from", free, np.int64)
    return u


def _in_set(p: Columns, u: Columns, wanted: str, has: str, empty: bool = False) -> np.ndarray:
    """For each pair, whether what the dwelling has is in the seeker's set; `empty` where the
    set is. The sets are few values each: one matrix of people by distinct values."""
    values = [getattr(d, has) for d in u.dwellings]
    distinct = {value: index for index, value in enumerate(dict.fromkeys(values))}
    member = np.zeros((len(p.seekers), len(distinct)), dtype=bool)
    for row, seeker in enumerate(p.seekers):
        chosen = getattr(seeker, wanted)
        if not chosen:
            member[row, :] = empty
            continue
        for value in chosen:
            if value in distinct:
                member[row, distinct[value]] = True
    return member[:, [distinct[value] for value in values]]


def _types(p: Columns, u: Columns) -> np.ndarray:
    lasting = np.array([[d.type in LASTING_TYPES for d in u.dwellings]])
    unnamed = np.array([[not s.types] for s in p.seekers])
    return np.where(unnamed, lasting, _in_set(p, u, "types", "type"))


def _wishes(p: Columns, name: str) -> np.ndarray:
    return np.array([[bool(getattr(s, name))] for s in p.seekers])


# ------------------------------------------------------------------ the rules


@dataclass(frozen=True, kw_only=True)
class Verdict:
    code: str
    kind: str
    ok: bool
    sentence: str
    asked: bool  # False: nothing was needed or wished, so it goes without saying


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`ok` answers for every pair; `asked` says for whom there is something to say."""

    code: str
    kind: str
    ok: Callable[[Columns, Columns], np.ndarray]
    says: Callable[[Seeker, Dwelling, bool], str]
    asked: Callable[[Columns, Columns], np.ndarray] = lambda p, u: np.array([[True]])

    def mask(self, p: Columns, u: Columns) -> np.ndarray:
        """True where the rule holds (a must), or the wish was wished and is met."""
        shape = (len(p.seekers), len(u.dwellings))
        held = self.ok(p, u)
        if self.kind == WISH:
            held = held & self.asked(p, u)
        return np.broadcast_to(held, shape)

    def check(self, seeker: Seeker, dwelling: Dwelling, on: date) -> Verdict:
        p, u = people_columns([seeker], on), unit_columns([dwelling])
        ok = bool(self.mask(p, u)[0, 0])
        asked = bool(np.broadcast_to(self.asked(p, u), (1, 1))[0, 0])
        return Verdict(
            code=self.code,
            kind=self.kind,
            ok=ok,
            sentence=self.says(seeker, dwelling, ok),
            asked=asked,
        )


def _bedrooms_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.bedrooms is None:
        return _("Antall soverom er ikke avklart.")
    has = ngettext("%(n)d soverom", "%(n)d soverom", d.bedrooms) % {"n": d.bedrooms}
    if ok:
        return _("%(has)s, trenger %(need)d.") % {"has": has, "need": s.bedrooms}
    if d.bedrooms < s.bedrooms:
        return _("Bare %(has)s, trenger minst %(need)d.") % {"has": has, "need": s.bedrooms}
    return _("%(has)s er mer enn %(extra)d over behovet på %(need)d.") % {
        "has": has,
        "extra": MOST_EXTRA_BEDROOMS,
        "need": s.bedrooms,
    }


def _step_free_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if s.wheelchair:
        return _("Kan brukes med rullestol.") if ok else _("Kan ikke brukes med rullestol.")
    return _("Uten trapper.") if ok else _("Har trapper, og personen kan ikke gå i trapper.")


def _floor_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.floor is None:
        return _("Etasjen er ikke avklart.")
    lift = _("med heis") if d.lift else _("uten heis")
    text = _("%(floor)d. etasje %(lift)s") % {"floor": d.floor, "lift": lift}
    if ok:
        return f"{text}."
    return _("%(text)s, kan bo høyest i %(max)s. etasje uten heis.") % {
        "text": text,
        "max": s.max_floor,
    }


def _age_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.min_age is None and d.max_age is None:
        return _("Ingen aldersgrense.")
    if d.min_age is None:
        span = _("til og med %(to)d år") % {"to": d.max_age}
    elif d.max_age is None:
        span = _("fra %(from)d år") % {"from": d.min_age}
    else:
        span = _("fra %(from)d til og med %(to)d år") % {"from": d.min_age, "to": d.max_age}
    if s.age is None:
        return _("Boligen er for personer %(span)s, og alderen er ikke kjent.") % {"span": span}
    return _("Boligen er for personer %(span)s, personen er %(age)d.") % {
        "span": span,
        "age": s.age,
    }


def _capacity_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if s.children and not d.suits_children:
        return _("Boligen er ikke egnet for barn, og det er barn i husstanden.")
    if d.capacity is None:
        return _("Det er ikke oppgitt hvor mange det er plass til.")
    return _("Plass til %(room)d, husstanden er %(size)d.") % {
        "room": d.capacity,
        "size": s.household_size,
    }


def _free_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.free_from is None:
        return _("Det er ikke kjent når boligen blir ledig.")
    return _("Ledig fra %(day)s.") % {"day": nbdate(d.free_from)}


def _rent_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.rent is None:
        return _("Husleien er ikke oppgitt, personen kan betale %(max)s.") % {
            "max": kroner(s.rent_max)
        }
    text = (
        _("Husleien er %(rent)s, innenfor %(max)s.")
        if ok
        else _("Husleien er %(rent)s, mer enn %(max)s.")
    )
    return text % {"rent": kroner(d.rent), "max": kroner(s.rent_max)}


def _either(yes: Callable[[], str], no: Callable[[], str]) -> Callable[..., str]:
    return lambda s, d, ok: yes() if ok else no()


def _type_label(code: str) -> str:
    return str(UnitType(code).label)


RULES: tuple[Rule, ...] = (
    Rule(
        code="type",
        kind=MUST,
        ok=_types,
        says=lambda s, d, ok: (
            _("%(type)s passer.") % {"type": _type_label(d.type)}
            if ok
            else _("%(type)s er ikke en boligtype som passer.") % {"type": _type_label(d.type)}
        ),
    ),
    Rule(
        code="bedrooms",
        kind=MUST,
        ok=lambda p, u: (
            (u.bedrooms >= p.bedrooms) & (u.bedrooms <= p.bedrooms + MOST_EXTRA_BEDROOMS)
        ),
        says=_bedrooms_says,
    ),
    Rule(
        code="step_free",
        kind=MUST,
        ok=lambda p, u: (
            (~p.wheelchair | u.wheelchair) & (~p.step_free | u.step_free | u.wheelchair)
        ),
        asked=lambda p, u: p.wheelchair | p.step_free,
        says=_step_free_says,
    ),
    Rule(
        code="floor",
        kind=MUST,
        ok=lambda p, u: u.lift | (u.floor <= p.max_floor),
        asked=lambda p, u: p.max_floor < 99,
        says=_floor_says,
    ),
    Rule(
        code="staffing",
        kind=MUST,
        ok=lambda p, u: u.staffing >= p.staffing,
        asked=lambda p, u: p.staffing > 0,
        says=lambda s, d, ok: (
            _("%(has)s, trenger minst: %(need)s.")
            % {
                "has": Staffing(d.staffing).label if d.staffing else _("Bemanning ikke avklart"),
                "need": str(Staffing(s.staffing).label).lower(),
            }
        ),
    ),
    Rule(
        code="age_range",
        kind=MUST,
        ok=lambda p, u: (
            ~u.has_ages | ((p.age != UNKNOWN) & (p.age >= u.min_age) & (p.age <= u.max_age))
        ),
        asked=lambda p, u: u.has_ages,
        says=_age_says,
    ),
    Rule(
        code="household_capacity",
        kind=MUST,
        ok=lambda p, u: (p.household_size <= u.capacity) & ((p.children == 0) | u.suits_children),
        asked=lambda p, u: (u.capacity < 999) | ((p.children > 0) & ~u.suits_children),
        says=_capacity_says,
    ),
    Rule(
        code="available_from",
        kind=MUST,
        ok=lambda p, u: u.free_from <= p.needed_on,
        says=_free_says,
    ),
    Rule(
        code="accepts_pets",
        kind=MUST,
        ok=lambda p, u: ~p.pets | u.accepts_pets,
        asked=lambda p, u: p.pets,
        says=_either(
            lambda: _("Dyr er tillatt."),
            lambda: _("Dyr er ikke tillatt, og personen har dyr."),
        ),
    ),
    Rule(
        code="area_to_avoid",
        kind=MUST,
        ok=lambda p, u: ~_in_set(p, u, "avoid_areas", "area_id"),
        asked=lambda p, u: _wishes(p, "avoid_areas"),
        says=_either(
            lambda: _("Ikke i et område personen vil unngå."),
            lambda: _("I et område personen vil unngå."),
        ),
    ),
    Rule(
        code="milieu_to_avoid",
        kind=MUST,
        ok=lambda p, u: ~_in_set(p, u, "avoid_properties", "property_id"),
        asked=lambda p, u: _wishes(p, "avoid_properties"),
        says=_either(
            lambda: _("Ikke i et miljø personen vil unngå."),
            lambda: _("I et miljø personen vil unngå."),
        ),
    ),
    Rule(
        code="already_reserved",
        kind=MUST,
        ok=lambda p, u: (u.reserved_for == NOBODY) | (u.reserved_for == p.application),
        asked=lambda p, u: u.reserved_for != NOBODY,
        says=_either(
            lambda: _("Boligen holdes av til denne saken."),
            lambda: _("Boligen holdes av til en annen."),
        ),
    ),
    Rule(
        code="allocated_by_other",
        kind=MUST,
        ok=lambda p, u: (u.allocated_by == NOBODY) | (u.allocated_by == p.unit),
        asked=lambda p, u: u.allocated_by != NOBODY,
        says=_either(
            lambda: _("Tildeles av enheten som har saken."),
            lambda: _("Tildeles av en annen enhet."),
        ),
    ),
    Rule(
        code="area",
        kind=WISH,
        ok=lambda p, u: _in_set(p, u, "areas", "area_id"),
        asked=lambda p, u: _wishes(p, "areas"),
        says=_either(
            lambda: _("I et område personen ønsker."),
            lambda: _("Ikke i et område personen ønsker."),
        ),
    ),
    Rule(
        code="type_preferred",
        kind=WISH,
        ok=lambda p, u: _in_set(p, u, "types_preferred", "type"),
        asked=lambda p, u: _wishes(p, "types_preferred"),
        says=_either(
            lambda: _("En boligtype personen ønsker."),
            lambda: _("Ikke boligtypen personen helst vil ha."),
        ),
    ),
    Rule(
        code="own_entrance",
        kind=WISH,
        ok=lambda p, u: u.own_entrance,
        asked=lambda p, u: p.own_entrance,
        says=_either(lambda: _("Egen inngang."), lambda: _("Ikke egen inngang.")),
    ),
    Rule(
        code="near_transport",
        kind=WISH,
        ok=lambda p, u: u.near_transport,
        asked=lambda p, u: p.near_transport,
        says=_either(
            lambda: _("Nær buss eller bane."),
            lambda: _("Ikke nær buss eller bane."),
        ),
    ),
    Rule(
        code="rent_within",
        kind=WISH,
        ok=lambda p, u: u.has_rent & (u.rent <= p.rent_max),
        asked=lambda p, u: p.has_rent_max,
        says=_rent_says,
    ),
    Rule(
        code="quiet",
        kind=WISH,
        ok=lambda p, u: u.quiet,
        asked=lambda p, u: p.quiet,
        says=_either(lambda: _("Rolig."), lambda: _("Ikke et rolig sted.")),
    ),
    Rule(
        code="drug_free_surroundings",
        kind=WISH,
        ok=lambda p, u: u.drug_free,
        asked=lambda p, u: p.drug_free,
        says=_either(
            lambda: _("Rusfritt miljø."),
            lambda: _("Ikke et rusfritt miljø."),
        ),
    ),
)
RULE = {rule.code: rule for rule in RULES}
MUSTS = tuple(rule for rule in RULES if rule.kind == MUST)
WISHES = tuple(rule for rule in RULES if rule.kind == WISH)


# ------------------------------------------------------------------ answers


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer for one pair."""

    verdicts: tuple[Verdict, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.must_failed

    @property
    def must_failed(self) -> list[str]:
        return [v.code for v in self.verdicts if v.kind == MUST and not v.ok]

    @property
    def wishes_met(self) -> list[str]:
        return [v.code for v in self.verdicts if v.kind == WISH and v.ok]

    @property
    def for_it(self) -> list[str]:
        """What argues for, only where something was asked."""
        return [v.sentence for v in self.verdicts if v.ok and v.asked]

    @property
    def against(self) -> list[str]:
        """What argues against: requirements not met first, then wishes not met."""
        return [v.sentence for v in self.verdicts if not v.ok and v.asked]

    @property
    def blocking(self) -> list[str]:
        return [v.sentence for v in self.verdicts if v.kind == MUST and not v.ok]

    def as_json(self) -> list[dict[str, Any]]:
        """For `Consideration.fit`: what was so when it was decided (need A12)."""
        return [
            {"code": v.code, "kind": v.kind, "ok": v.ok, "sentence": v.sentence}
            for v in self.verdicts
            if v.asked or not v.ok
        ]


def judge(seeker: Seeker, dwelling: Dwelling, on: date) -> Fit:
    """Every rule for one pair, in words."""
    return Fit(tuple(rule.check(seeker, dwelling, on) for rule in RULES))


def fits(
    application: Application,
    unit: Unit,
    on: date,
    *,
    asking: OrganisationUnit | None = None,
) -> Fit:
    """Whether the unit fits the application's need on the date; `asking` is the meeting's unit."""
    (seeker,) = seekers([application.pk], on, asking=asking)
    (dwelling,) = dwellings([unit.pk], on)
    return judge(seeker, dwelling, on)


@dataclass(frozen=True, slots=True)
class FitMatrix:
    """People by dwellings. `wishes` counts the wishes met, `by_code` holds each rule's mask."""

    seekers: list[Seeker]
    dwellings: list[Dwelling]
    ok: np.ndarray
    wishes: np.ndarray
    by_code: dict[str, np.ndarray] = field(default_factory=dict)


def matrix(seekers: list[Seeker], dwellings: list[Dwelling], on: date) -> FitMatrix:
    """Every rule for every pair."""
    p, u = people_columns(seekers, on), unit_columns(dwellings)
    shape = (len(seekers), len(dwellings))
    masks = {rule.code: rule.mask(p, u) for rule in RULES}
    ok = np.ones(shape, dtype=bool)
    wishes = np.zeros(shape, dtype=np.int16)
    for rule in MUSTS:
        ok &= masks[rule.code]
    for rule in WISHES:
        wishes += masks[rule.code]
    return FitMatrix(seekers, dwellings, ok, wishes, masks)


# ------------------------------------------------------------------ reading

PLAIN = (
    "bedrooms",
    "step_free",
    "wheelchair",
    "max_floor",
    "staffing",
    "pets",
    "own_entrance",
    "near_transport",
    "quiet",
    "drug_free",
    "rent_max",
)


def seekers(
    application_ids: Collection[int],
    on: date,
    *,
    asking: OrganisationUnit | None = None,
) -> list[Seeker]:
    """What each application asks for on the date, in the order given; as many queries for one
    as for ten thousand. An application without a need asks for one bedroom and nothing more."""
    ids = list(application_ids)
    cases = {
        row[0]: row[1:]
        for row in Application.objects.filter(pk__in=ids).values_list(
            "pk", "person_id", "household_id", "unit_id"
        )
    }
    born = dict(
        Person.objects.filter(pk__in={case[0] for case in cases.values()}).values_list(
            "pk", "birth_date"
        )
    )
    needs = {
        need.application_id: need
        for need in HousingNeed.objects.filter(application_id__in=ids)
        .order_by("application_id", "-decided_at", "-pk")
        .distinct("application_id")
    }
    sets = {
        name: _sets(name, [need.pk for need in needs.values()])
        for name in ("avoid_areas", "avoid_properties", "areas")
    }
    sizes, children = _households({case[1] for case in cases.values()}, on)
    found = []
    for pk in ids:
        person_id, household_id, unit_id = cases[pk]
        need = needs.get(pk)
        day = born.get(person_id)
        asked: dict[str, Any] = {"has_need": need is not None}
        if need is not None:
            asked |= {name: getattr(need, name) for name in PLAIN}
            asked |= {name: sets[name].get(need.pk, frozenset()) for name in sets}
            asked["types"] = frozenset(need.types)
            asked["types_preferred"] = frozenset(need.types_preferred)
            asked["move_from"] = need.available_from
        found.append(
            Seeker(
                application_id=pk,
                person_id=person_id,
                unit_id=asking.pk if asking else unit_id,
                age=calendar.age(day, on) if day and day <= on else None,
                household_size=sizes.get(household_id, 1),
                children=children.get(household_id, 0),
                **asked,
            )
        )
    return found


def _sets(name: str, need_ids: list[int]) -> dict[int, frozenset[int]]:
    relation = HousingNeed._meta.get_field(name)
    through = relation.remote_field.through
    other = relation.m2m_reverse_field_name()
    found: dict[int, set[int]] = {}
    rows = through.objects.filter(housingneed_id__in=need_ids).values_list(
        "housingneed_id", f"{other}_id"
    )
    for need_id, value in rows:
        found.setdefault(need_id, set()).add(value)
    return {need_id: frozenset(values) for need_id, values in found.items()}


def _households(ids: Collection[int], on: date) -> tuple[dict[int, int], dict[int, int]]:
    """Of each household: how many live there, and how many are children, visiting or not."""
    sizes: dict[int, int] = {}
    children: dict[int, int] = {}
    grown = calendar.add_months(on, -12 * 18)
    rows = HouseholdMember.objects.filter(household_id__in=ids, period__contains=on).values_list(
        "household_id", "relation", "living", "person__birth_date"
    )
    for household_id, relation, living, day in rows:
        if living != LivingArrangement.VISITING:
            sizes[household_id] = sizes.get(household_id, 0) + 1
        young = day > grown if day else relation == MemberRelation.CHILD
        if young and relation in (MemberRelation.CHILD, MemberRelation.OTHER):
            children[household_id] = children.get(household_id, 0) + 1
    return sizes, children


def dwellings(unit_ids: Collection[int], on: date) -> list[Dwelling]:
    """What each unit is on the date, in the order given. Four queries."""
    ids = list(unit_ids)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=ids).select_related("property")}
    free = _free_from(units, on)
    held = vacancy.reserved_for(ids)
    found = []
    for pk in ids:
        unit = units[pk]
        found.append(
            Dwelling(
                unit_id=pk,
                property_id=unit.property_id,
                area_id=unit.property.area_id or NOWHERE,
                free_from=free[pk],
                reserved_for=held.get(pk, NOBODY),
                allocated_by=unit.allocated_by_id or NOBODY,
                **{
                    name: getattr(unit, name)
                    for name in (
                        "type",
                        "bedrooms",
                        "floor",
                        "lift",
                        "step_free",
                        "wheelchair",
                        "staffing",
                        "min_age",
                        "max_age",
                        "capacity",
                        "suits_children",
                        "accepts_pets",
                        "own_entrance",
                        "near_transport",
                        "quiet",
                        "drug_free",
                        "rent",
                    )
                },
            )
        )
    return found


def _free_from(units: dict[int, Unit], on: date) -> dict[int, date | None]:
    """The first day from the date that nobody lives there, nothing is repaired, and it is used."""
    busy: dict[int, list] = {pk: [] for pk in units}
    later = Q(period__endswith__gt=on) | Q(period__upper_inf=True)
    for model in (Stay, Unavailability):
        rows = model.objects.filter(later, unit_id__in=units).values_list("unit_id", "period")
        for pk, period in rows:
            busy[pk].append((period.lower or date.min, period.upper))
    free: dict[int, date | None] = {}
    for pk, unit in units.items():
        day: date | None = max(on, unit.in_use.lower or on)
        for start, stop in sorted(busy[pk], key=lambda period: period[0]):
            if start > day:
                break
            if stop is None:
                day = None
                break
            day = max(day, stop)
        if day is not None and unit.in_use.upper and day >= unit.in_use.upper:
            day = None
        free[pk] = day
    return free
