"""The stock as a spreadsheet, under the names the import reads, Kobo Bolig's among them (need H1).

What is taken out can be taken in again, and gives the same homes. Who lives there is not in it.
"""

from __future__ import annotations

import tablib
from django.db.models import QuerySet

from .enums import PropertyStage, Staffing, UnitType
from .models import Unit

COLUMNS = (
    "eiendom", "adresse", "postnummer", "område", "status", "merknad", "boligtype", "betegnelse",
    "bruksenhetsnummer", "ekstraReferanse", "antallSoverom", "bruksareal", "etasjenummer",
    "erTilgjengeligForRullestolbruker", "bemanning", "leiekostnad", "ansvarlig_enhet",
)  # fmt: skip
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet takes a text that begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(units: QuerySet[Unit]) -> tablib.Dataset:
    """A row a home, in the order of the list."""
    found = tablib.Dataset(headers=COLUMNS)
    types, stages, staffing = map(_labels, (UnitType, PropertyStage, Staffing))
    rows = units.select_related("property__area", "followed_up_by").order_by("sort_name", "pk")
    for unit in rows.iterator(chunk_size=2000):
        home = unit.property
        row = (
            home.name, home.address, home.postcode, home.area.name if home.area else "",
            stages[home.stage], home.source_note, types[unit.type], unit.name,
            unit.dwelling_number, unit.extra_reference, unit.bedrooms, unit.size_m2, unit.floor,
            "ja" if unit.wheelchair else "nei", staffing.get(unit.staffing, ""), unit.rent,
            unit.followed_up_by.name if unit.followed_up_by else "",
        )  # fmt: skip
        found.append([_safe(value) for value in row])
    return found


def written(found: tablib.Dataset, file_format: str) -> bytes:
    """The file itself; CSV with a mark that lets Excel read æ, ø and å."""
    made = found.export(file_format)
    return made if isinstance(made, bytes) else made.encode("utf-8-sig")


def _labels(choices: type) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
