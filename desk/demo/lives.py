"""Three years of lives: who moved in where, who waits, who stays somewhere for a while.

Written so that the parts agree: a lease follows an offer, an offer a vedtak, a vedtak an
application, in that order in time, and nobody lives in two places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.enums import (
    AppealState,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    IdKind,
    MemberRelation,
    Outcome,
    PreferredChannel,
    Sender,
    Sex,
    VedtakState,
)
from casework.models import (
    Appeal,
    Application,
    Event,
    Household,
    HouseholdMember,
    HousingNeed,
    LegalBasis,
    Note,
    Person,
    Service,
    Vedtak,
    VedtakOutcome,
    Wish,
)
from common.calendar import add_months, deadline_weeks, next_working_day
from common.national_id import generate_tenor
from common.sorting import norwegian_key
from housing.enums import UnitType
from stays.enums import Deposit, InstitutionKind, StayKind, Unsuitable
from stays.models import Lease, Stay

from . import names
from .bulk import Bulk
from .sizes import Size
from .stock import Home, close_for_a_while

OSLO = ZoneInfo("Europe/Oslo")
YEARS = 3
DAYS = 365 * YEARS
# Mean length of a tenancy in days, so that about one in seven dwellings changes hands a year.
MEAN_TENANCY = 2150


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), OSLO)


@dataclass
class Someone:
    id: int
    household: int
    born: date
    responsible: int
    children: int = 0
    first_name: str = ""


@dataclass
class Case:
    """An application and what came of it, for the builders of meetings and peers."""

    someone: Someone
    application: int
    received: date
    issued: date | None = None
    bedrooms: int = 1
    moved_in: date | None = None
    home: Home | None = None
    lease: int | None = None
    approver: int = 0


@dataclass
class Lives:
    """Writes lives into `bulk`; keeps what later builders need."""

    bulk: Bulk
    rng: Random
    today: date
    size: Size
    users: dict
    stock: dict
    moved: list[Case] = field(default_factory=list)
    waiting: list[Case] = field(default_factory=list)
    vacant: list[Home] = field(default_factory=list)
    someones: int = 0

    def __post_init__(self) -> None:
        self.horizon = self.today - timedelta(days=DAYS)
        self.bases = dict(LegalBasis.objects.values_list("code", "pk"))
        self.cases = [user.pk for user in self.users["caseworkers"]]
        self.approvers = [user.pk for user in self.users["approvers"]]
        self.office = self.users["units"]["bolig"].pk
        self.nav = self.users["units"]["nav"].pk
        self.sequence: dict[int, int] = {}
        self.numbers: dict[date, int] = {}
        self.pending: list[tuple] = []
        self.case_numbers: dict[int, str] = {}

    # ------------------------------------------------------------------ people

    def person(self, *, children: int = 0, family: bool | None = None, **given) -> Someone:
        rng = self.rng
        female = rng.random() < 0.32
        born = given.pop("born", None) or self._born(rng.randint(19, 67))
        first = given.pop("first_name", None) or rng.choice(names.WOMEN if female else names.MEN)
        last = given.pop("last_name", None) or rng.choice(names.LAST)
        by = given.pop("responsible", None) or rng.choice(self.cases)
        language = rng.choice(names.LANGUAGES)
        created = at(self.horizon)
        common = {"created_at": created, "created_by_id": by}
        details = {
            "phone": f"+474{rng.randrange(10_000_000):07d}",
            "preferred_channel": rng.choice(CHANNELS),
            "language": language,
            "interpreter": bool(language) and rng.random() < 0.6,
            "address": f"{rng.choice(names.STREETS)} {rng.randint(1, 60)}",
            "postcode": "9990",
            "city": "Solvær",
            "responsible_id": by,
        }
        sex = Sex.FEMALE if female else Sex.MALE
        pk = self._person(first, last, born, sex, common, **(details | given))
        household = self.bulk.add(Household, **common)
        since = DateRange(self.horizon - timedelta(days=400), None)
        self.bulk.add(
            HouseholdMember,
            household_id=household,
            person_id=pk,
            relation=MemberRelation.SELF,
            period=since,
        )
        if self.size.children:
            for _ in range(children):
                child_born = self._born(rng.randint(1, 15))
                child = self._person(
                    rng.choice(names.WOMEN + names.MEN),
                    last,
                    child_born,
                    rng.choice([Sex.FEMALE, Sex.MALE]),
                    common,
                    responsible_id=None,
                )
                self.bulk.add(
                    HouseholdMember,
                    household_id=household,
                    person_id=child,
                    relation=MemberRelation.CHILD,
                    living=rng.choices(["fast", "delt", "samvar"], [6, 2, 2])[0],
                    period=since,
                )
        return Someone(pk, household, born, by, children if self.size.children else 0, first)

    def _person(self, first, last, born, sex, common, **more) -> int:
        serial = self.numbers.get(born, 0)
        self.numbers[born] = serial + 1
        self.someones += 1
        return self.bulk.add(
            Person,
            first_name=first,
            last_name=last,
            sort_name=norwegian_key(f"{last}, {first}"),
            id_kind=IdKind.NATIONAL,
            national_id=generate_tenor(born, serial),
            birth_date=born,
            sex=sex,
            **common,
            **more,
        )

    def _born(self, age: int) -> date:
        return self.today - timedelta(days=age * 365 + self.rng.randrange(20, 340))

    # ------------------------------------------------------------------ cases

    def application(self, someone: Someone, kind: str, received: date, state: str, **more) -> int:
        return self._application(
            someone, kind, at(received, 9, self.rng.randrange(60)), state, **more
        )

    def _application(
        self, someone, kind, received_at, state, *, bases=None, sender=None, words=""
    ) -> int:
        # Case numbers are given in order of receipt, so the rows are written when all are known.
        pk = self.bulk.take(Application)
        self.pending.append((received_at, pk, someone, kind, state, bases, sender, words))
        return pk

    def number_applications(self) -> None:
        """Write the applications, numbered by when they were received."""
        from casework.models import CaseCounter

        through = Application.bases.through
        for received_at, pk, someone, kind, state, bases, sender, words in sorted(
            self.pending, key=lambda row: (row[0], row[1])
        ):
            year = received_at.year
            self.sequence[year] = self.sequence.get(year, 0) + 1
            self.case_numbers[pk] = f"{year}/{self.sequence[year]:04d}"
            temporary = kind == ApplicationKind.TEMPORARY
            self.bulk.add(
                Application,
                id=pk,
                person_id=someone.id,
                household_id=someone.household,
                kind=kind,
                state=state,
                case_year=year,
                case_seq=self.sequence[year],
                received_at=received_at,
                channel=ApplicationChannel.ORAL if temporary else ApplicationChannel.FORM,
                sender=sender or Sender.PERSON,
                words=words,
                unit_id=self.nav if temporary else self.office,
                responsible_id=someone.responsible,
                registered_at=received_at + timedelta(minutes=5),
                registered_by_id=someone.responsible,
            )
            self.bulk.add(
                Event,
                person_id=someone.id,
                application_id=pk,
                kind="application.registered",
                text="Søknaden ble registrert.",
                at=received_at + timedelta(minutes=5),
                by_id=someone.responsible,
            )
            for code in bases or [BASIS_OF[kind]]:
                self.bulk.add(through, application_id=pk, legalbasis_id=self.bases[code])
        for year, last in self.sequence.items():
            CaseCounter.objects.update_or_create(year=year, defaults={"last": last})

    def need(
        self, application: int, someone: Someone, bedrooms: int, day: date, *, types=None
    ) -> None:
        rng = self.rng
        code = rng.choice(list(self.stock["areas"]))
        need = self.bulk.add(
            HousingNeed,
            application_id=application,
            types=types or [UnitType.MUNICIPAL, UnitType.COOPERATIVE, UnitType.REFERRAL],
            bedrooms=bedrooms,
            step_free=rng.random() < 0.12,
            pets=rng.random() < 0.1,
            max_floor=1 if rng.random() < 0.08 else None,
            types_preferred=[],
            near_transport=rng.random() < 0.3,
            quiet=rng.random() < 0.3,
            own_entrance=rng.random() < 0.1,
            rent_max=rng.choice([None, None, 9000, 11000]),
            decided_at=at(day),
            decided_by_id=someone.responsible,
        )
        if rng.random() < 0.6:
            self.bulk.add(
                HousingNeed.areas.through, housingneed_id=need, area_id=self.stock["areas"][code]
            )
        if rng.random() < 0.25:
            avoid = rng.choice([other for other in self.stock["areas"] if other != code])
            self.bulk.add(
                HousingNeed.avoid_areas.through,
                housingneed_id=need,
                area_id=self.stock["areas"][avoid],
            )

    def wish(self, someone: Someone, day: date, words: str | None = None) -> int:
        return self.bulk.add(
            Wish,
            person_id=someone.id,
            words=words or self.rng.choice(names.WISHES),
            setting=self.rng.choice(names.SETTINGS),
            said_on=day,
            read_back=True,
            recorded_at=at(day),
            recorded_by_id=someone.responsible,
        )

    def vedtak(self, case: Case, issued: date, outcome: str, basis: str, **more) -> int:
        approver = self.rng.choice([pk for pk in self.approvers if pk != case.someone.responsible])
        case.approver = approver
        issued = next_working_day(issued)
        drafted = max(case.received, issued - timedelta(days=6))
        granted = outcome in (Outcome.GRANTED, Outcome.PARTLY)
        wanted = more.pop("valid_months", 24 if granted else None)
        pk = self.bulk.add(
            Vedtak,
            application_id=case.application,
            state=VedtakState.ISSUED,
            bedrooms=case.bedrooms,
            dwelling_type=UnitType.MUNICIPAL if granted else "",
            lease_years=3 if granted else None,
            valid_from=issued,
            valid_to=add_months(issued, wanted) if wanted else None,
            facts="Vi har lagt til grunn det du har fortalt, og papirene du har sendt inn.",
            rules="Kommunens retningslinjer for tildeling av kommunal bolig.",
            reasoning=GRANTED_WORDS if granted else REFUSED_WORDS,
            person_view="Du har fortalt hva som er viktigst for deg, og vi har lagt vekt på det.",
            best_interests="Barna trenger ro og egen soveplass. Det har stor vekt."
            if case.someone.children
            else "",
            drafted_at=at(drafted),
            drafted_by_id=case.someone.responsible,
            submitted_at=at(drafted, 14),
            submitted_by_id=case.someone.responsible,
            approver_id=approver,
            issued_at=at(issued, 15),
            issued_by_id=approver,
            issued_on=issued,
            **more,
        )
        self.bulk.add(VedtakOutcome, vedtak_id=pk, basis_id=self.bases[basis], outcome=outcome)
        self.event(
            case.someone,
            issued,
            "vedtak.issued",
            f"Vedtak fattet: {str(Outcome(outcome).label).lower()}.",
            case.application,
            approver,
        )
        case.issued = issued
        return pk

    def event(
        self, someone: Someone, day: date, kind: str, text: str, application=None, by=None
    ) -> None:
        self.bulk.add(
            Event,
            person_id=someone.id,
            application_id=application,
            kind=kind,
            text=text,
            at=at(day, 12, self.rng.randrange(60)),
            by_id=by or someone.responsible,
        )

    def notes(self, someone: Someone, first: date) -> None:
        rng = self.rng
        mean = self.size.notes_per_person
        span = max((self.today - first).days, 1)
        for _ in range(int(rng.expovariate(1 / mean)) if mean else 0):
            self.bulk.add(
                Note,
                person_id=someone.id,
                observation=rng.choice(names.OBSERVATIONS),
                quotation=rng.choice(names.QUOTATIONS) if rng.random() < 0.4 else "",
                is_contact=rng.random() < 0.7,
                written_at=at(first + timedelta(days=rng.randrange(span)), 13),
                written_by_id=someone.responsible,
            )

    # ------------------------------------------------------------------ tenancies

    def tenancies(self) -> None:
        """Who has lived in each dwelling, back to before the horizon."""
        rng, spans = self.rng, []
        for home in self.stock["homes"]:
            draw = rng.random()
            if draw < 0.94:
                end = None
                start = self.today - timedelta(days=1 + int(rng.expovariate(1 / MEAN_TENANCY)))
            else:
                empty = self.today - timedelta(days=rng.randint(3, 70))
                if draw < 0.965:
                    self.vacant.append(home)
                else:
                    close_for_a_while(self.bulk, rng, home.id, empty + timedelta(days=1))
                end = empty
                start = end - timedelta(days=200 + int(rng.expovariate(1 / MEAN_TENANCY)))
            while True:
                start = max(start, self.today - timedelta(days=9000))
                spans.append((start, end, home))
                end = start - timedelta(days=rng.randint(8, 80))
                if end <= self.horizon:
                    break
                start = end - timedelta(days=150 + int(rng.expovariate(1 / MEAN_TENANCY)))
        spans.sort(key=lambda span: (span[0], span[2].id))
        leaving: dict[date, list[Someone]] = {}
        for start, end, home in spans:
            someone = self._mover(leaving, start, home) if start > self.horizon else None
            self._tenancy(start, end, home, someone, leaving)

    def _mover(self, leaving: dict, start: date, home: Home) -> Someone | None:
        """Someone who just left another municipal home: a bytte, and no new place in the queue."""
        if self.rng.random() > 0.3:
            return None
        for back in range(0, 20):
            there = leaving.get(start - timedelta(days=back))
            if there:
                return there.pop()
        return None

    def _tenancy(self, start: date, end: date | None, home: Home, mover, leaving) -> None:
        rng = self.rng
        children = max(home.bedrooms - 1, 0) if home.bedrooms > 1 and rng.random() < 0.8 else 0
        someone = mover or self.person(children=children)
        case = None
        if start > self.horizon + timedelta(days=60):
            case = self._case_before(someone, start, home, exchange=mover is not None)
        stay = self.bulk.add(
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
        while expires < (end or self.today - timedelta(days=25)):
            expires = add_months(expires, 12 * years)
        lease = self.bulk.add(
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
            self.moved.append(case)
            self.event(
                someone, start, "lease.started", f"Flyttet inn i {home.name}.", case.application
            )
        if end:
            leaving.setdefault(end, []).append(someone)
        if start > self.horizon or rng.random() < 0.3 or self.size.notes_per_person > 2:
            self.notes(someone, max(start, self.horizon))

    def _case_before(self, someone: Someone, start: date, home: Home, *, exchange: bool) -> Case:
        """The application and vedtak that led to a home."""
        rng = self.rng
        waited = min(int(rng.lognormvariate(4.6, 0.7)) + 20, 700)
        received = max(start - timedelta(days=waited + 30), self.horizon)
        issued = min(received + timedelta(days=rng.randint(8, 30)), start - timedelta(days=14))
        kind = ApplicationKind.EXCHANGE if exchange else ApplicationKind.NEW
        bedrooms = max(home.bedrooms, 1)
        application = self.application(someone, kind, received, ApplicationState.DECIDED)
        case = Case(someone, application, received, bedrooms=bedrooms)
        self.vedtak(case, issued, Outcome.GRANTED, "bytte" if exchange else "kommunal_bolig")
        if self.size.children:
            self.need(application, someone, bedrooms, received + timedelta(days=5))
            self.wish(someone, received + timedelta(days=5))
        if not exchange and rng.random() < 0.3:
            self._before_home(someone, start)
        return case

    def _before_home(self, someone: Someone, start: date) -> None:
        """A time in a temporary place that ended when the home began, if a room was free."""
        nights = self.rng.randint(10, 140)
        room = self._free_room(start - timedelta(days=nights), start)
        if room:
            self._temporary(someone, room, start - timedelta(days=nights), start)

    # ------------------------------------------------------------------ temporary places

    def _free_room(self, start: date, end: date | None) -> Home | None:
        """A room with nobody in it. Rooms fill from the past; today's stays are placed first."""
        rooms = self.stock["rooms"]
        calendar = self.__dict__.setdefault("_taken", {})
        stop = end or date.max
        for _ in range(12):
            room = rooms[self.rng.randrange(len(rooms))]
            taken = calendar.setdefault(room.id, [])
            if all(stop <= since or until <= start for since, until in taken):
                taken.append((start, stop))
                return room
        return None

    def _temporary(self, someone: Someone, room: Home, start: date, end: date | None) -> int:
        return self.bulk.add(
            Stay,
            person_id=someone.id,
            kind=StayKind.TEMPORARY,
            unit_id=room.id,
            period=DateRange(start, end),
            night_price=self.rng.randrange(650, 1500, 50),
            recorded_at=at(start, 16),
            recorded_by_id=someone.responsible,
            end_reason="Flyttet" if end else "",
        )

    def temporary_now(self) -> list[Someone]:
        """Everyone in a temporary place tonight. Called first, so that the rooms are theirs."""
        rng, size, living = self.rng, self.size, []
        for number in range(size.temporary):
            days = rng.randint(92, 260) if number < size.long_temporary else rng.randint(1, 88)
            if number == size.long_temporary:
                days = 100 - 12  # one about to pass ninety
            family = number % max(size.temporary // size.families_temporary, 1) == 0
            someone = self.person(children=rng.randint(1, 2) if family else 0)
            if rng.random() < 0.2 and days > 3:
                self._institution(
                    someone,
                    self.today - timedelta(days=days + rng.randint(40, 200)),
                    self.today - timedelta(days=days),
                )
            start = self.today - timedelta(days=days)
            if days > 40 and rng.random() < 0.6:
                moved = start + timedelta(days=rng.randint(10, days - 10))
                first = self._free_room(start, moved)
                second = self._free_room(moved, None)
                if first and second:
                    self._temporary(someone, first, start, moved)
                    self._temporary(someone, second, moved, None)
                    living.append(self._section_27(someone, start))
                    continue
                start = moved
            room = self._free_room(start, None)
            if room is None:
                room = next(self._any_free(start))
            self._temporary(someone, room, start, None)
            living.append(self._section_27(someone, start))
        return living

    def _any_free(self, start: date):
        for room in self.stock["rooms"]:
            taken = self.__dict__.setdefault("_taken", {}).setdefault(room.id, [])
            if all(until <= start for _since, until in taken):
                taken.append((start, date.max))
                yield room

    def _section_27(self, someone: Someone, start: date) -> Someone:
        application = self.application(
            someone, ApplicationKind.TEMPORARY, start, ApplicationState.DECIDED
        )
        case = Case(someone, application, start)
        self.vedtak(case, start, Outcome.GRANTED, "sosialtjenesteloven_27", valid_months=12)
        if self.rng.random() < 0.7:
            self.bulk.add(
                Service,
                person_id=someone.id,
                unit_id=self.nav,
                name="Oppfølging i midlertidig bolig",
                contact="Kari Anne Vik",
                period=DateRange(start, None),
            )
        self.notes(someone, start)
        return someone

    def _institution(
        self, someone: Someone, start: date, end: date | None, planned: date | None = None
    ) -> None:
        kind = self.rng.choice(list(InstitutionKind))
        self.bulk.add(
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

    # ------------------------------------------------------------------ those who wait

    def wait(self, living: list[Someone]) -> None:
        """Those with a granted vedtak and no home yet; three in four of the temporary wait too."""
        rng, size = self.rng, self.size
        from_temporary = [one for one in living if rng.random() < 0.75][: size.waiting // 2]
        for number in range(size.waiting):
            waited = min(int(rng.lognormvariate(4.95, 0.75)), 690)
            if number < len(from_temporary):
                someone = from_temporary[number]
            else:
                someone = self.person(children=rng.choices([0, 1, 2, 3], [70, 14, 11, 5])[0])
                self._lives_now(someone, number)
            issued = next_working_day(self.today - timedelta(days=max(waited, 4)))
            if issued > self.today:
                issued = self.today - timedelta(days=3)
            received = issued - timedelta(days=rng.randint(6, 32))
            bedrooms = (
                min(someone.children + 1, 4) if someone.children else rng.choice([1, 1, 1, 1, 2])
            )
            sender = Sender.TREATMENT if number % 11 == 0 else None
            application = self.application(
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
            self.vedtak(case, issued, outcome, "kommunal_bolig")
            self.need(application, someone, bedrooms, received + timedelta(days=4))
            self.wish(someone, received + timedelta(days=4))
            self.notes(someone, received)
            self.waiting.append(case)

    def _lives_now(self, someone: Someone, number: int) -> None:
        rng = self.rng
        since = self.today - timedelta(days=rng.randint(30, 900))
        draw = rng.random()
        more: dict = {}
        if draw < 0.12:
            planned = self.today + timedelta(days=rng.randint(4, 120))
            self._institution(
                someone, self.today - timedelta(days=rng.randint(20, 300)), None, planned
            )
            return
        if draw < 0.16:
            kind = StayKind.STREET
            since = self.today - timedelta(days=rng.randint(1, 30))
        elif draw < 0.5:
            kind, more = StayKind.WITH_OTHERS, {"place": "Hos familie"}
        else:
            kind = StayKind.OWN_HOME
            more = {"place": f"{rng.choice(names.STREETS)} {rng.randint(1, 40)}"}
            if rng.random() < 0.35:
                more["unsuitable"] = rng.choice([Unsuitable.ACCESS, Unsuitable.OTHER])
            if rng.random() < 0.35:
                more["must_leave_by"] = self.today + timedelta(days=rng.randint(10, 200))
            more["unsafe"] = rng.random() < 0.05
        self.bulk.add(
            Stay,
            person_id=someone.id,
            kind=kind,
            period=DateRange(since, None),
            recorded_at=at(since),
            recorded_by_id=someone.responsible,
            **more,
        )

    # ------------------------------------------------------------------ the rest of the year's work

    def others(self) -> None:
        """Refusals with klager, extensions, and applications nobody has decided yet."""
        rng, size = self.rng, self.size
        appeals = size.appeals * YEARS
        for _ in range(size.refusals * YEARS):
            received = self.horizon + timedelta(days=rng.randrange(DAYS - 40))
            someone = self.person()
            application = self.application(
                someone, ApplicationKind.NEW, received, ApplicationState.DECIDED
            )
            case = Case(someone, application, received)
            vedtak = self.vedtak(
                case,
                received + timedelta(days=rng.randint(10, 30)),
                Outcome.REFUSED,
                "kommunal_bolig",
            )
            if appeals and rng.random() < size.appeals / size.refusals:
                appeals -= 1
                self._appeal(case, vedtak)
        for case in rng.sample(self.moved, min(len(self.moved), size.renewals * YEARS // 3)):
            received = case.moved_in + timedelta(days=rng.randint(60, 400))
            if received < self.today - timedelta(days=40):
                application = self.application(
                    case.someone, ApplicationKind.EXTENSION, received, ApplicationState.DECIDED
                )
                self.vedtak(
                    Case(case.someone, application, received),
                    received + timedelta(days=20),
                    Outcome.GRANTED,
                    "forlengelse",
                )
        for number in range(size.pending):
            someone = self.person(children=rng.choices([0, 1, 2], [7, 2, 1])[0])
            received = self.today - timedelta(days=min(number % 34, 32))
            if received == self.today:
                received -= timedelta(days=1)
            kind = rng.choices(
                [ApplicationKind.NEW, ApplicationKind.EXCHANGE, ApplicationKind.ASSISTANCE],
                [7, 2, 1],
            )[0]
            bases = (
                ["kommunal_bolig", "boligsosialloven_6"] if kind == ApplicationKind.NEW else None
            )
            state = ApplicationState.ASSESSING if number % 3 else ApplicationState.RECEIVED
            self.application(
                someone, kind, received, state, bases=bases, words=rng.choice(names.WISHES)
            )
            self._lives_now(someone, number)

    def _appeal(self, case: Case, vedtak: int) -> None:
        received = case.issued + timedelta(days=self.rng.randint(3, 28))
        if received >= self.today:
            return
        old = received < self.today - timedelta(days=60)
        state = (
            self.rng.choice([AppealState.UPHELD, AppealState.UPHELD, AppealState.CHANGED])
            if old
            else AppealState.RECEIVED
        )
        self.bulk.add(
            Appeal,
            vedtak_id=vedtak,
            state=state,
            received_on=received,
            words="Jeg mener dere ikke har sett på hvordan jeg bor.",
            due_on=deadline_weeks(case.issued + timedelta(days=3), 3),
            closed_on=received + timedelta(days=45) if old else None,
            registered_at=at(received),
            registered_by_id=case.someone.responsible,
        )


CHANNELS = [PreferredChannel.SMS, PreferredChannel.PHONE, PreferredChannel.LETTER]
BASIS_OF = {
    ApplicationKind.NEW: "kommunal_bolig",
    ApplicationKind.EXCHANGE: "bytte",
    ApplicationKind.EXTENSION: "forlengelse",
    ApplicationKind.TEMPORARY: "sosialtjenesteloven_27",
    ApplicationKind.ASSISTANCE: "boligsosialloven_6",
}
GRANTED_WORDS = (
    "Du har ikke en bolig du kan bli i, og du klarer ikke å skaffe en egnet bolig uten hjelp nå. "
    "Behovet har vart lenge og løses ikke på annen måte. Derfor har du rett til prioritet."
)
REFUSED_WORDS = (
    "Du har en bolig du kan bo i, og du har mulighet til å skaffe deg en annen på egen hånd. "
    "Vi har lagt vekt på det du har fortalt, men andre har et større behov nå."
)
