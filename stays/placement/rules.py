"""Looking for a place for the night, and staying on in one (needs T1, T3, T4, T5, T7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.log.enums import ApplicationKind, ApplicationState
from casework.models import Application, HousingNeed, Person, Vedtak
from common.calendar import add_months
from housing.models import Unit
from stays.actions import children_in_household
from stays.enums import UnsuitedFor
from stays.models import Stay
from stays.temporary.chains import chains_with_cost

ADULT = 18


def costs(on: date, person_ids: Collection[int]) -> dict[int, int | None]:
    """Kroner so far of each person's present chain; None where no price is known (need T7)."""
    if not person_ids:
        return {}
    return {pk: cost for pk, (_chain, cost) in chains_with_cost(on, person_ids).items()}


def free_places(on: date) -> QuerySet[Unit]:
    """Temporary places nobody is in or is to come to, in use on the day."""
    taken = Stay.objects.filter(unit=OuterRef("pk"), period__overlap=DateRange(on, None))
    return (
        Unit.objects.available(on)
        .temporary()
        .filter(~Exists(taken))
        .select_related("property__provider")
        .order_by("sort_name", "pk")
    )


def children_along(person: Person, on: date) -> int:
    """Children who would sleep there too: those of the household, or as many as were told of when
    a place for the night was asked for last. Their names seldom come by phone."""
    asked = Application.objects.filter(person=person, kind=ApplicationKind.TEMPORARY)
    told = (
        asked.exclude(state=ApplicationState.WITHDRAWN)
        .order_by("-received_at", "-pk")
        .values_list("children_tonight", flat=True)
        .first()
    )
    return max(children_in_household(person, on), told or 0)


def unsuited_for(person: Person, unit: Unit, on: date, young_under: int) -> str:
    """For whom in the household the place is unsuited; "" when for nobody (need T5)."""
    born = person.birth_date
    child = born is not None and born > add_months(on, -12 * ADULT)
    if not unit.suits_children and (child or children_along(person, on)):
        return UnsuitedFor.CHILDREN
    young = born is not None and born > add_months(on, -12 * young_under)
    if not unit.suits_young and young:
        return UnsuitedFor.YOUNG
    return ""


def unwanted(person: Person, units: QuerySet[Unit]) -> set[int]:
    """Of these places, those in an area or a milieu the person is to avoid, by their newest
    boligbehov."""
    need = HousingNeed.objects.filter(application__person=person).first()
    if need is None:
        return set()
    avoided = Q(property__area__in=need.avoid_areas.all()) | Q(
        property__in=need.avoid_properties.all()
    )
    return set(units.filter(avoided).order_by().values_list("pk", flat=True))


def vedtak_for(person: Person) -> QuerySet[Vedtak]:
    """Vedtak that give the person a temporary place (sosialtjenesteloven § 27), newest first."""
    return (
        Vedtak.objects.granted()
        .filter(application__person=person, outcomes__basis__code="sosialtjenesteloven_27")
        .select_related("application")
        .distinct()
        .order_by("-issued_on", "-pk")
    )
