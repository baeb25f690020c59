"""Living environment (bomiljø): homes close together and the dated limits (need H6)."""

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


def test_warning_starts_at_one_more_than_the_limit(today):
    home = f.PropertyFactory()
    unit = f.UnitFactory(property=home)
    limit("milieu_house_homes", 3, today)
    lived_in(home, 2)
    assert warnings(unit, today) == []
    lived_in(home, 1)
    assert warnings(unit, today) == ["4 hjem i samme hus. Kommunens grense er 3."]
    assert [(house.name, house.homes) for house in houses(today).items] == [(home.name, 3)]
    # The limit is dated: yesterday it was different.
    assert warnings(unit, today - timedelta(days=1)) == []


def test_many_new_tenants_in_one_property_give_a_warning(today):
    home = f.PropertyFactory()
    lived_in(home, 4, days_ago=20)
    assert "5 nye i huset på 90 dager" in warnings(f.UnitFactory(property=home), today)[0]
    assert houses(today).items[0].too_new


def test_area_with_too_large_a_share_gives_a_warning_but_not_small_numbers(today):
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


def test_page_names_properties_and_no_people(as_caseworker, today):
    home = f.PropertyFactory()
    person = f.PersonFactory(last_name="Leieboer")
    f.StayFactory(lease=True, unit=f.UnitFactory(property=home), person=person, days_ago=9)
    lived_in(home, 4, days_ago=20)
    page = as_caseworker.get("/boliger/bomiljo/").text
    assert home.name in page and "Mange nye" in page and "Leieboer" not in page


def test_full_temporary_place_gives_a_warning_and_can_be_chosen(as_caseworker, today):
    home = f.PropertyFactory(name="Havna")
    limit("milieu_house_homes", 3, today)
    for _n in range(3):
        f.StayFactory(unit=f.UnitFactory(temporary=True, property=home), days_ago=20)
    room, quiet = f.UnitFactory(temporary=True, property=home), f.UnitFactory(temporary=True)
    application = f.ApplicationFactory()
    url = f"/soknader/{application.pk}/plassering/"
    page = as_caseworker.get(url).text
    assert page.count("4 hjem i huset") == 1 and "Tenk over bomiljøet" not in page
    assert "Tenk over bomiljøet" not in as_caseworker.get(url, {"bolig": quiet.pk}).text
    page = as_caseworker.get(url, {"bolig": room.pk}).text
    assert "Tenk over bomiljøet" in page and "Kommunens grense er 3." in page
    assert as_caseworker.get(url, {"bolig": "9" * 30}).status_code == 200
    data = {"unit": room.pk, "starts_on": f"{today:%d.%m.%Y}", "reason": "Kom på kvelden."}
    data["granted_until"] = f"{today + timedelta(days=7):%d.%m.%Y}"
    assert as_caseworker.post(url, data).status_code == 302, "a warning is no refusal"


def test_milieu_to_avoid_gives_a_warning_where_the_place_is_chosen(as_caseworker):
    application = f.ApplicationFactory(assessed=True)
    room = f.UnitFactory(temporary=True)
    application.needs.first().avoid_properties.add(room.property)
    url = f"/soknader/{application.pk}/plassering/"
    assert "miljø å unngå" in as_caseworker.get(url).text
    assert "skal personen unngå" in as_caseworker.get(url, {"bolig": room.pk}).text


def test_property_list_is_paged(as_caseworker, today, django_assert_max_num_queries):
    limit("milieu_house_homes", 1, today)
    for n in range(53):
        lived_in(f.PropertyFactory(name=f"Hus {n:02}"), 1)
    with django_assert_max_num_queries(12):
        first = as_caseworker.get("/boliger/bomiljo/").context["page"]
    second = as_caseworker.get("/boliger/bomiljo/", {"etter": first.next_cursor}).context["page"]
    assert len({house.pk for house in [*first, *second]}) == 53
