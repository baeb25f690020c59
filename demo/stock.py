"""The dwellings and the rooms of temporary places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.db.backends.postgresql.psycopg_any import DateRange

from common.sorting import home_key
from housing.enums import PropertyStage, Staffing, UnavailableCause, UnitType
from housing.models import Area, Property, Unavailability, Unit
from housing.providers.models import Provider

from .bulk import Bulk
from .names import AREAS, GUEST_HOUSES, STREETS

TYPES = [
    (UnitType.MUNICIPAL, 70),
    (UnitType.COOPERATIVE, 8),
    (UnitType.CARE, 7),
    (UnitType.REFERRAL, 5),
    (UnitType.SHARED, 3),
    (UnitType.STAFFED, 2),
    (UnitType.TRAINING, 2),
    (UnitType.ROOMS, 1),
    (UnitType.SMALL_HOUSE, 1),
    (UnitType.USER_RUN, 1),
]
STAFFED = {
    UnitType.SHARED: Staffing.DAY,
    UnitType.STAFFED: Staffing.NIGHT,
    UnitType.CARE: Staffing.DAY,
}


@dataclass
class Home:
    """What the life stories need to know of a unit."""

    id: int
    type: str
    bedrooms: int
    rent: int
    name: str
    area: str


def build(bulk: Bulk, rng: Random, today: date, users: dict, dwellings: int, rooms: int) -> dict:
    """Add areas, properties, units and temporary rooms. Returns homes, rooms and areas."""
    areas = {
        code: Area.objects.get_or_create(code=code, defaults={"name": name})[0].pk
        for code, name in AREAS
    }
    office, estate = users["units"]["bolig"].pk, users["units"]["eiendom"].pk
    homes = list(_homes(bulk, rng, today, areas, office, estate, dwellings))
    places = list(_rooms(bulk, rng, today, areas, users["units"]["nav"].pk, rooms))
    return {"homes": homes, "rooms": places, "areas": areas}


def _homes(bulk, rng, today, areas, office, estate, dwellings):
    codes = list(areas)
    types, weights = zip(*TYPES, strict=True)
    in_use = DateRange(today - timedelta(days=9000), None)
    made, number = 0, 0
    while made < dwellings:
        street = STREETS[number % len(STREETS)]
        name = f"{street} {number // len(STREETS) * 2 + 1}"
        code = codes[number % len(codes)]
        number += 1
        kind = rng.choices(types, weights)[0]
        size = rng.randint(4, 16) if kind == UnitType.MUNICIPAL else rng.randint(3, 8)
        lift, floors = rng.random() < 0.4, rng.randint(2, 5)
        property_id = bulk.add(
            Property,
            name=name,
            sort_name=home_key(name),
            address=name,
            postcode="9990",
            area_id=areas[code],
            stage=PropertyStage.IN_USE,
        )
        per_floor = max(1, size // floors)
        for index in range(min(size, dwellings - made)):
            floor = index // per_floor + 1
            bedrooms = (
                1 if kind in STAFFED else rng.choices([0, 1, 2, 3, 4], [12, 42, 26, 15, 5])[0]
            )
            label = f"H{floor:02d}{index % per_floor + 1:02d}"
            rent = 6200 + 1700 * bedrooms + rng.randrange(0, 1500, 50)
            staffing = STAFFED.get(kind, Staffing.NONE)
            unit_id = bulk.add(
                Unit,
                property_id=property_id,
                name=label,
                dwelling_number=label,
                type=kind,
                sort_name=home_key(f"{name}, {label}"),
                bedrooms=bedrooms,
                size_m2=26 + 15 * bedrooms + rng.randrange(8),
                floor=floor,
                lift=lift,
                step_free=lift or floor == 1,
                wheelchair=(lift or floor == 1) and rng.random() < 0.7,
                capacity=max(1, bedrooms * 2) if kind not in STAFFED else 1,
                staffing=staffing,
                own_entrance=floor == 1 and rng.random() < 0.5,
                accepts_pets=rng.random() < 0.7,
                near_transport=rng.random() < 0.6,
                quiet=rng.random() < 0.4,
                drug_free=rng.random() < 0.2,
                suits_children=kind not in STAFFED,
                suits_young=True,
                rent=rent,
                allocated_by_id=office,
                operated_by_id=estate,
                in_use=in_use,
            )
            made += 1
            yield Home(unit_id, kind, bedrooms, rent, f"{name}, {label}", code)


def _rooms(bulk, rng, today, areas, nav, rooms):
    codes = list(areas)
    in_use = DateRange(today - timedelta(days=5000), None)
    owner = Provider.objects.get_or_create(name="Solvær Overnatting")[0].pk
    per_house = max(8, -(-rooms // max(len(GUEST_HOUSES), rooms // 40)))
    made, number = 0, 0
    while made < rooms:
        base, kind = GUEST_HOUSES[number % len(GUEST_HOUSES)]
        name = base if number < len(GUEST_HOUSES) else f"{base} {number // len(GUEST_HOUSES) + 1}"
        code = codes[number % len(codes)]
        number += 1
        price = rng.randrange(650, 1500, 50)
        property_id = bulk.add(
            Property,
            name=name,
            sort_name=home_key(name),
            postcode="9990",
            area_id=areas[code],
            provider_id=owner,
            stage=PropertyStage.IN_USE,
        )
        families = kind in (UnitType.CRISIS, UnitType.CABIN)
        for index in range(1, min(per_house, rooms - made) + 1):
            label = f"Rom {index}"
            unit_id = bulk.add(
                Unit,
                property_id=property_id,
                name=label,
                type=kind,
                bedrooms=1,
                sort_name=home_key(f"{name}, {label}"),
                size_m2=16,
                floor=1 + index // 8,
                step_free=index < 8,
                capacity=4 if families else 1,
                staffing=Staffing.NIGHT if kind == UnitType.SHELTER else Staffing.NONE,
                accepts_pets=False,
                suits_children=families,
                suits_young=True,
                night_price=price,
                allocated_by_id=nav,
                operated_by_id=nav,
                in_use=in_use,
            )
            made += 1
            yield Home(unit_id, kind, 1, 0, f"{name}, {label}", code)


def close_for_a_while(bulk: Bulk, rng: Random, unit_id: int, since: date) -> None:
    """Make the unit unavailable from a day, without end."""
    cause = rng.choices(
        [UnavailableCause.REFURBISHING, UnavailableCause.CLEANING, UnavailableCause.DAMAGE],
        [6, 3, 1],
    )[0]
    bulk.add(Unavailability, unit_id=unit_id, cause=cause, period=DateRange(since, None))
