"""The papers on security, privacy and accessibility name code and tests that exist; and a few
claims of docs/security/asvs.md that only the whole of the code can show."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ASVS = ROOT / "docs" / "security" / "asvs.md"
PAPERS = [
    *sorted((ROOT / "docs" / "security").glob("*.md")),
    *sorted((ROOT / "docs" / "privacy").glob("*.md")),
    ROOT / "docs" / "accessibility.md",
    ROOT / "SECURITY.md",
]
# A file of the repository in code marks, and what in it is meant: `tests/test_x.py::test_y`.
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)*)(?:::(\w+))?`")
IN_ROOT = {path.name for path in ROOT.iterdir() if path.is_file()}
# The number of requirements of level 1 and 2 in each chapter of ASVS 5.0.0.
CHAPTERS = {
    **{1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29},
    **{11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7},
}
APPS = ("common", "accounts", "housing", "casework", "stays", "allocation", "peers", "desk")
APPS += ("insight", "scenarios", "config")


def named_in(text: str) -> list[tuple[str, str]]:
    """(file or folder, name in it) of everything a paper names as evidence."""
    found = []
    for path, name in NAMED.findall(text):
        if name or path in IN_ROOT or ("/" in path and path.split("/")[0] in of_root()):
            found.append((path, name))
    return found


def of_root() -> set[str]:
    return {path.name for path in ROOT.iterdir() if path.is_dir()}


def is_there(path: str, name: str) -> bool:
    file = ROOT / path
    if not file.exists():
        return False
    if not name:
        return True
    text = file.read_text(encoding="utf-8")
    if path.startswith("tests/"):
        return re.search(rf"(?m)^\s*def {name}\(", text) is not None
    return re.search(rf"\b{name}\b", text) is not None


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_evidence_of_a_paper_exists(paper):
    gone = {pair for pair in named_in(paper.read_text(encoding="utf-8")) if not is_there(*pair)}
    assert not gone


def test_evidence_that_is_gone_is_seen():
    assert is_there("tests/test_evidence.py", "test_evidence_that_is_gone_is_seen")
    assert not is_there("tests/test_evidence.py", "test_that_was_renamed")
    assert not is_there("accounts/no_such_file.py", "")
    assert named_in("`a/b.py`, `tests/no.py::test_x`, `make audit`") == [("tests/no.py", "test_x")]


def rows() -> list[list[str]]:
    """The cells of each requirement: number, level, asks for, judgement, evidence."""
    lines = ASVS.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if re.fullmatch(r"\d+\.\d+\.\d+", row[0])]


def test_every_requirement_of_asvs_is_judged_once_and_with_evidence():
    found = rows()
    numbers = [row[0] for row in found]
    assert len(numbers) == len(set(numbers)) == 253
    assert Counter(int(number.partition(".")[0]) for number in numbers) == CHAPTERS
    wrong = []
    for number, level, _asks, judgement, why in found:
        has_evidence = bool(named_in(why))
        if (
            level not in {"1", "2"}
            or judgement not in {"met", "**not met**", "n/a"}
            or (judgement == "met" and not has_evidence)
            or not why
        ):
            wrong.append(number)
    assert not wrong


def test_sums_of_asvs_are_those_of_its_rows():
    counted = Counter((row[1], row[3]) for row in rows())
    text = ASVS.read_text(encoding="utf-8")
    for level in "12":
        numbers = [counted[level, each] for each in ("met", "**not met**", "n/a")]
        assert f"| {level} | {' | '.join(map(str, numbers))} |" in text


# ------------------------------------------------------------------ claims about all of the code


def sources() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]


FORBIDDEN_MODULES = {"subprocess", "pickle", "marshal", "shelve", "requests", "httpx", "ctypes"}
FORBIDDEN_CALLS = {"eval", "exec", "os.system", "os.popen", "yaml.unsafe_load", "yaml.full_load"}


def test_no_app_runs_programs_or_code_it_is_given():
    """ASVS 1.2.5, 1.3.2, 1.3.6, 1.5.2: no program, code, unsafe file or address is opened."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in FORBIDDEN_CALLS:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}")
            for name in names:
                if name.split(".")[0] in FORBIDDEN_MODULES or name == "urllib.request":
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
    assert len(sources()) > 200
    assert not found


def test_scripts_never_write_html_or_run_text():
    """ASVS 3.2.2: text is shown as text; htmx alone puts in the HTML the server made."""
    written = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b"
    )
    scripts = sorted((ROOT / "static").rglob("*.js"))
    assert scripts
    for script in scripts:
        assert not written.search(script.read_text(encoding="utf-8")), script.name
