"""Reads and writes the files municipalities have: Excel, and CSV as Norwegian Excel saves it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import tablib
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from . import cells
from .errors import RuleBroken

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
# The limit for an Excel file, which is a zip, when unpacked.
MOST_BYTES_OPENED = 100_000_000
MOST_PARTS = 1_000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class NotReadable(RuleBroken):
    """The file is not a spreadsheet that can be read."""


@dataclass
class Sheet:
    """The first sheet with content: its headings, its rows with their numbers in the file, and
    the names of other sheets with content, which are not read."""

    headings: list[str]
    rows: list[tuple[int, Sequence[Any]]]
    other_sheets: list[str] = field(default_factory=list)


def read(content: bytes, file_name: str, *, most_rows: int = MOST_ROWS) -> Sheet:
    """The rows of a CSV or Excel file. Raises `NotReadable` with what is wrong."""
    sheet = _sheet(content, file_name, most_rows)
    if not sheet.rows:
        raise NotReadable(_("Filen har ingen rader under overskriften."))
    if len(sheet.rows) > most_rows:
        raise NotReadable(_("Filen har mer enn 20 000 rader. Del den opp."))
    return sheet


def headings(content: bytes, file_name: str) -> list[str]:
    """The headings, without reading the rest of the file. Raises `NotReadable`."""
    sheet = _sheet(content, file_name, 0)
    if not sheet.rows:
        raise NotReadable(_("Filen har ingen rader under overskriften."))
    return sheet.headings


def _sheet(content: bytes, file_name: str, most_rows: int) -> Sheet:
    if len(content) > MOST_BYTES:
        raise NotReadable(_("Filen er større enn 10 MB. Del den opp."))
    if not content.strip():
        raise NotReadable(_("Filen er tom."))
    name, is_zip = file_name.lower(), content.startswith(b"PK\x03\x04")
    try:
        if name.endswith(".xlsx"):
            if not is_zip:
                raise NotReadable(
                    _("Filen heter .xlsx, men er ikke et Excel-ark. Lagre den på nytt.")
                )
            return _excel(content, most_rows)
        if name.endswith(".csv"):
            if is_zip or b"\x00" in content:
                raise NotReadable(
                    _("Filen heter .csv, men er ikke en tekstfil. Er det et Excel-ark?")
                )
            return _first_rows(_csv(content), most_rows)
    except NotReadable:
        raise
    except Exception as error:  # openpyxl and zipfile raise many kinds of errors on a broken file
        raise NotReadable(_("Filen kan ikke leses. Lagre den på nytt, og prøv igjen.")) from error
    raise NotReadable(_("Filen må være en CSV-fil (.csv) eller et Excel-ark (.xlsx)."))


def _excel(content: bytes, most_rows: int) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        inside = parts.infolist()
        if len(inside) > MOST_PARTS or sum(p.file_size for p in inside) > MOST_BYTES_OPENED:
            raise NotReadable(_("Excel-arket er for stort når det åpnes. Del det opp."))
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    first: Sheet | None = None
    others = []
    for sheet in book.worksheets:
        if first is None:
            read = _first_rows(enumerate(sheet.iter_rows(values_only=True), start=1), most_rows)
            first = read if read.headings else None
        elif any(_has_content(row) for row in sheet.iter_rows(max_row=200, values_only=True)):
            others.append(sheet.title)
    first = first or Sheet([], [])
    first.other_sheets = others
    return first


def _csv(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="strict")
    skipped = 0
    head, _newline, rest = text.partition("\n")
    if head.strip().lower().startswith("sep="):  # written by Excel, for Excel
        text, skipped, head = rest, 1, rest.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return enumerate(reader, start=1 + skipped)


def _first_rows(rows: Iterable[tuple[int, Sequence[Any]]], most: int) -> Sheet:
    """The headings and the rows with content, at most one more than `most`."""
    found = Sheet([], [])
    for number, row in rows:
        if not _has_content(row):
            continue
        if not found.headings:
            found.headings = [_heading(cell) for cell in row]
            continue
        found.rows.append((number, row))
        if len(found.rows) > most:
            break
    return found


def _heading(cell: Any) -> str:
    try:
        return cells.one_line(cell)
    except cells.Unreadable:
        return str(cell)


def _has_content(row: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)


def write(names: Sequence[str], rows: Iterable[Sequence[Any]], file_format: str) -> bytes:
    """The content of a file. CSV has semicolons and a byte order mark, as Norwegian Excel reads."""
    table = tablib.Dataset(headers=names)
    table.extend([cells.written(value) for value in row] for row in rows)
    if file_format == "csv":
        return table.export("csv", delimiter=";").encode("utf-8-sig")
    return table.export(file_format, column_width=None)
