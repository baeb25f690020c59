"""How long somebody may live in a house: `Property.max_stay_months`, from their first night there
without a break. Nobody has to move out on the day; it is warned of, and flagged."""

from __future__ import annotations

from datetime import date

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from casework.models import Person
from common.calendar import add_months
from common.formatting import months_nb, nbdate
from housing.models import Unit

from .models import Stay


def longest_until(person: Person, unit: Unit, starts_on: date) -> date | None:
    """The day by which the person should have moved on, when they live in the unit from the day;
    None where the house sets no limit. Moving between rooms of the house does not begin anew."""
    months = unit.property.max_stay_months
    if months is None:
        return None
    since = starts_on
    earlier = Stay.objects.filter(person=person, unit__property=unit.property_id)
    for stay in earlier.order_by(Lower("period").desc(), "-pk"):
        if stay.period.lower < since and (stay.period.upper or date.max) >= since:
            since = stay.period.lower
    return add_months(since, months)


def longest_nb(person: Person, unit: Unit, starts_on: date) -> str:
    """What the house allows, told before a stay is agreed; "" where it sets no limit."""
    limit = longest_until(person, unit, starts_on)
    if limit is None:
        return ""
    return _(
        "Lengste opphold i %(house)s er %(months)s. Personen bør være videre innen %(day)s."
    ) % {
        "house": unit.property,
        "months": months_nb(unit.property.max_stay_months),
        "day": nbdate(limit),
    }


def too_long(person: Person, unit: Unit | None, starts_on: date, until: date | None) -> str:
    """A warning when the stay would be longer than the house allows, or ""; `until` is None while
    its end is not known, and `date.max` for a lease without one."""
    limit = longest_until(person, unit, starts_on) if unit and until else None
    return "" if limit is None or until <= limit else longest_nb(person, unit, starts_on)
