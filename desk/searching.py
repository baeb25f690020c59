"""Search in persons, cases and dwellings the user may see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from casework.models import Application, Person
from common import phones
from common.sorting import norwegian_key
from housing.models import Unit

from . import perms

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 20
FEWEST = 2  # letters; fewer match too many, and use no index
MOST_SORTED = 500  # matches that are sorted; with more the user should write more
CASE = re.compile(r"^(\d{4})\s*[/-]\s*(\d{1,6})$")


@dataclass(slots=True)
class Results:
    """The matches by kind. `exact` is the one match of a whole number."""

    persons: list[Person] = field(default_factory=list)
    cases: list[Application] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    exact: Any = None

    @property
    def number(self) -> int:
        return len(self.persons) + len(self.cases) + len(self.units)


def search(text: str, user: User) -> Results:
    """Persons by name (in any order), number or phone, cases by number, dwellings by address."""
    text = " ".join(text.split())[:200]
    results = Results()
    sees_persons = perms.can_see_persons(user)
    if match := CASE.match(text):
        if sees_persons:
            number = f"{match[1]}/{int(match[2]):04d}"
            cases = Application.objects.visible_to(user).filter(case_number=number)
            results.cases = list(cases.select_related("person"))
            results.exact = results.cases[0] if results.cases else None
        return results
    digits = text.replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) in (11, 12):
        if sees_persons:
            results.persons = list(Person.objects.visible_to(user).matching(digits)[:2])
            results.exact = results.persons[0] if len(results.persons) == 1 else None
        return results
    if len(text) < FEWEST:
        return results
    if sees_persons and (number := phones.read(text)):
        reached = Q(phone=number) | Q(representatives__phone=number)
        found = Person.objects.visible_to(user).filter(reached, merged_into=None).distinct()
        results.persons = _in_order(found)
        return results
    if sees_persons:
        named = Person.objects.visible_to(user).matching(text)
        results.persons = _in_order(named.only("first_name", "last_name", "birth_date"))
    if perms.can_see_units(user):
        units = Unit.objects.select_related("property__area").only(
            "name", "type", "property__name", "property__area__name"
        )
        if norwegian_key(text):
            results.units = _in_order(units.named(text))
    return results


def _in_order(matches) -> list[Any]:
    """The first matches by name. Sorted here: in a sorted query PostgreSQL may read the whole
    table by name instead of using the trigram index."""
    names = list(matches.values_list("sort_name", "pk").order_by()[:MOST_SORTED])
    keys = [pk for _name, pk in sorted(names)[:SHOWN]]
    rows = matches.in_bulk(keys)
    return [rows[pk] for pk in keys if pk in rows]
