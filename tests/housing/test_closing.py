"""Closing or rebuilding a property also affects its homes, but never occupied ones (need H4)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from housing.models import Unavailability
from tests import factories as f
from tests.factories_leases import ReservationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(login):
    return login("boligforvalter")


@pytest.fixture
def house():
    building = f.PropertyFactory(name="Havna")
    for n in range(3):
        f.UnitFactory(property=building, name=f"H010{n}", in_use=f.since(f.days_ago(900)))
    return building


def change(stock, house, stage, **more):
    url = reverse("housing:property_edit", args=[house.pk])
    data = {"name": house.name, "stage": stage, "stage_reason": "Leieavtalen går ut", **more}
    return stock.post(url, data, follow=True)


def in_use(house, on):
    return house.units.filter(in_use__contains=on).count()


def test_closing_ends_use_of_the_homes_today_and_keeps_history(stock, house, today):
    page = change(stock, house, "avviklet").text
    assert "3 boliger er tatt ut av bruk" in page
    assert (in_use(house, today), in_use(house, f.days_ago(1))) == (0, 3)
    for unit in house.units.all():
        assert unit.history.count() == 2
        assert unit.history.first().history_user == stock.user
    # Saving again changes nothing.
    assert "tatt ut av bruk" not in change(stock, house, "avviklet").text


def test_occupied_property_cannot_be_closed_and_the_number_is_shown(stock, house, today):
    first, second, third = house.units.order_by("pk")
    f.StayFactory(lease=True, unit=first)
    f.StayFactory(lease=True, unit=second, days_ago=-20)  # a future tenant counts too
    ReservationFactory(unit=third)
    page = change(stock, house, "avviklet")
    assert "Det bor noen i 2 boliger." in page.text
    assert "Én bolig er tilbudt, tildelt eller holdt av." in page.text
    assert page.context["form"]["stage"].errors
    assert "Leieavtalen går ut" in page.text, "the input is kept"
    house.refresh_from_db()
    assert (house.stage, in_use(house, today)) == ("i_bruk", 3)


def test_offered_home_cannot_be_closed(stock, house, today):
    f.OfferFactory(unit=house.units.first())
    assert "tilbudt, tildelt eller holdt av" in change(stock, house, "avviklet").text
    assert in_use(house, today) == 3


def test_former_tenant_does_not_stop_closing(stock, house, today):
    stay = f.StayFactory(lease=True, unit=house.units.first(), days_ago=100)
    stay.period = f.since(f.days_ago(100), today)
    stay.save()
    change(stock, house, "avviklet")
    assert in_use(house, today) == 0


def test_home_with_a_future_start_of_use_stops_closing(stock, house, today):
    f.UnitFactory(property=house, name="Ny", in_use=f.since(f.days_ago(-30)))
    assert "skal tas i bruk senere" in change(stock, house, "avviklet").text
    assert in_use(house, today) == 3


def test_rebuilding_makes_the_homes_unavailable_until_its_end(stock, house, today):
    damaged = house.units.first()
    f.UnavailabilityFactory(unit=damaged, cause="skade", period=f.since(f.days_ago(5)))
    until = f.days_ago(-60)
    change(stock, house, "ombygging", stage_until=f"{until:%d.%m.%Y}")
    closed = Unavailability.objects.filter(cause="oppussing")
    assert closed.count() == 2, "one home was already unavailable for another cause"
    assert {(each.period.lower, each.period.upper) for each in closed} == {(today, f.days_ago(-61))}
    page = change(stock, house, "i_bruk").text
    assert "2 boliger er tilgjengelige igjen" in page
    assert not closed.all().exists() and in_use(house, today) == 3
