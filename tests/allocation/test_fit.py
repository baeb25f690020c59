"""Each rule for one pair, and the same rules for many pairs at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation import fit
from allocation.fit import Dwelling, Seeker
from housing.enums import Staffing, UnitType

ON = date(2026, 11, 20)
HOME = Dwelling(unit_id=1, property_id=1, area_id=1, floor=3, free_from=ON)


@pytest.mark.parametrize(
    ("asked", "has", "failed"),
    [
        ({}, {}, []),
        ({}, {"type": "pensjonat"}, ["type"]),
        ({"types": frozenset({"smahus"})}, {}, ["type"]),
        ({"types": frozenset({"pensjonat"})}, {"type": "pensjonat"}, []),
        ({"bedrooms": 2}, {}, ["bedrooms"]),
        ({"bedrooms": 1}, {"bedrooms": 3}, []),
        ({"bedrooms": 1}, {"bedrooms": 4}, ["bedrooms"]),
        ({"step_free": True}, {}, ["step_free"]),
        ({"step_free": True}, {"wheelchair": True}, []),
        ({"wheelchair": True}, {"step_free": True}, ["step_free"]),
        ({"max_floor": 2}, {}, ["floor"]),
        ({"max_floor": 2}, {"lift": True}, []),
        ({"staffing": "day"}, {}, ["staffing"]),
        ({"staffing": "day"}, {"staffing": "night"}, []),
        ({"age": 24}, {"min_age": 25}, ["age_range"]),
        ({"age": 30}, {"min_age": 25, "max_age": 30}, []),
        ({}, {"max_age": 30}, ["age_range"]),  # the age is not known
        ({"household_size": 3}, {"capacity": 2}, ["household_capacity"]),
        ({"household_size": 3}, {}, []),
        ({"children": 1}, {"suits_children": False}, ["household_capacity"]),
        ({}, {"free_from": ON + timedelta(days=1)}, ["available_from"]),
        ({"move_from": ON + timedelta(days=9)}, {"free_from": ON + timedelta(days=9)}, []),
        ({}, {"free_from": None}, ["available_from"]),
        ({"pets": True}, {"accepts_pets": False}, ["accepts_pets"]),
        ({"avoid_areas": frozenset({1})}, {}, ["area_to_avoid"]),
        ({"avoid_properties": frozenset({1})}, {}, ["milieu_to_avoid"]),
        ({"application_id": 4}, {"reserved_for": 5}, ["already_reserved"]),
        ({"application_id": 5}, {"reserved_for": 5}, []),
        ({"unit_id": 1}, {"allocated_by": 2}, ["allocated_by_other"]),
    ],
)
def test_unmet_requirement_blocks_and_is_named(asked, has, failed):
    result = fit.judge(replace(Seeker(), **asked), replace(HOME, **has), ON)
    assert result.must_failed == failed
    assert len(result.blocking) == len(failed) and all(result.blocking)


@pytest.mark.parametrize(
    ("asked", "has", "met"),
    [
        ({}, {"quiet": True, "own_entrance": True}, []),  # a wish nobody had is not met
        ({"quiet": True, "drug_free": True}, {"quiet": True}, ["quiet"]),
        ({"areas": frozenset({1, 2})}, {}, ["area"]),
        ({"types_preferred": frozenset({"kommunal"})}, {}, ["type_preferred"]),
        ({"rent_max": 9000}, {"rent": 9000}, ["rent_within"]),
        ({"rent_max": 9000}, {"rent": 9001}, []),
        ({"rent_max": 9000}, {}, []),
        ({"near_transport": True}, {"near_transport": True}, ["near_transport"]),
        ({"drug_free": True}, {"drug_free": True}, ["drug_free_surroundings"]),
    ],
)
def test_wish_counts_and_never_blocks(asked, has, met):
    result = fit.judge(replace(Seeker(), **asked), replace(HOME, **has), ON)
    assert result.ok
    assert result.wishes_met == met


few = st.frozensets(st.integers(1, 3), max_size=2)
types = st.frozensets(st.sampled_from([t.value for t in UnitType]), max_size=3)
staffing = st.sampled_from([s.value for s in Staffing])
maybe = st.none() | st.integers(18, 70)
days = st.integers(-5, 20).map(lambda n: ON + timedelta(days=n))
seekers = st.builds(
    Seeker,
    application_id=st.integers(1, 4),
    unit_id=st.integers(1, 2),
    age=maybe,
    household_size=st.integers(1, 5),
    children=st.integers(0, 2),
    types=types,
    types_preferred=types,
    bedrooms=st.integers(0, 4),
    step_free=st.booleans(),
    wheelchair=st.booleans(),
    max_floor=st.none() | st.integers(0, 4),
    staffing=staffing,
    pets=st.booleans(),
    avoid_areas=few,
    avoid_properties=few,
    areas=few,
    own_entrance=st.booleans(),
    near_transport=st.booleans(),
    quiet=st.booleans(),
    drug_free=st.booleans(),
    rent_max=st.none() | st.integers(5000, 9000),
    move_from=st.none() | days,
)
dwellings = st.builds(
    Dwelling,
    property_id=st.integers(1, 3),
    area_id=st.integers(0, 3),
    type=st.sampled_from([t.value for t in UnitType]),
    bedrooms=st.integers(0, 6),
    floor=st.integers(-1, 6),
    lift=st.booleans(),
    step_free=st.booleans(),
    wheelchair=st.booleans(),
    staffing=staffing,
    min_age=maybe,
    max_age=maybe,
    capacity=st.none() | st.integers(1, 6),
    suits_children=st.booleans(),
    accepts_pets=st.booleans(),
    own_entrance=st.booleans(),
    near_transport=st.booleans(),
    quiet=st.booleans(),
    drug_free=st.booleans(),
    rent=st.none() | st.integers(5000, 9000),
    free_from=st.none() | days,
    reserved_for=st.integers(0, 4),
    allocated_by=st.integers(0, 2),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(seekers, min_size=1, max_size=4), st.lists(dwellings, min_size=1, max_size=4))
def test_one_pair_and_the_matrix_give_the_same_result(people, homes):
    table = fit.matrix(people, homes, ON)
    for row, seeker in enumerate(people):
        for col, home in enumerate(homes):
            result = fit.judge(seeker, home, ON)
            assert result.ok == table.ok[row, col]
            assert len(result.wishes_met) == table.wishes[row, col]
            for verdict in result.verdicts:
                assert verdict.ok == table.by_code[verdict.code][row, col]
