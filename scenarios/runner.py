"""One scenario from file to answer, in a transaction that is rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from common.errors import RuleBroken

from .asks import ANSWERS
from .building import World
from .compare import differences
from .errors import ScenarioError
from .jobs import run_job
from .reading import load, shape, word
from .vocabulary import GIVEN, read_then, read_when


@dataclass(frozen=True, slots=True)
class Scenario:
    title: str
    given: dict[str, Any]
    when: dict[str, Any]
    then: dict[str, Any]


def read(path: Path) -> Scenario:
    """The file as a scenario. ScenarioError names the key that is not understood."""
    data = load(path)
    shape(data, "the file", dict.fromkeys(["title", "given", "when", "then"], _as_is))
    for key in ("title", "when", "then"):
        if key not in data:
            raise ScenarioError(f"the file: {key!r} is missing")
    when = read_when(data["when"])
    return Scenario(
        title=word(data["title"], "title"),
        given=shape(data.get("given") or {}, "given", GIVEN),
        when=when,
        then=read_then(data["then"], when),
    )


def run_file(path: Path) -> list[str]:
    """What differed, one sentence each; [] when all holds. ScenarioError for a faulty file."""
    return run(read(path))


def run(scenario: Scenario) -> list[str]:
    """Build, do, compare; nothing is left behind."""
    with transaction.atomic():
        try:
            world = World(scenario.given)
            if "run" in scenario.when:
                answer = run_job(scenario.when, world)
            else:
                answer = ANSWERS[scenario.when["ask"]](scenario.when, world)
            return differences(scenario, answer, world)
        except RuleBroken as no:
            raise ScenarioError(str(no)) from no
        finally:
            transaction.set_rollback(True)


def _as_is(value: Any, where: str) -> Any:
    return value
