"""Bomiljø: how many homes close together, against the municipality's dated limits (need H6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Setting
from stays.milieu import areas, houses, warnings
from tests import factories as f

pytestmark = pytest.mark.django_db


def limit(key, value, today):
    Setting.objects.create(key=key, value=value, valid=f.since(today))


def lived_in(home, number, days_ago=400):
    for _n in range(number):
        f.StayFactory(lease=True, unit=f.UnitFactory(property=home), days_ago=days_ago)


def test_one_more_than_the_limit_is_warned_of_and_not_before(today):
    home = f.PropertyFactory()
    unit = f.UnitFactory(property=home)
    limit("milieu_house_homes", 3, today)
    lived_in(home, 2)
    assert warnings(unit, today) == []
    lived_in(home, 1)
    assert warnings(unit, today) == ["4 hjem i samme hus. Kommunens grense er 3."]
    assert [(house.name, house.homes) for house in houses(today)] == [(home.name, 3)]
    # The limit is dated: yesterday it was another.
    assert warnings(unit, today - timedelta(days=1)) == []


def test_many_new_in_one_house_are_warned_of(today):
    home = f.PropertyFactory()
    lived_in(home, 4, days_ago=20)
    assert "5 nye i huset på 90 dager" in warnings(f.UnitFactory(property=home), today)[0]
    assert houses(today)[0].too_new


def test_an_area_with_too_large_a_share_is_told_and_a_handful_says_nothing(today):
    crowded, other = f.PropertyFactory(), f.PropertyFactory()
    lived_in(crowded, 5)
    assert areas(today) == []
    lived_in(crowded, 3)
    lived_in(other, 2)
    for _n in range(5):
        lived_in(f.PropertyFactory(), 2)
    from django.core.cache import cache

    cache.clear()
    assert [(share.percent, share.too_large) for share in areas(today)][:2] == [
        (40, True),
        (10, False),
    ]
    assert "40 % av hjemmene" in warnings(f.UnitFactory(property=crowded), today)[0]


def test_the_page_names_houses_and_no_people(as_caseworker, today):
    home = f.PropertyFactory()
    person = f.PersonFactory(last_name="Leieboer")
    f.StayFactory(lease=True, unit=f.UnitFactory(property=home), person=person, days_ago=9)
    lived_in(home, 4, days_ago=20)
    page = as_caseworker.get("/boliger/bomiljo/").text
    assert home.name in page and "Mange nye" in page and "Leieboer" not in page
