"""The waiting list: one SQL statement, compared with a slow model that reads person by person."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation import policy, ranking
from allocation.facts import Facts
from allocation.models import ManualClass
from casework.log.enums import ApplicationKind, ApplicationState, LivingArrangement, MemberRelation
from casework.models import HouseholdMember, Person
from stays.enums import InstitutionKind, StayKind, Unsuitable
from stays.homes import is_home_on
from stays.leases.models import Lease
from stays.models import Stay
from stays.temporary.chains import chain_of
from tests.factories import (
    ApplicationFactory,
    OrganisationUnitFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
    basis,
    days_ago,
    now,
    since,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(db):
    return UserFactory(caseworker=True)


@pytest.fixture
def case(by):
    """`case(born=…, received_days_ago=…)`: a person who waits."""
    office = OrganisationUnitFactory()

    def make(**known):
        person_known = {
            key: known.pop(key)
            for key in ("birth_date", "protection", "shielded", "first_name")
            if key in known
        }
        return ApplicationFactory(
            granted=True,
            person=PersonFactory(**person_known),
            registered_by=by,
            unit=office,
            **known,
        )

    return make


@pytest.fixture
def lives(by):
    def make(application, kind, start, end=None, **known):
        if kind in (StayKind.TEMPORARY, StayKind.LEASE, StayKind.TRIAL):
            known.setdefault("unit", UnitFactory())
        else:
            known.setdefault("place", "Et sted")
        return Stay.objects.create(
            person=application.person,
            kind=kind,
            period=since(start, end),
            recorded_at=now(),
            recorded_by=by,
            **known,
        )

    return make


def names(entries):
    return [entry.application_id for entry in entries]


def child(application, age, living=LivingArrangement.PERMANENT):
    return HouseholdMember.objects.create(
        household=application.household,
        person=PersonFactory(birth_date=today() - timedelta(days=round(age * 365.25))),
        relation=MemberRelation.CHILD,
        living=living,
        period=since(days_ago(100)),
    )


def test_a_family_in_a_guest_house_precedes_a_single_person_there_longer(case, lives):
    single, family = case(), case()
    lives(single, StayKind.TEMPORARY, days_ago(100))
    lives(family, StayKind.TEMPORARY, days_ago(3))
    child(family, 6, LivingArrangement.SHARED)
    first, second = ranking.waiting(today())
    assert names([first, second]) == [family.pk, single.pk]
    assert (first.priority.name, second.priority.name) == ("Akutt", "Haster")
    assert second.facts.temporary_days == 100
    assert second.because[0].condition == "temporary_days_over"


def test_person_with_an_agreed_lease_no_longer_waits(case, lives, by):
    application = case()
    stay = lives(application, StayKind.LEASE, today() + timedelta(days=10))
    Lease.objects.create(
        stay=stay,
        application=application,
        agreed_on=today(),
        starts_on=today() + timedelta(days=10),
        rent=8000,
        agreed_by=by,
    )
    assert ranking.waiting(today()) == []
    assert names(ranking.waiting(days_ago(1))) == [application.pk]


def test_person_who_moved_in_without_a_registered_lease_no_longer_waits(case, lives):
    application, transfer = case(), case(kind=ApplicationKind.EXCHANGE)
    lives(application, StayKind.LEASE, days_ago(2))
    lives(transfer, StayKind.LEASE, days_ago(400))  # the home they want to change
    assert names(ranking.waiting(today())) == [transfer.pk]


def test_only_a_valid_granted_vedtak_puts_a_person_on_the_list(case, by):
    waits = case()
    ApplicationFactory(refused=True, registered_by=by)
    ApplicationFactory(assessed=True, registered_by=by)
    ApplicationFactory(granted=True, registered_by=by, basis="sosialtjenesteloven_27",
                       kind=ApplicationKind.TEMPORARY)  # fmt: skip
    ApplicationFactory(granted=True, registered_by=by, state=ApplicationState.WITHDRAWN)
    assert names(ranking.waiting(today())) == [waits.pk]
    assert ranking.count_waiting(today()) == 1
    assert list(ranking.applications_waiting(today())) == [waits]
    last = waits.decision.valid_to
    assert ranking.count_waiting(last) == 1
    assert ranking.count_waiting(last + timedelta(days=1)) == 0


def test_nowhere_tonight_means_on_the_street_or_asking_for_a_place(case, lives, by):
    street, asks, housed, unknown = case(), case(), case(), case()
    by_basis = case()  # asks for it with something else: the legal basis says so
    both = ApplicationFactory(person=by_basis.person, registered_by=by)
    both.bases.add(basis("sosialtjenesteloven_27"))
    lives(street, StayKind.STREET, days_ago(1))
    lives(housed, StayKind.WITH_OTHERS, days_ago(50))
    for application in (asks, housed):
        ApplicationFactory(temporary=True, person=application.person, registered_by=by)
    entries = {entry.application_id: entry for entry in ranking.waiting(today())}
    for asked in (street, asks, by_basis):
        assert entries[asked.pk].facts.no_place
    assert not entries[housed.pk].facts.no_place and not entries[unknown.pk].facts.no_place
    assert entries[unknown.pk].priority.name == "Behov"


def test_manual_class_counts_when_another_user_has_approved_it(case, by):
    application, other = case(), case()
    manual = ManualClass.objects.create(
        application=other, class_number=1, reason="Står i fare", set_at=now(), set_by=by
    )
    assert names(ranking.waiting(today())) == [application.pk, other.pk]
    manual.approved_at, manual.approved_by = now(), UserFactory(approver=True)
    manual.save()
    first = ranking.waiting(today())[0]
    assert (first.application_id, first.priority.number, first.computed.number) == (other.pk, 1, 4)
    assert first.short_reason == "Står i fare"


def slow_facts(application, on) -> Facts:
    """The same facts, read one by one without the code of the SQL statement."""
    person = application.person
    stays = [s for s in person.stays.all() if s.period.upper is None or s.period.upper > on]
    here = [s for s in stays if s.period.lower <= on]
    kinds = {s.kind for s in here}
    chain = chain_of(person.pk, on)
    out = [
        s.planned_out
        for s in here
        if s.kind == StayKind.INSTITUTION
        and s.planned_out
        and not any(is_home_on(home, max(s.planned_out, on)) for home in stays)
    ]
    leave = [s.must_leave_by for s in here if s.must_leave_by]
    open_27 = any(
        a.kind == ApplicationKind.TEMPORARY and a.is_open and a.received_on <= on
        for a in person.applications.all()
    )
    return Facts(
        on=on,
        application_id=application.pk,
        person_id=person.pk,
        kind=application.kind,
        case_year=application.case_year,
        case_seq=application.case_seq,
        received_on=application.received_on,
        issued_on=application.decision.issued_on,
        born=person.birth_date,
        children=sum(
            m.relation == MemberRelation.CHILD
            and (m.person.age(on) is None or m.person.age(on) < 18)
            for m in application.household.members.all()
        ),
        children_living=sum(
            m.relation == MemberRelation.CHILD
            and m.living != LivingArrangement.VISITING
            and (m.person.age(on) is None or m.person.age(on) < 18)
            for m in application.household.members.all()
        ),
        in_temporary=StayKind.TEMPORARY in kinds,
        temporary_days=chain.days if chain else 0,
        temporary_since=chain.chain_start if chain else None,
        with_others=StayKind.WITH_OTHERS in kinds,
        on_street=StayKind.STREET in kinds,
        trial=StayKind.TRIAL in kinds,
        makeshift=StayKind.MAKESHIFT in kinds,
        has_home=bool(kinds & {StayKind.LEASE, StayKind.OWN_HOME}),
        no_place=StayKind.STREET in kinds or (open_27 and not here),
        discharge_on=min(out, default=None),
        must_leave_by=min(leave, default=None),
        unsafe=any(s.unsafe for s in here),
        unsuitable_access=any(s.unsuitable == Unsuitable.ACCESS for s in here),
        unsuitable_other=any(s.unsuitable == Unsuitable.OTHER for s in here),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_ranking_agrees_with_a_slow_python_model(case, lives, by, seed):
    rng = random.Random(seed)
    on = today()
    cases = []
    for _number in range(14):
        application = case(
            birth_date=date(1950, 1, 1) + timedelta(days=rng.randrange(20000)),
            received_days_ago=rng.choice([10, 20, 40, 400]),
            kind=rng.choice([ApplicationKind.NEW, ApplicationKind.EXCHANGE]),
        )
        application.refresh_from_db()
        application.decision = application.vedtak.get()
        cases.append(application)
        for _child in range(rng.choice([0, 0, 1, 2])):
            child(application, rng.choice([3, 17.9, 18.1, 25]), rng.choice(list(LivingArrangement)))
        start = days_ago(rng.randrange(60, 200))
        for _stay in range(rng.randrange(4)):
            kind = rng.choice([k for k in StayKind if k != StayKind.LEASE])
            end = start + timedelta(days=rng.randrange(5, 90))
            known = {}
            if kind == StayKind.INSTITUTION:
                known = {
                    "institution": InstitutionKind.PRISON,
                    "planned_out": rng.choice([None, on + timedelta(days=rng.randrange(90))]),
                }
            if rng.random() < 0.3:
                known |= {"must_leave_by": on + timedelta(days=rng.randrange(120))}
            if rng.random() < 0.3:
                known |= {"unsuitable": rng.choice(list(Unsuitable)), "unsafe": rng.random() < 0.5}
            lives(application, kind, start, rng.choice([end, None]) if end > on else end, **known)
            start = end + timedelta(days=rng.choice([0, 5, 14, 15]))
            if start > on:
                break
        if rng.random() < 0.3:
            ApplicationFactory(temporary=True, person=application.person, registered_by=by)
    entries = ranking.waiting(on)
    slow = {application.pk: slow_facts(application, on) for application in cases}
    assert {e.application_id: e.facts for e in entries} == slow
    rules = policy.in_force(on)
    assert names(entries) == sorted(slow, key=lambda pk: rules.sort_key(slow[pk]))
    for entry in entries:
        assert entry.priority == rules.class_of(slow[entry.application_id])
    assert [e.rank for e in entries] == list(range(1, len(cases) + 1))


# ------------------------------------------------------------------ who sees whom


def test_hidden_persons_leave_no_gap_in_the_list(case):
    shown, hidden, employee, last = (
        case(),
        case(protection="fortrolig"),
        case(shielded=True),
        case(),
    )
    plain = UserFactory(caseworker=True)
    trusted = UserFactory(caseworker=True, sees_protected=True)
    assert [(e.rank, e.application_id) for e in ranking.waiting(today(), visible_to=plain)] == [
        (1, shown.pk),
        (2, last.pk),
    ]
    assert hidden.pk in names(ranking.waiting(today(), visible_to=trusted))
    assert employee.pk not in names(ranking.waiting(today(), visible_to=trusted))
    for user in (plain, trusted, UserFactory(peer=True), UserFactory(manager=True)):
        seen = {entry.person_id for entry in ranking.waiting(today(), visible_to=user)}
        waiting = {each.person_id for each in (shown, hidden, employee, last)}
        known = set(Person.objects.visible_to(user).values_list("pk", flat=True))
        assert seen == known & waiting


# ------------------------------------------------------------------ why


def test_explanation_counts_those_ahead_by_reason(case, lives):
    higher, family, longer, mine = case(), case(), case(), case(received_days_ago=30)
    lives(higher, StayKind.STREET, days_ago(3))
    for application, start in ((family, 10), (longer, 60), (mine, 20)):
        lives(application, StayKind.WITH_OTHERS, days_ago(300))
        lives(application, StayKind.TEMPORARY, days_ago(start), days_ago(1))
    child(family, 4)
    explanation = ranking.explain(mine.pk, today())
    assert explanation.entry.rank == 4
    assert explanation.in_higher_classes == 1
    assert [(a.tie, a.number) for a in explanation.ahead] == [
        ("children_first", 1),
        ("temporary_days_desc", 1),
    ]
    with pytest.raises(ranking.NotWaiting):
        ranking.explain(0, today())


# ------------------------------------------------------------------ the page


def test_page_has_as_many_queries_for_twelve_persons_as_for_two(login, case):
    client = login("saksbehandler")
    url = reverse("allocation:waiting_list")

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as executed:
            assert client.get(url).status_code == 200
        return len(executed)

    case(), case()
    queries()  # queries of the page layout that are cached afterwards
    few = queries()
    for _number in range(10):
        case()
    assert queries() == few
    with CaptureQueriesContext(connection) as executed:
        ranking.waiting(today())
    assert len(executed) == 3  # the policy, the gap that keeps a chain together, the list


def test_page_shows_the_list_its_views_and_the_links(login, case, lives):
    client = login("saksbehandler")
    family, _single = case(first_name="Amina"), case(first_name="Stian", responsible=client.user)
    lives(family, StayKind.TEMPORARY, days_ago(95))
    child(family, 5)
    html = client.get(reverse("allocation:waiting_list")).content.decode()
    assert html.index("Amina") < html.index("Stian")
    assert "Barn i midlertidig bolig" in html and "1 voksen, 1 barn" in html
    for query, seen, unseen in (
        ("visning=mine", "Stian", "Amina"),
        ("visning=barnefamilier", "Amina", "Stian"),
        ("visning=lenge", "Amina", "Stian"),
        ("prioritet=4", "Stian", "Amina"),
        ("etter=5000", "Stian", None),
        ("etter=x&prioritet=²&soverom=9&sorter=drop", "Stian", None),
    ):
        html = client.get(reverse("allocation:waiting_list") + "?" + query).content.decode()
        assert seen in html
        assert unseen is None or unseen not in html
    html = client.get(reverse("allocation:waiting_list") + "?soverom=3").content.decode()
    assert "Ingen saker i denne visningen." in html


def test_explanation_is_the_same_as_page_and_fragment(login, case):
    client = login("saksbehandler")
    application = case()
    url = reverse("allocation:why", args=[application.pk])
    page = client.get(url).content.decode()
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Nummer 1 av 1" in fragment and "Hva kan endre det?" in fragment
    assert fragment.strip() in page
    assert "<html" not in fragment


def test_protected_person_has_no_line_or_explanation_without_access(login, case):
    hidden = case(protection="strengtFortrolig", first_name="Hemmelig")
    client = login("saksbehandler")
    assert "Hemmelig" not in client.get(reverse("allocation:waiting_list")).content.decode()
    assert client.get(reverse("allocation:why", args=[hidden.pk])).status_code == 404
    assert login("likeperson").get(reverse("allocation:waiting_list")).status_code == 403


def test_without_rules_in_force_the_page_says_so(login, case):
    from allocation.models import PriorityPolicy

    case()
    PriorityPolicy.objects.all().delete()
    html = login("saksbehandler").get(reverse("allocation:waiting_list")).content.decode()
    assert "Det finnes ingen prioriteringsregler" in html
