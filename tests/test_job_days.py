"""Jobs may be run for any days, in any order, more than once: they leave the same.

A scenario that runs a job is a world. There the job is run for its days and others, shuffled, and
what then waits for somebody is compared with one run for the latest of the days.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from allocation.models import NeedCheck
from allocation.still_needed import ask_still_needed
from casework.log.enums import FlagKind
from casework.models import Flag
from housing.providers.models import AgreementFlag
from scenarios import jobs
from scenarios.building import World
from scenarios.changes import Changes
from scenarios.runner import Scenario, read
from tests.test_scenarios import FILES

pytestmark = pytest.mark.django_db

MOST = 4  # scenarios of a job
RUNS: dict[str, list[Path]] = {name: [] for name in jobs.JOBS}
for path in FILES:
    if "run" in (when := read(path).when):
        RUNS[when["run"]].append(path)


def standing(world: World) -> dict[str, set[tuple]]:
    """The flags that are open, and who is asked and has not answered."""
    flags = Flag.objects.open().filter(person__in=world.person_ids())
    # The day of a question decides how soon it is an outreach, so these flags may differ.
    asked = (FlagKind.STILL_NEEDED, FlagKind.OUTREACH)
    return {
        "flags": set(
            flags.exclude(kind__in=asked).values_list("person", "kind", "key", "threshold")
        ),
        "outreach": set(flags.filter(kind__in=asked).values_list("person")),
        "agreements": set(AgreementFlag.objects.open().values_list("agreement", "threshold")),
        "questions": set(NeedCheck.objects.open().values_list("application")),
    }


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def difference(scenario: Scenario, does: Callable[[date], object], rng: random.Random) -> str:
    """What differs between one run and many, or ""."""
    days = list(scenario.when["on"])
    latest = max(days)
    days += [latest - timedelta(days=rng.choice((1, 3, 10, 30, 75, 120, 300))) for _n in range(3)]
    days.append(rng.choice(days))
    rng.shuffle(days)
    with rolled_back():
        world = World(scenario.given)
        Changes(scenario.changes, world).until(date.max)
        with rolled_back():
            does(latest)
            once = standing(world)
        for day in days:
            does(day)
        often = standing(world)
    if once == often:
        return ""
    only = {what: (once[what] - often[what], often[what] - once[what]) for what in once}
    return f"{scenario.title}: run for {[str(day) for day in days]}: {only}"


@pytest.mark.parametrize("name", list(RUNS))
def test_the_same_waits_whatever_days_a_job_is_run_for(name):
    rng = random.Random(name)
    assert RUNS[name], "no scenario runs the job"
    paths = rng.sample(RUNS[name], min(MOST, len(RUNS[name])))
    _kind, does = jobs.JOBS[name]
    assert [text for path in paths if (text := difference(read(path), does, rng))] == []


def test_a_run_for_an_earlier_day_asks_nobody_who_has_a_home_since():
    world = World(
        {
            "persons": {"ane": {}},
            "units": {"storgata": {"type": "kommunal"}},
            "vedtak": [{"application": "ane", "issued": date(2026, 1, 5)}],
            "leases": [{"person": "ane", "unit": "storgata", "from": date(2026, 9, 1)}],
        }
    )
    for day in (date(2026, 10, 1), date(2026, 8, 1)):
        ask_still_needed(day)
    assert not standing(world)["questions"]
