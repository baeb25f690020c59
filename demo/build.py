"""Solvær kommune, or a city, or a country: everything a demo or a measurement needs."""

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
    """Fill an empty database. The same size, seed and day give the same data. Rows per table."""
    size, rng, bulk = SIZES[size_name], Random(f"{size_name}-{seed}"), Bulk()
    with connection.cursor() as cursor:
        # Nobody reads a half-made demo: nothing is lost if the machine stops here.
        cursor.execute("SET LOCAL synchronous_commit = off")
    more = [f"{rng.choice(names.WOMEN + names.MEN)} {rng.choice(names.LAST)}" for _ in range(1000)]
    people = users.build(today, caseworkers=size.caseworkers, peers=size.peers, names=more)
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
        appeals.tell(today)
        houses.tell(today)
        say("klager")
        intake.tell(today)
        approval.tell(today)
        say("det som kommer inn")
        following.tell(today)
        say("planer og oppfølging")
        tenancies.tell(today)
        say("leieforhold i fare")
    return bulk.written


def settle(on: date) -> None:
    """Let the database know its own size, and the jobs raise what is due today."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
