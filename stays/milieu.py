"""Bomiljø: how many live close together, against the municipality's own limits (need H6).

What counts is homes lived in and how many are new in the house, never who they are: no diagnosis,
no need and no background is looked at. A limit passed is a warning to weigh, not a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts import settings_table
from housing.models import Unit

from .enums import StayKind
from .models import Stay

LIMITS = ("milieu_house_homes", "milieu_house_new", "milieu_new_days", "milieu_area_percent")
IN_HOMES = (StayKind.LEASE, StayKind.TRIAL)
FRESH_SECONDS = 300
MOST_HOUSES = 100
# A share of a handful says nothing.
FEWEST_HOMES = 20


@dataclass(frozen=True, slots=True)
class House:
    """A property with homes lived in, and how many of those who live there are new."""

    pk: int
    name: str
    homes: int
    new: int
    too_many: bool
    too_new: bool


@dataclass(frozen=True, slots=True)
class Share:
    """An area's part of all homes lived in, in per cent."""

    pk: int
    name: str
    homes: int
    percent: int
    too_large: bool


def limits(on: date) -> dict[str, int]:
    """The municipality's limits in force on the date."""
    return settings_table.values(on, *LIMITS)


def houses(on: date) -> list[House]:
    """Houses at or past a limit, fullest first."""
    limit = limits(on)
    found = (
        _counted(on)
        .values("unit__property", "unit__property__name")
        .annotate(homes=Count("pk"), new=Count("pk", filter=_new(on, limit)))
        .filter(Q(homes__gte=limit["milieu_house_homes"]) | Q(new__gte=limit["milieu_house_new"]))
        .order_by("-homes", "unit__property")[:MOST_HOUSES]
    )
    return [
        House(
            pk=row["unit__property"],
            name=row["unit__property__name"],
            homes=row["homes"],
            new=row["new"],
            too_many=row["homes"] >= limit["milieu_house_homes"],
            too_new=row["new"] >= limit["milieu_house_new"],
        )
        for row in found
    ]


def areas(on: date) -> list[Share]:
    """Each area's share of the homes lived in, largest first; kept for five minutes."""
    limit = limits(on)
    key = f"milieu.{connection.settings_dict['NAME']}.{on}"
    rows = cache.get(key)
    if rows is None:
        counted = _counted(on).filter(unit__property__area__isnull=False)
        rows = list(
            counted.values_list("unit__property__area", "unit__property__area__name")
            .annotate(homes=Count("pk"))
            .order_by("-homes", "unit__property__area")
        )
        cache.set(key, rows, FRESH_SECONDS)
    total = sum(homes for _pk, _name, homes in rows)
    if total < FEWEST_HOMES:
        return []
    most = limit["milieu_area_percent"]
    return [
        Share(pk, name, homes, round(100 * homes / total), 100 * homes > most * total)
        for pk, name, homes in rows
    ]


def warnings(unit: Unit, on: date) -> list[str]:
    """What one more in this home would come to, in sentences; none where no limit is passed."""
    limit = limits(on)
    there = _counted(on).filter(unit__property=unit.property_id)
    found = there.aggregate(homes=Count("pk"), new=Count("pk", filter=_new(on, limit)))
    said = []
    if found["homes"] + 1 > limit["milieu_house_homes"]:
        said.append(
            _("%(homes)s hjem i samme hus. Kommunens grense er %(most)s.")
            % {"homes": found["homes"] + 1, "most": limit["milieu_house_homes"]}
        )
    if found["new"] + 1 > limit["milieu_house_new"]:
        said.append(
            _("%(new)s nye i huset på %(days)s dager. Kommunens grense er %(most)s.")
            % {
                "new": found["new"] + 1,
                "days": limit["milieu_new_days"],
                "most": limit["milieu_house_new"],
            }
        )
    for area in areas(on):
        if area.pk == unit.property.area_id and area.too_large:
            said.append(
                _("%(area)s har %(percent)s %% av hjemmene. Kommunens grense er %(most)s %%.")
                % {
                    "area": area.name,
                    "percent": area.percent,
                    "most": limit["milieu_area_percent"],
                }
            )
    return said


def _counted(on: date):
    return Stay.objects.filter(kind__in=IN_HOMES, period__contains=on).order_by()


def _new(on: date, limit: dict[str, int]) -> Q:
    return Q(period__startswith__gt=on - timedelta(days=limit["milieu_new_days"]))
