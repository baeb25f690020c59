"""Whatever is registered, corrected, cancelled and judged on the way, what stands in the end is
what the final facts say: the same flags, ranks, vacancies and voids (issue 10, «Done when»)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.utils.timezone import get_default_timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import FlagDay
from allocation import ranking, vacancy
from casework.models import Flag
from common.errors import RuleBroken
from housing.models import Unit
from stays import actions, correcting, voids
from stays.enums import StayKind, VoidedAs
from stays.leases.actions import agree_lease
from stays.leases.cancelling import cancel_lease
from stays.leases.flags import flag_leases
from stays.leases.models import Lease
from stays.models import Stay
from stays.temporary.chains import chain_of
from stays.temporary.discharge_flags import flag_discharges
from stays.temporary.flags import flag_stays
from stays.temporary.no_service import flag_no_service
from tests import factories as f

START = date(2026, 1, 1)
LAST = 330
JOBS = (flag_stays, flag_no_service, flag_discharges, flag_leases)

day = st.integers(0, LAST)
DEEDS = st.one_of(
    st.tuples(st.just("stay"), st.integers(0, 2), day, st.none() | st.integers(1, 120)),
    st.tuples(st.just("prison"), day, st.integers(1, 120)),
    st.tuples(st.just("lease"), day),
    st.tuples(st.just("end"), st.integers(0, 5), day),
    st.tuples(st.just("reopen"), st.integers(0, 5)),
    st.tuples(st.just("correct"), st.integers(0, 5), day, st.none() | st.integers(1, 120)),
    st.tuples(st.just("void"), st.integers(0, 5)),
    st.tuples(
        st.just("cancel"),
    ),
    st.tuples(st.just("jobs"), day),
)


class Life:
    """One person with a case on the waiting list, three rooms and a home."""

    def __init__(self) -> None:
        self.person = f.PersonFactory(birth_date=date(1980, 1, 1), with_household=True)
        self.application = f.ApplicationFactory(person=self.person, granted=True)
        self.rooms = [f.UnitFactory(temporary=True, in_use=f.since(START)) for _ in range(3)]
        self.home = f.UnitFactory(in_use=f.since(START), rent=8000)
        self.at = datetime.combine(START + timedelta(LAST), time(12), get_default_timezone())
        self.who = {"by": f.UserFactory(caseworker=True), "at": self.at}

    def do(self, verb: str, *facts) -> None:
        getattr(self, verb)(*facts)

    def nth(self, number: int) -> Stay | None:
        stays = list(Stay.objects.filter(person=self.person).order_by("period", "pk"))
        return stays[number % len(stays)] if stays else None

    def stay(self, room: int, first: int, nights: int | None) -> None:
        actions.register_stay(
            person=self.person,
            kind=StayKind.TEMPORARY,
            unit=self.rooms[room],
            starts_on=START + timedelta(first),
            ends_on=START + timedelta(first + nights) if nights else None,
            reason="Haster",
            **self.who,
        )

    def prison(self, first: int, nights: int) -> None:
        actions.register_stay(
            person=self.person,
            kind=StayKind.INSTITUTION,
            institution="prison",
            starts_on=START + timedelta(first),
            ends_on=START + timedelta(first + nights),
            **self.who,
        )

    def lease(self, first: int) -> None:
        agree_lease(
            application=self.application,
            unit=self.home,
            starts_on=START + timedelta(first),
            expires_on=START + timedelta(first + 4 * 365),
            rent=8000,
            **self.who,
        )

    def end(self, number: int, on: int) -> None:
        if stay := self.nth(number):
            day = START + timedelta(on)
            actions.end_stay(stay=stay, ends_on=day, reason="Dro", **self.who)

    def reopen(self, number: int) -> None:
        if stay := self.nth(number):
            correcting.reopen_stay(stay=stay, reason="Er der", **self.who)

    def correct(self, number: int, first: int, nights: int | None) -> None:
        if stay := self.nth(number):
            correcting.change_stay(
                stay=stay,
                starts_on=START + timedelta(first),
                ends_on=START + timedelta(first + nights) if nights else None,
                why="Feil",
                **self.who,
            )

    def void(self, number: int) -> None:
        if stay := self.nth(number):
            ended = list(correcting.ended_by(stay))
            correcting.void_stay(
                stay=stay, how=VoidedAs.MISTAKEN, reason="Feil", reopen=ended, **self.who
            )

    def cancel(self) -> None:
        if lease := Lease.objects.filter(stay__person=self.person).first():
            ended = list(correcting.ended_by(lease.stay))
            cancel_lease(
                lease=lease, how=VoidedAs.MISTAKEN, reason="Feil", reopen=ended, **self.who
            )

    def jobs(self, on: int) -> None:
        for job in JOBS:
            job(START + timedelta(on))

    def facts_again(self) -> None:
        """Forget what was judged, and register the final facts anew."""
        Flag.objects.all().delete()
        FlagDay.objects.all().delete()
        leases = {lease.stay_id: lease for lease in Lease.objects.all()}
        Lease.objects.all().delete()
        for stay in list(Stay.objects.order_by("period", "pk")):
            lease = leases.get(stay.pk)
            Stay.objects.filter(pk=stay.pk).delete()
            stay.pk = None
            stay.save(force_insert=True)
            if lease:
                lease.pk, lease.stay = None, stay
                lease.save(force_insert=True)

    def stands(self) -> dict:
        """What the facts amount to on the last day, without numbers of rows."""
        on = START + timedelta(LAST)
        chain = chain_of(self.person.pk, on)
        units = Unit.objects.filter(pk__in=[unit.pk for unit in [*self.rooms, self.home]])
        flags = Flag.objects.open().filter(person=self.person).order_by("kind", "threshold")
        period = (START, on)
        return {
            "flags": [
                (flag.kind, flag.threshold, flag.facts.get("chain_start"), flag.marks)
                for flag in flags
            ],
            "chain": chain and (chain.chain_start, chain.days, chain.is_open, chain.left_on),
            "waits": [
                (entry.application_id, entry.priority.number, str(entry.because))
                for entry in ranking.waiting(on)
            ],
            "homes": list(
                vacancy.with_status(units, on)
                .order_by("pk")
                .values_list("pk", "status", "occupied_by", "vacant_since")
            ),
            "voids": [(line.unit_id, line.cause, line.days) for line in voids.by_home(*period)],
        }


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(DEEDS, min_size=3, max_size=12))
def test_what_stands_is_what_the_final_facts_say(deeds):
    with transaction.atomic():
        life = Life()
        for deed in deeds:
            try:
                with transaction.atomic():
                    life.do(*deed)
            except RuleBroken:
                pass  # refused with a sentence, and nothing was saved
            kinds = list(Flag.objects.open().order_by().values_list("kind", flat=True))
            assert len(set(kinds)) == len(kinds), "two open flags of one kind"
        life.jobs(LAST)
        found = life.stands()
        life.facts_again()
        life.jobs(LAST)
        right = life.stands()
        transaction.set_rollback(True)
    assert found == right
