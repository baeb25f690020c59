"""`make audit`: it asks about every locked package, and never takes silence for safety."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import audit, dev

ROOT = Path(__file__).resolve().parent.parent
DJANGO = next(package for package in audit.locked() if package[1] == "django")


def answers(path: str, question: dict) -> dict:
    """An OSV that knows a weakness in Django alone."""
    return {
        "results": [
            {"vulns": [{"id": "GHSA-b"}, {"id": "GHSA-a"}]}
            if query["package"]["name"] == "django"
            else {}
            for query in question["queries"]
        ]
    }


def test_every_locked_package_of_both_kinds_is_asked_about():
    pins = (ROOT / "requirements.lock").read_text().count("==")
    front_end = len(json.loads((ROOT / "package-lock.json").read_text())["packages"]) - 1
    kinds = [ecosystem for ecosystem, _name, _version in audit.locked()]
    assert pins > 50 and front_end > 4
    assert kinds.count("npm") == front_end
    # A marker may have a version too; no pin is left out.
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert kinds.count("PyPI") == sum(line[:1].isalnum() and "==" in line for line in lines)


def test_known_weakness_is_named_and_ends_with_one(capsys):
    assert audit.known(audit.locked(), answers) == {DJANGO: ["GHSA-a", "GHSA-b"]}
    assert audit.main(answers) == 1
    printed = capsys.readouterr().out
    assert f"django {DJANGO[2]} (production)" in printed
    assert "https://osv.dev/vulnerability/GHSA-a" in printed


def test_nothing_known_ends_with_zero():
    assert audit.main(lambda path, question: {"results": [{} for _ in question["queries"]]}) == 0


@pytest.mark.parametrize("answer", [OSError("no route"), {"results": []}, {}, ValueError("html")])
def test_advisories_out_of_reach_are_no_clean_bill(answer, capsys):
    def ask(path: str, question: dict) -> dict:
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert audit.main(ask) == 2
    assert "could not be asked" in capsys.readouterr().out


def test_it_is_a_command_of_its_own_and_no_part_of_the_tests():
    assert "audit" in dev.COMMANDS
    assert not any("audit" in str(word) for _name, step in dev.test_steps() for word in step)
