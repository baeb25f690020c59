"""What can be imported from a file, as a registry: each app adds its kinds in `AppConfig.ready()`.

    kinds.register(FileKind("boliger", _("Boliger"), …, whole=stock_import.work))

There are two ways to take in a file. A *whole* file is one transaction: everything or nothing. The
*rows* of other files are a transaction each, so that nobody waits for a long import: a run that
stops can be resumed, and no row is half done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.cells import Unreadable
from common.errors import RuleBroken
from common.spreadsheets import Sheet

if TYPE_CHECKING:
    from accounts.models import User

Progress = Callable[[int, int], None]


class WrongColumns(RuleBroken):
    """The file has not the columns this import needs."""


class RowRefused(RuleBroken):
    """The row has these errors."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


class Reading:
    """Reads on after an error in a row, so that the report names all of them at once.

    `read(function, …)` gives what the function does, or None after an error.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []

    def __call__(self, function: Callable[..., Any], *values: Any) -> Any:
        try:
            return function(*values)
        except RowRefused as error:
            self.errors += error.sentences
        except (RuleBroken, Unreadable) as error:
            self.errors.append(str(error))
        return None

    def refuse(self, sentence: object) -> None:
        """Add an error."""
        self.errors.append(str(sentence))

    def done(self) -> None:
        """Raise `RowRefused` when there were errors."""
        if self.errors:
            raise RowRefused(list(dict.fromkeys(self.errors)))


class ChangedSinceRead(RuleBroken):
    """What the file means has changed since the user read the report. `report` is the new one."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(
            _("Noe er endret i Varig siden filen ble lest. Ingenting er tatt inn. Se igjen.")
        )


@dataclass
class RowReport:
    """The result of one row: what it makes and changes, what is missing, how texts were read.

    `name` is empty in imports of persons: the row number leads to the line in the user's file.
    """

    number: int
    name: str = ""
    makes: int = 0
    makes_parent: bool = False
    known: int = 0
    verdict: str = ""
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not self.errors

    @property
    def has_remarks(self) -> bool:
        return bool(self.errors or self.changed or self.missing or self.read_as)

    @property
    def needs_a_look(self) -> bool:
        return bool(self.errors or self.missing or self.changed or self.makes)


@dataclass
class Report:
    """What a file would do, or did: row by row, and what of the file was not read."""

    rows: list[RowReport]
    unknown_columns: list[str] = field(default_factory=list)
    left_out_columns: list[tuple[str, str]] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(row.makes for row in self.rows if row.accepted)

    @property
    def new_parents(self) -> int:
        return sum(row.makes_parent for row in self.rows if row.accepted)

    @property
    def changed(self) -> int:
        return sum(bool(row.changed) for row in self.rows if row.accepted)

    @property
    def refused(self) -> int:
        return sum(not row.accepted for row in self.rows)

    @property
    def with_gaps(self) -> int:
        return sum(bool(row.missing) for row in self.rows if row.accepted)

    @property
    def makes(self) -> bool:
        return self.new + self.new_parents > 0

    @property
    def does_something(self) -> bool:
        return self.makes or self.changed > 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        return cls(**{**data, "rows": [RowReport(**row) for row in data.get("rows", [])]})

    @property
    def digest(self) -> str:
        """Equal for two reports that say the same: the user agrees to what was read."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:32]


@dataclass
class Work:
    """One run over a file. `at` is when the user asked for it.

    `agreed(report)` is called before anything is written, and raises `ChangedSinceRead` when the
    file no longer means what the user said yes to. `progress(done, total)` raises when the user
    has cancelled.
    """

    sheet: Sheet
    by: User | None
    at: datetime
    write: bool = False
    with_changes: bool = False
    progress: Progress = lambda done, total: None
    agreed: Callable[[Report], None] = lambda report: None
    kept: dict[str, Any] = field(default_factory=dict)  # what a kind reads once for all rows

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """What `read` gives, read the first time a row needs it."""
        if name not in self.kept:
            self.kept[name] = read()
        return self.kept[name]

    def named(self, cells: Sequence[Any]) -> dict[str, Any]:
        """The cells of a row by column name, as `name_key` writes it."""
        names = [name_key(heading) for heading in self.sheet.headings]
        return dict(zip(names, cells, strict=False))


def name_key(heading: str) -> str:
    """A column name as it is compared: without capitals, spaces and underscores."""
    return heading.casefold().replace(" ", "").replace("_", "").replace("-", "")


@dataclass(frozen=True)
class TemplateColumn:
    """A column of the file to download: its name, what it holds, and an example."""

    name: str
    about: str | Promise
    example: Any = ""
    needed: bool = False

    @property
    def explanation(self) -> str:
        """What the column holds; "" when its name says it."""
        about = str(self.about)
        return "" if name_key(about) == name_key(self.name) else about


@dataclass(frozen=True)
class FileKind:
    """A kind of file that can be imported. Either `whole` or `row` is given.

    `personal`: the file is about persons. Then only who uploaded it sees it, and its content is
    thrown away when it has been taken in.
    """

    key: str
    title: str | Promise
    about: str | Promise
    may: Callable[[User], bool]
    columns: Callable[[], Sequence[TemplateColumn]]
    check_headings: Callable[[Sequence[str]], None] | None = None
    whole: Callable[[Work], Report] | None = None
    row: Callable[[Work, Sequence[Any]], RowReport] | None = None
    personal: bool = False
    one: str | Promise = ""
    many: str | Promise = ""
    parent_label: str | Promise = ""
    shown_at: tuple[str, str | Promise] | None = None  # the URL name of the result, and a link text
    beside: str = ""  # a template with panels beside the form, and what it needs
    context: Callable[[], dict[str, Any]] = dict

    def check(self, headings: Sequence[str]) -> None:
        """Raise `WrongColumns` when a column that must be filled in is missing."""
        if self.check_headings:
            self.check_headings(headings)
            return
        there = {name_key(heading) for heading in headings}
        if "koboid" in there:
            there |= {"eiendom", "bolig"}
        missing = [c.name for c in self.columns() if c.needed and name_key(c.name) not in there]
        if missing:
            raise WrongColumns(
                ngettext(
                    "Filen mangler kolonnen %(names)s. Last ned malen og se hvordan den er.",
                    "Filen mangler kolonnene %(names)s. Last ned malen og se hvordan den er.",
                    len(missing),
                )
                % {"names": ", ".join(missing)}
            )

    @property
    def forms(self) -> str:
        """One and many of what a row makes, as the filter `pluralize` takes them."""
        return f"{self.one},{self.many}"


KINDS: dict[str, FileKind] = {}


def register(kind: FileKind) -> None:
    """Add a kind. Registering a key again replaces it."""
    KINDS[kind.key] = kind


def open_to(user: User) -> list[FileKind]:
    """The kinds the user may import."""
    return [kind for kind in KINDS.values() if kind.may(user)]
