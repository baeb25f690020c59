"""Every scenario file passes; a misspelt or wrong file is reported."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from scenarios import changes
from scenarios.errors import ScenarioError
from scenarios.management.commands import scenario as command
from scenarios.runner import run_file
from tests import factories as f
from tests import lock_order
from tests.factories_housing import QualityAgreementFactory

FILES = sorted(Path(__file__).parent.joinpath("scenarios").glob("*.yaml"))


@pytest.fixture(autouse=True)
def each_change_is_an_action(monkeypatch):
    """A scenario runs in one transaction; each change of it is one in real life."""

    def alone(make):
        def change(*facts):
            lock_order.next_action()
            make(*facts)

        return change

    for verb, make in changes.VERBS.items():
        monkeypatch.setitem(changes.VERBS, verb, alone(make))


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
    ("right", "wrong", "named"),
    [
        ("gap_days: 14", "gap_days: fjorten", r"given\.settings\.gap_days: "),
        ("gap_days: 14", "gap_days: {}", r"given\.settings\.gap_days: "),
        ("gap_days: 14", "gap_days: -1", r"given\.settings\.gap_days: "),
        ("gap_days: 14", "stay_thresholds: [14, to]", r"given\.settings\.stay_thresholds\[1\]: "),
        ("floor: 3", "floor: 1000000000000", r"given\.units\.storgata_1\.floor: "),
        ("bedrooms: 2", "bedrooms: -1", r"given\.units\.storgata_1: "),
        ("born: 1985-03-02", "born: 9999-12-31", r"given\.persons\.ane\.born: "),
        (
            "  stays:",
            "  providers: {huset: {agreements: [{from: 2026-02-01, last: 2026-01-01}]}}\n  stays:",
            r"given\.providers\.huset\.agreements\[0\]\.last: ",
        ),
        (
            "  stays:",
            "  policy: {classes: [{name: Akutt, any: [hastar]}]}\n  stays:",
            r"given\.policy: ",
        ),
        ("title: ", f"title: {'x' * 300} ", "title: must be at most 200"),
        ("on: 2026-10-10", "on: 9999-12-31", r"when\.on"),
        ("given:", "given: 0\nformer:", "former"),
    ],
)
def test_a_wrong_value_names_its_key(tmp_path, right, wrong, named):
    text = SPEC.read_text(encoding="utf-8")
    assert right in text
    with pytest.raises(ScenarioError, match=named):
        run_file(write(tmp_path, text.replace(right, wrong, 1)))


@pytest.mark.django_db
def test_values_that_do_not_go_together_are_an_error_of_the_file(tmp_path):
    text = SPEC.read_text(encoding="utf-8").replace("from: 2026-07-01", "from: 2026-09-01", 1)
    with pytest.raises(ScenarioError, match=r"given\.stays\[0\]"):
        run_file(write(tmp_path, text))


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


@pytest.mark.django_db
def test_the_other_files_run_on_after_one_that_cannot_be_run(tmp_path, monkeypatch):
    """Whatever is wrong with a file, also what nobody thought of."""
    text = SPEC.read_text(encoding="utf-8")
    wrong = write(tmp_path, text.replace("gap_days: 14", "gap_days: fjorten"))
    broken = tmp_path / "broken.yaml"
    broken.write_text(text, encoding="utf-8")
    run = command.run_file

    def run_or_break(path):
        return {}["nobody"] if path == broken else run(path)

    monkeypatch.setattr(command, "run_file", run_or_break)
    out, missing = StringIO(), tmp_path / "missing.yaml"
    with pytest.raises(CommandError, match="Failed scenarios: 3") as error:
        call_command("scenario", str(wrong), str(missing), str(broken), str(SPEC), stdout=out)
    assert error.value.returncode == 1
    lines = out.getvalue().splitlines()
    assert lines[0].startswith(f"{wrong}: error: given.settings.gap_days: must be a whole number")
    assert lines[1:] == [
        f"{missing}: error: the file cannot be read",
        f"{broken}: error: KeyError: 'nobody'",
        f"{SPEC}: ok",
    ]


@pytest.mark.django_db
def test_agreements_of_the_municipality_are_not_of_the_scenario():
    """The rules can be run on the demo and on a municipality's own database."""
    f.PropertyFactory(provider=QualityAgreementFactory().provider)
    (file,) = [each for each in FILES if each.stem == "agreement_last_day_is_within"]
    assert run_file(file) == []
