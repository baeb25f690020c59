"""Export of the stock to a file, and import of that file (needs H1, X1)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.file_imports.kinds import Work
from accounts.models import OrganisationUnit
from common import pdf, spreadsheets
from demo import stock
from demo.bulk import Bulk
from housing import actions, stock_import
from housing.enums import PropertyStage, Staffing, UnitType
from housing.models import Area, Property, StockExport, Unavailability, Unit
from housing.providers.models import Provider
from tests import factories as f

pytestmark = pytest.mark.django_db
FIELDS = (
    "property__name", "property__address", "property__postcode", "property__area", "name", "type",
    "dwelling_number", "extra_reference", "bedrooms", "size_m2", "floor", "wheelchair",
    "staffing", "rent", "followed_up_by", "property__stage", "capacity", "lift", "night_price",
    "allocated_by", "operated_by", "accepts_pets", "in_use",
)  # fmt: skip
YES_OR_NO = (
    "lift", "step_free", "wheelchair", "own_entrance", "accepts_pets", "near_transport", "quiet",
    "drug_free", "suits_children", "suits_young",
)  # fmt: skip


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_exported_file_can_be_imported_again(login, file_format):
    home = f.PropertyFactory(name='Ærlighetsgata 7; "A"')
    f.UnitFactory(property=home, wheelchair=True, followed_up_by=f.OrganisationUnitFactory())
    f.UnitFactory(property=home, bedrooms=None, floor=-1, staffing="night", rent=None)
    before = set(Unit.objects.values_list(*FIELDS))
    answer = login("boligforvalter").post("/boliger/eksport/", {"format": file_format})
    assert answer.headers["Content-Disposition"].endswith(f'.{file_format}"')
    Unit.objects.all().delete()
    Property.objects.all().delete()
    report = stock_import.apply(
        spreadsheets.read(answer.content, f"ut.{file_format}"), by=None, at=f.now()
    )
    assert not report.refused and not report.unknown_columns
    assert set(Unit.objects.values_list(*FIELDS)) == before
    assert StockExport.objects.get().rows == 2


def test_export_has_no_tenants_and_no_formulas():
    stay = f.StayFactory(person=f.PersonFactory(last_name="Leieboer"), lease=True)
    Property.objects.update(source_note="=HYPERLINK(1)")
    content, _export = actions.export_stock(file_format="csv", by=f.UserFactory(), at=f.now())
    made = content.decode()
    assert "Leieboer" not in made and "'=HYPERLINK" in made
    assert stay.unit.name in made


# ------------------------------------------------------------------ there and back


def taken_out(file_format: str = "csv") -> bytes:
    content, _export = actions.export_stock(file_format=file_format, by=f.UserFactory(), at=f.now())
    return content


def there_and_back() -> tuple[bytes, bytes]:
    """An export, and the export of what importing it into an empty register gives."""
    before = taken_out()
    Unavailability.objects.all().delete()
    for model in (Unit, Property, Area, Provider, OrganisationUnit):
        model.objects.all().delete()
    report = stock_import.apply(spreadsheets.read(before, "ut.csv"), by=None, at=f.now())
    assert not report.refused, [row.errors for row in report.rows if row.errors]
    assert not report.unknown_columns and not report.changed
    return before, taken_out()


def test_stock_of_the_demo_comes_back_byte_for_byte(as_owner):
    bulk, rng = Bulk(), Random(4)
    offices = {name: f.OrganisationUnitFactory() for name in ("bolig", "eiendom", "nav")}
    stock.build(bulk, rng, f.today(), {"units": offices}, dwellings=120, rooms=40)
    with as_owner():
        bulk.flush()
    before, after = there_and_back()
    assert before.count(b"\r\n") == 161
    assert before == after


def test_names_that_read_alike_and_every_fact_of_a_house_come_back():
    """«Rom 1» and «Rom 01» are two homes; the voids count from the day the house was taken over."""
    for name in ("A1", "A-1"):
        home = f.PropertyFactory(
            name=name,
            acquired_on=f.days_ago(400),
            stage_from=f.days_ago(300),
            resident_contact="Ola i 2. etasje",
            resident_contact_phone="75000117",
        )
        for unit in ("Rom 1", "Rom 01", "ROM 1"):
            f.UnitFactory(property=home, name=unit)
    facts = ("property__name", "name", "property__acquired_on", "property__stage_from",
             "property__resident_contact", "property__resident_contact_phone")  # fmt: skip
    was = set(Unit.objects.values_list(*facts))
    before, after = there_and_back()
    assert before == after
    assert set(Unit.objects.values_list(*facts)) == was and len(was) == 6
    # Into a register that has some of it already, the rest is new and nothing is merged.
    Unit.objects.filter(name="Rom 01").delete()
    Property.objects.filter(name="A-1").first().units.all().delete()
    Property.objects.filter(name="A-1").delete()
    report = stock_import.apply(spreadsheets.read(before, "ut.csv"), by=None, at=f.now())
    assert not report.refused
    assert set(Unit.objects.values_list(*facts)) == was


# Only what a letter can show: the import refuses the rest by name (tests/common/test_cells.py).
LETTERS = st.characters(exclude_categories=["C", "Z"], max_codepoint=0x2FFF).filter(
    lambda letter: not pdf.unprintable(letter)
)
WORDS = st.text(LETTERS, min_size=1, max_size=20) | st.sampled_from(
    ["=1+1", "'=x", "-7", "+47 99", "@a", "a;b", 'sa "ja"', "12.000", "ja", "2026-01-02", "'"]
)
OPTIONAL = st.just("") | WORDS
PARAGRAPHS = OPTIONAL | st.lists(WORDS, min_size=2, max_size=3).map("\n".join)


def maybe(strategy):
    return st.none() | strategy


DAYS = st.dates(date(1950, 1, 1), date(2050, 1, 1))  # a day far ahead is refused
PERIODS = st.one_of(
    st.just(DateRange(empty=True)),
    st.builds(DateRange, maybe(st.just(date(1949, 1, 1))), maybe(DAYS)),
)
HOME = st.fixed_dictionaries(
    {
        "address": OPTIONAL,
        "postcode": st.just("") | st.from_regex(r"[0-9]{4}", fullmatch=True),
        "stage": st.sampled_from(PropertyStage),
        "stage_reason": WORDS,
        "stage_from": maybe(DAYS),
        "stage_until": maybe(DAYS),
        "acquired_on": maybe(DAYS),
        "contact_name": OPTIONAL,
        "resident_contact": OPTIONAL,
        "resident_contact_phone": OPTIONAL,
        "surroundings": PARAGRAPHS,
        "expectations": PARAGRAPHS,
        "max_stay_months": maybe(st.integers(1, 600)),
        "source_note": OPTIONAL,
    }
)
UNIT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(UnitType),
        "dwelling_number": st.just("") | st.from_regex(r"[HKLU][0-9]{4}", fullmatch=True),
        "provider_reference": OPTIONAL,
        "bedrooms": maybe(st.integers(0, 20)),
        "size_m2": maybe(st.integers(1, 2000)),
        "floor": maybe(st.integers(-3, 60)),
        "capacity": maybe(st.integers(0, 99)),
        "staffing": st.sampled_from(["", *Staffing]),
        "min_age": maybe(st.integers(0, 30)),
        "max_age": maybe(st.integers(31, 120)),
        "rent": maybe(st.integers(0, 200_000)),
        "night_price": maybe(st.integers(0, 200_000)),
        "shared_home": maybe(st.booleans()),
        "rent_to_own": maybe(st.booleans()),
        "in_use": PERIODS,
        **{name: maybe(st.booleans()) for name in YES_OR_NO},
        **dict.fromkeys(("disposal_form", "ownership_form", "owner", "features"), OPTIONAL),
    }
)
ALIKE = st.sampled_from(["Rom 1", "Rom 01", "rom1", "A1", "A-1", "Storgt. 2", "Storgata 2"])
OFFICES = ("allocated_by", "operated_by", "followed_up_by")
ALIKE_OFFICES = ("Boligkontoret", "bolig-kontoret", "=Nav Øst", "Nav – Øst")
NAMES = st.lists(WORDS | ALIKE, min_size=1, max_size=4, unique=True)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(homes=NAMES, names=NAMES, data=st.data())
def test_any_stock_comes_back_byte_for_byte(homes, names, data):
    for model in (Unit, Property, Area, Provider, OrganisationUnit):
        model.objects.all().delete()
    offices = [None, *(f.OrganisationUnitFactory(name=name) for name in ALIKE_OFFICES)]
    areas = [None, f.AreaFactory(name="Øst – ytre"), f.AreaFactory(name="øst – ytre")]
    providers = [None, f.ProviderFactory(name="=Hybel & co"), f.ProviderFactory(name="hybel & Co")]
    for number, name in enumerate(homes):
        home = Property.objects.create(
            name=name,
            area=data.draw(st.sampled_from(areas)),
            provider=data.draw(st.sampled_from(providers)),
            **data.draw(HOME),
        )
        for unit in names[: data.draw(st.integers(0, len(names)))]:
            Unit.objects.create(
                property=home,
                name=unit,
                kobo_id=data.draw(st.sampled_from(["", f"{number}-{unit}"])),
                extra_reference=data.draw(OPTIONAL),
                **{name: data.draw(st.sampled_from(offices)) for name in OFFICES},
                **data.draw(UNIT),
            )
    before, after = there_and_back()
    assert before == after


def test_offices_that_are_new_are_told_of_and_made_after_a_yes(login):
    """Nothing comes back empty without a word."""
    office = f.OrganisationUnitFactory(name="Boligkontoret")
    f.UnitFactory(allocated_by=office, operated_by=f.OrganisationUnitFactory(name="Eiendom Nord"))
    content = taken_out()
    for model in (Unit, Property, OrganisationUnit):
        model.objects.all().delete()
    sheet = spreadsheets.read(content, "ut.csv")
    (row,) = stock_import.work(Work(sheet, None, f.now())).rows
    assert "enheten «Boligkontoret» finnes ikke i Varig og blir opprettet" in row.read_as
    assert not OrganisationUnit.objects.exists(), "before the yes"
    stock_import.apply(sheet, by=None, at=f.now())
    unit = Unit.objects.get()
    assert (unit.allocated_by.name, unit.operated_by.name) == ("Boligkontoret", "Eiendom Nord")
    assert (unit.allocated_by.kind, unit.operated_by.kind) == ("boligkontor", "eiendom")


def test_office_of_a_property_without_homes_is_not_said_to_be_made():
    """What the report says will be made, is made (tests/data/trondheim_botilbud.csv has both)."""
    content = (
        b"navn,boligtype,antall_enheter,ansvarlig_enhet\n"
        b"Furulia 2,botiltak,1,Rustjenesten\nTonstad,botiltak,,Botiltak psykisk helse\n"
        b"Furulia 4,ukjenttype,1,Feilkontoret\n"
    )
    report = stock_import.apply(spreadsheets.read(content, "hus.csv"), by=None, at=f.now())
    said = [[line for line in row.read_as if "opprettet" in line] for row in report.rows]
    assert said == [["enheten «Rustjenesten» finnes ikke i Varig og blir opprettet"], [], []]
    assert [office.name for office in OrganisationUnit.objects.all()] == ["Rustjenesten"]
