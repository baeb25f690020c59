"""Living environment (bomiljø): how many live close together, and the limits for it (need H6).

Only the number of occupied homes and of new residents counts, never who they are: no diagnosis,
need or background is read. Passing a limit gives a warning to consider, not a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import settings_table
from common.paging import Page, keyset_page
from housing.enums import TEMPORARY_TYPES
from housing.models import Property, Unit

from .enums import StayKind
from .models import Stay

LIMITS = ("milieu_house_homes", "milieu_house_new", "milieu_new_days", "milieu_area_percent")
IN_HOMES = (StayKind.LEASE, StayKind.TRIAL)
FRESH_SECONDS = 300
# With fewer homes, a percentage means nothing.
FEWEST_HOMES = 20


@dataclass(frozen=True, slots=True)
class House:
    """A property: how many of its homes are occupied, and how many residents are new."""

    pk: int
    name: str
    homes: int
    new: int
    too_many: bool
    too_new: bool


@dataclass(frozen=True, slots=True)
class AreaShare:
    """An area's share of all occupied homes, in per cent."""

    pk: int
    name: str
    homes: int
    percent: int
    too_large: bool


def limits(on: date) -> dict[str, int]:
    """The municipality's limits in force on the date."""
    return settings_table.values(on, *LIMITS)


def houses(on: date, cursor: str | None = None) -> Page[House]:
    """A page of houses at or above a limit, most homes first."""
    limit = limits(on)
    properties = (
        Property.objects.filter(units__stays__kind__in=IN_HOMES, units__stays__period__contains=on)
        .annotate(
            homes=Count("units__stays"),
            new=Count("units__stays", filter=_new(on, limit, "units__stays__")),
        )
        .filter(Q(homes__gte=limit["milieu_house_homes"]) | Q(new__gte=limit["milieu_house_new"]))
        .only("name")
    )
    page = keyset_page(properties, ("-homes", "pk"), cursor)
    rows = [
        House(
            pk=house.pk,
            name=house.name,
            homes=house.homes,
            new=house.new,
            too_many=house.homes >= limit["milieu_house_homes"],
            too_new=house.new >= limit["milieu_house_new"],
        )
        for house in page.items
    ]
    return Page(rows, page.next_cursor, page.prev_cursor)


def areas(on: date, limit: dict[str, int] | None = None) -> list[AreaShare]:
    """Each area's share of the occupied homes, largest first; cached for five minutes."""
    limit = limit or limits(on)
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
        AreaShare(pk, name, homes, round(100 * homes / total), 100 * homes > most * total)
        for pk, name, homes in rows
    ]


def warnings(unit: Unit, on: date) -> list[str]:
    """Sentences about the limits that one more resident in this unit would pass; else empty.

    In temporary places everybody is new and only passing through the area, so only the number of
    homes in the house counts.
    """
    limit = limits(on)
    if unit.type in TEMPORARY_TYPES:
        full = full_houses([unit.property_id], on).values()
        return [_many(homes, limit["milieu_house_homes"]) for homes in full]
    there = _counted(on).filter(unit__property=unit.property_id)
    counts = there.aggregate(homes=Count("pk"), new=Count("pk", filter=_new(on, limit)))
    sentences = []
    if counts["homes"] + 1 > limit["milieu_house_homes"]:
        sentences.append(_many(counts["homes"] + 1, limit["milieu_house_homes"]))
    if counts["new"] + 1 > limit["milieu_house_new"]:
        sentences.append(
            _("%(new)s nye i huset på %(days)s dager. Kommunens grense er %(most)s.")
            % {
                "new": counts["new"] + 1,
                "days": limit["milieu_new_days"],
                "most": limit["milieu_house_new"],
            }
        )
    for area in areas(on, limit):
        if area.pk == unit.property.area_id and area.too_large:
            sentences.append(
                _("%(area)s har %(percent)s %% av hjemmene. Kommunens grense er %(most)s %%.")
                % {
                    "area": area.name,
                    "percent": area.percent,
                    "most": limit["milieu_area_percent"],
                }
            )
    return sentences


def full_houses(properties: Iterable[int] | QuerySet, on: date) -> dict[int, int]:
    """Houses where one more resident passes the limit, with the new number of homes, by property
    id. Stays of every kind count. Two queries."""
    most = limits(on)["milieu_house_homes"]
    there = Stay.objects.filter(unit__property__in=properties, period__contains=on).order_by()
    counted = there.values_list("unit__property").annotate(homes=Count("pk"))
    return {pk: homes + 1 for pk, homes in counted.filter(homes__gte=most)}


def short(homes: int) -> str:
    """A short text for a choice in a list."""
    return _("%(homes)s hjem i huset") % {"homes": homes}


def _many(homes: int, most: int) -> str:
    values = {"homes": homes, "most": most}
    return _("%(homes)s hjem i samme hus. Kommunens grense er %(most)s.") % values


def _counted(on: date):
    return Stay.objects.filter(kind__in=IN_HOMES, period__contains=on).order_by()


def _new(on: date, limit: dict[str, int], of: str = "") -> Q:
    return Q(**{f"{of}period__startswith__gt": on - timedelta(days=limit["milieu_new_days"])})
