"""A few people to follow through the app by hand (see the tour in README)."""

from __future__ import annotations

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.assessment.statement_links import new_nonce
from casework.log.enums import (
    ApplicationKind,
    ApplicationState,
    LivingArrangement,
    MemberRelation,
    Outcome,
    Protection,
    RepresentativeKind,
    Sender,
    Sex,
    StatementSource,
)
from casework.models import (
    Assessment,
    AssessmentAnswer,
    ChoiceAlternative,
    ChoiceTalk,
    Dimension,
    HouseholdMember,
    HousingAnswer,
    HousingNeed,
    Representative,
    Service,
    Statement,
)
from common.calendar import next_working_day
from housing.enums import UnitType
from stays.enums import InstitutionKind, StayKind
from stays.models import Stay

from . import names, temporary
from .lives import Case, Lives, at


def build(lives: Lives) -> None:
    _tomasz(lives)
    _hanne(lives)
    _protected(lives)
    _kjetil(lives)
    _assessments(lives)
    _again(lives)
    _statements(lives)


def _tomasz(lives: Lives) -> None:
    """A father with 100 days in temporary places, waiting for a home with two bedrooms."""
    today, bulk = lives.today, lives.bulk
    ingrid = lives.users["ingrid"].pk
    person = lives.person(
        first_name="Tomasz",
        last_name="Wrona",
        born=today.replace(year=today.year - 44, day=1),
        responsible=ingrid,
        language="Polsk",
        interpreter=True,
    )
    child_born = today.replace(year=today.year - 9, day=2)
    child = lives._person(
        "Zofia",
        "Wrona",
        child_born,
        Sex.FEMALE,
        {"created_at": at(lives.horizon), "created_by_id": ingrid},
    )
    bulk.add(
        HouseholdMember,
        household_id=person.household,
        person_id=child,
        relation=MemberRelation.CHILD,
        living=LivingArrangement.VISITING,
        period=DateRange(child_born, None),
    )
    person.children = 1
    began = today - timedelta(days=100)
    _past(
        lives,
        person,
        [
            (StayKind.OWN_HOME, "Fiskergata 14", 3400, 1000, "Utleier solgte huset"),
            (StayKind.WITH_OTHERS, "Hos venn", 1000, 760, "Fant ny leilighet"),
            (StayKind.OWN_HOME, "Nordnesveien 3", 760, 350, "Kontrakten gikk ut"),
            (StayKind.WITH_OTHERS, "Hos søster", 350, 230, "Plassmangel"),
        ],
    )
    lives.bulk.add(
        Stay,
        person_id=person.id,
        kind=StayKind.INSTITUTION,
        institution=InstitutionKind.TREATMENT,
        place="Behandling",
        period=DateRange(today - timedelta(days=230), began),
        recorded_at=at(began),
        recorded_by_id=ingrid,
        end_reason="Planlagt utskriving",
    )
    moved = today - timedelta(days=38)
    for start, end in ((began, moved), (moved, None)):
        room = temporary.free_room(lives, start, end) or next(temporary.any_free(lives, start))
        temporary.stay(lives, person, room, start, end)
    temporary.section_27(lives, person, began)
    received = today - timedelta(days=106)
    application = lives.application(
        person,
        ApplicationKind.NEW,
        received,
        ApplicationState.DECIDED,
        sender=Sender.TREATMENT,
        bases=["kommunal_bolig", "boligsosialloven_6"],
        words="Jeg vil ha et sted der datteren min kan sove over.",
    )
    case = Case(person, application, received, bedrooms=2)
    lives.vedtak(
        case, next_working_day(received + timedelta(days=27)), Outcome.GRANTED, "kommunal_bolig"
    )
    need = bulk.add(
        HousingNeed,
        application_id=application,
        types=[UnitType.MUNICIPAL, UnitType.COOPERATIVE],
        bedrooms=2,
        types_preferred=[],
        near_transport=True,
        decided_at=at(received + timedelta(days=6)),
        decided_by_id=ingrid,
    )
    areas = lives.stock["areas"]
    bulk.add(HousingNeed.areas.through, housingneed_id=need, area_id=areas["nordsida"])
    bulk.add(HousingNeed.avoid_areas.through, housingneed_id=need, area_id=areas["sentrum"])
    bulk.add(
        Representative,
        person_id=person.id,
        kind=RepresentativeKind.PROXY,
        name="Ewa Wrona",
        relation="søster",
        phone="+4748120377",
        address="Ospeveien 4",
        postcode="9910",
        city="Solvær",
        period=DateRange(received, None),
    )
    bulk.add(
        Service,
        person_id=person.id,
        unit_id=lives.nav,
        name="Økonomisk rådgivning",
        contact="Kari Anne Vik",
        period=DateRange(received, None),
    )
    lives.notes(person, received)
    lives.waiting.insert(0, case)


def _past(lives: Lives, person, episodes) -> None:
    for kind, place, first, last, reason in episodes:
        start, end = lives.today - timedelta(days=first), lives.today - timedelta(days=last)
        lives.bulk.add(
            Stay,
            person_id=person.id,
            kind=kind,
            place=place,
            period=DateRange(start, end),
            recorded_at=at(end),
            recorded_by_id=person.responsible,
            end_reason=reason,
        )


def _hanne(lives: Lives) -> None:
    """A mother of two who must leave her home: an application ready to work on."""
    today = lives.today
    person = lives.person(
        first_name="Hanne",
        last_name="Myrland",
        born=today.replace(year=today.year - 36, day=3),
        responsible=lives.users["ingrid"].pk,
        children=2,
    )
    received = today - timedelta(days=24)
    case = lives.application(
        person,
        ApplicationKind.NEW,
        received,
        ApplicationState.ASSESSING,
        bases=["kommunal_bolig", "boligsosialloven_6"],
        words="Vi må ut av leiligheten. Barna går på Nordnes skole.",
    )
    lives.bulk.add(
        Stay,
        person_id=person.id,
        kind=StayKind.OWN_HOME,
        place="Bakkegata 21",
        period=DateRange(today - timedelta(days=900), None),
        must_leave_by=today + timedelta(days=70),
        recorded_at=at(received),
        recorded_by_id=person.responsible,
    )
    lives.wish(person, received, "Det viktigste er at barna kan fortsette på Nordnes skole.")
    talk = lives.bulk.add(
        ChoiceTalk,
        application_id=case,
        held_on=received + timedelta(days=15),
        present="Hanne Myrland og Ingrid Solbakken",
        answer="Heller vente litt enn at barna må bytte skole.",
        changed="Vi ser bare etter bolig i kretsen til Nordnes skole.",
        recorded_at=at(received + timedelta(days=15)),
        recorded_by_id=person.responsible,
    )
    for what, means, chosen in (
        ("Kommunal bolig nær skolen", "Noen måneders ventetid. Barna blir på skolen.", True),
        ("Kommunal bolig på Sørsida", "Kan flytte inn før jul. Barna må bytte skole.", False),
        ("Hjelp til å leie privat", "Garanti og bostøtte. Husleia blir høyere.", False),
    ):
        lives.bulk.add(ChoiceAlternative, talk_id=talk, what=what, means=means, chosen=chosen)


def _protected(lives: Lives) -> None:
    """A person with a protected address, visible only to users with access."""
    person = lives.person(
        first_name="Vilde",
        last_name="Skjulstad",
        responsible=lives.users["sigrid"].pk,
        protection=Protection.STRICTLY,
        letter_agreement="Sigrid Aas gir brevet til Vilde i avtalt møte.",
    )
    received = lives.today - timedelta(days=60)
    application = lives.application(person, ApplicationKind.NEW, received, ApplicationState.DECIDED)
    case = Case(person, application, received)
    lives.vedtak(case, received + timedelta(days=9), Outcome.GRANTED, "kommunal_bolig")
    lives.need(application, person, 1, received + timedelta(days=3))
    lives.wish(person, received, "Jeg vil være trygg.")


def _kjetil(lives: Lives) -> None:
    """Leaves prison in a week without a confirmed home."""
    today = lives.today
    person = lives.person(
        first_name="Kjetil",
        last_name="Brekkås",
        born=today.replace(year=today.year - 33, day=4),
        responsible=lives.users["ingrid"].pk,
    )
    lives.bulk.add(
        Stay,
        person_id=person.id,
        kind=StayKind.INSTITUTION,
        institution=InstitutionKind.PRISON,
        place="Fengsel",
        period=DateRange(today - timedelta(days=150), None),
        planned_out=today + timedelta(days=7),
        recorded_at=at(today - timedelta(days=150)),
        recorded_by_id=person.responsible,
    )
    received = today - timedelta(days=50)
    application = lives.application(
        person, ApplicationKind.NEW, received, ApplicationState.DECIDED, sender=Sender.PRISON
    )
    case = Case(person, application, received)
    lives.vedtak(case, received + timedelta(days=12), Outcome.GRANTED, "kommunal_bolig")
    lives.need(application, person, 1, received + timedelta(days=5))
    lives.wish(person, received, "Jeg vil ha nøkkel til min egen dør den dagen jeg går ut.")
    lives.waiting.insert(1, case)


def _assessments(lives: Lives) -> None:
    """An assessment for the first forty cases that wait."""
    rng = lives.rng
    dimensions = list(Dimension.objects.values_list("pk", "code"))
    for case in lives.waiting[:40]:
        held = min(case.received + timedelta(days=5), lives.today)
        wish = lives.wish(case.someone, held - timedelta(days=1))
        assessment = lives.bulk.add(
            Assessment,
            person_id=case.someone.id,
            application_id=case.application,
            wish_id=wish,
            held_on=held,
            together="Personen selv",
            goals=rng.choice(names.GOALS),
            made_at=at(held, 14),
            made_by_id=case.someone.responsible,
        )
        for pk, code in dimensions:
            lives.bulk.add(
                AssessmentAnswer,
                assessment_id=assessment,
                dimension_id=pk,
                own_view=rng.choice(names.OWN_VIEWS[code]),
                support_need=rng.choice([0, 0, 1, 1, 2]),
                agreed_help=rng.choice(names.AGREED),
                source="Samtale",
            )
        housing = lives.bulk.add(
            HousingAnswer,
            assessment_id=assessment,
            wheelchair=False,
            no_stairs=rng.random() < 0.1,
            pets=rng.random() < 0.15,
            own_entrance=rng.random() < 0.3,
            quiet=rng.random() < 0.3,
        )
        area = rng.choice(list(lives.stock["areas"].values()))
        lives.bulk.add(HousingAnswer.areas.through, housinganswer_id=housing, area_id=area)


def _again(lives: Lives) -> None:
    """A second assessment of the first case, so that the page shows what changed."""
    case = lives.waiting[0]
    held = lives.today - timedelta(days=8)
    assessment = lives.bulk.add(
        Assessment,
        person_id=case.someone.id,
        application_id=case.application,
        wish_id=lives.wish(
            case.someone,
            held,
            "Jeg vil ha et sted med egen dør, der Zofia kan sove over. Helst på Nordsida, så jeg "
            "kan gå til jobben. Ikke i sentrum, der møter jeg folk jeg prøver å holde avstand til.",
        ),
        held_on=held,
        together="Tomasz og tolk",
        goals="Ha Zofia hos meg annenhver helg, og beholde jobben.",
        made_at=at(held, 14),
        made_by_id=case.someone.responsible,
    )
    answers = {
        "hverdag": ("Jeg greier meg selv, men brevene er vanskelige.", 1, "Nav-veileder"),
        "okonomi": ("Jeg har fast lønn igjen fra september.", 1, "Rådgivning én gang i måneden"),
        "helse": ("Jeg sover dårlig der jeg bor nå.", 1, "Fastlege"),
        "nettverk": ("Jeg har søsteren min, og folk på jobben.", 0, ""),
        "arbeid": ("Jobber fullt på slippen.", 0, ""),
        "trygghet": ("Det er mye bråk om natta her.", 2, "Booppfølging hver uke"),
        "barn": ("Zofia er hos meg annenhver helg når jeg har et sted.", 1, "Barnevernet er med"),
    }
    for pk, code in Dimension.objects.values_list("pk", "code"):
        if code not in answers:
            continue
        own_view, need, agreed = answers[code]
        lives.bulk.add(
            AssessmentAnswer,
            assessment_id=assessment,
            dimension_id=pk,
            own_view=own_view,
            support_need=need,
            agreed_help=agreed,
            source="Samtale med tolk",
        )
    housing = lives.bulk.add(
        HousingAnswer,
        assessment_id=assessment,
        wheelchair=False,
        no_stairs=False,
        pets=False,
        own_entrance=True,
        near_transport=True,
    )
    areas = lives.stock["areas"]
    lives.bulk.add(HousingAnswer.areas.through, housinganswer_id=housing, area_id=areas["nordsida"])
    lives.bulk.add(
        HousingAnswer.avoid_areas.through, housinganswer_id=housing, area_id=areas["sentrum"]
    )


def _statements(lives: Lives) -> None:
    """One received statement with the person's comment; two not received yet."""
    today, bulk = lives.today, lives.bulk
    first, second = lives.waiting[:2]
    ingrid, marit = lives.users["ingrid"].pk, lives.users["marit"].pk

    def ask(case: Case, days: int, by: int, **more) -> None:
        due = more.pop("due")
        bulk.add(
            Statement,
            person_id=case.someone.id,
            application_id=case.application,
            due_on=due,
            link_until=due + timedelta(days=14),
            nonce=new_nonce(),
            asked_at=at(today - timedelta(days=days), 9),
            asked_by_id=by,
            **more,
        )

    ask(
        first,
        20,
        ingrid,
        due=today - timedelta(days=10),
        source=StatementSource.INSTITUTION,
        question="Hva skal til for at personen trives der han bor?",
        helper_name="Hilde Strand",
        helper_place="behandlingsstedet",
        consented_on=today - timedelta(days=21),
        shared="At vi leter etter en varig bolig.",
        text="Han holder avtaler, og er opptatt av å ha det ryddig. Han blir urolig av mye folk i "
        "oppgangen. En egen inngang vil hjelpe, og at datteren kan komme trygt.",
        signed="Hilde Strand, behandlingsstedet",
        received_at=at(today - timedelta(days=14), 10),
        comment="Det stemmer. Men jeg liker folk, bare ikke om natta.",
        commented_at=at(today - timedelta(days=8), 15),
        commented_by_id=ingrid,
    )
    ask(
        first,
        2,
        marit,
        due=today + timedelta(days=2),
        source=StatementSource.SERVICE,
        asked_of_id=ingrid,
        question="Hva bør de som tildeler vite før møtet?",
    )
    ask(
        second,
        4,
        ingrid,
        due=today + timedelta(days=6),
        source=StatementSource.INSTITUTION,
        question="Hvilken oppfølging har virket, og hva ønsker han seg videre?",
        helper_name="Berit Moen",
        helper_place="fengselet",
        consented_on=today - timedelta(days=5),
        shared="At vi leter etter en bolig til løslatelsen.",
    )
