"""Closing or rebuilding a property also affects its homes, but never occupied ones (need H4)."""

from __future__ import annotations

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from common.calendar import add_months
from housing.enums import PropertyStage
from housing.models import Unavailability
from insight import figures
from stays import voids
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
    closed = Unavailability.objects.filter(cause="ombygging")
    assert closed.count() == 2, "one home was already unavailable for another cause"
    assert {(each.period.lower, each.period.upper) for each in closed} == {(today, f.days_ago(-61))}
    page = change(stock, house, "i_bruk").text
    assert "2 boliger er tilgjengelige" in page
    assert not closed.all().exists() and in_use(house, today) == 3


# ------------------------------------------------------------------ and back, with dates


def nb(days_ago):
    return f"{f.days_ago(days_ago):%d.%m.%Y}"


def test_closed_house_is_taken_into_use_again_and_the_days_between_are_no_void(stock, house, today):
    change(stock, house, "avviklet", stage_from=nb(30))
    assert in_use(house, f.days_ago(30)) == 0
    assert "3 boliger er tilgjengelige" in change(stock, house, "i_bruk", stage_from=nb(10)).text
    assert in_use(house, today) == 3
    for unit in house.units.all():
        (between,) = unit.unavailabilities.all()
        assert between.cause == "ute"
        assert (between.period.lower, between.period.upper) == (f.days_ago(30), f.days_ago(10))
    days = {cause.code: cause.days for cause in voids.by_cause(f.days_ago(40), today)}
    assert days == {"ledig": 3 * 20}, "ten days before the closing, and ten days since"
    months = [f.days_ago(0).replace(day=1), add_months(f.days_ago(0).replace(day=1), -1)]
    assert "ute" not in {vacancy.cause for vacancy in figures.vacancies(months)}


def test_house_closed_by_mistake_is_put_back_the_same_day(stock, house, today):
    before = list(house.units.order_by("pk").values_list("in_use", flat=True))
    change(stock, house, "avviklet")
    change(stock, house, "i_bruk")
    assert list(house.units.order_by("pk").values_list("in_use", flat=True)) == before
    assert not Unavailability.objects.exists()


def test_wrong_day_of_a_closing_is_corrected(stock, house, today):
    change(stock, house, "avviklet", stage_from=nb(30))
    change(stock, house, "avviklet", stage_from=nb(5))
    assert (in_use(house, f.days_ago(6)), in_use(house, f.days_ago(5))) == (3, 0)


def test_planned_house_is_taken_into_use_on_its_day(stock, today):
    house = f.PropertyFactory(name="Nybygget", stage="planlagt")
    unit = f.UnitFactory(property=house, in_use=DateRange(empty=True))
    change(stock, house, "i_bruk", stage_from=nb(-20))
    unit.refresh_from_db()
    assert unit.in_use.lower == f.days_ago(-20)
    page = stock.get(reverse("desk:property", args=[house.pk])).text
    assert f"fra {nb(-20)}" in page
    change(stock, house, "i_bruk", stage_from=nb(-25))
    unit.refresh_from_db()
    assert unit.in_use.lower == f.days_ago(-25), "the day was wrong, and is corrected"


def test_house_with_people_in_it_cannot_become_planned(stock, house, today):
    f.StayFactory(
        lease=True, unit=house.units.first(), person=f.PersonFactory(protected=True), days_ago=5
    )
    page = change(stock, house, "planlagt").text
    assert "Det bor noen i én bolig" in page, "the same sentence whoever lives there"
    assert in_use(house, today) == 3


def test_first_day_of_a_house_is_not_moved_past_somebody_who_lives_there(stock, house, today):
    began = house.units.first().in_use.lower
    house.stage_from = began
    house.save()
    f.StayFactory(lease=True, unit=house.units.first(), days_ago=100)
    page = change(stock, house, "i_bruk", stage_from=nb(-20))
    assert "Det bor noen i én bolig" in str(page.context["form"].errors["stage_from"])
    assert in_use(house, today) == 3
    change(stock, house, "i_bruk", stage_from=nb(100))
    assert in_use(house, f.days_ago(101)) == 0
    assert in_use(house, today) == 3


def test_a_rebuilding_that_ended_before_today_is_no_error_of_ours(stock, house, today):
    page = change(stock, house, "ombygging", stage_until=nb(5))
    assert page.context["form"].errors["stage_until"]
    assert in_use(house, today) == 3


def test_closed_house_is_rebuilt(stock, house, today):
    change(stock, house, "avviklet", stage_from=nb(30))
    change(stock, house, "ombygging", stage_from=nb(10), stage_until=nb(-30))
    for unit in house.units.all():
        causes = [(row.cause, row.period.lower) for row in unit.unavailabilities.order_by("period")]
        assert causes == [("ute", f.days_ago(30)), ("ombygging", f.days_ago(10))]
    change(stock, house, "i_bruk")
    assert not Unavailability.objects.filter(period__contains=today).exists()


def test_lifecycle_is_shown_with_days_reasons_and_authors(stock, house):
    change(stock, house, "utsatt", stage_from=nb(7))
    page = stock.get(reverse("desk:property", args=[house.pk])).text
    assert "Livsløp" in page
    assert "Kan falle bort" in page
    assert nb(7) in page
    assert stock.user.get_full_name() in page


def test_stage_that_was_corrected_is_not_shown_as_if_it_had_been(stock, house):
    change(stock, house, "utsatt", stage_from=nb(70))
    change(stock, house, "avviklet", stage_from=nb(-30))  # a day to come
    change(stock, house, "avviklet", stage_from=nb(-40))  # the day was wrong
    answer = change(stock, house, "i_bruk", stage_from=nb(-20))  # it is not closed after all
    shown = [(str(line["stage"]), line["since"]) for line in answer.context["lifecycle"]]
    assert shown == [
        ("I bruk", f.days_ago(-20)),
        ("Kan falle bort", f.days_ago(70)),
        ("I bruk", None),
    ]
    assert {str(line["stage"]) for line in answer.context["corrected"]} == {"Avviklet"}
    page = " ".join(answer.text.split())
    assert "<summary> Rettet (2) </summary>" in page
    assert f"<s> Avviklet fra {nb(-30)} </s>" in page


# ------------------------------------------------------------------ two tabs


def test_second_tab_overwrites_nothing_unseen(stock, house):
    unit = house.units.first()
    url = reverse("housing:unit_edit", args=[unit.pk])
    data = {"name": unit.name, "type": unit.type, "revision": 0}
    assert stock.post(url, data | {"rent": 9000}).status_code == 302
    page = stock.post(url, data | {"rent": 8000})
    assert "har endret dette etter at du åpnet siden" in page.text
    unit.refresh_from_db()
    assert unit.rent == 9000
    assert stock.post(url, data | {"rent": 8000, "revision": 1}).status_code == 302
    of_house = {"revision": house.revision}
    change(stock, house, "i_bruk", **of_house)
    assert "har endret dette" in change(stock, house, "utsatt", **of_house).text


# ------------------------------------------------------------------ new in the app


def test_new_property_with_a_home_and_a_room(stock, login, today):
    data = {"name": "Solbakken 5", "stage": "i_bruk", "resident_contact": "Kari på kontoret"}
    house = stock.post(reverse("housing:property_new"), data, follow=True).context["property"]
    assert house.stage_from == today
    for name in ("H0101", "Rom 1"):
        data = {"name": name, "type": "hybelhus", "used_from": nb(0)}
        answer = stock.post(reverse("housing:unit_new", args=[house.pk]), data)
        assert answer.status_code == 302
    assert in_use(house, today) == 2
    again = stock.post(reverse("housing:unit_new", args=[house.pk]), data)
    assert "allerede en bolig med dette navnet" in again.text
    page = login("saksbehandler").get(reverse("desk:property", args=[house.pk])).text
    assert "Kari på kontoret" in page
    assert "Ny bolig" not in page


def test_new_home_in_a_planned_house_is_not_in_use(stock, today):
    house = f.PropertyFactory(stage="planlagt")
    data = {"name": "H0101", "type": "kommunal"}
    stock.post(reverse("housing:unit_new", args=[house.pk]), data)
    assert house.units.get().in_use.isempty


# ------------------------------------------------------------------ out of use for a time


def test_home_is_out_of_use_for_cleaning_with_days_and_cost_and_it_can_be_corrected(stock, house):
    unit = house.units.first()
    url = reverse("housing:out_of_use_new", args=[unit.pk])
    data = {"cause": "rydding", "period_0": nb(3), "period_1": nb(-4), "cost": 12500}
    stock.post(url, data)
    row = unit.unavailabilities.get()
    assert (row.period.lower, row.period.upper) == (f.days_ago(3), f.days_ago(-5))
    page = stock.get(reverse("desk:unit", args=[unit.pk])).text
    assert "Rydding og vask" in page
    assert f">{nb(-4)}<" in " ".join(page.split()).replace("> ", ">").replace(" <", "<")
    assert "12\u00a0500" in page
    assert "allerede utilgjengelig" in stock.post(url, data).text
    edit = reverse("housing:out_of_use_edit", args=[row.pk])
    stock.post(edit, data | {"period_1": "", "cause": "reparasjon"})
    row.refresh_from_db()
    assert (row.cause, row.period.upper) == ("reparasjon", None)
    stock.post(edit, {"undo": "1"})
    assert not unit.unavailabilities.exists()
    assert Unavailability.history.filter(id=row.pk, history_type="-").get().history_change_reason


def test_a_home_somebody_needs_is_asked_about_before_it_is_out_of_use(stock, house):
    unit = house.units.first()
    f.StayFactory(unit=unit, days_ago=10, lease=True)
    url = reverse("housing:out_of_use_new", args=[unit.pk])
    data = {"cause": "reparasjon", "period_0": nb(0), "period_1": "", "note": "Vannskade"}
    page = stock.post(url, data).text
    assert "Det bor noen i én bolig" in page
    assert "Vannskade" in page
    assert not unit.unavailabilities.exists()
    stock.post(url, data | {"anyway": "on"})
    assert unit.unavailabilities.exists()


def test_cause_of_the_lifecycle_is_not_a_choice(stock, house):
    unit = house.units.first()
    data = {"cause": "ute", "period_0": nb(3)}
    stock.post(reverse("housing:out_of_use_new", args=[unit.pk]), data)
    assert not unit.unavailabilities.exists()


def test_a_rebuilding_that_ends_before_it_begins_is_refused_at_the_field(stock, house):
    url = reverse("housing:property_edit", args=[house.pk])
    form = stock.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"stage_from": nb(-10), "stage_until": nb(-2)}
    data["stage"] = PropertyStage.REBUILT
    page = stock.post(url, data)
    assert page.status_code == 200
    assert "Siste dag kan ikke være før første dag" in page.text
