"""Boligbehov derived from the household, the kartlegging and the person's own wish (need C11).

What is derived is a help to the caseworker, shown as «Beregnet»; people decide. The rules are few,
so that each can be said in one sentence beside the value it gives:

- **Bedrooms** (need C2: size and children drive the bedroom need). One for the hovedperson and a
  partner together, one for every other adult, one for every child who lives there, fast or delt.
  Children who come for samvær need a place to sleep: one bedroom they share. Never under one.
- **Staffing** (need C8: botemanning follows a support need that changes, and is never a gate).
  Much help in a dimension that the municipality says points to staff suggests it; who must be
  able to reach somebody at night, suggests staff at night. A suggestion and nothing more.
- **Types** that fit: ordinary dwellings; with staff also those where staff are; and for the young
  who live alone also a bofellesskap. Rules widen what fits, and never narrow it.
- **Wheelchair, stairs, floor, pets**: as the kartlegging says. A wheelchair needs no stairs.
- **Areas and surroundings** are the person's own wish, taken over as it is said (need C10).

What nobody has answered is not derived, neither as yes nor as no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import settings_table
from casework.log.enums import (
    OWN_HOUSEHOLD,
    LivingArrangement,
    MemberRelation,
    SupportNeed,
)
from casework.persons.children import ADULT_AGE
from common.formatting import NBSP
from housing.enums import STAFFING_ORDER, Staffing, UnitType

from .models import Assessment, HousingAnswer, HousingNeed

if TYPE_CHECKING:
    from casework.persons.models import Household, HouseholdMember

MOST_BEDROOMS = 9
ORDINARY = [UnitType.MUNICIPAL, UnitType.COOPERATIVE, UnitType.REFERRAL]
WITH_STAFF = [UnitType.CARE, UnitType.SHARED, UnitType.STAFFED]
SURROUNDINGS = ("own_entrance", "near_transport", "quiet", "drug_free")
AREAS = ("areas", "avoid_areas")


@dataclass
class Composition:
    """Who lives in a household on a date, as the rules need it."""

    adults: int = 0  # hovedperson and partner
    others: int = 0  # grown children and other adults
    living: list[HouseholdMember] = field(default_factory=list)  # children, fast or delt
    visiting: list[HouseholdMember] = field(default_factory=list)  # children for samvær
    head_age: int | None = None

    @property
    def children(self) -> list[HouseholdMember]:
        """Every child, samværsbarn included: barnets beste is owed to each (law.md)."""
        return [*self.living, *self.visiting]

    @property
    def alone(self) -> bool:
        return self.adults + self.others == 1 and not self.children


@dataclass(frozen=True, slots=True)
class Line:
    """One thing derived: the field of `HousingNeed`, its value, in words, and why."""

    field: str
    value: Any
    shown: str
    why: str

    @property
    def name(self) -> str:
        return NAMES.get(self.field) or label(self.field)


# Where the name of the field is longer than a table needs.
NAMES = {"bedrooms": "Soverom", "staffing": "Bemanning", "types": "Boligtyper"}


def label(name: str) -> str:
    return capfirst(str(HousingNeed._meta.get_field(name).verbose_name))


def composition(household: Household, on: date) -> Composition:
    """The household on the date. A child whose birth date is not known counts as a child."""
    found = Composition()
    members = (
        household.members.filter(period__contains=on)
        .select_related("person")
        .order_by("person__birth_date", "pk")
    )
    for member in members:
        age = member.person.age(on)
        if member.relation in OWN_HOUSEHOLD:
            found.adults += 1
            if member.relation == MemberRelation.SELF:
                found.head_age = age
        elif member.relation != MemberRelation.CHILD or (age is not None and age >= ADULT_AGE):
            found.others += 1
        elif member.living == LivingArrangement.VISITING:
            found.visiting.append(member)
        else:
            found.living.append(member)
    return found


def children(household: Household, on: date) -> list[HouseholdMember]:
    """Children of the household on the date, samværsbarn included."""
    return composition(household, on).children


# ------------------------------------------------------------------ derived


def derive(household: Household, assessment: Assessment | None, on: date) -> list[Line]:
    """What the rules at the top of this module give, each with why. Nothing is written."""
    people = composition(household, on)
    housing = housing_of(assessment)
    staffing = _staffing(assessment, housing)
    lines = [_bedrooms(people), staffing, _types(people, staffing.value, on)]
    return lines + (_dwelling(housing) + _wishes(housing) if housing else [])


def propose(household: Household, assessment: Assessment | None, on: date) -> HousingNeed:
    """An unsaved boligbehov with what is derived, its areas apart."""
    lines = derive(household, assessment, on)
    return HousingNeed(
        assessment=assessment,
        **{line.field: line.value for line in lines if line.field not in AREAS},
    )


def changed(lines: list[Line], chosen: Mapping[str, Any]) -> list[str]:
    """The fields in which what was chosen differs from what was derived."""
    return [
        line.field for line in lines if _comparable(chosen[line.field]) != _comparable(line.value)
    ]


def frozen(lines: list[Line]) -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]


def thaw(derived: list[dict[str, Any]]) -> list[Line]:
    return [Line(**line) for line in derived]


def beside(lines: list[Line], need: HousingNeed) -> list[dict[str, Any]]:
    """What was derived and what was decided, side by side; a field decided alone comes last."""
    rows = []
    derived = {line.field for line in lines}
    for line in lines:
        value = decided(need, line.field)
        same = _comparable(value) == _comparable(line.value)
        rows.append({"line": line, "decided": shown(line.field, value), "same": same})
    alone = _("Ikke beregnet; lagt til av saksbehandler.")
    if not lines:
        alone = _("Det ble ikke lagret hva som ble beregnet.")
    for name in FIELDS:
        value = decided(need, name)
        if name not in derived and value not in (None, "", [], False):
            line = Line(name, None, "–", alone)
            rows.append({"line": line, "decided": shown(name, value), "same": True})
    return rows


FIELDS = (
    "bedrooms",
    "staffing",
    "types",
    "wheelchair",
    "step_free",
    "max_floor",
    "pets",
    "rent_max",
    "available_from",
    "areas",
    "avoid_areas",
    "avoid_properties",
    "types_preferred",
    *SURROUNDINGS,
)


def decided(need: HousingNeed, name: str) -> Any:
    value = getattr(need, name)
    return list(value.all()) if hasattr(value, "all") else value


def shown(name: str, value: Any) -> str:
    """A value of a field of the boligbehov, in words."""
    if name == "bedrooms":
        return bedrooms_nb(value)
    if name == "staffing":
        return str(Staffing(value).label)
    if name in ("types", "types_preferred"):
        return capfirst(", ".join(str(UnitType(kind).label).lower() for kind in value))
    if isinstance(value, bool):
        return _("Ja") if value else _("Nei")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _("Ingen")
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year}"
    return _("Ikke satt") if value is None else str(value)


def rooms(bedrooms: int | None) -> str:
    """3 bedrooms are «4-roms», as people say it."""
    return "" if bedrooms is None else f"{bedrooms + 1}-roms"


def bedrooms_nb(n: int) -> str:
    return f"{n}{NBSP}{_('soverom')} ({rooms(n)})"


def housing_of(assessment: Assessment | None) -> HousingAnswer | None:
    """What the kartlegging says of the dwelling; older ones were not asked."""
    return getattr(assessment, "housing", None) if assessment else None


# ------------------------------------------------------------------ the rules


def _bedrooms(people: Composition) -> Line:
    total = 1 + people.others + len(people.living) + (1 if people.visiting else 0)
    parts = [_("1 til den voksne") if people.adults < 2 else _("1 til to voksne")]
    if people.others:
        parts.append(
            ngettext("%(n)d til en annen voksen", "%(n)d til andre voksne", people.others)
            % {"n": people.others}
        )
    if people.living:
        shared = sum(each.living == LivingArrangement.SHARED for each in people.living)
        part = ngettext("%(n)d til et barn", "%(n)d til barn", len(people.living)) % {
            "n": len(people.living)
        }
        parts.append(f"{part} ({_('delt bosted')})" if shared else part)
    if people.visiting:
        parts.append(_("1 der samværsbarn kan sove"))
    bedrooms = min(total, MOST_BEDROOMS)
    why = _("%(parts)s.") % {"parts": ", ".join(parts)}
    return Line("bedrooms", bedrooms, bedrooms_nb(bedrooms), why)


def _staffing(assessment: Assessment | None, housing: HousingAnswer | None) -> Line:
    found = [
        (answer.dimension.staffing, answer.dimension.name)
        for answer in (assessment.answers.all() if assessment else ())
        if answer.support_need == SupportNeed.MUCH and answer.dimension.staffing != Staffing.NONE
    ]
    most = max((s for s, _name in found), key=STAFFING_ORDER.__getitem__, default=Staffing.NONE)
    if housing and housing.night_help:
        most = Staffing.NIGHT
        why = _("Må kunne nå noen om natten. Et forslag, ikke et krav.")
    elif found:
        names = f" {_('og')} ".join(f"«{name}»" for staffing, name in found if staffing == most)
        why = _("Mye hjelp i %(areas)s. Et forslag, ikke et krav.") % {"areas": names}
    else:
        why = _("Kartleggingen peker ikke på behov for personale.")
    return Line("staffing", str(most), str(Staffing(most).label), why)


def _types(people: Composition, staffing: str, on: date) -> Line:
    types = [str(kind) for kind in ORDINARY]
    why = [_("Vanlige boliger passer for alle.")]
    if staffing != Staffing.NONE:
        types += [str(kind) for kind in WITH_STAFF]
        why.append(_("Boliger med personale, siden det er foreslått."))
    years = settings_table.value("young_under_age", on)
    young = people.head_age is not None and people.head_age < years
    if young and people.alone and UnitType.SHARED not in types:
        types.append(str(UnitType.SHARED))
        why.append(
            _("Under %(years)s år og alene: et bofellesskap kan også passe.") % {"years": years}
        )
    return Line("types", types, shown("types", types), " ".join(why))


def _dwelling(housing: HousingAnswer) -> list[Line]:
    """What the person's body, and animals, ask of the dwelling; only what has been answered."""
    found = []
    if housing.wheelchair is not None:
        why = _("Bruker rullestol hjemme.") if housing.wheelchair else _("Bruker ikke rullestol.")
        found.append(("wheelchair", housing.wheelchair, why))
    if housing.wheelchair:
        found.append(("step_free", True, _("En rullestol må inn uten trapper.")))
    elif housing.no_stairs is not None:
        why = _("Kan ikke bruke trapper.") if housing.no_stairs else _("Kan bruke trapper.")
        found.append(("step_free", housing.no_stairs, why))
    if housing.max_floor is not None and not (housing.wheelchair or housing.no_stairs):
        why = _("Kan gå trapper opp til %(floor)s. etasje.") % {"floor": housing.max_floor}
        found.append(("max_floor", housing.max_floor, why))
    if housing.pets is not None:
        why = _("Har dyr som skal med.") if housing.pets else _("Har ikke dyr.")
        found.append(("pets", housing.pets, why))
    return [Line(name, value, shown(name, value), why) for name, value, why in found]


def _wishes(housing: HousingAnswer) -> list[Line]:
    found = []
    for name in AREAS:
        areas = list(getattr(housing, name).all())
        if areas:
            why = _("Ønsket av personen.")
            if name == "avoid_areas":
                why = housing.avoid_reason or _(
                    "Personen vil unngå det, og trenger ikke si hvorfor."
                )
            found.append(Line(name, [area.pk for area in areas], shown(name, areas), why))
    found += [
        Line(name, True, _("Ja"), _("Ønsket av personen."))
        for name in SURROUNDINGS
        if getattr(housing, name)
    ]
    return found


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple | set):
        return {getattr(each, "pk", each) for each in value}
    return value
