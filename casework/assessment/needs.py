"""Derives the housing need (boligbehov) from household, assessment and wish (need C11).

The derived values help the caseworker, who decides; the screen calls them «Beregnet». Each rule
can be explained in one sentence beside its value:

- **Bedrooms** (need C2). One for the main person and a partner together, one for every other
  adult, one for every child who lives there all or half of the time. Visiting children (samvær)
  share one bedroom. At least one.
- **Staffing** (need C8: staffing follows a support need that changes, and never excludes anyone).
  A need for much help suggests the staffing the municipality has set for the dimension; a need to
  reach help at night suggests staff at night. Only a suggestion.
- **Types** that fit: ordinary dwellings; if staffing is suggested, also dwellings with staff; for
  young people who live alone, also shared housing (bofellesskap). Rules only add types.
- **Wheelchair, stairs, floor, pets**: as the assessment says. A wheelchair user needs no stairs.
- **Areas and surroundings**: the person's own wish, unchanged (need C10).

A question without an answer gives no derived value, neither yes nor no.
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
from casework.log.enums import OWN_HOUSEHOLD, LivingArrangement, MemberRelation, SupportNeed
from casework.persons.children import is_child_member, is_minor
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
    """Who lives in a household on a date, grouped as the rules need."""

    adults: int = 0  # the main person and a partner
    others: int = 0  # grown children and other adults
    living: list[HouseholdMember] = field(default_factory=list)  # children, all or half the time
    visiting: list[HouseholdMember] = field(default_factory=list)  # visiting children (samvær)
    minors: list[HouseholdMember] = field(default_factory=list)  # head or partner under 18
    unknown_age: int = 0  # of `others`, without a birth date
    head_age: int | None = None

    @property
    def children(self) -> list[HouseholdMember]:
        """All children, also visiting ones: the child's best interests count for each (law.md)."""
        return [*self.living, *self.visiting]

    @property
    def alone(self) -> bool:
        return self.adults + self.others == 1 and not self.children


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """One derived value: a field of `HousingNeed`, the value, its text, and the reason."""

    field: str
    value: Any
    shown: str
    why: str

    @property
    def name(self) -> str:
        return NAMES.get(self.field) or label(self.field)


# Shorter names for a table than the fields' own.
NAMES = {"bedrooms": "Soverom", "staffing": "Bemanning", "types": "Boligtyper"}


def label(name: str) -> str:
    """The name of a field of `HousingNeed` on the screen."""
    return capfirst(str(HousingNeed._meta.get_field(name).verbose_name))


def composition(household: Household, on: date) -> Composition:
    """Who lives in the household on the date (see `casework.persons.children`)."""
    people = Composition()
    members = (
        household.members.filter(period__contains=on)
        .select_related("person")
        .order_by("person__birth_date", "pk")
    )
    for member in members:
        if member.relation in OWN_HOUSEHOLD:
            people.adults += 1
            if member.relation == MemberRelation.SELF:
                people.head_age = member.person.age(on)
            if is_minor(member.person.birth_date, on):
                people.minors.append(member)
        elif not is_child_member(member, on):
            people.others += 1
            people.unknown_age += member.person.birth_date is None
        elif member.living == LivingArrangement.VISITING:
            people.visiting.append(member)
        else:
            people.living.append(member)
    return people


def children(household: Household, on: date) -> list[HouseholdMember]:
    """The children of the household on the date, also visiting ones."""
    return composition(household, on).children


# ------------------------------------------------------------------ derived


def derive(household: Household, assessment: Assessment | None, on: date) -> list[DerivedValue]:
    """The values the rules of this module give, each with its reason. Nothing is saved."""
    people = composition(household, on)
    housing = housing_of(assessment)
    staffing = _staffing(assessment, housing)
    lines = [bedrooms(people), staffing, _types(people, staffing.value, on)]
    return lines + (_dwelling(housing) + _wishes(housing) if housing else [])


def propose(household: Household, assessment: Assessment | None, on: date) -> HousingNeed:
    """An unsaved housing need with the derived values, except the areas."""
    lines = derive(household, assessment, on)
    return HousingNeed(
        assessment=assessment,
        **{line.field: line.value for line in lines if line.field not in AREAS},
    )


def changed(lines: list[DerivedValue], chosen: Mapping[str, Any]) -> list[str]:
    """The fields whose chosen value differs from the derived one."""
    return [
        line.field for line in lines if _comparable(chosen[line.field]) != _comparable(line.value)
    ]


def to_stored(lines: list[DerivedValue]) -> list[dict[str, Any]]:
    """The derived values as JSON for `HousingNeed.derived`."""
    return [asdict(line) for line in lines]


def from_stored(derived: list[dict[str, Any]]) -> list[DerivedValue]:
    """The derived values from `HousingNeed.derived`."""
    return [DerivedValue(**line) for line in derived]


def compare(lines: list[DerivedValue], need: HousingNeed) -> list[dict[str, Any]]:
    """Rows of derived and decided values; fields with no derived value come last."""
    rows = []
    derived = {line.field for line in lines}
    for line in lines:
        value = value_of(need, line.field)
        same = _comparable(value) == _comparable(line.value)
        rows.append({"line": line, "decided": value_text(line.field, value), "same": same})
    alone = _("Ikke beregnet; lagt til av saksbehandler.")
    if not lines:
        alone = _("Det ble ikke lagret hva som ble beregnet.")
    for name in FIELDS:
        value = value_of(need, name)
        if name not in derived and value not in (None, "", [], False):
            line = DerivedValue(name, None, "–", alone)
            rows.append({"line": line, "decided": value_text(name, value), "same": True})
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


def value_of(need: HousingNeed, name: str) -> Any:
    """The value of a field of the housing need; related rows as a list."""
    value = getattr(need, name)
    return list(value.all()) if hasattr(value, "all") else value


def value_text(name: str, value: Any) -> str:
    """The text for a value of a field of the housing need."""
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
    """The usual Norwegian name of a dwelling size: 3 bedrooms are «4-roms»."""
    return "" if bedrooms is None else f"{bedrooms + 1}-roms"


def bedrooms_nb(n: int) -> str:
    """The number of bedrooms in Norwegian, with the usual name of the size."""
    return f"{n}{NBSP}{_('soverom')} ({rooms(n)})"


def housing_of(assessment: Assessment | None) -> HousingAnswer | None:
    """The answers about the dwelling, or None: older assessments did not ask."""
    return getattr(assessment, "housing", None) if assessment else None


# ------------------------------------------------------------------ the rules


def bedrooms(people: Composition) -> DerivedValue:
    """How many bedrooms the household needs, and the sum behind it (see the module)."""
    total = 1 + people.others + len(people.living) + (1 if people.visiting else 0)
    parts = [_("1 til den voksne") if people.adults < 2 else _("1 til to voksne")]
    if people.others:
        parts.append(
            ngettext("%(n)d til en annen voksen", "%(n)d til andre voksne", people.others)
            % {"n": people.others}
        )
    if people.living:
        shared = sum(child.living == LivingArrangement.SHARED for child in people.living)
        part = ngettext("%(n)d til et barn", "%(n)d til barn", len(people.living)) % {
            "n": len(people.living)
        }
        parts.append(f"{part} ({_('delt bosted')})" if shared else part)
    if people.visiting:
        parts.append(_("1 der samværsbarn kan sove"))
    number = min(total, MOST_BEDROOMS)
    why = _("%(parts)s.") % {"parts": ", ".join(parts)}
    return DerivedValue("bedrooms", number, bedrooms_nb(number), why)


def _staffing(assessment: Assessment | None, housing: HousingAnswer | None) -> DerivedValue:
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
    return DerivedValue("staffing", str(most), str(Staffing(most).label), why)


def _types(people: Composition, staffing: str, on: date) -> DerivedValue:
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
    return DerivedValue("types", types, value_text("types", types), " ".join(why))


def _dwelling(housing: HousingAnswer) -> list[DerivedValue]:
    """What the dwelling must be for the person's body and pets; answered questions only."""
    derived = []
    if housing.wheelchair is not None:
        why = _("Bruker rullestol hjemme.") if housing.wheelchair else _("Bruker ikke rullestol.")
        derived.append(("wheelchair", housing.wheelchair, why))
    if housing.wheelchair:
        derived.append(("step_free", True, _("En rullestol må inn uten trapper.")))
    elif housing.no_stairs is not None:
        why = _("Kan ikke bruke trapper.") if housing.no_stairs else _("Kan bruke trapper.")
        derived.append(("step_free", housing.no_stairs, why))
    if housing.max_floor is not None and not (housing.wheelchair or housing.no_stairs):
        why = _("Kan gå trapper opp til %(floor)s. etasje.") % {"floor": housing.max_floor}
        derived.append(("max_floor", housing.max_floor, why))
    if housing.pets is not None:
        why = _("Har dyr som skal med.") if housing.pets else _("Har ikke dyr.")
        derived.append(("pets", housing.pets, why))
    return [DerivedValue(name, value, value_text(name, value), why) for name, value, why in derived]


def _wishes(housing: HousingAnswer) -> list[DerivedValue]:
    derived = []
    for name in AREAS:
        areas = list(getattr(housing, name).all())
        if areas:
            why = _("Ønsket av personen.")
            if name == "avoid_areas":
                why = housing.avoid_reason or _(
                    "Personen vil unngå det, og trenger ikke si hvorfor."
                )
            keys = [area.pk for area in areas]
            derived.append(DerivedValue(name, keys, value_text(name, areas), why))
    derived += [
        DerivedValue(name, True, _("Ja"), _("Ønsket av personen."))
        for name in SURROUNDINGS
        if getattr(housing, name)
    ]
    return derived


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple | set):
        return {getattr(item, "pk", item) for item in value}
    return value
