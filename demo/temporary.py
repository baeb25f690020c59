"""Stays in temporary places and institutions."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.enums import ApplicationKind, ApplicationState, Outcome
from casework.models import Service
from stays.enums import InstitutionKind, StayKind
from stays.models import Stay

from .lives import DAYS, Case, Lives, Someone, at
from .stock import Home


def free_room(lives: Lives, start: date, end: date | None) -> Home | None:
    """A room that is free in the period, or None after twelve tries. The room is then taken."""
    rooms = lives.stock["rooms"]
    stop = end or date.max
    for _ in range(12):
        room = rooms[lives.rng.randrange(len(rooms))]
        taken = lives.taken.setdefault(room.id, [])
        if all(stop <= since or until <= start for since, until in taken):
            taken.append((start, stop))
            return room
    return None


def stay(lives: Lives, someone: Someone, room: Home, start: date, end: date | None) -> int:
    return lives.bulk.add(
        Stay,
        person_id=someone.id,
        kind=StayKind.TEMPORARY,
        unit_id=room.id,
        period=DateRange(start, end),
        night_price=lives.rng.randrange(650, 1500, 50),
        recorded_at=at(start, 16),
        recorded_by_id=someone.responsible,
        end_reason="Flyttet" if end else "",
    )


def temporary_now(lives: Lives) -> list[Someone]:
    """Add everyone in a temporary place today. Called first, while all rooms are free."""
    rng, size, living = lives.rng, lives.size, []
    for number in range(size.temporary):
        days = rng.randint(92, 260) if number < size.long_temporary else rng.randint(1, 88)
        if number == size.long_temporary:
            days = 100 - 12  # someone who will soon have stayed 90 days
        family = number % max(size.temporary // size.families_temporary, 1) == 0
        someone = lives.person(children=rng.randint(1, 2) if family else 0)
        if rng.random() < 0.2 and days > 3:
            institution(
                lives,
                someone,
                lives.today - timedelta(days=days + rng.randint(40, 200)),
                lives.today - timedelta(days=days),
            )
        start = lives.today - timedelta(days=days)
        if days > 40 and rng.random() < 0.6:
            moved = start + timedelta(days=rng.randint(10, days - 10))
            first = free_room(lives, start, moved)
            second = free_room(lives, moved, None)
            if first and second:
                stay(lives, someone, first, start, moved)
                stay(lives, someone, second, moved, None)
                living.append(section_27(lives, someone, start))
                continue
            start = moved
        room = free_room(lives, start, None)
        if room is None:
            room = next(any_free(lives, start))
        stay(lives, someone, room, start, None)
        living.append(section_27(lives, someone, start))
    return living


def before(lives: Lives) -> None:
    """Add temporary stays that have ended, evenly over the years; some people come back."""
    rng, known = lives.rng, []
    for _ in range(lives.size.past_temporary):
        end = lives.today - timedelta(days=rng.randint(4, DAYS))
        start = end - timedelta(days=min(int(rng.expovariate(1 / 42)) + 1, 250))
        room = free_room(lives, start, end)
        if room is None:
            continue
        earlier = known.pop(0) if len(known) > 40 and rng.random() < 0.3 else None
        if earlier and earlier[1] <= start and earlier[2] >= end:
            someone = earlier[0]
        else:
            someone = lives.person(children=1 if rng.random() < 0.07 else 0)
        stay(lives, someone, room, start, end)
        section_27(lives, someone, start, end)
        if start - lives.horizon > timedelta(days=200):
            known.append((someone, lives.horizon, start - timedelta(days=30)))


def any_free(lives: Lives, start: date):
    for room in lives.stock["rooms"]:
        taken = lives.taken.setdefault(room.id, [])
        if all(until <= start for _since, until in taken):
            taken.append((start, date.max))
            yield room


def section_27(lives: Lives, someone: Someone, start: date, end: date | None = None) -> Someone:
    application = lives.application(
        someone, ApplicationKind.TEMPORARY, start, ApplicationState.DECIDED
    )
    case = Case(someone, application, start)
    lives.vedtak(case, start, Outcome.GRANTED, "sosialtjenesteloven_27", valid_months=12)
    if lives.rng.random() < 0.7:
        lives.bulk.add(
            Service,
            person_id=someone.id,
            unit_id=lives.nav,
            name="Oppfølging i midlertidig bolig",
            contact="Kari Anne Vik",
            period=DateRange(start, end),
        )
    lives.notes(someone, start)
    return someone


def institution(
    lives: Lives, someone: Someone, start: date, end: date | None, planned: date | None = None
) -> None:
    kind = lives.rng.choice(list(InstitutionKind))
    lives.bulk.add(
        Stay,
        person_id=someone.id,
        kind=StayKind.INSTITUTION,
        institution=kind,
        place=str(InstitutionKind(kind).label),
        period=DateRange(start, end),
        planned_out=planned,
        recorded_at=at(start),
        recorded_by_id=someone.responsible,
    )
