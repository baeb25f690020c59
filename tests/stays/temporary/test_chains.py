"""The chain of stays in SQL, compared with a naive model that counts night by night."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Setting
from casework.log.enums import MemberRelation
from casework.models import Household
from stays.enums import StayKind
from stays.models import Stay
from stays.temporary.chains import chain_of, chains
from tests.factories import PersonFactory, StayFactory, UnitFactory, UserFactory

START = date(2028, 2, 1)  # a leap year
DAY = timedelta(days=1)
TEMPORARY, HOME, OTHER = "temporary", "home", "other"


def naive(spans: list[tuple[str, int, int | None]], on: date, gap: int) -> tuple | None:
    """Chain start, nights, and whether the chain is open, counted night by night."""

    def lies(kind: str, night: date) -> bool:
        return any(
            span_kind == kind
            and START + DAY * first <= night
            and (last is None or night < START + DAY * last)
            and START + DAY * first <= on
            for span_kind, first, last in spans
        )

    start, nights, away, home = None, 0, 0, False
    night = START
    while night < on:
        if lies(TEMPORARY, night):
            if start is not None and (away > gap or (home and away)):
                start, nights = None, 0
            start = start or night
            nights, away, home = nights + 1, 0, False
        elif start is not None:
            away += 1
            home = home or lies(HOME, night)
        night += DAY
    if lies(TEMPORARY, on):
        if start is None or away > gap or (home and away):
            return on, 0, True
        return start, nights, True
    if start is None or away > gap or home or lies(HOME, on):
        return None
    return start, nights, False


@st.composite
def lives(draw):
    """Consecutive temporary stays, with homes and other places at the same time."""
    spans, at = [], 0
    for _ in range(draw(st.integers(0, 5))):
        first = at + draw(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6]))
        last = first + draw(st.integers(1, 8))
        spans.append((TEMPORARY, first, last))
        at = last
    if spans and draw(st.booleans()):
        spans[-1] = (TEMPORARY, spans[-1][1], None)
    for kind in (HOME, OTHER):
        if draw(st.booleans()):
            first = draw(st.integers(0, 40))
            spans.append((kind, first, first + draw(st.integers(1, 5))))
    return spans


@pytest.mark.django_db
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example([(TEMPORARY, 0, 5), (TEMPORARY, 5, None)], 20, 3)
@example([(TEMPORARY, 0, 5), (TEMPORARY, 8, None)], 20, 3)
@example([(TEMPORARY, 0, 5), (TEMPORARY, 9, None)], 20, 3)
@example([(TEMPORARY, 0, 5), (HOME, 5, 6), (TEMPORARY, 7, None)], 20, 3)
@example([(TEMPORARY, 0, 5), (HOME, 5, 9)], 5, 3)
@example([(TEMPORARY, 20, None), (HOME, 0, 5)], 28, 3)
@given(lives(), st.integers(0, 50), st.integers(0, 5))
def test_chain_length_equals_counting_night_by_night(spans, days, gap):
    on = START + DAY * days
    with transaction.atomic():
        Setting.objects.create(key="gap_days", value=gap, valid=DateRange(date(2000, 1, 1), None))
        person, clerk = PersonFactory(), UserFactory()
        for kind, first, last in spans:
            place = StayKind.OWN_HOME if kind == HOME else StayKind.WITH_OTHERS
            Stay.objects.create(
                person=person,
                kind=StayKind.TEMPORARY if kind == TEMPORARY else place,
                unit=UnitFactory(temporary=True) if kind == TEMPORARY else None,
                period=DateRange(START + DAY * first, START + DAY * last if last else None),
                recorded_at=person.created_at,
                recorded_by=clerk,
            )
        chain = chain_of(person.pk, on)
        everyone = chains(on).get(person.pk)
        transaction.set_rollback(True)
    assert chain == everyone, "the chain of one person equals the one in the list of all"
    result = (chain.chain_start, chain.days, chain.is_open) if chain else None
    assert result == naive(spans, on, gap)


def periods(most: int):
    return st.tuples(st.integers(0, most), st.integers(1, 12)).map(lambda p: (p[0], p[0] + p[1]))


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example([(0, 30)], [], None, (10, 15), 29, 3)  # a room kept, for too long
@example([(0, 30)], [(25, 40)], (0, 20), None, 29, 6)  # they split, and a break
@given(
    st.lists(periods(30), max_size=2),
    st.lists(periods(30), max_size=2),
    st.none() | periods(25),
    st.none() | periods(30),
    st.integers(0, 45),
    st.integers(0, 5),
)
def test_nights_belong_to_people(his, hers, together, inside, days, gap):
    """Her chain: own nights outside the institution, and his while they lived together."""

    def lies(spans, night):
        return any(first <= night < last for first, last in spans if first <= days)

    hers = [span for n, span in enumerate(hers) if n == 0 or span[0] >= hers[0][1]]
    his = [span for n, span in enumerate(his) if n == 0 or span[0] >= his[0][1]]
    admitted, shared = [inside] if inside else [], [together] if together else []
    nights = [
        night
        for night in range(days + 1)
        if (lies(hers, night) and not lies(admitted, night))
        or (
            lies(his, night)
            and lies(shared, night)
            and not lies(hers, night)
            and not lies(admitted, night)
        )
    ]
    spans = [(TEMPORARY, night, night + 1) for night in nights]
    on = START + DAY * days
    with transaction.atomic():
        Setting.objects.create(key="gap_days", value=gap, valid=DateRange(date(2000, 1, 1), None))
        he, she = PersonFactory(), PersonFactory()
        household = Household.objects.create(created_at=he.created_at, created_by=he.created_by)
        if together:
            for person, relation in ((he, MemberRelation.SELF), (she, MemberRelation.PARTNER)):
                household.members.create(person=person, relation=relation, period=days_of(together))
        for person, stays in ((he, his), (she, hers)):
            for span in stays:
                StayFactory(person=person, period=days_of(span))
        if inside:
            StayFactory(person=she, treatment=True, period=days_of(inside))
        chain = chain_of(she.pk, on)
        transaction.set_rollback(True)
    result = (chain.chain_start, chain.days, chain.is_open) if chain else None
    assert result == naive(spans, on, gap)


def days_of(span: tuple[int, int]) -> DateRange:
    return DateRange(START + DAY * span[0], START + DAY * span[1])


@pytest.mark.django_db
def test_chains_of_everyone_take_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert chains(START) == {}
