"""The status of a dwelling on a date, computed and never stored (need H3).

The first that applies: not in use; occupied (a stay); unavailable (repair, cleaning); reserved (an
open or accepted offer, a meeting's choice that is not offered yet or its hold, a reservation, or
somebody who moves in later); vacant. Stays, repairs and use are those of the date, as known then.
Offers, choices and holds are those of now.

Whether a home can be given from a day is another question: `free`, and `free_days`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import (
    BooleanField,
    Case,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Lower, Upper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.models import Application, Person
from common.formatting import nbdate
from common.prepared import DAY, IDS, Prepared
from housing.enums import UnitStatus
from housing.models import Unavailability, Unit
from stays.availability import first_free, unoccupied
from stays.models import Stay

from .models import AgendaItem, Consideration, Offer, Reservation

NO_CASE = -1  # the id of no application and no person


def _chosen() -> QuerySet[Consideration]:
    """The choices of meetings that hold their home: not offered yet, of a case that can be."""
    return Consideration.objects.not_offered().can_be_offered()


def _moves_in_later(on: date) -> Q:
    """Stays that begin after the date, and were known on it."""
    return Q(period__startswith__gt=on, recorded_at__date__lte=on)


def with_status(units: QuerySet[Unit], on: date) -> QuerySet[Unit]:
    """Adds `status`, `status_cause` (of an unavailability), `vacant_since` (None unless vacant
    or reserved), `occupied_by` (a person id) and `reserved_by` (an application id)."""
    of_unit: dict[str, Any] = {"unit": OuterRef("pk")}
    stay = Stay.objects.filter(**of_unit, period__contains=on)
    closed = Unavailability.objects.filter(**of_unit, period__contains=on)
    return units.annotate(
        is_held=Exists(AgendaItem.objects.holding().filter(**of_unit)),
        moves_in=Exists(Stay.objects.filter(**of_unit).filter(_moves_in_later(on))),
        # A constraint allows one at a time, so there is nothing to sort.
        occupied_by=Subquery(stay.order_by().values("person_id")[:1]),
        status_cause=Subquery(closed.order_by().values("cause")[:1]),
        reserved_by=Coalesce(
            Subquery(Offer.objects.reserving().filter(**of_unit).values("application_id")[:1]),
            Subquery(
                _chosen()
                .filter(item__unit=OuterRef("pk"))
                .order_by("-pk")
                .values("application_id")[:1]
            ),
            Subquery(
                Reservation.objects.in_force(on)
                .filter(**of_unit)
                .order_by()
                .values("application_id")[:1]
            ),
        ),
    ).annotate(
        status=Case(
            When(~Q(in_use__contains=on), then=Value(UnitStatus.NOT_IN_USE)),
            When(occupied_by__isnull=False, then=Value(UnitStatus.OCCUPIED)),
            When(status_cause__isnull=False, then=Value(UnitStatus.UNAVAILABLE)),
            When(
                Q(reserved_by__isnull=False) | Q(is_held=True) | Q(moves_in=True),
                then=Value(UnitStatus.RESERVED),
            ),
            default=Value(UnitStatus.VACANT),
        ),
        vacant_since=Case(
            When(
                Q(in_use__contains=on, occupied_by__isnull=True, status_cause__isnull=True),
                then=Greatest(_last_end(Stay, on), _last_end(Unavailability, on), _in_use_from()),
            ),
            default=None,
            output_field=DateField(),
        ),
    )


@dataclass(frozen=True, slots=True)
class StatusOnDate:
    """The status of one dwelling, as in `with_status`; `occupied_by` is a person id."""

    status: UnitStatus
    cause: str
    vacant_since: date | None
    occupied_by: int | None


_statuses = Prepared(
    lambda: with_status(Unit.objects.filter(pk__any_of=IDS).order_by(), DAY).values_list(
        "pk", "status", "status_cause", "vacant_since", "occupied_by"
    )
)


def statuses(unit_ids: Collection[int], on: date) -> dict[int, StatusOnDate]:
    """The status of each of these dwellings, by id. One prepared query."""
    return {
        pk: StatusOnDate(UnitStatus(status), cause or "", since, person)
        for pk, status, cause, since, person in _statuses(on=on, ids=list(unit_ids))
    }


_held = Prepared(
    lambda: (
        Offer.objects.reserving()
        .order_by()
        .values_list("unit_id")
        .union(
            _chosen().order_by().values_list("item__unit_id"),
            AgendaItem.objects.holding().order_by().values_list("unit_id"),
            Reservation.objects.in_force(DAY).order_by().values_list("unit_id"),
        )
    )
)
_let_from_later = Prepared(
    lambda: (
        Stay.objects.filter(_moves_in_later(DAY), unit__isnull=False)
        .order_by()
        .values_list("unit_id")
    )
)


def of_status(units: QuerySet[Unit], status: str, on: date) -> QuerySet[Unit]:
    """The units `with_status` gives this status. VACANT and RESERVED run two queries at once.

    Written as conditions that PostgreSQL answers with joins: a filter on the annotation computes
    the status of every dwelling.
    """
    in_use = Q(in_use__contains=on)
    if status == UnitStatus.NOT_IN_USE:
        return units.filter(~in_use)
    lived_in = Exists(Stay.objects.filter(_of_that_home(), period__contains=on))
    if status == UnitStatus.OCCUPIED:
        return units.filter(in_use, lived_in)
    closed = Exists(Unavailability.objects.filter(_of_that_home(), period__contains=on))
    if status == UnitStatus.UNAVAILABLE:
        return units.filter(in_use, closed, ~lived_in)
    # Queries of their own, since few are held: Django takes long to build one with this inside.
    held = Q(pk__any_of=[pk for (pk,) in (*_held(on=on), *_let_from_later(on=on))])
    open_to_let = units.filter(in_use, ~lived_in, ~closed)
    if status == UnitStatus.RESERVED:
        return open_to_let.filter(held)
    return open_to_let.exclude(held)


def _of_that_home() -> Func:
    """`unit_id = unit.id`, written so that PostgreSQL uses the btree index on `unit_id`.

    In the plain form it uses the constraint's GiST index, which takes twice the time.
    """
    return Func(
        F("unit_id"),
        OuterRef("pk"),
        template="%(expressions)s])",
        arg_joiner=" = ANY(ARRAY[",
        output_field=BooleanField(),
    )


def _last_end(model: type[Stay] | type[Unavailability], on: date) -> Subquery:
    ended = model.objects.filter(unit=OuterRef("pk"), period__endswith__lte=on)
    return Subquery(
        ended.annotate(until=Upper("period")).order_by("-until").values("until")[:1],
        output_field=DateField(),
    )


def _in_use_from() -> Lower:
    return Lower(F("in_use"), output_field=DateField())


def vacant_units(on: date) -> QuerySet[Unit]:
    """Homes that can be allocated on the date, the longest vacant first."""
    return with_status(of_status(Unit.objects.for_letting(), UnitStatus.VACANT, on), on).order_by(
        "vacant_since", "sort_name", "pk"
    )


def free(units: QuerySet[Unit], period: DateRange, on: date) -> QuerySet[Unit]:
    """The homes that can be given for the half-open period: open, nobody lives there, and on `on`
    not offered, chosen or held for anybody. `period` is read as in `stays.availability`."""
    held = [pk for (pk,) in _held(on=on)]
    return unoccupied(units.for_letting(), period).exclude(pk__any_of=held)


def is_free(unit: Unit, period: DateRange, on: date, application: Application) -> bool:
    """Whether the home can be given to the application for the period: as in `free`, or held for
    it."""
    if not unoccupied(Unit.objects.for_letting().filter(pk=unit.pk), period).exists():
        return False
    return reserved_for([unit.pk], on).get(unit.pk, application.pk) == application.pk


def free_days(unit_ids: Collection[int], on: date) -> dict[int, date]:
    """The first day from the date on which each home can be given, as in `free`; a home without
    such a day is missing. Seven queries."""
    homes = Unit.objects.for_letting().filter(pk__in=unit_ids).order_by()
    days = first_free(list(homes.values_list("pk", flat=True)), on)
    held = reserved_for(days, on)
    return {pk: day for pk, day in days.items() if pk not in held}


def free_later(on: date) -> dict[int, date]:
    """The homes that can be given from a known later day, and that day, the soonest first."""
    ends_later = {"period__upper_inf": False, "period__endswith__gt": on}
    homes = Unit.objects.for_letting()
    ids = set(homes.filter(in_use__startswith__gt=on).values_list("pk", flat=True))
    for model in (Stay, Unavailability):
        ending = model.objects.filter(**ends_later, unit__in=homes).order_by()
        ids.update(ending.values_list("unit_id", flat=True))
    later = [(pk, day) for pk, day in free_days(ids, on).items() if day > on]
    return dict(sorted(later, key=lambda pair: (pair[1], pair[0])))


def not_free(unit: Unit, day: date) -> str:
    """A sentence on a home that cannot be given from the day: when it can, if that is known."""
    later = first_free([unit.pk], day).get(unit.pk)
    if later is None or later == day:
        return _("%(unit)s er ikke lenger ledig.") % {"unit": unit}
    return _("%(unit)s er ledig fra %(day)s.") % {"unit": unit, "day": nbdate(later)}


def chosen_elsewhere(unit_id: int) -> set[int]:
    """The ids of applications a meeting has chosen for another unit, and not offered it yet."""
    others = _chosen().exclude(item__unit=unit_id)
    return set(others.values_list("application_id", flat=True))


def reserved_for(unit_ids: Collection[int], on: date) -> dict[int, int]:
    """The units that are held, and the id of the application each is held for, as `reserved_by` in
    `with_status`; `NO_CASE` for a hold of a meeting, which is for no case. Three queries."""
    ids = list(unit_ids)
    reserved = Reservation.objects.in_force(on).filter(unit__in=ids).order_by()
    chosen = _chosen().filter(item__unit__in=ids).order_by("pk")
    offered = Offer.objects.reserving().filter(unit__in=ids).order_by()
    in_meeting = AgendaItem.objects.holding().filter(unit__in=ids).order_by()
    for_nobody = in_meeting.annotate(nobody=Value(NO_CASE)).values_list("unit_id", "nobody")
    held = dict(reserved.values_list("unit_id", "application_id").union(for_nobody))
    held.update(chosen.values_list("item__unit_id", "application_id"))
    held.update(offered.values_list("unit_id", "application_id"))
    return held


def _promised(units: list[Unit], days: DateRange) -> list[tuple[int, int]]:
    """The unit and person of each offer, choice and hold of these homes that needs one of the days;
    `NO_CASE` for a hold of a meeting. What is chosen, held in a meeting or offered is needed from
    its day on. Four queries."""
    in_meeting = AgendaItem.objects.holding()
    reserved = Reservation.objects.filter(released_at__isnull=True, period__overlap=days)
    chosen, offered = _chosen(), Offer.objects.reserving()
    if days.upper is not None:
        chosen = chosen.filter(item__decided_at__date__lt=days.upper)
        in_meeting = in_meeting.filter(decided_at__date__lt=days.upper)
        offered = offered.filter(available_from__lt=days.upper)
    return [
        *reserved.filter(unit__in=units).values_list("unit", "application__person"),
        *chosen.filter(item__unit__in=units).values_list("item__unit", "application__person"),
        *offered.filter(unit__in=units).values_list("unit", "application__person"),
        *((pk, NO_CASE) for (pk,) in in_meeting.filter(unit__in=units).values_list("unit")),
    ]


def held_for_others(units: Collection[Unit], days: DateRange, person: Person) -> dict[int, str]:
    """Why the person cannot have each of the homes on the days: it is offered to, chosen or held
    for somebody else. Homes that are not are missing."""
    promised = _promised(list(units), days)
    taken = {unit for unit, promised_to in promised if promised_to != person.pk}
    text = _(
        "%(unit)s er tilbudt, tildelt eller holdt av for noen andre. Avklar det først, eller velg "
        "en annen bolig."
    )
    return {unit.pk: text % {"unit": unit} for unit in units if unit.pk in taken}


def kept_or_offered(units: list[Unit], days: DateRange) -> str:
    """Why these homes cannot be out of use on the days: how many are held for somebody; "" for
    none (need H4)."""
    held = len({unit for unit, _person in _promised(units, days)})
    if not held:
        return ""
    return ngettext(
        "Én bolig er tilbudt, tildelt eller holdt av. Avklar det først.",
        "%(n)s boliger er tilbudt, tildelt eller holdt av. Avklar det først.",
        held,
    ) % {"n": held}
