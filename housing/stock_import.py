"""Imports the stock from a spreadsheet, also one with gaps (needs H1, X1).

Two kinds of file are read. In an *inventory* a row is a property with a number of units: that
many are created, and none without a number. In a *unit list* a row is one unit, with Kobo Bolig's
column names or ours. What the file leaves out stays unknown and is reported; what is interpreted
from free text («dag og kveld» as staff by day) is reported too. Nothing is guessed, nothing is
deleted, and importing the same file again changes nothing.

The target group of a place («målgruppe») is not imported: a dwelling is described by what it is,
never by diagnoses or groups of people (needs H6, H7).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import tablib
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tablib.exceptions import TablibException

from accounts.models import OrganisationUnit
from common.errors import RuleBroken

from .enums import TEMPORARY_TYPES, PropertyStage, Staffing, UnitType
from .models import Area, NameToAvoid, Property, Unit

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
MOST_UNITS_IN_A_ROW = 999
MOST_UNITS = 20_000
LONGEST_NAME = 120
# The limit for an Excel file, which is a zip, when unpacked.
MOST_BYTES_OPENED = 100_000_000

# The accepted column names, in lower case without spaces: ours, the report's and Kobo's.
COLUMNS = {
    "property": ("navn", "eiendom", "eiendomsnavn"),
    "type": ("boligtype", "type"),
    "count": ("antall_enheter", "antallenheter", "antallboliger", "antall"),
    "staffing": ("bemanning",),
    "stage": ("status", "livsløp"),
    "note": ("merknad",),
    "followed_up_by": ("ansvarlig_enhet", "ansvarligenhet", "følgesoppav"),
    "address": ("adresse",),
    "postcode": ("postnummer",),
    "area": ("område", "bydel"),
    "unit": ("betegnelse", "bolig"),
    "dwelling_number": ("bruksenhetsnummer",),
    "extra_reference": ("ekstrareferanse",),
    "bedrooms": ("antallsoverom", "soverom"),
    "size_m2": ("bruksareal", "areal"),
    "floor": ("etasjenummer", "etasje"),
    "wheelchair": ("ertilgjengeligforrullestolbruker", "rullestol"),
    "rent": ("leiekostnad", "husleie"),
}
LEFT_OUT = ("malgruppe", "målgruppe")

STAGES = {
    "": PropertyStage.IN_USE,
    "i bruk": PropertyStage.IN_USE,
    "planlagt": PropertyStage.PLANNED,
    "ikke tatt i bruk": PropertyStage.PLANNED,
    "avvikles": PropertyStage.AT_RISK,
    "kan falle bort": PropertyStage.AT_RISK,
    "avviklet": PropertyStage.CLOSED,
}
YES, NO = ("ja", "j", "true", "1", "x"), ("nei", "n", "false", "0", "")


class NotAStockFile(RuleBroken):
    """The file is not a readable spreadsheet, or not one about dwellings."""


@dataclass
class RowReport:
    """The result of one row: what it creates, what is missing, and how texts were read."""

    number: int
    name: str
    new_property: bool = False
    new_units: int = 0
    existing_units: int = 0
    missing: list[str] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not self.errors

    @property
    def changes(self) -> bool:
        return self.accepted and (self.new_property or self.new_units > 0)

    @property
    def verdict(self) -> str:
        if self.errors:
            return _("Tas ikke inn")
        if not self.changes:
            return _("Finnes fra før")
        if self.new_units == 0:
            return _("Eiendom uten boliger")
        return ngettext("%(n)d ny bolig", "%(n)d nye boliger", self.new_units) % {
            "n": self.new_units
        }


@dataclass
class Report:
    """What a file would do, or did: row by row, and the columns that were not read."""

    rows: list[RowReport]
    unknown_columns: list[str]
    left_out_columns: list[str]

    @property
    def new_units(self) -> int:
        return sum(row.new_units for row in self.rows if row.accepted)

    @property
    def new_properties(self) -> int:
        return sum(row.new_property for row in self.rows if row.accepted)

    @property
    def refused(self) -> int:
        return sum(not row.accepted for row in self.rows)

    @property
    def with_gaps(self) -> int:
        return sum(bool(row.missing) for row in self.rows if row.accepted)

    @property
    def changes(self) -> bool:
        return any(row.changes for row in self.rows)


def read(content: bytes, file_name: str) -> tablib.Dataset:
    """The rows of a CSV or Excel file. Raises `NotAStockFile` with what is wrong."""
    if len(content) > MOST_BYTES:
        raise NotAStockFile(_("Filen er større enn 5 MB. Del den opp."))
    if not content.strip():
        raise NotAStockFile(_("Filen er tom."))
    is_zip = content.startswith(b"PK\x03\x04")
    try:
        if file_name.lower().endswith(".xlsx"):
            if not is_zip:
                raise NotAStockFile(
                    _("Filen heter .xlsx, men er ikke et Excel-ark. Lagre den på nytt.")
                )
            _refuse_too_big_inside(content)
            table = tablib.Dataset().load(content, format="xlsx", read_only=True)
        elif file_name.lower().endswith(".csv"):
            table = _csv(content, is_zip)
        else:
            raise NotAStockFile(_("Filen må være en CSV-fil (.csv) eller et Excel-ark (.xlsx)."))
    except NotAStockFile:
        raise
    except (TablibException, ValueError, KeyError, OSError, IndexError, TypeError) as error:
        raise NotAStockFile(_("Filen kan ikke leses. Lagre den på nytt, og prøv igjen.")) from error
    except Exception as error:  # openpyxl and zipfile raise many kinds of errors on a broken file
        raise NotAStockFile(_("Filen kan ikke leses. Lagre den på nytt, og prøv igjen.")) from error
    if not table.headers or not len(table):
        raise NotAStockFile(_("Filen har ingen rader under overskriften."))
    if len(table) > MOST_ROWS:
        raise NotAStockFile(_("Filen har mer enn 20 000 rader. Del den opp."))
    return table


def _refuse_too_big_inside(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES_OPENED:
            raise NotAStockFile(_("Excel-arket er for stort når det åpnes. Del det opp."))


def _csv(content: bytes, is_zip: bool) -> tablib.Dataset:
    if is_zip or b"\x00" in content:
        raise NotAStockFile(_("Filen heter .csv, men er ikke en tekstfil. Er det et Excel-ark?"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="strict")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    return tablib.Dataset().load(text, format="csv", delimiter=delimiter)


def examine(table: tablib.Dataset) -> Report:
    """What the file would do, row by row, without doing it."""
    return _Import(table).run(write=False)


@transaction.atomic
def apply(table: tablib.Dataset) -> Report:
    """Import every valid row, in one transaction. The report lists the rows left out.

    The table of properties is locked, so that a second import at the same time waits, sees what
    the first one created, and creates nothing twice.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE housing_property IN SHARE ROW EXCLUSIVE MODE")
    return _Import(table).run(write=True)


class _Import:
    """One pass over the rows; with `write` it also creates what it reports."""

    def __init__(self, table: tablib.Dataset) -> None:
        known = {alias: key for key, aliases in COLUMNS.items() for alias in aliases}
        self.headers = [str(header or "").strip() for header in table.headers]
        self.keys = [known.get(_folded(header)) for header in self.headers]
        if "property" not in self.keys or "type" not in self.keys:
            raise NotAStockFile(
                _("Filen må ha en kolonne for navn (eller eiendom) og en for boligtype.")
            )
        self.table = table
        self.per_unit = "unit" in self.keys or "dwelling_number" in self.keys
        self.properties = {item.name: item for item in Property.objects.all()}
        self.units: dict[str, set[tuple[str, str]]] = {}
        for name, unit, extra in Unit.objects.values_list(
            "property__name", "name", "extra_reference"
        ):
            self.units.setdefault(name, set()).add((unit, extra))
        self.organisation = {unit.name: unit for unit in OrganisationUnit.objects.all()}
        self.areas = {area.name.casefold(): area for area in Area.objects.all()}
        self.refusal = NameToAvoid.objects.name_check()

    def run(self, *, write: bool) -> Report:
        rows = [
            self._row(number, values, write)
            for number, values in enumerate(self.table, start=2)
            if any(str(value or "").strip() for value in values)
        ]
        if sum(row.new_units for row in rows) > MOST_UNITS:
            raise NotAStockFile(_("Filen gir mer enn 20 000 boliger. Del den opp."))
        named = [(h, k) for h, k in zip(self.headers, self.keys, strict=True) if h and not k]
        left_out = [header for header, _key in named if _folded(header) in LEFT_OUT]
        return Report(rows, [h for h, _key in named if h not in left_out], left_out)

    def _row(self, number: int, values: Sequence, write: bool) -> RowReport:
        row = {
            key: " ".join(str(value if value is not None else "").split())
            for key, value in zip(self.keys, values, strict=False)
            if key
        }
        report = RowReport(number, row.get("property", ""))
        if not report.name:
            report.errors.append(_("Navn mangler."))
            return report
        if len(report.name) > LONGEST_NAME:
            report.errors.append(_("Navnet er lengre enn 120 tegn."))
            return report
        if reason := self.refusal(report.name, row.get("unit", "")):
            report.errors.append(reason)
            return report
        kind = _enum(UnitType, row.get("type", ""))
        if kind is None:
            report.errors.append(
                _("Boligtypen «%(type)s» finnes ikke.") % {"type": row["type"]}
                if row.get("type")
                else _("Boligtype mangler.")
            )
            return report
        details = self._property_details(row, report)
        units = self._one_unit(row, report) if self.per_unit else self._counted_units(row, report)
        if report.errors:
            return report
        shared = self._unit_details(row, kind, details["stage"], report)
        if report.errors:
            return report
        self._count(report, units)
        if write and report.changes:
            self._make(report, details, shared, units)
        # Later rows of the file must see what this row creates.
        self.properties.setdefault(report.name, self.properties.get(report.name))
        self.units.setdefault(report.name, set()).update(_key_of(unit) for unit in units)
        return report

    # ------------------------------------------------------------------ reading

    def _property_details(self, row: dict, report: RowReport) -> dict:
        stage_text = row.get("stage", "")
        stage = STAGES.get(stage_text.casefold()) or _enum(PropertyStage, stage_text)
        if stage is None:
            report.errors.append(_("Statusen «%(text)s» finnes ikke.") % {"text": stage_text})
            stage = PropertyStage.IN_USE
        elif stage_text and stage.label.casefold() != stage_text.casefold():
            report.read_as.append(_read_as(_("status"), stage_text, stage.label))
        postcode = row.get("postcode", "")
        if postcode and not re.fullmatch(r"\d{4}", postcode):
            report.errors.append(_("Postnummeret har fire siffer."))
        area = self.areas.get(row.get("area", "").casefold())
        if row.get("area") and area is None:
            report.missing.append(
                _("området «%(name)s» finnes ikke i Varig") % {"name": row["area"]}
            )
        if not row.get("address"):
            report.missing.append(_("adresse"))
        return {
            "stage": stage,
            "address": row.get("address", "")[:200],
            "postcode": postcode[:4],
            "area": area,
            "stage_reason": (row.get("note") or _("Ikke skrevet i filen"))[:300]
            if stage == PropertyStage.AT_RISK
            else "",
            "source_note": row.get("note", "")[:300],
        }

    def _counted_units(self, row: dict, report: RowReport) -> list[dict]:
        text = row.get("count", "")
        if not text:
            report.missing.append(_("antall boliger, så ingen boliger lages"))
            return []
        count = _whole(text)
        if count is None or not 1 <= count <= MOST_UNITS_IN_A_ROW:
            report.errors.append(
                _("Antall boliger må være et helt tall fra 1 til 999, ikke «%(text)s».")
                % {"text": text}
            )
            return []
        report.read_as.append(_("boligene heter Bolig 1 og oppover, siden filen ikke navngir dem"))
        return [{"name": f"Bolig {number}"} for number in range(1, count + 1)]

    def _one_unit(self, row: dict, report: RowReport) -> list[dict]:
        dwelling_number = row.get("dwelling_number", "").upper()
        if dwelling_number and not re.fullmatch(r"[HKLU]\d{4}", dwelling_number):
            report.errors.append(_("Bruksenhetsnummer er en bokstav og fire siffer, som H0202."))
        name = row.get("unit") or dwelling_number
        if not name:
            report.errors.append(_("Betegnelse eller bruksenhetsnummer mangler."))
        return [
            {
                "name": name[:40],
                "dwelling_number": dwelling_number[:5],
                "extra_reference": row.get("extra_reference", "")[:40],
            }
        ]

    def _unit_details(self, row: dict, kind: str, stage: str, report: RowReport) -> dict:
        numbers = {}
        for key, label, least, most in (
            ("bedrooms", _("antall soverom"), 0, 20),
            ("size_m2", _("bruksareal"), 1, 2000),
            ("floor", _("etasje"), -3, 60),
            ("rent", _("husleie"), 0, 200_000),
        ):
            text = row.get(key, "")
            numbers[key] = _whole(text)
            if not text:
                report.missing.append(label)
            elif numbers[key] is None or not least <= numbers[key] <= most:
                report.errors.append(
                    _("«%(text)s» kan ikke leses som %(label)s.") % {"text": text, "label": label}
                )
        staffing = _staffing(row.get("staffing", ""))
        if not row.get("staffing"):
            report.missing.append(_("bemanning"))
        elif staffing is None:
            report.missing.append(
                _("bemanning («%(text)s» kan leses på flere måter)") % {"text": row["staffing"]}
            )
        else:
            report.read_as.append(_read_as(_("bemanning"), row["staffing"], staffing.label))
        followed_up_by = self.organisation.get(row.get("followed_up_by", ""))
        if row.get("followed_up_by") and followed_up_by is None:
            report.missing.append(
                _("enheten «%(name)s» finnes ikke i Varig") % {"name": row["followed_up_by"]}
            )
        wheelchair = row.get("wheelchair", "").casefold()
        if wheelchair not in YES and wheelchair not in NO:
            report.errors.append(_("Rullestol må være ja eller nei."))
        return {
            **numbers,
            "type": kind,
            "staffing": staffing or "",
            "followed_up_by": followed_up_by,
            "wheelchair": wheelchair in YES,
            "step_free": wheelchair in YES,
            # The file has no column for this, so nothing is promised.
            "accepts_pets": False,
            "suits_children": kind not in TEMPORARY_TYPES and (numbers["bedrooms"] or 0) > 1,
            "in_use": DateRange(None, None)
            if stage in (PropertyStage.IN_USE, PropertyStage.AT_RISK)
            else DateRange(empty=True),
        }

    # ------------------------------------------------------------------ making

    def _count(self, report: RowReport, units: list[dict]) -> None:
        existing = self.units.get(report.name, set())
        report.new_property = report.name not in self.properties
        report.new_units = sum(_key_of(unit) not in existing for unit in units)
        report.existing_units = len(units) - report.new_units
        if not self.per_unit and units and len(existing) > len(units):
            report.read_as.append(
                _("Varig har %(n)d boliger her fra før; ingen tas bort") % {"n": len(existing)}
            )

    def _make(self, report: RowReport, details: dict, shared: dict, units: Iterable[dict]) -> None:
        existing = self.units.get(report.name, set())
        row_property = self.properties.get(report.name)
        if row_property is None:
            row_property = Property.objects.create(name=report.name, **details)
            self.properties[report.name] = row_property
        for unit in units:
            if _key_of(unit) not in existing:
                Unit.objects.create(property=row_property, **shared, **unit)


def _key_of(unit: dict) -> tuple[str, str]:
    return unit["name"], unit.get("extra_reference", "")


def _folded(header: str) -> str:
    return header.casefold().replace(" ", "")


def _read_as(what: str, text: str, label: object) -> str:
    return _("%(what)s «%(text)s» er lest som «%(label)s»") % {
        "what": what,
        "text": text,
        "label": label,
    }


def _enum(choices: type, text: str):
    for choice in choices:
        if text.casefold() in (choice.value.casefold(), str(choice.label).casefold()):
            return choice
    return None


def _staffing(text: str) -> Staffing | None:
    """The staffing a free text describes; None when it is unclear."""
    folded = text.casefold()
    if not folded or "base" in folded:
        return None
    if "ambulerende" in folded and not re.search(r"døgn|personell|dag", folded):
        return Staffing.NONE
    if re.search(r"døgn|nattevakt|^natt$", folded):
        return Staffing.NIGHT
    if re.search(r"dag|kveld|hverdager", folded):
        return Staffing.DAY
    return _enum(Staffing, text)


def _whole(text: str) -> int | None:
    """A whole number, also as a spreadsheet writes it (7.0); None for anything else."""
    match = re.fullmatch(r"(-?\d{1,6})(?:[.,]0+)?", text.replace(" ", "").replace("\u00a0", ""))
    return int(match[1]) if match else None
