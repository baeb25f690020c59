"""What a placement needs to know: cost, free places, vedtak (needs T1, T3, T4, T5, T7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet

from casework.models import HousingNeed, Person
from housing.models import Unit
from stays.availability import unoccupied
from stays.temporary.chains import chains_with_cost


def costs(on: date, person_ids: Collection[int]) -> dict[int, int | None]:
    """Kroner so far for each person's present chain; None when no price is known (need T7)."""
    if not person_ids:
        return {}
    return {pk: cost for pk, (_chain, cost) in chains_with_cost(on, person_ids).items()}


def free_places(on: date) -> QuerySet[Unit]:
    """Temporary places in use on the day, with nobody there now or later."""
    return unoccupied(Unit.objects.temporary(), DateRange(on, None))


def unwanted(person: Person, units: QuerySet[Unit]) -> set[int]:
    """Ids of the places in an area or milieu the person should avoid, by their newest housing need
    (boligbehov)."""
    need = HousingNeed.objects.filter(application__person=person).first()
    if need is None:
        return set()
    avoided = Q(property__area__in=need.avoid_areas.all()) | Q(
        property__in=need.avoid_properties.all()
    )
    return set(units.filter(avoided).order_by().values_list("pk", flat=True))
