"""Editing a home in the register."""

from __future__ import annotations

import pytest
from django.urls import reverse

from allocation.fit import Dwelling, Seeker, judge
from common import spreadsheets
from common.formatting import nbdate
from housing import stock_import
from housing.models import Unit
from tests import factories as f


def what_stands(unit: Unit, **changed) -> dict:
    """The data of the form as a browser sends it, with some fields changed."""
    data = {
        "name": unit.name, "type": unit.type, "dwelling_number": unit.dwelling_number,
        "bedrooms": unit.bedrooms, "size_m2": unit.size_m2, "floor": unit.floor,
        "staffing": unit.staffing, "rent": unit.rent, "revision": unit.revision,
        "used_from": nbdate(unit.in_use.lower),
    }  # fmt: skip
    return {key: value for key, value in (data | changed).items() if value is not None}


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def test_empty_field_is_unknown_and_not_zero(stock):
    unit = f.UnitFactory()
    url = reverse("housing:unit_edit", args=[unit.pk])
    answer = stock.post(url, what_stands(unit, bedrooms="", staffing="", floor=""))
    assert answer.status_code == 302
    unit.refresh_from_db()
    assert (unit.bedrooms, unit.staffing, unit.floor) == (None, "", None)
    assert unit.history.first().history_user == stock.user
    page = stock.get(url).content.decode()
    assert "Ikke avklart" in page


def test_used_unit_name_is_an_error_and_the_input_is_kept(stock):
    other = f.UnitFactory(name="H0101")
    unit = f.UnitFactory(property=other.property, name="H0102")
    url = reverse("housing:unit_edit", args=[unit.pk])
    answer = stock.post(url, what_stands(unit, name="H0101", rent=12345))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Eiendommen har allerede en bolig med dette navnet." in page
    assert "12345" in page
    unit.refresh_from_db()
    assert unit.name == "H0102"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dwelling_number": "202"}, "Skriv bokstav og fire siffer, som H0202."),
        ({"min_age": 40, "max_age": 20}, "Alder til må være høyere enn alder fra."),
        ({"bedrooms": -1}, "større enn eller lik 0"),
        ({"bedrooms": 99999}, "mindre enn eller lik 32767"),
        ({"name": ""}, 'id="id_name_error"'),
        ({"type": "slott"}, "slott"),
    ],
)
def test_impossible_values_are_errors_beside_the_field(stock, wrong, message):
    unit = f.UnitFactory()
    answer = stock.post(reverse("housing:unit_edit", args=[unit.pk]), what_stands(unit, **wrong))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    before = unit.history.count()
    unit.refresh_from_db()
    assert unit.history.count() == before


def test_dwelling_number_is_saved_in_capital_letters(stock):
    unit = f.UnitFactory()
    stock.post(
        reverse("housing:unit_edit", args=[unit.pk]), what_stands(unit, dwelling_number="h0202")
    )
    unit.refresh_from_db()
    assert unit.dwelling_number == "H0202"


def test_only_the_stock_manager_changes_a_unit(as_manager, as_caseworker):
    url = reverse("housing:unit_edit", args=[f.UnitFactory().pk])
    for client in (as_manager, as_caseworker):
        assert client.get(url).status_code == 403
        assert client.post(url, {}).status_code == 403


def test_form_has_few_queries(stock, django_assert_max_num_queries):
    url = reverse("housing:unit_edit", args=[f.UnitFactory().pk])
    with django_assert_max_num_queries(14):
        stock.get(url)


def test_days_somebody_needs_the_home_stay_days_of_use(stock):
    """The first day moved past a tenant, the last day before one, and both past an offer."""

    def nb(days_ago):
        return nbdate(f.days_ago(days_ago))

    def errors(unit, **days):
        answer = stock.post(reverse("housing:unit_edit", args=[unit.pk]), what_stands(unit, **days))
        return answer.context["form"].errors if answer.context else {}

    let = f.UnitFactory(in_use=f.since(f.days_ago(900)))
    f.StayFactory(lease=True, unit=let, days_ago=100)
    assert "Det bor noen i én bolig" in str(errors(let, used_from=nb(-30))["used_from"])
    assert "Det bor noen i én bolig" in str(errors(let, used_from=nb(99))["used_from"])
    assert "Det bor noen i én bolig" in str(errors(let, used_to=nb(-30))["used_to"])
    assert not errors(let, used_from=nb(100)), "the day the tenant came is one of use"
    offered = f.OfferFactory(unit__in_use=f.since(f.days_ago(900))).unit
    assert "er tilbudt" in str(errors(offered, used_from=nb(-300))["used_from"])
    assert not errors(offered, used_from=nb(400)), "nobody needed it then"
    vacant = f.UnitFactory(in_use=f.since(f.days_ago(900)))
    assert not errors(vacant, used_from=nb(-30))
    for unit, first in ((let, 100), (offered, 400), (vacant, -30)):
        unit.refresh_from_db()
        assert (unit.in_use.lower, unit.in_use.upper) == (f.days_ago(first), None)


def test_type_of_a_home_somebody_needs_is_not_changed_to_another_use(stock):
    room = f.StayFactory(days_ago=100).unit
    offered = f.OfferFactory().unit
    for unit, other, same in (
        (room, "kommunal", "krisebolig"),
        (offered, "pensjonat", "omsorgsbolig"),
    ):
        url = reverse("housing:unit_edit", args=[unit.pk])
        page = stock.post(url, what_stands(unit, type=other))
        assert page.context["form"].errors["type"], unit
        assert stock.post(url, what_stands(unit, type=same)).status_code == 302
        unit.refresh_from_db()
        assert unit.type == same


def test_what_nobody_knows_of_a_home_is_neither_yes_nor_no(stock):
    """A checkbox cannot say that it is not settled; nor can a file without the column."""
    unit = f.UnitFactory(quiet=True)
    url = reverse("housing:unit_edit", args=[unit.pk])
    answer = stock.post(url, what_stands(unit, lift="ja", accepts_pets="nei", quiet=""))
    assert answer.status_code == 302
    unit.refresh_from_db()
    assert (unit.lift, unit.accepts_pets, unit.quiet) == (True, False, None)
    form = stock.get(url).context["form"]
    assert [form[name].value() for name in ("lift", "accepts_pets", "quiet")] == ["ja", "nei", ""]
    page = " ".join(stock.get(reverse("desk:unit", args=[unit.pk])).text.split())
    assert "<dt>Heis</dt> <dd>ja</dd>" in page and "<dt>Dyr tillatt</dt> <dd>nei</dd>" in page
    assert '<dt>Rolig</dt> <dd><span class="v-muted">ikke avklart</span></dd>' in page
    content = b"eiendom,boligtype,betegnelse,dyr_tillatt\nNordlia 1,kommunal,H0101,\n"
    sheet = spreadsheets.read(content, "boliger.csv")
    report = stock_import.apply(sheet, by=stock.user, at=f.now())
    imported = Unit.objects.get(property__name="Nordlia 1")
    assert {imported.accepts_pets, imported.suits_children, imported.lift} == {None}
    assert "10 ja/nei-opplysninger" in report.rows[0].missing


@pytest.mark.parametrize(
    ("seeker", "unknown", "code", "sentence"),
    [
        ({"pets": True}, "accepts_pets", "accepts_pets", "Dyr tillatt: ikke avklart."),
        ({"wheelchair": True}, "wheelchair", "step_free", "Det er ikke avklart om boligen kan"),
        ({"step_free": True}, "step_free", "step_free", "Det er ikke avklart om boligen har"),
        ({"children": 1}, "suits_children", "household_capacity", "Det er ikke avklart om boligen"),
        ({"max_floor": 0}, "lift", "floor", "1. etasje (heis er ikke avklart), kan bo høyest"),
    ],
)
def test_home_of_which_it_is_not_known_is_not_given_and_says_so(seeker, unknown, code, sentence):
    fit = judge(Seeker(**seeker), Dwelling(free_from=f.today(), **{unknown: None}), f.today())
    said = {verdict.code: verdict.sentence for verdict in fit.verdicts if not verdict.ok}
    assert said[code].startswith(sentence)
