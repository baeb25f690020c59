"""Fifty simultaneous placements in ten rooms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from stays.actions import StayRefused, register_stay
from stays.enums import StayKind
from stays.models import Stay
from tests.factories import PersonFactory, UnitFactory, UserFactory

ROOMS, PEOPLE = 10, 50


@pytest.mark.django_db(transaction=True)
def test_fifty_placements_at_once_in_ten_rooms_give_ten_stays(today):
    by = UserFactory(caseworker=True)
    rooms = [UnitFactory(temporary=True) for _ in range(ROOMS)]
    people = [PersonFactory(created_by=by) for _ in range(PEOPLE)]
    together = Barrier(PEOPLE)

    def place(n: int) -> str:
        try:
            together.wait(timeout=60)
            register_stay(
                person=people[n],
                kind=StayKind.TEMPORARY,
                unit=rooms[n % ROOMS],
                starts_on=today,
                by=by,
                at=timezone.now(),
                reason="Akutt, vedtak følger.",
            )
        except StayRefused as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(PEOPLE) as pool:
        results = list(pool.map(place, range(PEOPLE)))
    assert results.count("") == ROOMS
    refusals = [words for words in results if words]
    assert len(refusals) == PEOPLE - ROOMS
    assert all("bor" in words and words.endswith(".") for words in refusals), set(refusals)
    taken = Stay.objects.values_list("unit", flat=True)
    assert sorted(taken) == sorted(room.pk for room in rooms)
