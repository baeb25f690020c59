"""Homes are split and merged and keep their history; a new number is the same home (H1, H4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from housing.models import Unit
from stays import voids
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(login):
    return login("boligforvalter")


@pytest.fixture
def home():
    return f.UnitFactory(
        name="H0101", bedrooms=4, rent=14000, lift=True, in_use=f.since(f.days_ago(900))
    )


def nb(days_ago):
    return f"{f.days_ago(days_ago):%d.%m.%Y}"


def reshape(stock, home, names, **more):
    url = reverse("housing:unit_reshape", args=[home.pk])
    data = {"names": "\n".join(names), "on": nb(10), **more}
    return stock.post(url, data, follow=True)


def test_split_home_ends_and_two_begin_and_its_stays_and_voids_stay_with_it(stock, home, today):
    stay = f.StayFactory(lease=True, unit=home, period=f.since(f.days_ago(800), f.days_ago(30)))
    reshape(stock, home, ["H0101A", "H0101B"])
    home.refresh_from_db()
    assert home.in_use.upper == f.days_ago(10)
    first, second = home.successors.order_by("sort_name")
    assert (first.name, first.rent, first.bedrooms, first.lift) == ("H0101A", None, None, True)
    assert first.in_use.lower == second.in_use.lower == f.days_ago(10)
    stay.refresh_from_db()
    assert stay.unit == home
    days = {line.unit_name: line.days for line in voids.by_home(f.days_ago(40), today).items}
    assert days == {"H0101": 20, "H0101A": 10, "H0101B": 10}
    assert "H0101B" in stock.get(reverse("desk:unit", args=[home.pk])).text
    assert "Er blitt til av" in stock.get(reverse("desk:unit", args=[first.pk])).text


def test_two_homes_are_merged_to_one(stock, home):
    other = f.UnitFactory(
        property=home.property, name="H0102", in_use=f.since(f.days_ago(900)), size_m2=40, floor=2
    )
    page = stock.get(reverse("housing:unit_reshape", args=[home.pk])).text
    assert "H0102 · 1 soverom · 40 m² · 8" in page and "legges sammen" in page
    reshape(stock, home, ["H0101-02"], with_others=[other.pk], rent="18 000")
    (new,) = home.successors.all()
    assert set(new.predecessors.all()) == {home, other}
    assert (new.bedrooms, new.size_m2, new.rent) == (5, 88, 18000)
    # The one has a lift and the other has not, and they are not on the same floor.
    assert (new.lift, new.floor, new.accepts_pets) == (None, None, True)
    stock.post(reverse("housing:unit_reshape_undo", args=[home.pk]))
    Unit.objects.filter(pk=other.pk).update(bedrooms=None)
    page = reshape(stock, home, ["H0101-02"], with_others=[other.pk])
    (new,) = home.successors.all()
    assert (new.bedrooms, new.size_m2, new.rent) == (None, 88, None)
    assert "Ikke avklart ennå: antall soverom, husleie" in page.text


def test_home_with_people_in_it_is_not_split(stock, home):
    f.StayFactory(lease=True, unit=home, days_ago=5)
    page = reshape(stock, home, ["H0101A", "H0101B"]).text
    assert "Det bor noen i én bolig" in page
    assert Unit.objects.count() == 1


def test_split_by_mistake_is_undone_until_the_new_homes_are_used(stock, home):
    undo = reverse("housing:unit_reshape_undo", args=[home.pk])
    reshape(stock, home, ["H0101A", "H0101B"])
    stock.post(undo)
    home.refresh_from_db()
    assert home.in_use.upper is None
    assert Unit.objects.count() == 1
    reshape(stock, home, ["H0101A", "H0101B"])
    f.StayFactory(lease=True, unit=home.successors.first(), days_ago=5)
    assert "kan ikke angres" in stock.post(undo, follow=True).text
    assert home.successors.count() == 2


def test_homes_of_a_split_or_merge_end_as_the_old_would_have_and_undoing_gives_their_days_back(
    stock, home, today
):
    home.in_use = f.since(f.days_ago(900), today + timedelta(days=400))
    home.save()
    other = f.UnitFactory(property=home.property, name="H0102", in_use=f.since(f.days_ago(500)))
    days = {unit: unit.in_use for unit in (home, other)}
    for names, with_others in ((["H0101A", "H0101B"], []), (["H0101-02"], [other.pk])):
        reshape(stock, home, names, with_others=with_others)
        for new in home.successors.all():
            assert new.in_use == f.since(f.days_ago(10), today + timedelta(days=400))
        stock.post(reverse("housing:unit_reshape_undo", args=[home.pk]))
        assert {unit: Unit.objects.get(pk=unit.pk).in_use for unit in days} == days
    assert Unit.objects.count() == 2


def test_repairs_go_on_in_the_new_homes_and_none_is_lost_by_undoing(stock, home, today):
    repaired = today + timedelta(days=60)
    f.UnavailabilityFactory(unit=home, period=f.since(f.days_ago(20), repaired), note="vannskade")
    undo = reverse("housing:unit_reshape_undo", args=[home.pk])
    reshape(stock, home, ["H0101A", "H0101B"])
    for new in home.successors.all():
        row = new.unavailabilities.get()
        assert (row.period, row.note) == (f.since(f.days_ago(10), repaired), "vannskade")
    stock.post(undo)
    assert Unit.objects.get() == home and home.unavailabilities.get().note == "vannskade"
    reshape(stock, home, ["H0101A", "H0101B"])
    row = home.successors.first().unavailabilities.get()
    url = reverse("housing:out_of_use_edit", args=[row.pk])
    data = {"cause": row.cause, "period_0": nb(10), "period_1": "", "note": "Nytt bad", "cost": ""}
    assert stock.post(url, data).status_code == 302
    assert "Feilregistrer det først" in stock.post(undo, follow=True).text
    row.refresh_from_db()
    assert row.note == "Nytt bad" and home.successors.count() == 2


def test_closed_and_reopened_house_leaves_split_homes_ended(stock, home, today):
    reshape(stock, home, ["H0101A", "H0101B"])
    url = reverse("housing:property_edit", args=[home.property_id])
    for stage in ("avviklet", "i_bruk"):
        stock.post(url, {"name": home.property.name, "stage": stage})
    in_use = Unit.objects.filter(in_use__contains=today).values_list("name", flat=True)
    assert set(in_use) == {"H0101A", "H0101B"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["H0101A"], "minst to navn"),
        (["H0101A", "H0101A"], "samme navn"),
        (["H0101", "H0101B"], "allerede en bolig"),
        (["Rusbolig 1", "Rusbolig 2"], "sier noe om dem som bor der"),
    ],
)
def test_names_that_cannot_be_are_refused(stock, home, names, message):
    assert message in reshape(stock, home, names).text
    assert Unit.objects.count() == 1


def test_a_day_of_the_wrong_year_is_refused(stock, home):
    assert "Året 2126 kan ikke stemme" in reshape(stock, home, ["A", "B"], on="01.01.2126").text
    assert Unit.objects.count() == 1
    house = home.property
    url = reverse("housing:property_edit", args=[house.pk])
    for field in ("stage_from", "stage_until", "acquired_on"):
        data = {"name": house.name, "stage": "utsatt", "stage_reason": "Feil."}
        page = stock.post(url, data | {field: "01.01.2126"})
        assert "Året 2126" in str(page.context["form"].errors[field]), field
    url = reverse("housing:unit_edit", args=[home.pk])
    data = {"name": home.name, "type": home.type, "used_from": "01.01.2126"}
    assert "Året 2126" in str(stock.post(url, data).context["form"].errors["used_from"])
    assert Unit.objects.get().in_use == home.in_use


def test_home_with_a_new_number_is_the_same_home_and_says_what_it_was_called(stock, home):
    stay = f.StayFactory(lease=True, unit=home, days_ago=100)
    data = {"name": "H0201", "type": home.type, "used_from": nb(900)}
    stock.post(reverse("housing:unit_edit", args=[home.pk]), data)
    stay.refresh_from_db()
    assert stay.unit.name == "H0201"
    page = stock.get(reverse("desk:unit", args=[home.pk])).text
    assert "Het før" in page
    assert "H0101" in page
