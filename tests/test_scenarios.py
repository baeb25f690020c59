"""Every scenario file passes; a misspelt or wrong file is reported."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from scenarios.errors import ScenarioError
from scenarios.runner import run_file

FILES = sorted(Path(__file__).parent.joinpath("scenarios").glob("*.yaml"))


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario_holds(path):
    assert run_file(path) == []


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


SPEC = Path(__file__).parent / "scenarios" / "stay_spec_example.yaml"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("gap_days", "gap_dayz", "gap_dayz"),
        ("households:", "housholds:", "housholds"),
        ("born: 1985-03-02", "borm: 1985-03-02", "borm"),
        ("type: pensjonat}", "type: pensjonatt}", "pensjonatt"),
        ("unit: hospitset, ", "unit: hospitsett, ", "hospitsett"),
        ("run: flag_stays", "run: flag_stay", "flag_stay"),
        ("threshold: 90", "treshold: 90", "treshold"),
        ("marks: [children]", "marks: [childs]", "childs"),
        ("{person: ane, kind", "{person: anne, kind", "anne"),
        ("when:", "wehn:", "wehn"),
        ("floor: 3", "floor: third", "floor"),
        ("from: 2026-08-18", "from: in August", "from"),
        ("to: 2026-08-15", "to: 2026-06-15", "to"),
        ("title:", "title: one\ntitle:", "twice"),
    ],
)
def test_a_misspelt_key_is_named_and_never_ignored(tmp_path, right, wrong, named):
    text = SPEC.read_text(encoding="utf-8")
    assert right in text
    with pytest.raises(ScenarioError, match=named):
        run_file(write(tmp_path, text.replace(right, wrong, 1)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("days: 98", "days: 97", "days is 98, not 97"),
        ("threshold: 90", "threshold: 75", "threshold is 90, not 75"),
        ("marks: [children]", "marks: [from_institution]", "marks lack from_institution"),
        ("    - {person: ane, kind", "    - {person: bo, kind", "no such flag"),
        ("from: 2026-08-18", "from: 2026-08-30", "41, not 98"),
    ],
)
def test_difference_is_reported(tmp_path, right, wrong, message):
    text = SPEC.read_text(encoding="utf-8")
    differences = run_file(write(tmp_path, text.replace(right, wrong, 1)))
    assert message in "; ".join(differences)


@pytest.mark.django_db
def test_a_flag_that_is_not_listed_is_a_difference(tmp_path):
    text = SPEC.read_text(encoding="utf-8").split("then:")[0] + "then: {flags: []}\n"
    assert "a flag not listed: person ane" in run_file(write(tmp_path, text))[0]


@pytest.mark.django_db
def test_command_prints_a_line_per_file_and_saves_nothing(tmp_path):
    from casework.models import Person

    wrong = write(tmp_path, SPEC.read_text(encoding="utf-8").replace("days: 98", "days: 1"))
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("scenario", str(SPEC), str(wrong), stdout=out)
    assert error.value.returncode == 1
    first, second = out.getvalue().splitlines()
    assert first == f"{SPEC}: ok"
    assert "days is 98, not 1" in second
    assert not Person.objects.exists()
