"""The facts of one waiting case on one date, from which its priority is computed.

The fields have the names of the columns of `ranking.FACTS`, which the conditions of `policy` use
in SQL and in Python. A meeting freezes them as JSON (need A12).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from casework.log.enums import ApplicationKind
from common import calendar
from stays.situation import HOMELESS_INSTITUTION_MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One case on the date `on`. None means not known, or nothing of the kind.

    children: household members under 18, also those who only visit (samvær); a child without a
    birth date counts. children_living: without those who visit. temporary_days (nights),
    temporary_since: the current chain (`stays.temporary.chains`), 0 and None without one.
    in_temporary: in a temporary place on the date. with_others, on_street, trial, makeshift (a
    caravan, a boat), has_home (owned or rented): from the stays on the date. no_place: on the
    street, or an open application for a place tonight (§ 27) and no stay. discharge_on: the
    planned day out of the institution, None for a person with a home on that day
    (`stays.homes`). must_leave_by: the earliest of the stays.
    """

    on: date
    application_id: int = 0
    person_id: int = 0
    kind: str = ApplicationKind.NEW
    case_year: int = 0
    case_seq: int = 0
    received_on: date
    issued_on: date
    born: date | None = None
    children: int = 0
    children_living: int = 0
    in_temporary: bool = False
    temporary_days: int = 0
    temporary_since: date | None = None
    with_others: bool = False
    on_street: bool = False
    trial: bool = False
    makeshift: bool = False
    has_home: bool = False
    no_place: bool = False
    discharge_on: date | None = None
    must_leave_by: date | None = None
    unsafe: bool = False
    unsuitable_access: bool = False
    unsuitable_other: bool = False

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    def as_json(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @property
    def age(self) -> int | None:
        return calendar.age(self.born, self.on) if self.born and self.born <= self.on else None

    @property
    def homeless(self) -> bool:
        """Homeless (bostedsløs) by the national definition: without an owned or rented home, and
        in a temporary place or trial apartment (treningsleilighet), with others, on the street or
        in something not meant as a dwelling, or in an institution or prison with at most two
        months left. A person whose situation is not known is not counted. A home today
        does not count for somebody who leaves an institution when it is gone."""
        return self.leaves_soon or self.homeless_now

    @property
    def leaves_soon(self) -> bool:
        """Leaves an institution or prison without a home in at most two months."""
        near = calendar.add_months(self.on, HOMELESS_INSTITUTION_MONTHS)
        return self.discharge_on is not None and self.discharge_on <= near

    @property
    def homeless_now(self) -> bool:
        return not self.has_home and (
            self.in_temporary or self.with_others or self.trial or self.makeshift or self.no_place
        )

    def on_day(self, day: date) -> Facts:
        """The same case on a later day, if only time passes."""
        nights = (day - self.on).days if self.in_temporary else 0
        return replace(self, on=day, temporary_days=self.temporary_days + nights)

    def days_until(self, day: date) -> int:
        return (day - self.on).days
