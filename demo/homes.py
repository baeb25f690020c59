"""Who has lived in each dwelling, and the applications that led there."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.enums import ApplicationKind, ApplicationState, Outcome
from common.calendar import add_months
from common.formatting import nbdate
from housing.enums import UnitType
from stays.enums import Deposit, StayEvent, StayKind
from stays.leases.models import Lease
from stays.models import Stay

from . import temporary
from .lives import Case, Lives, Someone, at
from .stock import Home, close_for_a_while

# Mean length of a tenancy in days, so that about one in seven dwellings changes hands a year.
MEAN_TENANCY = 2150


def tenancies(lives: Lives) -> None:
    """Add the tenancies of each dwelling, back to before the horizon."""
    rng, spans = lives.rng, []
    for home in lives.stock["homes"]:
        draw = rng.random()
        if draw < 0.94:
            end = None
            start = lives.today - timedelta(days=1 + int(rng.expovariate(1 / MEAN_TENANCY)))
        else:
            emptied = lives.today - timedelta(days=rng.randint(3, 70))
            if draw < 0.965:
                lives.vacant.append(home)
            else:
                close_for_a_while(lives.bulk, rng, home.id, emptied + timedelta(days=1))
            end = emptied
            start = end - timedelta(days=200 + int(rng.expovariate(1 / MEAN_TENANCY)))
        while True:
            start = max(start, lives.today - timedelta(days=9000))
            spans.append((start, end, home))
            end = start - timedelta(days=rng.randint(8, 80))
            if end <= lives.horizon:
                break
            start = end - timedelta(days=150 + int(rng.expovariate(1 / MEAN_TENANCY)))
    spans.sort(key=lambda span: (span[0], span[2].id))
    leaving: dict[date, list[Someone]] = {}
    for start, end, home in spans:
        someone = _mover(lives, leaving, start, home) if start > lives.horizon else None
        _tenancy(lives, start, end, home, someone, leaving)


def _mover(lives: Lives, leaving: dict, start: date, home: Home) -> Someone | None:
    """A tenant who has just left another municipal home, for an exchange (bytte), or None."""
    if lives.rng.random() > 0.3:
        return None
    for back in range(0, 20):
        tenants = leaving.get(start - timedelta(days=back))
        if tenants:
            return tenants.pop()
    return None


def _tenancy(lives: Lives, start: date, end: date | None, home: Home, mover, leaving) -> None:
    rng = lives.rng
    children = max(home.bedrooms - 1, 0) if home.bedrooms > 1 and rng.random() < 0.8 else 0
    someone = mover or lives.person(children=children)
    case = None
    if start > lives.horizon + timedelta(days=60):
        case = _case_before(lives, someone, start, home, exchange=mover is not None)
    if mover is None and rng.random() < lives.size.careers:
        _came_from(lives, someone, start)
    stay = lives.bulk.add(
        Stay,
        person_id=someone.id,
        kind=StayKind.TRIAL if home.type == UnitType.TRAINING else StayKind.LEASE,
        unit_id=home.id,
        period=DateRange(start, end),
        recorded_at=at(start),
        recorded_by_id=someone.responsible,
        end_reason="Flyttet" if end else "",
    )
    years = 5 if someone.children else 3
    expires = add_months(start, 12 * years)
    while expires < (end or lives.today - timedelta(days=25)):
        expires = add_months(expires, 12 * years)
    lease = lives.bulk.add(
        Lease,
        stay_id=stay,
        application_id=case.application if case else None,
        agreed_on=start - timedelta(days=min(9, (start - case.issued).days) if case else 9),
        starts_on=start,
        expires_on=expires,
        rent=home.rent or 7000,
        deposit_kind=rng.choice([Deposit.GUARANTEE, Deposit.DEPOSIT]),
        deposit=3 * (home.rent or 7000),
        agreed_by_id=someone.responsible,
    )
    if case:
        case.moved_in, case.home, case.lease = start, home, lease
        lives.moved.append(case)
        lives.event(
            someone,
            start,
            StayEvent.LEASE_AGREED,
            f"Leieforhold inngått: {home.name} fra {nbdate(start)}.",
            case.application,
            lease=lease,
        )
    if end:
        leaving.setdefault(end, []).append(someone)
    if start > lives.horizon or rng.random() < 0.3 or lives.size.notes_per_person > 2:
        lives.notes(someone, max(start, lives.horizon))


def _case_before(
    lives: Lives, someone: Someone, start: date, home: Home, *, exchange: bool
) -> Case:
    """The application and vedtak that led to a home."""
    rng = lives.rng
    waited = min(int(rng.expovariate(1 / 160)) + 20, 700)
    received = max(start - timedelta(days=waited + 30), lives.horizon)
    issued = min(received + timedelta(days=rng.randint(8, 30)), start - timedelta(days=14))
    kind = ApplicationKind.EXCHANGE if exchange else ApplicationKind.NEW
    bedrooms = max(home.bedrooms, 1)
    application = lives.application(someone, kind, received, ApplicationState.DECIDED)
    case = Case(someone, application, received, bedrooms=bedrooms)
    lives.vedtak(case, issued, Outcome.GRANTED, "bytte" if exchange else "kommunal_bolig")
    if lives.size.children:
        lives.need(application, someone, bedrooms, received + timedelta(days=5))
        lives.wish(someone, received + timedelta(days=5))
    if not exchange and rng.random() < 0.3:
        _before_home(lives, someone, start)
    return case


def _before_home(lives: Lives, someone: Someone, start: date) -> None:
    """A temporary stay just before the tenancy, if a room was free."""
    nights = lives.rng.randint(10, 140)
    room = temporary.free_room(lives, start - timedelta(days=nights), start)
    if room:
        temporary.stay(lives, someone, room, start - timedelta(days=nights), start)


def _came_from(lives: Lives, someone: Someone, start: date) -> None:
    """Where they lived before, until about half a year before the tenancy."""
    until = start - timedelta(days=lives.rng.randint(150, 400))
    kind = lives.rng.choice([StayKind.OWN_HOME, StayKind.WITH_OTHERS])
    lives.bulk.add(
        Stay,
        person_id=someone.id,
        kind=kind,
        place="Hos familie" if kind == StayKind.WITH_OTHERS else "Leid bolig",
        period=DateRange(until - timedelta(days=lives.rng.randint(200, 1500)), until),
        recorded_at=at(until),
        recorded_by_id=someone.responsible,
        end_reason="Kontrakten gikk ut",
    )
