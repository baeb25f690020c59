"""People on the waiting list, refusals, and applications not decided yet."""

from __future__ import annotations

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log import deadlines
from casework.log.enums import (
    AppealBody,
    AppealState,
    ApplicationKind,
    ApplicationState,
    Outcome,
    Sender,
)
from casework.models import Appeal
from common.calendar import next_working_day
from stays.enums import StayKind, Unsuitable
from stays.models import Stay

from . import names, temporary
from .lives import DAYS, YEARS, Case, Lives, Someone, at


def wait(lives: Lives, living: list[Someone]) -> None:
    """Add people with a granted vedtak and no home; three in four in temporary places wait too."""
    rng, size = lives.rng, lives.size
    from_temporary = [someone for someone in living if rng.random() < 0.75][: size.waiting // 2]
    for number in range(size.waiting):
        # As many come as leave in a month: half have waited less than five months.
        waited = int(rng.expovariate(1 / 215))
        while waited > 700:
            waited = int(rng.expovariate(1 / 215))
        if number < len(from_temporary):
            someone = from_temporary[number]
        else:
            someone = lives.person(children=rng.choices([0, 1, 2, 3], [70, 14, 11, 5])[0])
            lives_now(lives, someone, number)
        issued = next_working_day(lives.today - timedelta(days=max(waited, 4)))
        if issued > lives.today:
            issued = lives.today - timedelta(days=3)
        received = issued - timedelta(days=rng.randint(6, 32))
        bedrooms = min(someone.children + 1, 4) if someone.children else rng.choice([1, 1, 1, 1, 2])
        sender = Sender.TREATMENT if number % 11 == 0 else None
        application = lives.application(
            someone,
            ApplicationKind.NEW,
            received,
            ApplicationState.DECIDED,
            bases=["kommunal_bolig"],
            sender=sender,
            words="Jeg trenger et sted å bo som jeg kan bli i.",
        )
        case = Case(someone, application, received, bedrooms=bedrooms)
        outcome = Outcome.PARTLY if number % 17 == 0 else Outcome.GRANTED
        lives.vedtak(case, issued, outcome, "kommunal_bolig")
        lives.need(application, someone, bedrooms, received + timedelta(days=4))
        lives.wish(someone, received + timedelta(days=4))
        lives.notes(someone, received)
        lives.waiting.append(case)


def lives_now(lives: Lives, someone: Someone, number: int) -> None:
    rng = lives.rng
    since = lives.today - timedelta(days=rng.randint(30, 900))
    draw = rng.random()
    more: dict = {}
    if draw < 0.12:
        planned = lives.today + timedelta(days=rng.randint(4, 120))
        temporary.institution(
            lives, someone, lives.today - timedelta(days=rng.randint(20, 300)), None, planned
        )
        return
    if draw < 0.16:
        kind = StayKind.STREET
        since = lives.today - timedelta(days=rng.randint(1, 30))
    elif draw < 0.5:
        kind, more = StayKind.WITH_OTHERS, {"place": "Hos familie"}
    else:
        kind = StayKind.OWN_HOME
        more = {"place": f"{rng.choice(names.STREETS)} {rng.randint(1, 40)}"}
        if rng.random() < 0.35:
            more["unsuitable"] = rng.choice([Unsuitable.ACCESS, Unsuitable.OTHER])
        if rng.random() < 0.35:
            more["must_leave_by"] = lives.today + timedelta(days=rng.randint(10, 200))
        more["unsafe"] = rng.random() < 0.05
    lives.bulk.add(
        Stay,
        person_id=someone.id,
        kind=kind,
        period=DateRange(since, None),
        recorded_at=at(since),
        recorded_by_id=someone.responsible,
        **more,
    )


def others(lives: Lives) -> None:
    """Add refusals with appeals, extensions, and applications not decided yet."""
    rng, size = lives.rng, lives.size
    appeals = size.appeals * YEARS
    for _ in range(size.refusals * YEARS):
        received = lives.horizon + timedelta(days=rng.randrange(DAYS - 40))
        someone = lives.person()
        application = lives.application(
            someone, ApplicationKind.NEW, received, ApplicationState.DECIDED
        )
        case = Case(someone, application, received)
        vedtak = lives.vedtak(
            case,
            received + timedelta(days=rng.randint(10, 30)),
            Outcome.REFUSED,
            "kommunal_bolig",
        )
        if appeals and rng.random() < size.appeals / size.refusals:
            appeals -= 1
            _appeal(lives, case, vedtak)
    for case in rng.sample(lives.moved, min(len(lives.moved), size.renewals * YEARS // 3)):
        received = case.moved_in + timedelta(days=rng.randint(60, 400))
        if received < lives.today - timedelta(days=40):
            application = lives.application(
                case.someone, ApplicationKind.EXTENSION, received, ApplicationState.DECIDED
            )
            lives.vedtak(
                Case(case.someone, application, received),
                received + timedelta(days=20),
                Outcome.GRANTED,
                "forlengelse",
            )
    for number in range(size.pending):
        someone = lives.person(children=rng.choices([0, 1, 2], [7, 2, 1])[0])
        received = lives.today - timedelta(days=min(number % 34, 32))
        if received == lives.today:
            received -= timedelta(days=1)
        kind = rng.choices(
            [ApplicationKind.NEW, ApplicationKind.EXCHANGE, ApplicationKind.ASSISTANCE],
            [7, 2, 1],
        )[0]
        bases = ["kommunal_bolig", "boligsosialloven_6"] if kind == ApplicationKind.NEW else None
        state = ApplicationState.ASSESSING if number % 3 else ApplicationState.RECEIVED
        lives.application(
            someone, kind, received, state, bases=bases, words=rng.choice(names.WISHES)
        )
        lives_now(lives, someone, number)


def _appeal(lives: Lives, case: Case, vedtak: int) -> None:
    received = case.issued + timedelta(days=lives.rng.randint(3, 28))
    if received >= lives.today:
        return
    old = received < lives.today - timedelta(days=60)
    state = (
        lives.rng.choice([AppealState.UPHELD, AppealState.UPHELD, AppealState.CHANGED])
        if old
        else AppealState.RECEIVED
    )
    appeal = lives.bulk.take(Appeal)
    lives.bulk.add(
        Appeal.outcomes.through, appeal_id=appeal, vedtakoutcome_id=lives.outcome_of[vedtak]
    )
    lives.bulk.add(
        Appeal,
        vedtak_id=vedtak,
        id=appeal,
        drafter_id=case.someone.responsible,
        approver_id=case.approver,
        body=AppealBody.MUNICIPAL,
        state=state,
        received_on=received,
        made_on=received,
        words="Jeg mener dere ikke har sett på hvordan jeg bor.",
        due_on=deadlines.appeal(case.issued).due,
        closed_on=received + timedelta(days=45) if old else None,
        registered_at=at(received),
        registered_by_id=case.someone.responsible,
    )
