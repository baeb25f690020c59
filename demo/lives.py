"""Three years of made-up life stories: who moved in, who waits, who has a temporary place.

The parts agree: the order in time is application, vedtak, offer, lease, and no one lives in two
places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import settings_table
from casework.log.enums import (
    ApplicationChannel,
    ApplicationKind,
    IdKind,
    MemberRelation,
    Outcome,
    PreferredChannel,
    RefusalGround,
    Sender,
    Sex,
    VedtakState,
)
from casework.log.event_kinds import CaseEvent, EventKind
from casework.models import (
    Application,
    Event,
    Household,
    HouseholdMember,
    HousingNeed,
    LegalBasis,
    Note,
    Person,
    Vedtak,
    VedtakOutcome,
    Wish,
)
from common.calendar import add_months, next_working_day
from common.national_id import generate_tenor
from common.sorting import norwegian_key
from housing.enums import UnitType

from . import names
from .bulk import Bulk
from .sizes import DemoSize
from .stock import Home

OSLO = ZoneInfo("Europe/Oslo")
YEARS = 3
DAYS = 365 * YEARS


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
    """An application and its result, for the builders of meetings and peers."""

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
    """Adds life stories to `bulk` and keeps what later builders need."""

    bulk: Bulk
    rng: Random
    today: date
    size: DemoSize
    users: dict
    stock: dict
    moved: list[Case] = field(default_factory=list)
    waiting: list[Case] = field(default_factory=list)
    vacant: list[Home] = field(default_factory=list)
    taken: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    considered: dict[int, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.horizon = self.today - timedelta(days=DAYS)
        self.bases = dict(LegalBasis.objects.values_list("code", "pk"))
        # The outcome of each vedtak.
        self.outcome_of: dict[int, int] = {}
        self.cases = [user.pk for user in self.users["caseworkers"]]
        self.approvers = [user.pk for user in self.users["approvers"]]
        self.office = self.users["units"]["bolig"].pk
        self.nav = self.users["units"]["nav"].pk
        self.sequence: dict[int, int] = {}
        self.numbers: dict[date, int] = {}
        self.pending: list[tuple] = []
        self.case_numbers: dict[int, str] = {}

    # people

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
        # Case numbers follow the order of receipt, so the rows are added when all are known.
        pk = self.bulk.take(Application)
        self.pending.append((received_at, pk, someone, kind, state, bases, sender, words))
        return pk

    def number_applications(self) -> None:
        """Add the applications, numbered in the order they were received."""
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
                kind=CaseEvent.APPLICATION_REGISTERED,
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
        months = more.pop("valid_months", 24 if granted else None)
        # The outcomes first: they cannot be changed once the vedtak is issued.
        pk = self.bulk.take(Vedtak)
        # One refusal in three: the municipality has no dwelling of the type.
        unmet = outcome == Outcome.REFUSED and pk % 3 == 0
        ground = RefusalGround.NO_DWELLING if unmet else RefusalGround.CONDITIONS
        self.outcome_of[pk] = self.bulk.add(
            VedtakOutcome,
            vedtak_id=pk,
            basis_id=self.bases[basis],
            outcome=outcome,
            ground=ground if outcome == Outcome.REFUSED else "",
        )
        self.bulk.add(
            Vedtak,
            id=pk,
            application_id=case.application,
            state=VedtakState.ISSUED,
            bedrooms=case.bedrooms,
            dwelling_type=UnitType.MUNICIPAL
            if granted
            else LACKING[pk // 3 % len(LACKING)]
            if unmet
            else "",
            lease_years=3 if granted else None,
            valid_from=issued,
            valid_to=add_months(issued, months) if months else None,
            facts="Vi har lagt til grunn det du har fortalt, og papirene du har sendt inn.",
            rules="Kommunens retningslinjer for tildeling av kommunal bolig.",
            reasoning=GRANTED_WORDS if granted else UNMET_WORDS if unmet else REFUSED_WORDS,
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
            appeal_weeks=settings_table.KEYS["appeal_weeks"].default,
            arrives_on=issued + timedelta(days=settings_table.KEYS["paper_arrival_days"].default),
            **more,
        )
        self.event(
            case.someone,
            issued,
            CaseEvent.VEDTAK_ISSUED,
            f"Vedtak fattet: {str(Outcome(outcome).label).lower()}.",
            case.application,
            approver,
        )
        case.issued = issued
        return pk

    def event(
        self,
        someone: Someone,
        day: date,
        kind: EventKind,
        text: str,
        application=None,
        by=None,
        **data: int,
    ) -> None:
        self.bulk.add(
            Event,
            person_id=someone.id,
            application_id=application,
            kind=kind,
            text=text,
            data=data,
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
# The types the municipality lacks; the first one most.
LACKING = (UnitType.SHARED, UnitType.ROBUST, UnitType.SHARED, UnitType.CARE)
UNMET_WORDS = (
    "Du fyller vilkårene, men kommunen har ingen bolig som passer til det du trenger. "
    "Det er kommunen som mangler boligen."
)
REFUSED_WORDS = (
    "Du har en bolig du kan bo i, og du har mulighet til å skaffe deg en annen på egen hånd. "
    "Vi har lagt vekt på det du har fortalt, men andre har et større behov nå."
)
