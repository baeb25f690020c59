"""Project rules that no linter checks. Run by `make check` and `python -m scripts.checks`.

A check takes the project folder and returns its errors, each as `file:line: what is wrong`.
To add one, write a function and list it in CHECKS.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from .check_settings import settings_are_read
from .check_values import day_numbers, enum_strings

ROOT = Path(__file__).resolve().parent.parent

TEMPLATE_WIDTH = 120
SUFFIXES = (".html", ".typ", ".toml")


def template_width(root: Path) -> list[str]:
    """No line of a template is wider than 120 characters."""
    errors = []
    templates = (path for path in (root / "templates").rglob("*") if path.suffix in SUFFIXES)
    for path in sorted(templates):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > TEMPLATE_WIDTH:
                where = f"{path.relative_to(root)}:{number}"
                errors.append(f"{where}: {len(line)} characters, at most {TEMPLATE_WIDTH}")
    return errors


CHECKS: list[Callable[[Path], list[str]]] = [
    template_width,
    enum_strings,
    day_numbers,
    settings_are_read,
]


def main() -> int:
    """Run every check, so that one run shows all errors."""
    errors = [error for check in CHECKS for error in check(ROOT)]
    print(*errors, sep="\n", end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
