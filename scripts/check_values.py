"""Two project rules: enum values are written only in the enum, numbers of days only in the
settings. `scripts.checks` runs them.

They match text, so they also find harmless cases; these are listed in ALLOWED_…, with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

# Made-up data, tests and migrations may use literal values.
LEFT_OUT = {"tests", "demo", "scenarios", "migrations", "scripts"}
SETTINGS = Path("accounts/settings_table.py")

# Literals that only look like an enum value: file and literal.
ALLOWED_STRINGS = {
    ("templates/components/sort_th.html", "none"): "aria-sort, not Staffing",
}
# Constants of days, months and years that are not settings.
ALLOWED_NUMBERS = {
    ("accounts/jobs.py", "KEPT_DAYS"): "technical: how long the log of the jobs is kept",
    ("allocation/policy.py", "MOST_DAYS"): "a guard against typing errors",
    (
        "allocation/views/waiting.py",
        "MONTHS_FROM_DAYS",
    ): "the unit in which a waiting time is shown",
    ("casework/persons/children.py", "ADULT_AGE"): "the law's definition of a child",
    ("casework/vedtak/day.py", "LATE_DAYS"): "a colour",
    ("common/calendar.py", "DAYS_A_MONTH"): "unit conversion",
    ("common/calendar.py", "DAYS_A_YEAR"): "unit conversion",
    ("common/day.py", "DEADLINE_DAYS"): "how far ahead Min dag looks, and a colour",
    ("desk/career.py", "DETAIL_MONTHS"): "the drawing",
    ("desk/career.py", "SHORTEST_DAYS"): "the drawing",
    ("desk/career.py", "ROOM_DAYS"): "the drawing",
    ("desk/career.py", "COMPRESSED_DAYS"): "the drawing",
    ("desk/career.py", "QUARTERLY_DAYS"): "the drawing",
    ("desk/day.py", "RECENT_DAYS"): "how far back «sist åpnet» looks",
    ("desk/views/voids.py", "LONGEST_YEARS"): "the longest period a page can draw",
    ("desk/views/voids.py", "SHOWN_MONTHS"): "the default period",
    ("insight/figures.py", "SHORT_DAYS"): "the first band of a chart",
    ("peers/forms.py", "OLDEST_DAYS"): "a guard against typing errors",
    ("stays/leases/horizon.py", "MONTHS_DIFFER_DAYS"): "the calendar",
    ("stays/situation.py", "HOMELESS_INSTITUTION_MONTHS"): "the national definition of bostedsløs",
    ("stays/situation.py", "NEAR_MONTHS"): "a colour",
    ("stays/temporary/section_27.py", "1 year"): "technical: how far back the job reads",
}

QUOTED = r"'([^'%{}]+)'"
IN_SQL = (
    re.compile(r"(?:=|<>|!=|\bWHEN|\bTHEN|\bELSE)\s*" + QUOTED),
    re.compile(r"coalesce\([^()]*,\s*" + QUOTED + r"\s*\)"),
)
LISTED = re.compile(r"\bIN\s*\(([^()]*)\)")
CONDITION = re.compile(r"\{%-?\s*(?:el)?if\b(.*?)%\}", re.DOTALL)
COMPARED = re.compile(r"""(?:==|!=)\s*["']([^"']+)["']|["']([^"']+)["']\s*(?:==|!=)""")

UNITS = r"(?:days|nights|weeks|months|years|age)"
MEASURE = re.compile(rf"(?:^|_){UNITS}$", re.IGNORECASE)
NUMBER_NAME = re.compile(rf"(?:^|_){UNITS}(?:_|$)", re.IGNORECASE)
INTERVAL = re.compile(r"interval\s+'(\d+ (?:day|week|month|year)s?)'", re.IGNORECASE)
MEASURED = re.compile(rf"\b\w*{UNITS}\s*(?:<=|>=|<|>|==|=)\s*(\d+)")
FREE = {"1 day", "1 week", "1 month"}  # the next day, week or month


def enum_strings(root: Path) -> list[str]:
    """No enum value is a bare string in SQL or in a comparison of a template.

    In SQL use a parameter (`common.sql.enum_params`), in a template a property that says what
    the value means.
    """
    known = _enum_values(root)
    errors = []
    for path in _sources(root):
        for line, text in _strings(path):
            for at, value in _literals(text):
                if value in known:
                    where = f"{path.relative_to(root)}:{line + text.count(chr(10), 0, at)}"
                    errors.append(f"{where}: '{value}' is a value of {known[value]}, in SQL")
    for path in sorted((root / "templates").rglob("*.html")):
        name, text = str(path.relative_to(root)), path.read_text(encoding="utf-8")
        for condition in CONDITION.finditer(text):
            for match in COMPARED.finditer(condition[1]):
                value = match[1] or match[2]
                if value in known and (name, value) not in ALLOWED_STRINGS:
                    line = text.count("\n", 0, condition.start(1) + match.start()) + 1
                    errors.append(f"{name}:{line}: '{value}' is a value of {known[value]}")
    return errors


def day_numbers(root: Path) -> list[str]:
    """No number of days, months or years, and no age, is outside the settings.

    0 and 1 (tomorrow, next month) are allowed. A number the municipality does not decide is a
    named constant in ALLOWED_NUMBERS.
    """
    errors = []
    for path in _sources(root):
        name = path.relative_to(root)
        if name == SETTINGS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        numbers = [
            (getattr(node, "lineno", 0), what) for node in ast.walk(tree) for what in _numbers(node)
        ]
        for line, text in _strings(path):
            for match in (*INTERVAL.finditer(text), *MEASURED.finditer(text)):
                if match[1] not in FREE and match[1] not in ("0", "1"):
                    numbers.append((line + text.count("\n", 0, match.start()), match[1]))
        errors += [
            f"{name}:{line}: {what}: a key of accounts/settings_table.py"
            for line, what in sorted(numbers)
            if (str(name), what) not in ALLOWED_NUMBERS
        ]
    for path in sorted((root / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for condition in CONDITION.finditer(text):
            for match in MEASURED.finditer(condition[1]):
                if match[1] not in ("0", "1"):
                    line = text.count("\n", 0, condition.start(1) + match.start()) + 1
                    where = f"{path.relative_to(root)}:{line}"
                    errors.append(f"{where}: {match[1]}: a key of accounts/settings_table.py")
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


def _enum_values(root: Path) -> dict[str, str]:
    """The values of the choices in every `enums.py`, each with the name of its enum."""
    enums: dict[str, str] = {}
    for path in _sources(root):
        if path.name != "enums.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef) or "Choices" not in ast.unparse(node.bases[0]):
                continue
            for member in node.body:
                if isinstance(member, ast.Assign):
                    value = member.value
                    value = value.elts[0] if isinstance(value, ast.Tuple) else value
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        enums.setdefault(value.value, node.name)
    enums.pop("", None)
    return enums


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """Each string with its line number, without docstrings; parts of f-strings separately."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        written = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if written and id(node) not in docstrings:
            yield node.lineno, node.value


def _literals(sql: str) -> Iterator[tuple[int, str]]:
    """Quoted literals that SQL compares with or returns, each with its position."""
    for pattern in IN_SQL:
        yield from ((match.start(1), match[1]) for match in pattern.finditer(sql))
    for listed in LISTED.finditer(sql):
        for match in re.finditer(QUOTED, listed[1]):
            yield listed.start(1) + match.start(1), match[1]


def _numbers(node: ast.AST) -> Iterator[str]:
    """The bare numbers of days, months or years in one node of the code."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        if name == "timedelta":
            given = [keyword.value for keyword in node.keywords if keyword.arg in ("days", "weeks")]
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
        if (
            isinstance(number, ast.Constant)
            and isinstance(number.value, int | float)
            and not isinstance(number.value, bool)
            and number.value not in (0, 1)
        ):
            yield str(number.value)
