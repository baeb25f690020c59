"""Moving in and out: a refusal has a sentence and saves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.log.enums import LetterKind
from common.calendar import add_months
from stays.actions import StayRefused, UnitTaken, end_stay, register_stay
from stays.enums import StayKind
from stays.leases.actions import agree_lease
from stays.leases.models import Lease
from stays.models import Stay
from stays.temporary.chains import chain_of
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    LetterFactory,
    PersonFactory,
    StayFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return {"by": UserFactory(caseworker=True), "at": timezone.now()}


def temporary(person, unit, starts_on, who, **more):
    more.setdefault("reason", "Vedtaket skrives i dag.")
    return register_stay(
        person=person, kind=StayKind.TEMPORARY, unit=unit, starts_on=starts_on, **who, **more
    )


def test_a_temporary_stay_needs_a_vedtak_or_a_reason(today, who):
    with pytest.raises(StayRefused, match="skriv hvorfor"):
        temporary(PersonFactory(), UnitFactory(temporary=True), today, who, reason=" ")


def test_ordinary_dwelling_is_not_a_temporary_place(today, who):
    with pytest.raises(StayRefused, match="ikke et midlertidig bosted"):
        temporary(PersonFactory(), UnitFactory(), today, who)


def test_a_stay_cannot_end_before_it_begins(today, who):
    with pytest.raises(StayRefused, match="slutte etter at det begynte"):
        temporary(PersonFactory(), UnitFactory(temporary=True), today, who, ends_on=today)


def test_two_cannot_live_in_the_same_room(today, who):
    unit = UnitFactory(temporary=True)
    temporary(PersonFactory(), unit, today, who)
    with pytest.raises(StayRefused, match="Det bor noen i"):
        temporary(PersonFactory(), unit, today, who)
    assert Stay.objects.count() == 1


def test_one_person_cannot_be_in_two_temporary_places_unless_moving(today, who):
    stay = StayFactory(days_ago=30)
    unit = UnitFactory(temporary=True)
    with pytest.raises(StayRefused, match="Det står allerede at personen bor her"):
        temporary(stay.person, unit, today, who)
    temporary(stay.person, unit, today, who, moving=True)
    chain = chain_of(stay.person_id, today)
    assert (chain.days, chain.unit_id) == (30, unit.pk), "a move never starts a new chain"


def test_a_place_unsuited_to_children_needs_a_written_reason(today, who):
    family = FamilyFactory(children=1)
    unit = UnitFactory(temporary=True, suits_children=False)
    with pytest.raises(StayRefused, match="ikke egnet for barn"):
        temporary(family.head, unit, today, who)
    stay = temporary(family.head, unit, today, who, unsuited_reason="Eneste ledige i natt.")
    assert stay.unsuited_reason == "Eneste ledige i natt."


def test_a_stay_ends_once_and_after_it_began(today, who):
    stay = StayFactory(days_ago=30)
    with pytest.raises(StayRefused, match="kan ikke slutte før"):
        end_stay(stay=stay, ends_on=stay.period.lower - timedelta(days=1), reason="", **who)
    end_stay(stay=stay, ends_on=today, reason="Flyttet til søsteren", **who)
    with pytest.raises(StayRefused, match="allerede avsluttet"):
        end_stay(stay=stay, ends_on=today, reason="", **who)


def lease(application, unit, today, who, **more):
    more = {"expires_on": add_months(today, 36), "rent": 8000, **more}
    return agree_lease(application=application, unit=unit, starts_on=today, **who, **more)


def test_a_lease_ends_the_temporary_stay_on_the_day_it_begins(today, who):
    stay = StayFactory(days_ago=100)
    application = ApplicationFactory(person=stay.person, granted=True)
    agreed = lease(application, UnitFactory(), today, who)
    stay.refresh_from_db()
    assert stay.period.upper == today
    assert agreed.stay.kind == StayKind.LEASE
    assert chain_of(stay.person_id, today) is None


def test_home_has_at_most_one_lease(today, who):
    unit = UnitFactory()
    lease(ApplicationFactory(granted=True), unit, today, who)
    with pytest.raises(UnitTaken):
        lease(ApplicationFactory(granted=True), unit, today, who)
    assert Lease.objects.count() == 1


def test_a_short_lease_needs_a_written_reason(today, who):
    short = {"expires_on": add_months(today, 12)}
    with pytest.raises(StayRefused, match="Skriv hvorfor tiden er kortere"):
        lease(ApplicationFactory(granted=True), UnitFactory(), today, who, **short)
    letter = LetterFactory(kind=LetterKind.LEASE_INFORMATION)
    agreed = lease(
        letter.application,
        UnitFactory(),
        today,
        who,
        short_term_reason="Bygget skal rives.",
        **short,
    )
    assert agreed.short_term_reason == "Bygget skal rives."


def test_home_not_in_use_cannot_be_let(today, who):
    with pytest.raises(StayRefused, match="ikke i bruk"):
        lease(
            ApplicationFactory(granted=True),
            UnitFactory(refurbished=True),
            today,
            who,
            expires_on=today + timedelta(days=2000),
        )
