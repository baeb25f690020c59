"""Two project rules: no enum value as a bare string, and no number of days outside the settings.

`scripts.checks` runs them. They match text, so false matches are listed in ALLOWED_STRINGS and
ALLOWED_NUMBERS with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

# Tests, made-up data and finished migrations may contain such values.
LEFT_OUT = {"tests", "demo", "scenarios", "migrations", "scripts"}
SETTINGS = Path("accounts/settings_table.py")

# Their templates still compare bare values.
NOT_CHECKED = {"Urgency"}
# A literal that only looks like an enum value: file, literal and what it is.
ALLOWED_STRINGS = {
    ("common/pdf.py", "nb"): "a language code of Typst",
    ("templates/casework/vedtak/vedtak_queue.html", "alle"): "a view of the page",
    ("templates/components/filter_bar.html", "choices"): "a kind of field",
    ("templates/components/sort_th.html", "none"): "a value of aria-sort",
    ("templates/designsystemet/field.html", "choices"): "a kind of field",
}
# Constants of days, months and years that are not decided in the settings, and why.
ALLOWED_NUMBERS = {
    ("accounts/jobs.py", "KEPT_DAYS"): "technical: how long the log of the jobs is kept",
    ("accounts/file_imports/running.py", "KEPT_DAYS"): "technical: how long an upload is kept",
    ("allocation/policy.py", "MOST_DAYS"): "a limit that catches typing errors",
    ("allocation/views/waiting.py", "MONTHS_FROM_DAYS"): "shows a wait in days or in months",
    ("casework/persons/children.py", "ADULT_AGE"): "the age of majority, set by law",
    ("casework/vedtak/checks.py", "FROM_MONTHS"): "a limit that catches typing errors",
    ("casework/vedtak/checks.py", "LASTS_YEARS"): "a limit that catches typing errors",
    ("casework/vedtak/day.py", "LATE_DAYS"): "decides a colour",
    ("common/calendar.py", "DAYS_A_MONTH"): "converts days to months",
    ("common/day.py", "DEADLINE_DAYS"): "how far ahead Min dag looks, and a colour",
    ("common/errors.py", "YEARS_AHEAD"): "a limit that catches typing errors",
    ("common/errors.py", "YEARS_TO_ANSWER"): "a limit that catches typing errors",
    ("common/errors.py", "YEARS_BACK"): "a limit that catches typing errors",
    ("desk/career.py", "DETAIL_MONTHS"): "layout of a drawing",
    ("desk/career.py", "SHORTEST_DAYS"): "layout of a drawing",
    ("desk/career.py", "ROOM_DAYS"): "layout of a drawing",
    ("desk/career.py", "COMPRESSED_DAYS"): "layout of a drawing",
    ("desk/career.py", "QUARTERLY_DAYS"): "layout of a drawing",
    ("desk/day.py", "RECENT_DAYS"): "how far back the recently opened persons go",
    ("desk/views/voids.py", "LONGEST_YEARS"): "the longest period a page can show",
    ("desk/views/voids.py", "SHOWN_MONTHS"): "the default period of a page",
    ("insight/figures.py", "SHORT_DAYS"): "the first band of a chart",
    ("peers/forms.py", "OLDEST_DAYS"): "a limit that catches typing errors",
    ("stays/actions.py", "YEARS_TO_BEGIN"): "a limit that catches typing errors",
    ("stays/leases/horizon.py", "MONTHS_DIFFER_DAYS"): "months differ in length",
    ("stays/situation.py", "HOMELESS_INSTITUTION_MONTHS"): "the national definition of homeless",
    ("stays/situation.py", "NEAR_MONTHS"): "decides a colour",
    ("stays/temporary/section_27.py", "1 year"): "technical: how far back the job reads",
}

QUOTED = r"'([^'%{}]+)'"
IN_SQL = (
    re.compile(r"(?:=|<>|!=|\bWHEN|\bTHEN|\bELSE)\s*" + QUOTED),
    re.compile(r"coalesce\([^()]*,\s*" + QUOTED + r"\s*\)"),
)
LISTED = (
    re.compile(r"\bIN\s*\(([^()]*)\)"),
    re.compile(r"\bSELECT\b((?:(?!\bFROM\b)[^()])*)"),
)
CONDITION = re.compile(r"\{%-?\s*(?:el)?if\b(.*?)%\}", re.DOTALL)
COMPARED = re.compile(r"""(?:==|!=)\s*["']([^"']+)["']|["']([^"']+)["']\s*(?:==|!=)""")
QUERY_STRING = re.compile(r"[?&]\w+=([^&\s\"'%{}#]+)")
ENUM_BASES = {"TextChoices", "StrEnum"}
# Methods whose keyword arguments are the values of columns.
QUERY_METHODS = {"Q", "When", "create", "exclude", "filter", "get", "get_or_create", "update"}

UNITS = r"(?:days|nights|weeks|months|years|age)"
MEASURE = re.compile(rf"(?:^|_){UNITS}$", re.IGNORECASE)
NUMBER_NAME = re.compile(rf"(?:^|_){UNITS}(?:_|$)", re.IGNORECASE)
INTERVAL = re.compile(r"interval\s+'(\d+ (?:day|week|month|year)s?)'", re.IGNORECASE)
MEASURED = re.compile(rf"\b\w*{UNITS}\s*(?:<=|>=|<|>|==|=)\s*(\d+)")
FREE = {"0", "1", "1 day", "1 week", "1 month"}


def enum_strings(root: Path) -> list[str]:
    """No enum value is a bare string: in SQL, in the query string of a link, in a comparison of a
    template or of a Python attribute, in a queryset's arguments, in a lookup of a count, or as a
    default.

    In SQL use a parameter (`common.sql.enum_params`), in a template a property of the model. The
    numbers of an IntegerChoices are not found.
    """
    known = _enum_values(root)
    places: set[tuple[str, int, str, str]] = set()
    for path in _sources(root):
        name = str(path.relative_to(root))
        for line, text in _strings(path):
            for at, value in _literals(text):
                places.add((name, line + text.count("\n", 0, at), value, "enum_params"))
            for match in QUERY_STRING.finditer(text):
                places.add((name, line, match[1], "the enum"))
        for node in ast.walk(_tree(path)):
            places.update((name, line, value, "the enum") for line, value in _values(node))
    for name, line, condition in _conditions(root):
        for match in COMPARED.finditer(condition):
            at = line + condition.count("\n", 0, match.start())
            places.add((name, at, match[1] or match[2], "a property"))
    for name, text in _templates(root):
        for match in QUERY_STRING.finditer(text):
            places.add((name, text.count("\n", 0, match.start()) + 1, match[1], "a variable"))
    return [
        f"{name}:{line}: '{value}' is a {known[value]}: use {remedy}"
        for name, line, value, remedy in sorted(places)
        if value in known and (name, value) not in ALLOWED_STRINGS
    ]


def day_numbers(root: Path) -> list[str]:
    """No number of days, months or years, and no age, is written outside the settings.

    0 and 1 are allowed, as in tomorrow or next month. A number that the municipality does not
    decide is a named constant in ALLOWED_NUMBERS.
    """
    errors = []
    for path in _sources(root):
        name = path.relative_to(root)
        if name == SETTINGS:
            continue
        tree = _tree(path)
        numbers = [
            (getattr(node, "lineno", 0), what) for node in ast.walk(tree) for what in _numbers(node)
        ]
        for line, text in _strings(path):
            for match in (*INTERVAL.finditer(text), *MEASURED.finditer(text)):
                if match[1] not in FREE:
                    numbers.append((line + text.count("\n", 0, match.start()), match[1]))
        errors += [
            f"{name}:{line}: {what}: make it a setting in {SETTINGS}"
            for line, what in sorted(numbers)
            if (str(name), what) not in ALLOWED_NUMBERS
        ]
    for name, line, condition in _conditions(root):
        for match in MEASURED.finditer(condition):
            if match[1] not in FREE:
                where = f"{name}:{line + condition.count(chr(10), 0, match.start())}"
                errors.append(f"{where}: {match[1]}: make it a setting in {SETTINGS}")
    return errors


# ------------------------------------------------------------------ reading


def _sources(root: Path) -> Iterator[Path]:
    """The Python files of the apps."""
    for app in sorted(root.iterdir()):
        if not (app / "__init__.py").exists() or app.name in LEFT_OUT:
            continue
        for path in sorted(app.rglob("*.py")):
            if not LEFT_OUT.intersection(path.relative_to(root).parts):
                yield path


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _templates(root: Path) -> Iterator[tuple[str, str]]:
    """The name and text of each template."""
    for path in sorted((root / "templates").rglob("*.html")):
        yield str(path.relative_to(root)), path.read_text(encoding="utf-8")


def _conditions(root: Path) -> Iterator[tuple[str, int, str]]:
    """The file, line and text of each `if` in the templates."""
    for name, text in _templates(root):
        for match in CONDITION.finditer(text):
            yield name, text.count("\n", 0, match.start(1)) + 1, match[1]


def _enum_values(root: Path) -> dict[str, str]:
    """The values of every TextChoices and StrEnum, and the name of their enum."""
    classes = {
        node.name: node
        for path in _sources(root)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef)
    }

    def is_enum(node: ast.ClassDef) -> bool:
        bases = {ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases} - {node.name}
        return bool(bases & ENUM_BASES) or any(is_enum(classes[b]) for b in bases & classes.keys())

    enum_of: dict[str, str] = {}
    for node in filter(is_enum, classes.values()):
        if node.name in NOT_CHECKED:
            continue
        for member in node.body:
            if isinstance(member, ast.Assign):
                value = member.value
                value = value.elts[0] if isinstance(value, ast.Tuple) else value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    enum_of.setdefault(value.value, node.name)
    enum_of.pop("", None)
    return enum_of


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """Strings with the line they begin on, without docstrings; f-strings in parts."""
    tree = _tree(path)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_string and id(node) not in docstrings:
            yield node.lineno, node.value


def _literals(sql: str) -> Iterator[tuple[int, str]]:
    """The index and text of quoted literals that SQL compares with, or returns."""
    for pattern in IN_SQL:
        yield from ((match.start(1), match[1]) for match in pattern.finditer(sql))
    for pattern in LISTED:
        for listed in pattern.finditer(sql):
            for match in re.finditer(QUOTED, listed[1]):
                yield listed.start(1) + match.start(1), match[1]


def _values(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and text of strings that one node compares an attribute with, passes to a query,
    looks a count up by, or has as a default.
    """
    candidates: list[ast.expr | None] = []
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Attribute) for side in sides):
            is_list = isinstance(node.ops[0], ast.In | ast.NotIn)
            candidates = getattr(sides[1], "elts", []) if is_list else sides
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        if name in QUERY_METHODS:
            candidates = [word.value for word in node.keywords]
        if name == "get" and len(node.args) == 2 and _is_number(node.args[1]):
            candidates = node.args[:1]
    elif isinstance(node, ast.AnnAssign):
        candidates = [node.value]
    elif isinstance(node, ast.arguments):
        candidates = [*node.defaults, *node.kw_defaults]
    for each in candidates:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.lineno, each.value


def _numbers(node: ast.AST) -> Iterator[str]:
    """The bare numbers of days, months or years in one node; a constant gives its name."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        if name == "timedelta":
            given = [word.value for word in node.keywords if word.arg in ("days", "weeks")]
            yield from _bare(node.args[:1] + given)
        elif name == "add_months":
            yield from _bare(node.args[1:])
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        names = (ast.unparse(side).rsplit(".", 1)[-1] for side in sides)
        if any(MEASURE.search(name) for name in names):
            yield from _bare(sides)
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        defaults = [
            *zip(positional[::-1], node.defaults[::-1], strict=False),
            *zip(node.kwonlyargs, node.kw_defaults, strict=True),
        ]
        yield from _bare([default for arg, default in defaults if MEASURE.search(arg.arg)])
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if (
                    isinstance(name, ast.Name)
                    and name.id.isupper()
                    and NUMBER_NAME.search(name.id)
                    and any(_bare([value, *getattr(value, "elts", ())]))
                ):
                    yield name.id


def _bare(nodes: Sequence[ast.expr | None]) -> Iterator[str]:
    for node in nodes:
        number = node.operand if isinstance(node, ast.UnaryOp) else node
        if _is_number(number) and number.value not in (0, 1):
            yield str(number.value)


def _is_number(node: ast.expr | None) -> bool:
    number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    return number and not isinstance(node.value, bool)
