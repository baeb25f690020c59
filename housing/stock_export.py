"""The stock as a spreadsheet, with column names the import reads, also Kobo Bolig's (need H1).

An exported file can be imported again, and gives the same homes. It does not say who lives there.
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
# A spreadsheet program runs a text that starts like this as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(units: QuerySet[Unit]) -> tablib.Dataset:
    """One row per home, in the order of the list of homes."""
    dataset = tablib.Dataset(headers=COLUMNS)
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
        dataset.append([_safe(value) for value in row])
    return dataset


def to_file(dataset: tablib.Dataset, file_format: str) -> bytes:
    """The content of the file. CSV gets a byte order mark, so that Excel reads æ, ø and å."""
    content = dataset.export(file_format)
    return content if isinstance(content, bytes) else content.encode("utf-8-sig")


def _labels(choices: type) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
