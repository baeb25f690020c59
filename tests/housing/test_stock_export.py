"""Export of the stock to a file, and import of that file (needs H1, X1)."""

from __future__ import annotations

import pytest

from housing import stock_export, stock_import
from housing.models import Property, StockExport, Unit
from tests import factories as f

pytestmark = pytest.mark.django_db
FIELDS = (
    "property__name", "property__address", "property__postcode", "property__area", "name", "type",
    "dwelling_number", "extra_reference", "bedrooms", "size_m2", "floor", "wheelchair",
    "staffing", "rent", "followed_up_by", "property__stage",
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
    report = stock_import.apply(stock_import.read(answer.content, f"ut.{file_format}"))
    assert not report.refused and not report.unknown_columns
    assert set(Unit.objects.values_list(*FIELDS)) == before
    assert StockExport.objects.get().rows == 2


def test_export_has_no_tenants_and_no_formulas():
    stay = f.StayFactory(person=f.PersonFactory(last_name="Leieboer"), lease=True)
    Property.objects.update(source_note="=HYPERLINK(1)")
    made = stock_export.to_file(stock_export.table(Unit.objects.all()), "csv").decode()
    assert "Leieboer" not in made and "'=HYPERLINK" in made
    assert stay.unit.name in made
