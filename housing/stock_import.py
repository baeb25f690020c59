"""Imports the stock from a spreadsheet, also one with gaps (needs H1, X1).

Two kinds of file are read. In an *inventory* a row is the homes of one type at a property, with
their number: that many are created, and none without a number. In a *unit list* a row is one unit,
with Kobo Bolig's column names or ours. What the file leaves out stays unknown and is reported;
what is interpreted from free text («dag og kveld» as staff by day) is reported too. Nothing is
guessed, nothing is deleted, and importing the same file again changes nothing.

A unit is found again by its Kobo ID, its own reference, or its name; capitals and spelling do not
matter. Values that differ from Varig's are reported, and taken in only when asked for. An empty
cell changes nothing. A file with every column is written by Varig: it spells each name as it is,
so that «Rom 1» and «Rom 01» are two homes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast, Concat
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import UnitKind
from accounts.file_imports.kinds import Progress, Report, RowReport, Work, WrongColumns
from accounts.models import OrganisationUnit
from common import cells
from common.calendar import local_date
from common.cells import Unreadable, folded
from common.errors import impossible_day
from common.formatting import nbdate
from common.history import CHANGED, CREATED, write_history
from common.sorting import home_key, norwegian_key
from common.spreadsheets import Sheet

from . import closing
from . import stock_columns as columns
from .enums import PropertyStage, UnitType, use_of
from .models import YES_OR_NO, Area, NameToAvoid, Property, Unit
from .providers.models import Provider
from .stock_columns import COUNT, IN_USE_FROM, IN_USE_TO, Column

if TYPE_CHECKING:
    from accounts.models import User

MOST_UNITS = 20_000
BATCH = 500
# Key of the advisory lock that lets one import of the stock run at a time.
IMPORT_LOCK = 8_101
NAMED_BY = ("name", "extra_reference")
STANDING = (PropertyStage.IN_USE, PropertyStage.AT_RISK)
# The kind of an office that is new, by what it does with the home.
OFFICES = {
    "allocated_by": UnitKind.HOUSING_OFFICE,
    "operated_by": UnitKind.ESTATE,
    "followed_up_by": UnitKind.HEALTH_OFFICE,
}
# What the homes of a property follow, see `closing.apply_stage`.
FOLLOWED = ("stage", "stage_from", "stage_until")


class NotAStockFile(WrongColumns):
    """The file is not one about dwellings."""


def check_headings(headings: Sequence[str]) -> None:
    """Raises `NotAStockFile` if the file cannot be about dwellings."""
    known = columns.by_name()
    fields = {known[columns.key(name)][1].field for name in headings if columns.key(name) in known}
    with_property = any(
        columns.key(name) in ("navn", "eiendom", "eiendomsnavn") for name in headings
    )
    if "kobo_id" not in fields and not ("type" in fields and with_property):
        raise NotAStockFile(
            _("Filen må ha en kolonne for navn (eller eiendom) og en for boligtype.")
        )


def work(job: Work) -> Report:
    """Read the file against the stock, and with `job.write` import every valid row.

    The report lists the rows left out. With `job.with_changes`, homes that are in Varig get the
    file's values. A second import at the same time waits, sees what the first one created, and
    creates nothing twice. Runs in the caller's transaction.
    """
    if not job.write:
        return _Plan(job, job.progress).report
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    plan = _Plan(job, lambda done, total: job.progress(done // 2, total))
    if job.with_changes and plan.report.changed:
        # Others may have changed these rows meanwhile: locked, and compared again.
        for model, wanted in (
            (Property, [known.object.pk for known in plan.changed_homes()]),
            (Unit, [unit.pk for unit in plan.changed_units()]),
        ):
            rows = model.objects.filter(pk__in=wanted).order_by("pk")
            list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
        plan = _Plan(job)
    job.agreed(plan.report)
    if not job.with_changes:
        plan.leave_out_names_still_taken()
    total = len(job.sheet.rows)
    plan.write(
        job,
        lambda part: job.progress(total // 2 + int(part * total) // 2, total),
    )
    return plan.report


@transaction.atomic
def apply(sheet: Sheet, *, by: User | None, at: datetime, with_changes: bool = False) -> Report:
    """Import a file in one go, outside the pages: for the command and the tests."""
    return work(Work(sheet, by, at, write=True, with_changes=with_changes))


@dataclass
class _Home:
    """A property in Varig or new in the file, its units, and where the file speaks of it."""

    object: Property
    new: bool
    units: list[Unit] = field(default_factory=list)
    said: dict[str, tuple[int, Any]] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Row:
    """The values of a row, before it is compared with Varig."""

    report: RowReport
    home: dict[str, Any] = field(default_factory=dict)
    unit: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    at: _Home | None = None
    known: Unit | None = None
    new_offices: list[str] = field(default_factory=list)

    @property
    def of_home_only(self) -> bool:
        """The row says nothing about a unit: a property without homes."""
        return not self.other and all(value in (None, "") for value in self.unit.values())


class _Plan:
    """Everything the file means against the stock as it is now; `write` does it."""

    def __init__(self, job: Work, progress: Progress = lambda done, total: None) -> None:
        sheet, self.today = job.sheet, local_date(job.at)
        check_headings(sheet.headings)
        known = columns.by_name()
        self.columns = [known.get(columns.key(name)) for name in sheet.headings]
        fields = {entry[1].field for entry in self.columns if entry and entry[0] is not Property}
        self.per_unit = bool(fields & {"name", "dwelling_number", "kobo_id"})
        self.by_varig = {columns.key(name) for name in columns.NAMES} <= {
            columns.key(name) for name in sheet.headings
        }
        self._read_lists()
        self.new_units: list[tuple[_Home, Unit]] = []
        self.changes: dict[int, tuple[Unit, dict[str, Any]]] = {}
        self.groups: dict[tuple, int] = {}
        self.claimed: dict[Any, int] = {}
        self.claimed_by_kobo: set[int] = set()
        self.row_of: dict[int, _Row] = {}  # by the id of a new or changed unit
        self.seen: dict[tuple, int] = {}
        self.alike: dict[tuple, int] = {}
        rows = [self._read(number, row) for number, row in sheet.rows]
        self._read_stock(rows)
        for row in rows:
            self._name_home(row)
        self._find(rows)
        for done, row in enumerate(rows):
            if not row.report.errors:
                self._judge(row)
            if done % BATCH == 0:
                progress(done, len(rows))
        self._settle_names()
        for row in rows:
            row.report.verdict = _verdict(row.report)
            unit = row.unit.get("name") or row.unit.get("dwelling_number")
            row.report.name = ", ".join(filter(None, (row.home["name"], unit)))
        if sum(row.report.makes for row in rows) > MOST_UNITS:
            raise NotAStockFile(_("Filen gir mer enn 20 000 boliger. Del den opp."))
        unread = [name for name, of in zip(sheet.headings, self.columns, strict=True) if not of]
        reasons = [(name, columns.left_out(name)) for name in unread if name]
        self.report = Report(
            [row.report for row in rows],
            [name for name, reason in reasons if not reason],
            [(name, reason) for name, reason in reasons if reason],
            sheet.other_sheets,
        )

    def _read_stock(self, rows: list[_Row]) -> None:
        """The properties the file may be about, with their homes: by name, address or Kobo ID."""
        said = {row.home.get(name, "") for row in rows for name in ("name", "address")}
        names = {self.folded(name) for name in said if name}
        stored = Property.objects.values_list("pk", "name")
        wanted = {pk for pk, name in stored if self.folded(name) in names}
        kobo_ids = {row.unit.get("kobo_id") or "" for row in rows} - {""}
        wanted.update(Unit.objects.filter(kobo_id__in=kobo_ids).values_list("property", flat=True))
        about = Property.objects.filter(pk__in=wanted).order_by("pk")
        homes = {item.pk: _Home(item, False) for item in about}
        self.kobo: dict[str, tuple[_Home, Unit]] = {}
        for unit in Unit.objects.filter(property__in=wanted).order_by("pk"):
            homes[unit.property_id].units.append(unit)
            if unit.kobo_id:
                self.kobo[unit.kobo_id] = (homes[unit.property_id], unit)
        self.homes = {home.object.name: home for home in homes.values()}
        self.folded_homes: dict[str, list[_Home]] = {}
        for home in homes.values():
            self.folded_homes.setdefault(self.folded(home.object.name), []).append(home)

    def _read_lists(self) -> None:
        # Names recur, and folding one takes longer than anything else that is done with a row.
        self.folded = cache(folded)
        offices = list(OrganisationUnit.objects.order_by("pk"))
        self.named = {
            "area": _by_name(Area.objects.order_by("pk")),
            "provider": _by_name(Provider.objects.order_by("pk")),
            **dict.fromkeys(OFFICES, _by_name(offices)),
        }
        self.refusal = NameToAvoid.objects.name_check()

    # ------------------------------------------------------------------ reading a row

    def _read(self, number: int, cell_values: Sequence[Any]) -> _Row:
        row = _Row(RowReport(number))
        for entry, cell in zip(self.columns, cell_values, strict=False):
            if entry is None:
                continue
            model, column = entry
            try:
                self._read_cell(row, model, column, cell)
                self._check_day(row, column)
            except Unreadable as error:
                row.report.errors.append(str(error))
        return row

    def _check_day(self, row: _Row, column: Column) -> None:
        for values in (row.home, row.other):
            day = values.get(column.field)
            # Old houses are older than anything else in Varig.
            late = isinstance(day, date) and day > self.today
            if late and (sentence := impossible_day(day, self.today)):
                raise Unreadable(f"{column.name}: {sentence}")

    def _name_home(self, row: _Row) -> None:
        name = row.home.get("name", "")
        found = self.kobo.get(row.unit.get("kobo_id", ""))
        if not name and found:
            name = found[0].object.name
        if not name and row.home.get("address"):
            name = row.home["address"]
            row.report.read_as.append(_("eiendommen heter som adressen, «%(n)s»") % {"n": name})
        row.home["name"] = row.report.name = name
        if not name and not row.report.errors:
            row.report.errors.append(_("Eiendom mangler: skriv navnet eller adressen."))
        if reason := self.refusal(name, row.unit.get("name", "")):
            row.report.errors.append(reason)

    def _read_cell(self, row: _Row, model: type | None, column: Column, cell: Any) -> None:
        if column.field == "staffing":
            self._read_staffing(row, cells.one_line(cell))
        elif column.named:
            self._read_named(row, model, column, cells.one_line(cell))
        elif column.field == IN_USE_FROM:
            if since := self._in_use_from(cell, column.name):
                row.other[IN_USE_FROM] = since
        elif model is None:
            label = _("antall boliger") if column.field == COUNT else column.name
            if (value := column.value(cell, label)) is not None:
                row.other[column.field] = value
        else:
            label = column.label_in(model)
            value = column.value(cell, label)
            if isinstance(value, int) and cells.was_rounded(cell, value) and value not in (0, 1):
                row.report.read_as.append(_read_as(label, cells.one_line(cell), value))
            if column.field == "stage" and value:
                text = cells.one_line(cell)
                if norwegian_key(text) != norwegian_key(str(value.label)):
                    row.report.read_as.append(_read_as(_("status"), text, value.label))
            if column.field == "postcode" and value != cells.one_line(cell):
                row.report.read_as.append(_read_as(label, cells.one_line(cell), value))
            (row.home if model is Property else row.unit)[column.field] = value

    def _read_staffing(self, row: _Row, text: str) -> None:
        staffing = columns.staffing_from(text)
        row.unit["staffing"] = staffing or ""
        if text and staffing is None:
            row.report.missing.append(
                _("bemanning («%(text)s» kan leses på flere måter)") % {"text": text}
            )
        elif text and norwegian_key(text) != norwegian_key(str(staffing.label)):
            row.report.read_as.append(_read_as(_("bemanning"), text, staffing.label))

    def _read_named(self, row: _Row, model: type, column: Column, text: str) -> None:
        """An area, a provider and an office that are new get a line in their list. Nobody has a
        role at a new office, so it gives no right."""
        values = row.home if model is Property else row.unit
        known = self.named[column.field]
        thing = (known.get(text) or known.get(self.folded(text))) if text else None
        if thing is not None and self.by_varig and thing.pk is None and thing.name != text:
            thing = None
        if text and thing is None and column.field == "area":
            if len(text) > 80:
                raise Unreadable(_("Området er lengre enn 80 tegn."))
            thing = Area(name=text)
        elif text and thing is None and column.field == "provider":
            if len(text) > 120:
                raise Unreadable(_("Leverandøren er lengre enn 120 tegn."))
            thing = Provider(name=text)
        elif text and thing is None:
            if len(text) > 120:
                raise Unreadable(_("Enheten er lengre enn 120 tegn."))
            thing = OrganisationUnit(name=text, kind=OFFICES[column.field])
        if thing is not None:
            known[text] = known[self.folded(text)] = thing
            if thing.pk is None and column.field in OFFICES:
                row.new_offices.append(thing.name)
            elif thing.pk is None:
                remark = _("%(what)s «%(name)s» er nytt i Varig")
                row.report.read_as.append(
                    remark % {"what": column.label_in(model), "name": thing.name}
                )
        values[column.field] = thing

    def _in_use_from(self, cell: Any, label: str) -> Any:
        if cell is None:
            return ""
        if isinstance(cell, str):
            text = cells.one_line(cell).casefold()
            if text in ("", columns.NOT_IN_USE, columns.SINCE_UNKNOWN):
                return text
        return cells.day(cell, label) or ""

    # ------------------------------------------------------------------ finding what is known

    def _find(self, rows: list[_Row]) -> None:
        """Find each row's property and unit: all exact ones first, then the similar ones."""
        good = [row for row in rows if not row.report.errors]
        # The names that Varig spells like this are not other spellings of each other.
        exact = {row.report.name for row in good} if self.by_varig else set()
        for row in good:
            self._find_home(row, exact)
        if not self.per_unit:
            return
        good = [row for row in good if not row.of_home_only]
        for row in good:
            self._name_unit(row)
        good = [row for row in good if not row.report.errors]
        references = Counter((id(row.at), self.folded(row.unit["extra_reference"])) for row in good)
        for row in good:
            if kobo_id := row.unit.get("kobo_id"):
                self._claim((kobo_id,), row)
        good = [row for row in good if not row.report.errors]
        for row in good:
            if found := self.kobo.get(row.unit.get("kobo_id", "")):
                row.known = found[1]
                self.claimed_by_kobo.add(found[1].pk)
        for row in good:
            row.known = row.known or self._exactly(row)
            if row.known is not None:
                self._claim(row.known.pk, row)
        for row in good:
            if row.known is None and not row.report.errors:
                alone = references[id(row.at), self.folded(row.unit["extra_reference"])] == 1
                row.known = self._similar(row, alone)
                if row.known is not None:
                    self._claim(row.known.pk, row)

    def _find_home(self, row: _Row, exact: set[str]) -> None:
        name = row.report.name
        home = self.homes.get(name)
        if home is None:
            similar = self.folded_homes.get(self.folded(name), [])
            similar = [each for each in similar if each.object.name not in exact]
            home = similar[0] if len(similar) == 1 else None
            if home is not None:
                row.report.read_as.append(_read_as(_("eiendommen"), name, home.object.name))
        if home is None:
            home = _Home(Property(name=name), True)
            self.homes[name] = home
            self.folded_homes.setdefault(self.folded(name), []).append(home)
        row.at = home

    def _name_unit(self, row: _Row) -> None:
        unit = row.unit
        found = self.kobo.get(unit.get("kobo_id", ""))
        unit["extra_reference"] = unit.get("extra_reference", "")
        unit["name"] = unit.get("name") or unit.get("dwelling_number", "")
        if not unit["name"] and found:
            unit["name"] = found[1].name
        if not unit["name"]:
            row.report.errors.append(_("Betegnelse eller bruksenhetsnummer mangler."))
        elif found and found[0] is not row.at:
            row.report.errors.append(
                _("Kobo-ID-en hører til en bolig i «%(name)s» i Varig.")
                % {"name": found[0].object.name}
            )

    def _exactly(self, row: _Row) -> Unit | None:
        """The home with this name, if no row has its Kobo ID: one renumbered in Kobo is another."""
        wanted = (row.unit["name"], row.unit["extra_reference"])
        for unit in row.at.units:
            taken = unit.pk in self.claimed_by_kobo
            if (unit.name, unit.extra_reference) == wanted and not taken:
                return unit
        return None

    def _similar(self, row: _Row, alone: bool) -> Unit | None:
        free = [u for u in row.at.units if u.pk not in self.claimed and self._may_be(row, u)]
        reference = self.folded(row.unit["extra_reference"])
        if reference and alone:
            same = [unit for unit in free if self.folded(unit.extra_reference) == reference]
            if len(same) == 1:
                return same[0]
        name = self.folded(row.unit["name"])
        same = [
            unit
            for unit in free
            if self.folded(unit.name) == name
            and (not reference or self.folded(unit.extra_reference) in ("", reference))
        ]
        if len(same) > 1:
            row.report.errors.append(
                _("Flere boliger heter «%(name)s» her. Skriv egen referanse eller Kobo-ID.")
                % {"name": row.unit["name"]}
            )
            return None
        return same[0] if same else None

    def _may_be(self, row: _Row, unit: Unit) -> bool:
        kobo_id = row.unit.get("kobo_id")
        return not self.by_varig or not kobo_id or not unit.kobo_id or unit.kobo_id == kobo_id

    def _claim(self, key: Any, row: _Row) -> None:
        """One row is about the home with this key or Kobo ID; a second one is an error."""
        number = self.claimed.setdefault(key, row.report.number)
        if number != row.report.number:
            row.report.errors.append(_("Samme bolig står på rad %(n)d.") % {"n": number})

    # ------------------------------------------------------------------ judging a row

    def _judge(self, row: _Row) -> None:
        report, home = row.report, row.at
        of_unit = self.per_unit and not row.of_home_only
        if row.unit.get("type") is None and (of_unit or not self.per_unit) and row.known is None:
            report.errors.append(_("Boligtype mangler."))
        names = [] if self.per_unit else self._counted(row)
        if of_unit and row.known is None:
            names = [row.unit["name"]]
            self._refuse_second(row)
        self._check_ages(row)
        details = self._home_details(row)
        period = self._period(row, details.get("stage") or home.object.stage)
        if report.errors:
            return
        if not self.per_unit or of_unit:
            self._note_missing(row)
        self._home_takes(row, details)
        report.makes_parent = home.new and not home.said
        for field_name, value in details.items():
            home.said.setdefault(field_name, (report.number, value))
        home.said.setdefault("name", (report.number, home.object.name))
        if names or row.known is not None:  # an office is made for a home, not for a property
            remark = _("enheten «%(name)s» finnes ikke i Varig og blir opprettet")
            told = dict.fromkeys(row.new_offices)
            report.read_as[:0] = [remark % {"name": name} for name in told]
        if row.known is not None:
            report.known = 1
            self._change(row, period)
            return
        report.makes = len(names)
        for name in names:
            unit = self._new_unit(row, name, period)
            self.row_of[id(unit)] = row
            home.units.append(unit)
            self.new_units.append((home, unit))

    def _refuse_second(self, row: _Row) -> None:
        """The same new home twice in the file is an error; so is a name that reads as another's,
        since it may be the same home."""
        exact = (row.unit["name"], row.unit["extra_reference"])
        number = self.seen.setdefault((id(row.at), *exact), row.report.number)
        if number != row.report.number:
            row.report.errors.append(_("Samme bolig står på rad %(n)d.") % {"n": number})
            return
        number = self.alike.setdefault((id(row.at), *map(self.folded, exact)), row.report.number)
        if number == row.report.number:
            return
        if self.by_varig:
            row.report.read_as.append(_("navnet ligner på det på rad %(n)d") % {"n": number})
            return
        row.report.errors.append(
            _(
                "Navnet ligner på det på rad %(n)d. Er det to boliger, så skriv egen referanse på "
                "begge."
            )
            % {"n": number}
        )

    def _check_ages(self, row: _Row) -> None:
        least, most = row.unit.get("min_age"), row.unit.get("max_age")
        if row.known is not None:
            least = row.known.min_age if least is None else least
            most = row.known.max_age if most is None else most
        if least is not None and most is not None and most < least:
            row.report.errors.append(_("Alder til må være høyere enn alder fra."))

    def _counted(self, row: _Row) -> list[str]:
        """The names of the new homes of an inventory's row: those of its type that are missing."""
        report, count = row.report, row.other.get(COUNT)
        kind = row.unit.get("type")
        if kind is None:
            return []
        number = self.groups.setdefault((id(row.at), kind), report.number)
        if number != report.number:
            report.errors.append(
                _("Rad %(n)d har samme eiendom og boligtype. Slå radene sammen.") % {"n": number}
            )
            return []
        there = sum(unit.type == kind for unit in row.at.units)
        if count is None:
            report.missing.append(_("antall boliger, så ingen boliger lages"))
            return []
        if there > count:
            report.read_as.append(
                _("Varig har %(n)d boliger her fra før; ingen tas bort") % {"n": there}
            )
        report.known = min(there, count)
        wanted = max(count - there, 0)
        if wanted:
            report.read_as.append(
                _("boligene heter Bolig 1 og oppover, siden filen ikke navngir dem")
            )
        taken = {self.folded(unit.name) for unit in row.at.units}
        free = (name for n in range(1, 2000) if self.folded(name := f"Bolig {n}") not in taken)
        return [name for _n, name in zip(range(wanted), free, strict=False)]

    def _home_details(self, row: _Row) -> dict[str, Any]:
        """What the row says of the property. An error if an earlier row says something else."""
        details = {}
        for name, value in row.home.items():
            if name == "name" or value in (None, ""):
                continue
            details[name] = value
            number, earlier = row.at.said.get(name, (0, value))
            if earlier != value:
                label = Property._meta.get_field(name).verbose_name
                row.report.errors.append(
                    _("Rad %(n)d sier noe annet om %(label)s for den samme eiendommen.")
                    % {"n": number, "label": label}
                )
        return details

    def _period(self, row: _Row, stage: str) -> DateRange:
        """When the home is in use. A file that does not say so follows the property's stage."""
        since, until = row.other.get(IN_USE_FROM, ""), row.other.get(IN_USE_TO)
        if since == columns.NOT_IN_USE or (not since and not until and stage not in STANDING):
            return DateRange(empty=True)
        lower = None if since in ("", columns.SINCE_UNKNOWN) else since
        if lower and until and until < lower:
            row.report.errors.append(_("Boligen går ut av bruk før den er tatt i bruk."))
            return DateRange(empty=True)
        return DateRange(lower, until + timedelta(days=1) if until else None)

    def _note_missing(self, row: _Row) -> None:
        """What is still unknown when the row is taken in."""
        checked = [(row.home, row.at.object, Property, columns.PROPERTY_COLUMNS)]
        checked.append((row.unit, row.known, Unit, columns.UNIT_COLUMNS))
        for values, stored, model, all_columns in checked:
            for column in all_columns:
                if not column.unknown:
                    continue
                value = values.get(column.field)
                kept = getattr(stored, column.field) if stored is not None else None
                if value in (None, "") and kept in (None, ""):
                    row.report.missing.append(column.label_in(model))
        unknown = sum(
            row.unit.get(name) is None and (row.known is None or getattr(row.known, name) is None)
            for name in YES_OR_NO
        )
        if unknown:
            row.report.missing.append(
                ngettext("%(n)d ja/nei-opplysning", "%(n)d ja/nei-opplysninger", unknown)
                % {"n": unknown}
            )
        said = row.unit.get("staffing") or (row.known is not None and row.known.staffing)
        unclear = any(text.startswith(_("bemanning")) for text in row.report.missing)
        if not said and not unclear:
            row.report.missing.append(_("bemanning"))

    def _home_takes(self, row: _Row, details: dict[str, Any]) -> None:
        home = row.at
        if home.new:
            for name, value in details.items():
                setattr(home.object, name, value)
            if home.object.stage == PropertyStage.AT_RISK and not home.object.stage_reason:
                home.object.stage_reason = home.object.source_note or _("Ikke skrevet i filen")
            return
        for name, value in details.items():
            if name in home.said or _same(getattr(home.object, name), value):
                continue
            if name in FOLLOWED:
                remark = _("livsløp er «%(old)s» i Varig, og endres på eiendommens side")
                remark %= {"old": _lifecycle(home.object)}
                if remark not in row.report.read_as:
                    row.report.read_as.append(remark)
                continue
            label = Property._meta.get_field(name).verbose_name
            row.report.changed.append(_change(label, getattr(home.object, name), value))
            home.changed[name] = value

    def _change(self, row: _Row, period: DateRange) -> None:
        unit, changes = row.known, {}
        for name, value in row.unit.items():
            old = getattr(unit, name)
            if value in (None, "") or _same(old, value):
                continue
            if name in ("name", "extra_reference") and self.folded(old) == self.folded(value):
                continue
            changes[name] = value
            label = Unit._meta.get_field(name).verbose_name
            row.report.changed.append(_change(label, _shown(unit, name, old), value))
        said = row.other.get(IN_USE_FROM) or row.other.get(IN_USE_TO)
        if said and period != unit.in_use:
            row.report.read_as.append(_("når boligen er i bruk, endres på boligens side"))
        if reasons := self._why_the_type_stays(unit, changes):
            row.report.changed.clear()
            row.report.errors.append(reasons)
            return
        if changes:
            self.row_of[id(unit)] = row
            self.changes[unit.pk] = (unit, changes)

    def _why_the_type_stays(self, unit: Unit, changes: dict[str, Any]) -> str:
        """Who lives there, or has been given the home, and needs it as it is; as on its page."""
        kind = changes.get("type", unit.type)
        if use_of(kind) == use_of(unit.type):
            return ""
        reasons = closing.why_needed([unit], DateRange(self.today, None))
        if not reasons:
            return ""
        text = _("Boligtypen kan ikke endres til «%(type)s». %(why)s")
        return text % {"type": UnitType(kind).label, "why": reasons}

    # ------------------------------------------------------------------ names

    def _settle_names(self) -> None:
        """Leave out what would give two homes at a property the same name, when all is done."""
        changed = {unit.property_id for unit, _changes in self.changes.values()}
        growing = {id(home) for home, _unit in self.new_units}
        for home in self.homes.values():
            if not home.new and (id(home) in growing or home.object.pk in changed):
                while self._leave_out_one(home):
                    pass

    def _leave_out_one(self, home: _Home) -> bool:
        """Of those who would have one name, the one that has it now keeps it, else the first."""
        named: dict[tuple[str, str], list[Unit]] = {}
        for unit in home.units:
            _unit, changes = self.changes.get(unit.pk, (unit, {}))
            name = tuple(changes.get(part, getattr(unit, part)) for part in NAMED_BY)
            named.setdefault(name, []).append(unit)
        for units in named.values():
            if len(units) > 1:
                coming = [u for u in units if not u.pk or self._renames(u)]
                left_out = coming[-1]
                self._leave_out(
                    home, left_out, _("Eiendommen har allerede en bolig med dette navnet.")
                )
                return True
        return False

    def _renames(self, unit: Unit) -> bool:
        _unit, changes = self.changes.get(unit.pk, (unit, {}))
        return bool(changes.keys() & set(NAMED_BY))

    def _leave_out(self, home: _Home, unit: Unit, why: str) -> None:
        report = self.row_of[id(unit)].report
        report.errors.append(why)
        report.verdict = _verdict(report)
        if unit.pk:
            del self.changes[unit.pk]
            return
        report.makes = 0
        home.units = [each for each in home.units if each is not unit]
        self.new_units = [pair for pair in self.new_units if pair[1] is not unit]

    def leave_out_names_still_taken(self) -> None:
        """New homes whose name another home has until it gets the new one that was said no to."""
        renamed = [unit for unit in self.changed_units() if self._renames(unit)]
        taken = {(unit.property_id, unit.name, unit.extra_reference) for unit in renamed}
        why = _("En bolig som heter dette, får nytt navn i filen, og endringene er ikke med.")
        for home, unit in list(self.new_units):
            if (home.object.pk, unit.name, unit.extra_reference) in taken:
                self._leave_out(home, unit, why)

    def _new_unit(self, row: _Row, name: str, period: DateRange) -> Unit:
        values = {key: value for key, value in row.unit.items() if value is not None}
        defaults = {
            "bedrooms": None,
            "floor": None,
            "staffing": "",
        }
        if values.get("wheelchair") and not self.by_varig:
            defaults["step_free"] = True
        return Unit(**{**defaults, **values, "name": name, "in_use": period})

    # ------------------------------------------------------------------ writing

    def changed_homes(self) -> list[_Home]:
        return [home for home in self.homes.values() if home.changed]

    def changed_units(self) -> list[Unit]:
        return [unit for unit, _changes in self.changes.values()]

    def write(self, job: Work, progress: Callable[[float], None]) -> None:
        new = [home for home in self.homes.values() if home.new and home.said]
        self._write_named(job)
        if job.with_changes:  # first, since a new home may get a name that another had
            self._write_changes(job)
        for home in new:
            home.object.sort_name = home_key(home.object.name)
        _create([home.object for home in new], job)
        for start in range(0, len(self.new_units), BATCH):
            units = []
            for home, unit in self.new_units[start : start + BATCH]:
                unit.property = home.object
                unit.sort_name = home_key(f"{home.object.name}, {unit.name}")
                units.append(unit)
            _create(units, job)
            progress(start / len(self.new_units))
        progress(1)

    def _write_named(self, job: Work) -> None:
        """Areas, providers and offices that what is written needs, before what points at them."""
        units = [unit for _home, unit in self.new_units]
        wanted = [getattr(unit, name) for unit in units for name in OFFICES]
        if job.with_changes:
            wanted += [
                changes.get(name) for _u, changes in self.changes.values() for name in OFFICES
            ]
        for office in wanted:
            if office is not None and office.pk is None:
                office._history_user = job.by
                office.save()
        for home in self.homes.values():
            if not home.said or not (home.new or job.with_changes):
                continue
            area = home.object.area if home.new else home.changed.get("area")
            if area is not None and area.pk is None:
                area.code = _free_code(area.name)
                area.save()
            provider = home.object.provider if home.new else home.changed.get("provider")
            if provider is not None and provider.pk is None:
                provider.save()

    def _write_changes(self, job: Work) -> None:
        for model, changes in (
            (Property, [(home.object, home.changed) for home in self.changed_homes()]),
            (Unit, list(self.changes.values())),
        ):
            names: set[str] = set()
            for thing, values in changes:
                for name, value in values.items():
                    setattr(thing, name, value)
                thing.revision += 1  # an open form must be read again
                names |= {*values, "revision"}
            renamed = [unit.pk for unit, values in changes if values.keys() & set(NAMED_BY)]
            if model is Unit and renamed:
                # Out of each other's way, so that two can swap names.
                between = Concat(Value("~"), Cast("pk", CharField()))
                Unit.objects.filter(pk__in=renamed).update(name=between)
                names.add("name")
            if model is Unit and "name" in names:
                names.add("sort_name")
                homes = {home.object.pk: home.object for home in self.homes.values()}
                for unit, _values in changes:
                    unit.sort_name = home_key(f"{homes[unit.property_id].name}, {unit.name}")
            if names:
                things = [thing for thing, _values in changes]
                model.objects.bulk_update(things, sorted(names), batch_size=BATCH)
                keys = [thing.pk for thing in things]
                write_history(model, keys, kind=CHANGED, by=job.by, at=job.at)


def _verdict(row: RowReport) -> str:
    if row.errors:
        return _("Tas ikke inn")
    if row.makes:
        return ngettext("%(n)d ny bolig", "%(n)d nye boliger", row.makes) % {"n": row.makes}
    if row.makes_parent:
        return _("Eiendom uten boliger")
    return _("Endres") if row.changed else _("Finnes fra før")


def _create(things: list[Any], job: Work) -> None:
    if not things:
        return
    model = type(things[0])
    made = model.objects.bulk_create(things, batch_size=BATCH)
    write_history(model, [each.pk for each in made], kind=CREATED, by=job.by, at=job.at)


def _lifecycle(home: Property) -> str:
    """«Bygges om fra 01.02.2026 til 31.05.2026»."""
    days = ((_("fra"), home.stage_from), (_("til"), home.stage_until))
    said = [f"{word} {nbdate(day)}" for word, day in days if day]
    return " ".join([home.get_stage_display(), *said])


def _by_name(things: Iterable[Any]) -> dict[str, Any]:
    """The things by their name, and by how it reads."""
    things = list(things)
    return {folded(each.name): each for each in things} | {each.name: each for each in things}


def _free_code(name: str) -> str:
    letters = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})
    code = slugify(name.casefold().translate(letters))[:36] or "omrade"
    number = 1
    wanted = code
    while Area.objects.filter(code=wanted).exists():
        number += 1
        wanted = f"{code}-{number}"
    return wanted


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return cells.same_text(old, new)
    return old == new


def _change(label: object, old: Any, new: Any) -> str:
    return _("%(label)s: %(old)s → %(new)s") % {
        "label": label,
        "old": _readable(old),
        "new": _readable(new),
    }


def _shown(thing: Model, name: str, value: Any) -> Any:
    display = getattr(thing, f"get_{name}_display", None)
    return display() if display and value else value


def _readable(value: Any) -> str:
    if value in (None, ""):
        return _("ikke avklart")
    return str(getattr(value, "label", cells.written(value)))


def _read_as(what: str, text: str, label: object) -> str:
    return _("%(what)s «%(text)s» er lest som «%(label)s»") % {
        "what": what,
        "text": text,
        "label": label,
    }
