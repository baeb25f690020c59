"""Facts registered, corrected and cancelled, and jobs run, in any order: what stands is what the
final facts give (docs/adr/0011)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.utils.timezone import make_aware
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from accounts.models import FlagDay
from casework.log import flags as casework_flags
from casework.log.enums import FlagClosed, FlagKind
from casework.models import Flag
from stays import correcting
from stays.actions import StayRefused, register_stay
from stays.enums import InstitutionKind, StayKind, VoidedAs
from stays.models import Stay
from stays.temporary.chains import chain_of
from stays.temporary.flags import flag_stays
from tests import lock_order
from tests.factories import ApplicationFactory, UnitFactory, UserFactory

TODAY = date(2028, 6, 1)
AT = make_aware(datetime.combine(TODAY, time(12)))
DAYS = 140  # the facts lie in the days before today
KINDS = (StayKind.TEMPORARY, StayKind.TEMPORARY, StayKind.TEMPORARY, StayKind.INSTITUTION)
WHY = "Rettet."


def day(number: int) -> date:
    return TODAY - timedelta(days=DAYS - number)


@st.composite
def lives(draw) -> list[tuple[StayKind, int, int | None]]:
    """Stays one after the other, the last of them perhaps open."""
    marks = draw(st.lists(st.integers(0, DAYS - 1), min_size=2, max_size=8, unique=True))
    spans = [
        (draw(st.sampled_from(KINDS)), first, last)
        for n, (first, last) in enumerate(pairwise(sorted(marks)))
        if n % 2 == 0 or draw(st.booleans())
    ]
    if draw(st.booleans()):
        kind, first, _last = spans[-1]
        spans[-1] = (kind, first, None)
    return spans


class Life:
    """One person whose stays are registered by the actions behind the pages."""

    def __init__(self, by) -> None:
        self.by = by
        self.person = ApplicationFactory(
            responsible=by, received_at=AT - timedelta(days=DAYS)
        ).person
        self.units = []

    def register(self, kind: StayKind, first: int, last: int | None) -> Stay:
        more = {"institution": InstitutionKind.HOSPITAL, "place": "Sykehuset"}
        if kind == StayKind.TEMPORARY:
            self.units.append(UnitFactory(temporary=True))
            more = {"unit": self.units[-1], "reason": "Haster."}
        lock_order.next_action()
        return register_stay(
            person=self.person,
            kind=kind,
            starts_on=day(first),
            ends_on=None if last is None else day(last),
            by=self.by,
            at=AT,
            **more,
        )

    def register_wrong(self, kind, first, last, wrong: tuple[int, int]) -> Stay | None:
        """With other days than the right ones; None where that is refused."""
        try:
            with transaction.atomic():
                return self.register(kind, first + wrong[0], None if wrong[1] else last)
        except StayRefused:
            return None

    def correct(self, stay: Stay, first: int, last: int | None) -> None:
        lock_order.next_action()
        correcting.change_stay(
            stay=stay,
            starts_on=day(first),
            ends_on=None if last is None else day(last),
            why=WHY,
            by=self.by,
            at=AT,
        )

    def void(self, stay: Stay) -> None:
        lock_order.next_action()
        correcting.void_stay(stay=stay, how=VoidedAs.MISTAKEN, reason=WHY, by=self.by, at=AT)

    def open_flags(self) -> list[tuple[int, str, list[str]]]:
        flags = Flag.objects.open().filter(person=self.person, kind=FlagKind.TEMPORARY_STAY)
        return sorted((f.threshold, f.facts["chain_start"], f.marks) for f in flags)


def chain(life: Life) -> tuple | None:
    found = chain_of(life.person.pk, TODAY)
    return found and (found.chain_start, found.days, found.is_open, found.left_on)


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    lives(),
    st.lists(st.tuples(st.integers(-9, 9), st.sampled_from([0, 0, 1])), min_size=8, max_size=8),
    st.lists(st.integers(60, DAYS), min_size=1, max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_any_order_leaves_what_the_final_facts_give(spans, wrongs, runs, stray, follow_up):
    days = iter([*runs, *[DAYS] * 20])

    def run() -> None:
        flag_stays(day(next(days)))
        assert len(muddled.open_flags()) <= 1, "one open flag a chain"

    with transaction.atomic():
        by = UserFactory(caseworker=True)
        muddled, straight = Life(by), Life(by)
        astray = muddled.register_wrong(StayKind.TEMPORARY, 0, 0, (-40, 0)) if stray else None
        for (kind, first, last), wrong in zip(spans, wrongs, strict=False):
            stay = muddled.register_wrong(kind, first, last, wrong)
            run()
            if stay is None:
                muddled.register(kind, first, last)
            else:
                try:
                    with transaction.atomic():
                        muddled.correct(stay, first, last)
                except StayRefused:  # it overlaps what is wrong before it: registered anew
                    muddled.void(stay)
                    muddled.register(kind, first, last)
            if follow_up and muddled.open_flags():
                flag = Flag.objects.open().get(person=muddled.person)
                casework_flags.close(flag, by=by, at=AT, note="Plan er skrevet.")
        if astray:
            run()
            muddled.void(astray)
        for kind, first, last in spans:
            straight.register(kind, first, last)
        flag_stays(TODAY)
        flag_stays(day(60))  # an earlier day again
        handled = Flag.objects.filter(
            person=muddled.person, closed_because=FlagClosed.HANDLED
        ).values_list("threshold", flat=True)
        result, expected = muddled.open_flags(), straight.open_flags()
        places = [chain(muddled), chain(straight)]
        free = [unit.pk for unit in muddled.units if not unit.stays.exists()]
        kept = list(handled)
        transaction.set_rollback(True)
    event(f"{len(expected)} open, {len(kept)} followed up")
    assert places[0] == places[1]
    assert len(free) == len(muddled.units) - sum(kind == StayKind.TEMPORARY for kind, *_ in spans)
    if result != expected:
        assert not result and kept, (result, expected)
        assert max(kept) >= expected[0][0], "only what was followed up stays away"


@pytest.mark.django_db
def test_latest_day_is_remembered_for_each_kind():
    flag_stays(day(100))
    flag_stays(day(90))
    assert FlagDay.objects.get(kind=FlagKind.TEMPORARY_STAY).day == day(100)
