"""The dwelling list: status, and who may see the names of tenants."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts.models import Absence
from allocation.vacancy import of_status, with_status
from housing.enums import UnitStatus
from housing.models import Unit
from tests import factories as f

pytestmark = pytest.mark.django_db


def _unit(unit):
    return reverse("desk:unit", args=[unit.pk])


def test_home_names_its_tenant_only_to_whoever_has_a_duty_towards_them(login):
    mine = login("saksbehandler")
    stay = f.StayFactory(person=f.PersonFactory(last_name="Leieboer", responsible=mine.user))
    f.OfferFactory(unit=stay.unit, application=f.ApplicationFactory(person=stay.person))
    house = stay.unit.property
    pages = (
        "/boliger/",
        _unit(stay.unit),
        reverse("desk:property", args=[house.pk]),
        reverse("stays:tonight_at", args=[house.pk]),
    )
    stand_in = login("saksbehandler")
    Absence.objects.create(
        user=mine.user,
        stand_in=stand_in.user,
        period=f.since(f.today(), f.today() + timedelta(days=2)),
        registered_at=f.now(),
        registered_by=mine.user,
    )
    others = [login(role) for role in ("saksbehandler", "leder", "boligforvalter")]
    name = stay.person.first_name
    since = f"{stay.period.lower:%d.%m.%Y}"
    for url in pages:
        assert name in mine.get(url).text and name in stand_in.get(url).text, url
        for client in others:
            page = client.get(url)
            if page.status_code == 200:  # the stock manager reads no night list
                assert name not in page.text and since not in page.text, url
                assert "Bebodd" in page.text, url


def test_rooms_stand_by_number_in_every_list_and_are_found_by_it(as_caseworker, as_manager):
    house = f.PropertyFactory(name="Fjordveien 7")
    for name in ("Rom 10", "Rom 2", "Rom 1", "KV3"):
        unit = f.UnitFactory(property=house, name=name, type="pensjonat", floor=1)
        f.StayFactory(unit=unit, kind="midlertidig")
    urls = ["/boliger/", reverse("desk:property", args=[house.pk])]
    for url in (*urls, reverse("stays:tonight_at", args=[house.pk])):
        text = as_caseworker.get(url).text
        rooms = list(dict.fromkeys(re.findall(r"Rom \d+", text)))
        assert rooms == ["Rom 1", "Rom 2", "Rom 10"], url
    for typed, found in (("fjord 7 rom 1", 2), ("rom 2", 1), ("kv3", 1), ("rom 3", 0)):
        page = as_caseworker.post(reverse("desk:search"), {"q": typed})
        assert len(page.context["found"].units) == found, typed
    assert "Fjordveien 7" in as_manager.get("/eiendommer/?q=fjordveien+7").text


def test_whole_house_is_named_only_where_nobody_can_be_missing(login):
    """To its own staff; to one who may not see everybody, the empty line would tell."""
    house = f.OrganisationUnitFactory(name="Bofellesskapet")
    for_all = {"sees_protected": True, "sees_shielded": True}
    stays = [
        f.StayFactory(person=f.PersonFactory(last_name=name, **how), lease=True)
        for name, how in (("Leieboer", {}), ("Kanarifugl", {"strictly_protected": True}))
    ]
    Unit.objects.filter(pk__in=[stay.unit_id for stay in stays]).update(operated_by=house)
    seen = login("saksbehandler", unit=house, **for_all).get("/boliger/").text
    assert "Leieboer" in seen and "Kanarifugl" in seen
    for client in (login("saksbehandler", unit=house), login("saksbehandler", **for_all)):
        page = client.get("/boliger/").text
        assert "Leieboer" not in page and "Kanarifugl" not in page


def test_dwelling_of_a_protected_tenant_only_shows_as_occupied(login):
    stay = f.StayFactory(
        person=f.PersonFactory(last_name="Kanarifugl", protected=True), days_ago=10
    )
    client = login("saksbehandler")
    for url in ("/boliger/", _unit(stay.unit)):
        html = client.get(url).content.decode()
        assert "Kanarifugl" not in html
        assert reverse("desk:person", args=[stay.person_id]) not in html
        assert "Bebodd" in html


def test_vacant_dwellings_are_found_by_status(as_caseworker):
    free = f.UnitFactory()
    taken = f.StayFactory(days_ago=10).unit
    rows = as_caseworker.get("/boliger/?status=ledig").context["rows"]
    keys = [row["pk"] for row in rows]
    assert free.pk in keys
    assert taken.pk not in keys


def test_dwellings_are_found_by_a_combination_of_filters(as_caseworker):
    """«Ledig med to soverom i 1. etasje med nattevakt, egen inngang og plass til hunden»."""
    wanted = f.UnitFactory(bedrooms=2, floor=1, staffing="night", own_entrance=True, lift=True)
    for missing in (
        {"bedrooms": 1},
        {"floor": 2},
        {"staffing": "day"},
        {"own_entrance": False},
        {"accepts_pets": False},
        {"lift": False},
    ):
        having = {"bedrooms": 2, "floor": 1, "staffing": "night", "own_entrance": True}
        f.UnitFactory(**({"lift": True} | having | missing))
    query = "?status=ledig&soverom=2&forste=on&natt=on&inngang=on&dyr=on&heis=on"
    rows = as_caseworker.get(f"/boliger/{query}").context["rows"]
    assert [row["pk"] for row in rows] == [wanted.pk]


def test_unknown_values_of_a_dwelling_are_shown_as_unknown(login):
    """Bedrooms, floor and staffing may be unknown, and are then shown as unknown (need H1)."""
    unit = f.UnitFactory(bedrooms=None, floor=None, staffing="", size_m2=None, rent=None)
    for client in (login("boligforvalter"), login("saksbehandler")):
        row = re.search(r"<tbody.*?</tbody>", client.get("/boliger/").content.decode(), re.S)[0]
        # On a phone: bedrooms. In columns: bedrooms, floor, staffing, rent.
        assert row.count(">ikke avklart<") == 5
        assert re.search(r"soverom <span class=.v-muted.>ikke avklart", row)
        html = client.get(_unit(unit)).content.decode()
        assert html.count('"v-muted">ikke avklart<') == 8  # and who allocates, operates, follows up
        assert "None" not in html


def test_invalid_filter_value_is_ignored(as_caseworker):
    f.UnitFactory()
    answer = as_caseworker.get("/boliger/?status=drop&type=x&soverom=y&omrade=z&etter=zzz")
    assert answer.status_code == 200
    assert answer.context["rows"]


def test_list_has_the_same_number_of_queries_for_many(as_caseworker, django_assert_max_num_queries):
    for _n in range(10):
        f.StayFactory(days_ago=10)
    as_caseworker.get("/boliger/")
    with django_assert_max_num_queries(10):
        as_caseworker.get("/boliger/")


@pytest.mark.parametrize("status", UnitStatus.values)
def test_status_filter_finds_the_dwellings_with_that_status(status, today):
    """The filter and the column use different queries; they must agree."""
    f.StayFactory(lease=True)
    f.UnavailabilityFactory(unit=f.UnitFactory())
    f.OfferFactory()
    f.UnitFactory()
    f.UnitFactory(in_use=DateRange(None, today))
    shown = {unit.pk for unit in with_status(Unit.objects.all(), today) if unit.status == status}
    assert shown
    assert set(of_status(Unit.objects.all(), status, today).values_list("pk", flat=True)) == shown


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ({"rent": 0}, "0 kr"),
        ({"rent": None, "night_price": 1250}, "1 250 kr per natt"),
        ({"rent": None, "night_price": None}, "ikke avklart"),
    ],
)
def test_price_nobody_knows_is_unclear_and_nothing_to_pay_is_not(login, price, shown):
    unit = f.UnitFactory(bedrooms=0, floor=0, size_m2=20, **price)
    client = login("boligforvalter")
    for url in ("/boliger/", _unit(unit)):
        html = client.get(url).content.decode().replace("\u00a0", " ")
        assert shown in html
