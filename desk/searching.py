"""Search over persons, cases and dwellings: what the reader may see, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casework.models import Application, Person
from common.sorting import norwegian_key
from housing.models import Unit

from . import perms

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 20
# Fewer letters than this match half the municipality, and no index helps.
FEWEST = 2
# So many matches are put in order; more say only that one should write more.
MOST_SORTED = 500
CASE = re.compile(r"^(\d{4})\s*[/-]\s*(\d{1,6})$")


@dataclass(slots=True)
class Found:
    """What was found, by kind. `exact` is the one thing a whole number names."""

    persons: list[Person] = field(default_factory=list)
    cases: list[Application] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    exact: Any = None

    @property
    def number(self) -> int:
        return len(self.persons) + len(self.cases) + len(self.units)


def search(text: str, user: User) -> Found:
    """Persons by name in any order or whole number, cases by number, dwellings by address."""
    text = " ".join(text.split())[:200]
    found = Found()
    sees_persons = perms.can_see_persons(user)
    if match := CASE.match(text):
        if sees_persons:
            number = f"{match[1]}/{int(match[2]):04d}"
            cases = Application.objects.visible_to(user).filter(case_number=number)
            found.cases = list(cases.select_related("person"))
            found.exact = found.cases[0] if found.cases else None
        return found
    digits = text.replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) in (11, 12):
        if sees_persons:
            found.persons = list(Person.objects.visible_to(user).matching(digits)[:2])
            found.exact = found.persons[0] if len(found.persons) == 1 else None
        return found
    if len(text) < FEWEST:
        return found
    if sees_persons:
        named = Person.objects.visible_to(user).matching(text)
        found.persons = _in_order(named.only("first_name", "last_name", "birth_date"))
    if perms.can_see_units(user):
        units = Unit.objects.select_related("property__area").only(
            "name", "type", "property__name", "property__area__name"
        )
        for part in norwegian_key(text).split():
            units = units.filter(sort_name__contains=part)
        if norwegian_key(text):
            found.units = _in_order(units)
    return found


def _in_order(matches) -> list[Any]:
    """The first by name. The matches are found by the trigram index and sorted after: asked for
    in order at once, PostgreSQL may read the whole list by name to find the few."""
    some = list(matches.values_list("sort_name", "pk").order_by()[:MOST_SORTED])
    keys = [pk for _name, pk in sorted(some)[:SHOWN]]
    rows = matches.in_bulk(keys)
    return [rows[pk] for pk in keys if pk in rows]
