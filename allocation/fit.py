"""Whether a dwelling fits a person, and why not (needs A4, A5).

Each rule is written once, for arrays: people are rows, dwellings are columns. The joint matching
uses the whole matrix, the meeting's sentences a matrix of one pair, so they cannot disagree. A
`must` blocks, unless the chair sets it aside with a reason; a `wish` counts if it was asked for.
Source: rules-and-scenarios.md, «Fit between a person and a unit».

Where the specification leaves a choice:
- `type`: a need without types accepts any lasting home.
- `step_free`: a dwelling usable with a wheelchair also has no stairs.
- `household_capacity`: not checked when the dwelling's capacity is not known; children who only
  visit need bedrooms, but do not count. A dwelling not suited for children takes no children.
- `age_range`: an unknown age is outside every range.
- `available_from`: free on the date, or on the later day from which the person can move or the
  home is given.
- `allocated_by_other`: another organisation unit allocates the dwelling than the one that asks,
  by default the application's unit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OrganisationUnit
from casework.log.enums import LivingArrangement
from casework.models import Application
from casework.persons.children import child_params, is_child
from common.formatting import kroner, nbdate
from common.sql import enum_params
from housing.enums import LASTING_TYPES, STAFFING_ORDER, Staffing, UnitType
from housing.models import Unit
from stays.availability import first_free

from . import vacancy

MUST, WISH = "must", "wish"
MOST_EXTRA_BEDROOMS = 2
NOBODY, NOWHERE, UNKNOWN = 0, 0, -1
NEVER = date.max.toordinal()
KINDS = tuple(UnitType)
TYPES = {kind: index for index, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """What one application needs: the current housing need, and facts of the household.

    `rent_max` is in kroner a month; areas and properties are ids.
    """

    application_id: int = 0
    person_id: int = 0
    unit_id: int = 0  # the organisation unit responsible for the application
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
    """A dwelling on the date. `rent` is in kroner a month, ages in years, both included."""

    unit_id: int = 0
    property_id: int = NOWHERE
    area_id: int = NOWHERE
    type: str = UnitType.MUNICIPAL
    bedrooms: int | None = 1
    floor: int | None = 1
    lift: bool | None = False  # None: not known, which meets no requirement
    step_free: bool | None = False
    wheelchair: bool | None = False
    staffing: str = Staffing.NONE
    min_age: int | None = None
    max_age: int | None = None
    capacity: int | None = None
    suits_children: bool | None = True
    accepts_pets: bool | None = True
    own_entrance: bool | None = False
    near_transport: bool | None = False
    quiet: bool | None = False
    drug_free: bool | None = False
    rent: int | None = None
    free_from: date | None = None  # None: not known when
    given_from: date | None = None  # a later day from which it is given
    reserved_for: int = NOBODY  # the application it is held for
    allocated_by: int = NOBODY  # the organisation unit


YES_OR_NO = (
    "lift",
    "step_free",
    "wheelchair",
    "suits_children",
    "accepts_pets",
    "own_entrance",
    "near_transport",
    "quiet",
    "drug_free",
)
OF_UNIT = (  # copied from the unit
    *YES_OR_NO,
    *("type", "bedrooms", "floor", "staffing", "min_age", "max_age", "capacity", "rent"),
)


# ------------------------------------------------------------------ columns


class Columns:
    """Named arrays of people, as a column, or of dwellings, as a row; and sets, as (row, value)."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self.count = shape[0] * shape[1]
        self._sets: dict[str, np.ndarray] = {}

    def put(self, name: str, values: Sequence[Any], dtype: Any) -> None:
        setattr(self, name, np.array(values, dtype=dtype).reshape(self._shape))

    def put_set(self, name: str, pairs: Sequence[tuple[int, int]]) -> None:
        self._sets[name] = np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def has_any(self, name: str) -> np.ndarray:
        """The rows whose set is not empty, as a mask."""
        mask = np.zeros((self.count, 1), dtype=bool)
        mask[self._sets[name][:, 0]] = True
        return mask

    def holds(self, name: str, values: np.ndarray) -> np.ndarray:
        """Whether the set of each row holds each value of the other side, as a mask."""
        rows, members = self._sets[name].T
        mask = np.zeros((self.count, values.shape[1]), dtype=bool)
        for col, value in enumerate(values[0]):
            mask[rows[members == value], col] = True
        return mask


NEEDS = ("step_free", "wheelchair", "pets", "own_entrance", "near_transport", "quiet", "drug_free")
TYPE_SETS = ("types", "types_preferred")
SETS = (*TYPE_SETS, "avoid_areas", "areas", "avoid_properties")
NOT_COLUMNS = (*SETS, "has_need", "person_id")


def people_columns(seekers: Sequence[Seeker], on: date) -> Columns:
    """The columns of these seekers. A dwelling is needed from `on` at the earliest."""
    names = [field.name for field in fields(Seeker) if field.name not in NOT_COLUMNS]
    sets = {
        name: [(row, value) for row, s in enumerate(seekers) for value in getattr(s, name)]
        for name in SETS
    }
    for name in TYPE_SETS:
        sets[name] = [(row, TYPES[code]) for row, code in sets[name]]
    return _people({name: [getattr(s, name) for s in seekers] for name in names}, sets, on)


def _people(
    values: Mapping[str, Sequence[Any]], sets: Mapping[str, Sequence[tuple[int, int]]], on: date
) -> Columns:
    p = Columns((len(values["application_id"]), 1))
    p.put("application", values["application_id"], np.int64)
    p.put("unit", values["unit_id"], np.int64)
    p.put("age", [UNKNOWN if age is None else age for age in values["age"]], np.int16)
    for name in ("household_size", "children", "bedrooms"):
        p.put(name, values[name], np.int16)
    for name in NEEDS:
        p.put(name, values[name], bool)
    p.put("max_floor", [99 if floor is None else floor for floor in values["max_floor"]], np.int16)
    p.put("staffing", [STAFFING_ORDER[code] for code in values["staffing"]], np.int8)
    p.put("has_rent_max", [rent is not None for rent in values["rent_max"]], bool)
    p.put("rent_max", [rent or 0 for rent in values["rent_max"]], np.int64)
    today = on.toordinal()
    days = [max(day.toordinal(), today) if day else today for day in values["move_from"]]
    p.put("needed_on", days, np.int64)
    for name, pairs in sets.items():
        p.put_set(name, pairs)
    return p


def unit_columns(dwellings: Sequence[Dwelling]) -> Columns:
    u = Columns((1, len(dwellings)))
    u.put("type", [TYPES[d.type] for d in dwellings], np.int64)
    u.put("lasting", [d.type in LASTING_TYPES for d in dwellings], bool)
    for name in ("unit_id", "property_id", "area_id", "reserved_for", "allocated_by"):
        u.put(name, [getattr(d, name) for d in dwellings], np.int64)
    # A value that is not known meets no requirement.
    u.put("bedrooms", [-1 if d.bedrooms is None else d.bedrooms for d in dwellings], np.int16)
    u.put("floor", [99 if d.floor is None else d.floor for d in dwellings], np.int16)
    for name in YES_OR_NO:
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
    given = [d.given_from.toordinal() if d.given_from else 0 for d in dwellings]
    u.put("given_from", given, np.int64)
    return u


# ------------------------------------------------------------------ the rules


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer of one rule for one pair; `kind` is MUST or WISH."""

    code: str
    kind: str
    ok: bool
    sentence: str
    asked: bool  # False: the person has no such need or wish


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`ok` and `asked` answer for every pair; `says` makes the sentence for one pair."""

    code: str
    kind: str
    ok: Callable[[Columns, Columns], np.ndarray]
    says: Callable[[Seeker, Dwelling, bool], str]
    asked: Callable[[Columns, Columns], np.ndarray] = lambda p, u: np.array([[True]])

    def mask(self, p: Columns, u: Columns) -> np.ndarray:
        """True where a must holds, or where a wish was asked for and is met."""
        mask = self.ok(p, u)
        if self.kind == WISH:
            mask = mask & self.asked(p, u)
        return np.broadcast_to(mask, (p.count, u.count))

    def check(self, p: Columns, u: Columns, seeker: Seeker, dwelling: Dwelling) -> Verdict:
        """The verdict on one pair; `p` and `u` are its columns."""
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
    if s.wheelchair and not ok and d.wheelchair is None:
        return _("Det er ikke avklart om boligen kan brukes med rullestol.")
    if s.wheelchair:
        return _("Kan brukes med rullestol.") if ok else _("Kan ikke brukes med rullestol.")
    if not ok and None in (d.step_free, d.wheelchair) and d.step_free is not False:
        return _("Det er ikke avklart om boligen har trapper.")
    return _("Uten trapper.") if ok else _("Har trapper, og personen kan ikke gå i trapper.")


def _floor_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.floor is None:
        return _("Etasjen er ikke avklart.")
    if d.lift is None:
        lift = _("(heis er ikke avklart)")
    else:
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
    if s.children and d.suits_children is None:
        return _("Det er ikke avklart om boligen er egnet for barn, og det er barn i husstanden.")
    if s.children and not d.suits_children:
        return _("Boligen er ikke egnet for barn, og det er barn i husstanden.")
    if d.capacity is None:
        return _("Det er ikke avklart hvor mange det er plass til.")
    return _("Plass til %(room)d, husstanden er %(size)d.") % {
        "room": d.capacity,
        "size": s.household_size,
    }


def _free_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.free_from is None:
        return _("Det er ikke avklart når boligen blir ledig.")
    return _("Ledig fra %(day)s.") % {"day": nbdate(d.free_from)}


def _rent_says(s: Seeker, d: Dwelling, ok: bool) -> str:
    if d.rent is None:
        return _("Husleien er ikke avklart, personen kan betale %(max)s.") % {
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


def _known(name: str, *, yes: Callable[[], str], no: Callable[[], str]) -> Callable[..., str]:
    """Like `_either`, of a fact of the home that may be unknown."""

    def says(s: Seeker, d: Dwelling, ok: bool) -> str:
        if getattr(d, name) is None:
            label = Unit._meta.get_field(name).verbose_name
            return _("%(what)s: ikke avklart.") % {"what": capfirst(label)}
        return yes() if ok else no()

    return says


def _type_label(code: str) -> str:
    return str(UnitType(code).label)


RULES: tuple[Rule, ...] = (
    Rule(
        code="type",
        kind=MUST,
        ok=lambda p, u: p.holds("types", u.type) | (~p.has_any("types") & u.lasting),
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
        ok=lambda p, u: u.free_from <= np.maximum(p.needed_on, u.given_from),
        says=_free_says,
    ),
    Rule(
        code="accepts_pets",
        kind=MUST,
        ok=lambda p, u: ~p.pets | u.accepts_pets,
        asked=lambda p, u: p.pets,
        says=_known(
            "accepts_pets",
            yes=lambda: _("Dyr er tillatt."),
            no=lambda: _("Dyr er ikke tillatt, og personen har dyr."),
        ),
    ),
    Rule(
        code="area_to_avoid",
        kind=MUST,
        ok=lambda p, u: ~p.holds("avoid_areas", u.area_id),
        asked=lambda p, u: p.has_any("avoid_areas"),
        says=_either(
            lambda: _("Ikke i et område personen vil unngå."),
            lambda: _("I et område personen vil unngå."),
        ),
    ),
    Rule(
        code="milieu_to_avoid",
        kind=MUST,
        ok=lambda p, u: ~p.holds("avoid_properties", u.property_id),
        asked=lambda p, u: p.has_any("avoid_properties"),
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
        ok=lambda p, u: p.holds("areas", u.area_id),
        asked=lambda p, u: p.has_any("areas"),
        says=_either(
            lambda: _("I et område personen ønsker."),
            lambda: _("Ikke i et område personen ønsker."),
        ),
    ),
    Rule(
        code="type_preferred",
        kind=WISH,
        ok=lambda p, u: p.holds("types_preferred", u.type),
        asked=lambda p, u: p.has_any("types_preferred"),
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
        says=_known(
            "own_entrance",
            yes=lambda: _("Egen inngang."),
            no=lambda: _("Ikke egen inngang."),
        ),
    ),
    Rule(
        code="near_transport",
        kind=WISH,
        ok=lambda p, u: u.near_transport,
        asked=lambda p, u: p.near_transport,
        says=_known(
            "near_transport",
            yes=lambda: _("Nær buss eller bane."),
            no=lambda: _("Ikke nær buss eller bane."),
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
        says=_known("quiet", yes=lambda: _("Rolig."), no=lambda: _("Ikke et rolig sted.")),
    ),
    Rule(
        code="drug_free_surroundings",
        kind=WISH,
        ok=lambda p, u: u.drug_free,
        asked=lambda p, u: p.drug_free,
        says=_known(
            "drug_free",
            yes=lambda: _("Rusfritt miljø."),
            no=lambda: _("Ikke et rusfritt miljø."),
        ),
    ),
)
MUSTS = tuple(rule for rule in RULES if rule.kind == MUST)
WISHES = tuple(rule for rule in RULES if rule.kind == WISH)


# ------------------------------------------------------------------ answers


@dataclass(frozen=True, slots=True)
class Fit:
    """The verdicts on one pair."""

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
    def blocking(self) -> list[str]:
        return [v.sentence for v in self.verdicts if v.kind == MUST and not v.ok]

    def as_json(self) -> list[dict[str, Any]]:
        """For `Consideration.fit`, which freezes the verdicts of a decision (need A12)."""
        return [
            {"code": v.code, "kind": v.kind, "ok": v.ok, "sentence": v.sentence}
            for v in self.verdicts
            if v.asked or not v.ok
        ]


def judge(seeker: Seeker, dwelling: Dwelling, on: date) -> Fit:
    """Every rule for one pair, with sentences."""
    p, u = people_columns([seeker], on), unit_columns([dwelling])
    return Fit(tuple(rule.check(p, u, seeker, dwelling) for rule in RULES))


def fits(
    application: Application,
    unit: Unit,
    on: date,
    *,
    asking: OrganisationUnit | None = None,
) -> Fit:
    """Whether the unit fits the application's need on the date, for the unit that asks."""
    (seeker,) = seekers([application.pk], on, asking=asking)
    (dwelling,) = dwellings([unit.pk], on)
    return judge(seeker, dwelling, on)


@dataclass(frozen=True, slots=True)
class FitMatrix:
    """People (rows) by dwellings (columns): `ok` where every must holds, `wishes` how many wishes
    are met, `by_code` the mask of each rule."""

    applications: Sequence[int]
    dwellings: list[Dwelling]
    ok: np.ndarray
    wishes: np.ndarray
    by_code: dict[str, np.ndarray] = field(default_factory=dict)


def matrix(people: Columns | Sequence[Seeker], dwellings: list[Dwelling], on: date) -> FitMatrix:
    """Every rule for every pair."""
    p = people if isinstance(people, Columns) else people_columns(people, on)
    u = unit_columns(dwellings)
    shape = (p.count, u.count)
    masks = {rule.code: rule.mask(p, u) for rule in RULES}
    ok = np.ones(shape, dtype=bool)
    wishes = np.zeros(shape, dtype=np.int16)
    for rule in MUSTS:
        ok &= masks[rule.code]
    for rule in WISHES:
        wishes += masks[rule.code]
    return FitMatrix(p.application[:, 0].tolist(), dwellings, ok, wishes, masks)


# ------------------------------------------------------------------ reading

# What each application needs, in the order of the ids. Without a housing need: one bedroom.
READ = f"""
WITH asked AS (
    SELECT asked.row, a.id, a.person_id, a.household_id, a.unit_id
    FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS asked(id, row)
    JOIN casework_application a ON a.id = asked.id
),
need AS (
    SELECT DISTINCT ON (n.application_id) n.* FROM asked
    JOIN casework_housingneed n ON n.application_id = asked.id
    ORDER BY n.application_id, n.decided_at DESC, n.id DESC
),
home AS (
    SELECT m.household_id,
           count(*) FILTER (WHERE m.living <> %(LivingArrangement.VISITING)s)::int AS size,
           count(*) FILTER (WHERE {is_child("c", "m", born=False)})::int AS children
    FROM casework_householdmember m JOIN casework_person c ON c.id = m.person_id
    WHERE m.household_id IN (SELECT household_id FROM asked) AND m.period @> %(on)s::date
    GROUP BY m.household_id
)
SELECT n.id AS need, asked.id AS application_id, asked.person_id,
       coalesce(%(asking)s, asked.unit_id) AS unit_id,
       CASE WHEN p.birth_date <= %(on)s::date
            THEN extract(year FROM age(%(on)s::timestamp, p.birth_date))::int END AS age,
       coalesce(nullif(home.size, 0), 1) AS household_size,
       coalesce(home.children, 0) AS children,
       array_to_string(n.types, ' ') AS types,
       array_to_string(n.types_preferred, ' ') AS types_preferred,
       coalesce(n.bedrooms, 1) AS bedrooms, coalesce(n.step_free, false) AS step_free,
       coalesce(n.wheelchair, false) AS wheelchair, n.max_floor,
       coalesce(n.staffing, %(Staffing.NONE)s) AS staffing, coalesce(n.pets, false) AS pets,
       coalesce(n.own_entrance, false) AS own_entrance,
       coalesce(n.near_transport, false) AS near_transport, coalesce(n.quiet, false) AS quiet,
       coalesce(n.drug_free, false) AS drug_free, n.rent_max, n.available_from AS move_from
FROM asked
JOIN casework_person p ON p.id = asked.person_id
LEFT JOIN need n ON n.application_id = asked.id
LEFT JOIN home ON home.household_id = asked.household_id
ORDER BY asked.row"""
# The sets of these needs, as (row, value).
READ_SETS = """
WITH need AS (
    SELECT * FROM unnest(%(needs)s::bigint[]) WITH ORDINALITY AS need(id, row) WHERE id > 0
)
SELECT 'avoid_areas', row - 1, area_id FROM need
JOIN casework_housingneed_avoid_areas ON housingneed_id = need.id
UNION ALL SELECT 'areas', row - 1, area_id FROM need
JOIN casework_housingneed_areas ON housingneed_id = need.id
UNION ALL SELECT 'avoid_properties', row - 1, property_id FROM need
JOIN casework_housingneed_avoid_properties ON housingneed_id = need.id"""


def _read(
    application_ids: Collection[int], on: date, asking: OrganisationUnit | None
) -> tuple[dict[str, Sequence[Any]], dict[str, list[tuple[int, int]]]]:
    """What the applications need: columns, and sets as (row, value). Two queries."""
    ids = _array(application_ids)
    with connection.cursor() as cursor:
        params = {
            **enum_params(LivingArrangement, Staffing),
            **child_params(on),
            "ids": ids,
            "on": on,
            "asking": asking.pk if asking else None,
        }
        cursor.execute(READ, params)
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
        columns = dict(
            zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)
        )
        sets: dict[str, list[tuple[int, int]]] = {
            name: [
                (row, TYPES[code])
                for row, codes in enumerate(columns[name])
                if codes
                for code in codes.split()
            ]
            for name in TYPE_SETS
        } | {name: [] for name in SETS if name not in TYPE_SETS}
        cursor.execute(READ_SETS, {"needs": _array(need or 0 for need in columns["need"])})
        for name, row, value in cursor.fetchall():
            sets[name].append((row, value))
    return columns, sets


def _array(ids: Iterable[int]) -> str:
    """An array as PostgreSQL text, which is faster than ten thousand parameters."""
    return f"{{{','.join(map(str, ids))}}}"


def people(
    application_ids: Collection[int], on: date, *, asking: OrganisationUnit | None = None
) -> Columns:
    """The columns of many applications, without a `Seeker` for each. Two queries."""
    values, sets = _read(application_ids, on, asking)
    return _people(values, sets, on)


def seekers(
    application_ids: Collection[int],
    on: date,
    *,
    asking: OrganisationUnit | None = None,
) -> list[Seeker]:
    """What each application needs on the date, in the order given. Two queries."""
    columns, pairs = _read(application_ids, on, asking)
    sets: dict[str, dict[int, set]] = {name: {} for name in SETS}
    for name, members in pairs.items():
        for row, value in members:
            value = KINDS[value] if name in TYPE_SETS else value
            sets[name].setdefault(row, set()).add(value)
    names = [f.name for f in fields(Seeker) if f.name in columns and f.name not in SETS]
    return [
        Seeker(
            **{name: columns[name][row] for name in names},
            **{name: frozenset(sets[name].get(row, ())) for name in SETS},
            has_need=need is not None,
        )
        for row, need in enumerate(columns["need"])
    ]


def dwellings(unit_ids: Collection[int], on: date, *, when_free: bool = False) -> list[Dwelling]:
    """Each unit on the date, in the order given. `when_free`: the homes are given from the day
    they are free, as a meeting does, so that nobody is refused one for being free later. Seven
    queries."""
    ids = list(unit_ids)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=ids).select_related("property")}
    free = first_free(ids, on)
    held = vacancy.reserved_for(ids, on)
    return [
        Dwelling(
            unit_id=pk,
            property_id=unit.property_id,
            area_id=unit.property.area_id or NOWHERE,
            free_from=free.get(pk),
            given_from=free.get(pk) if when_free else None,
            reserved_for=held.get(pk, NOBODY),
            allocated_by=unit.allocated_by_id or NOBODY,
            **{name: getattr(unit, name) for name in OF_UNIT},
        )
        for pk, unit in ((pk, units[pk]) for pk in ids)
    ]
