"""Builds the data of a demo or a measurement: Solvær kommune, a city or a country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from django.db import connection, transaction

from . import (
    appeals,
    approval,
    following,
    houses,
    intake,
    meetings,
    names,
    peers,
    stock,
    story,
    temporary,
    tenancies,
    users,
    waiting,
)
from . import homes as homes_of
from . import lives as lives_of
from .bulk import Bulk
from .sizes import SIZES


@transaction.atomic
def build(size_name: str, seed: int, today: date, say: Callable[[str], None]) -> dict[str, int]:
    """Fill an empty database and return the number of rows per model.

    The same size, seed and day give the same data.
    """
    size, rng, bulk = SIZES[size_name], Random(f"{size_name}-{seed}"), Bulk()
    with connection.cursor() as cursor:
        # A crash here loses nothing of value: the demo is simply built again.
        cursor.execute("SET LOCAL synchronous_commit = off")
    extra = [f"{rng.choice(names.WOMEN + names.MEN)} {rng.choice(names.LAST)}" for _ in range(1000)]
    people = users.build(today, caseworkers=size.caseworkers, peers=size.peers, names=extra)
    say("brukere")
    homes = stock.build(bulk, rng, today, people, size.dwellings, int(size.temporary * 1.25) + 10)
    say("boliger")
    lives = lives_of.Lives(bulk, rng, today, size, people, homes)
    living = temporary.temporary_now(lives)
    homes_of.tenancies(lives)
    say("leieforhold")
    waiting.wait(lives, living)
    waiting.others(lives)
    story.build(lives)
    temporary.before(lives)
    lives.number_applications()
    say("søknader og vedtak")
    meetings.build(lives)
    peers.build(lives)
    say("møter og likepersoner")
    bulk.flush()
    say("skrevet")
    if size_name == "solvaer":
        appeals.add(today)
        houses.add(today)
        say("klager")
        intake.add(today)
        approval.add(today)
        say("det som kommer inn")
        following.add(today)
        say("planer og oppfølging")
        tenancies.add(today)
        say("leieforhold i fare")
        users.propose_waiting(people, today)
    return bulk.written


def analyze() -> None:
    """Update the statistics the query planner uses."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
