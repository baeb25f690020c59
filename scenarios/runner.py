"""Runs one scenario in a transaction that is rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import DataError, transaction

from common.errors import RuleBroken

from .asks import ANSWERS
from .building import World
from .changes import Changes
from .compare import differences
from .errors import ScenarioError, first_line
from .jobs import run_job
from .reading import list_of, load, shape, word
from .vocabulary import GIVEN, change, read_then, read_when


@dataclass(frozen=True, slots=True)
class Scenario:
    title: str
    given: dict[str, Any]
    changes: list[dict[str, Any]]
    when: dict[str, Any]
    then: dict[str, Any]


def read(path: Path) -> Scenario:
    """The scenario in a file. ScenarioError names a key or value that is not valid."""
    data = load(path)
    shape(data, "the file", dict.fromkeys(["title", "given", "changes", "when", "then"], _as_is))
    for key in ("title", "when", "then"):
        if key not in data:
            raise ScenarioError(f"the file: {key!r} is missing")
    when = read_when(data["when"])
    return Scenario(
        title=word(data["title"], "title"),
        given=shape({} if data.get("given") is None else data["given"], "given", GIVEN),
        changes=list_of(change)(data.get("changes") or [], "changes"),
        when=when,
        then=read_then(data["then"], when),
    )


def run_file(path: Path) -> list[str]:
    """The differences, one sentence each; [] if there is none. ScenarioError for a bad file."""
    return run(read(path))


def run(scenario: Scenario) -> list[str]:
    """The differences between `then` and the answer; [] if none. Rolls back."""
    with transaction.atomic():
        try:
            world = World(scenario.given)
            changes = Changes(scenario.changes, world)
            try:
                answer = _answer(scenario.when, world, changes)
            # Values that are right one by one, but not together: not one born tomorrow has an age.
            except (RuleBroken, DataError, ArithmeticError, ValueError) as error:
                raise ScenarioError(f"when: {first_line(error)}") from error
            return differences(scenario, answer, world)
        finally:
            transaction.set_rollback(True)


def _answer(when: dict[str, Any], world: World, changes: Changes) -> dict[str, Any]:
    if "run" in when:
        return run_job(when, world, changes)
    changes.until(date.max)
    return ANSWERS[when["ask"]](when, world)


def _as_is(value: Any, where: str) -> Any:
    return value
