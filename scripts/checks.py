"""The house rules that no linter knows. `make check` runs them; so does `python -m scripts.checks`.

A check takes the folder of the project and returns its faults, each as `file:line: what is wrong`.
Write a function, and name it in CHECKS.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from .check_values import day_numbers, enum_strings

ROOT = Path(__file__).resolve().parent.parent

TEMPLATE_WIDTH = 120


def template_width(root: Path) -> list[str]:
    """No line of a template is wider than 120 characters."""
    faults = []
    for path in sorted((root / "templates").rglob("*.html")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > TEMPLATE_WIDTH:
                where = f"{path.relative_to(root)}:{number}"
                faults.append(f"{where}: {len(line)} characters, at most {TEMPLATE_WIDTH}")
    return faults


CHECKS: list[Callable[[Path], list[str]]] = [template_width, enum_strings, day_numbers]


def main() -> int:
    """Run every check, so that one run shows all that is wrong."""
    faults = [fault for check in CHECKS for fault in check(ROOT)]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
