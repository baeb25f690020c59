"""Planned discharges and releases, and dwellings reserved for them (C19, C20, A13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from allocation import vacancy
from allocation.models import Offer, Reservation
from casework.models import Person
from housing.models import Unit
from stays.enums import InstitutionKind, StayKind
from stays.models import Stay
from tests.factories import (
    ApplicationFactory,
    LeaseFactory,
    OfferFactory,
    PersonFactory,
    StayFactory,
    UnitFactory,
    today,
)
from tests.factories_follow_up import PlanFactory
from tests.factories_leases import ReservationFactory

pytestmark = pytest.mark.django_db
BOARD = "/utskrivninger/"


def nb(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def inside(out_in: int, person: Person | None = None) -> Stay:
    return StayFactory(
        person=person or PersonFactory(with_household=True),
        kind=StayKind.INSTITUTION,
        institution=InstitutionKind.PRISON,
        unit=None,
        night_price=None,
        days_ago=200,
        planned_out=ahead(out_in),
    )


def post(client, where: str, **data):
    token = client.get(where).context["form"]["form_token"].value()
    return client.post(where, {"form_token": token, **data})


def status(unit: Unit) -> str:
    return vacancy.with_status(Unit.objects.filter(pk=unit.pk), today()).get().status


def test_board_shows_discharges_and_whether_a_home_is_ready(as_caseworker):
    soon, later = inside(10), inside(40)
    far = PlanFactory(person=PersonFactory(), expected_out=ahead(200)).person
    housed = inside(20)
    LeaseFactory(person=housed.person)
    kept = inside(30)
    ReservationFactory(application=ApplicationFactory(granted=True, person=kept.person))
    page = as_caseworker.get(BOARD)
    rows = list(page.context["page"])
    order = [soon.person, housed.person, kept.person, later.person, far]
    assert [row.person for row in rows] == order
    assert [row.alarm for row in rows] == ["Haster: ingen bolig", "", "", "Ingen bolig", ""]
    assert "Bolig klar" in page.content.decode() and "Holdt av" in page.content.decode()
    without = as_caseworker.get(BOARD, {"uten": "1", "innen": "60"}).context["page"]
    assert [row.person for row in without] == [soon.person, later.person]


def test_home_reserved_for_a_discharge_is_reserved_until_that_day(as_caseworker):
    stay, unit = inside(20), UnitFactory()
    ApplicationFactory(granted=True, person=stay.person)
    where = reverse("allocation:reserve", args=[stay.person_id])
    form = as_caseworker.get(where).context["form"]
    assert form.initial["moves_in_on"] == ahead(20)
    typed = {"application": stay.person.applications.get().pk, "unit": unit.pk}
    typed |= {"moves_in_on": nb(ahead(20)), "until": nb(ahead(27)), "reason": "Løslates."}
    assert (
        "til personen flytter inn"
        in post(as_caseworker, where, **{**typed, "until": nb(ahead(10))}).content.decode()
    )
    assert (
        "Dagen er gått"
        in post(as_caseworker, where, **{**typed, "moves_in_on": nb(ahead(-1))}).content.decode()
    )
    post(as_caseworker, where, **typed)
    kept = Reservation.objects.get()
    assert status(unit) == vacancy.UnitStatus.RESERVED
    assert unit not in vacancy.vacant_units(today())
    # Offered to the person it is reserved for, and to no one else.
    post(
        as_caseworker,
        reverse("allocation:offer_reserved", args=[kept.pk]),
        available_from=nb(ahead(20)),
    )
    assert Offer.objects.get().unit == unit
    Offer.objects.all().delete()
    post(as_caseworker, reverse("allocation:release", args=[kept.pk]), reason="Annen bolig.")
    assert status(unit) == vacancy.UnitStatus.VACANT


def test_occupied_or_offered_home_cannot_be_reserved(as_caseworker):
    stay, unit, kept = inside(20), UnitFactory(), UnitFactory()
    application = ApplicationFactory(granted=True, person=stay.person)
    where = reverse("allocation:reserve", args=[stay.person_id])
    token = as_caseworker.get(where).context["form"]["form_token"].value()
    typed = {"application": application.pk, "reason": "Løslates.", "form_token": token}
    typed |= {"moves_in_on": nb(ahead(20)), "until": nb(ahead(27))}
    # Taken while the form was open.
    LeaseFactory(unit=unit)
    kept = ReservationFactory(unit=kept)
    for home, message in ((unit, "Det bor noen i"), (kept.unit, "allerede holdt av")):
        answer = as_caseworker.post(where, {**typed, "unit": home.pk})
        assert message in answer.content.decode()
    with pytest.raises(IntegrityError, match="unit_reserved_for_one"), transaction.atomic():
        ReservationFactory(unit=kept.unit)


def test_reservation_ends_when_the_lease_is_agreed(as_caseworker):
    stay = inside(20)
    application = ApplicationFactory(
        granted=True, person=stay.person, responsible=as_caseworker.user
    )
    kept = ReservationFactory(application=application)
    offer = OfferFactory(
        accepted=True, application=application, unit=kept.unit, available_from=today()
    )
    terms = {"starts_on": nb(ahead(20)), "rent": 8000, "deposit_kind": "ingen"}
    where = reverse("allocation:lease_new", args=[offer.pk])
    assert post(as_caseworker, where, **terms).status_code == 302
    kept.refresh_from_db()
    assert kept.released_at and kept.release_reason == "Leieforholdet er inngått."
    page = as_caseworker.get(BOARD).text
    assert "Bolig klar" in page and reverse("allocation:release", args=[kept.pk]) not in page


def test_reservation_expires_by_itself():
    kept = ReservationFactory(moves_in_on=ahead(-8))
    assert status(kept.unit) == vacancy.UnitStatus.VACANT


def test_planned_discharge_must_be_in_the_future(as_caseworker):
    person = PersonFactory(with_household=True)
    where = reverse("stays:stay_new", args=[person.pk])
    typed = {"kind": "institusjon", "institution": "prison", "place": "Fengsel"}
    typed |= {"starts_on": nb(ahead(-90)), "planned_out": nb(ahead(-2))}
    assert "er gått" in post(as_caseworker, where, **typed).content.decode()
    assert not person.stays.exists()


def test_a_protected_person_is_not_on_the_board(as_caseworker, login):
    inside(10, PersonFactory(strictly_protected=True, last_name="Kanarifugl"))
    assert "Kanarifugl" not in as_caseworker.get(BOARD).content.decode()
    allowed = login("saksbehandler", sees_protected=True)
    assert "Kanarifugl" in allowed.get(BOARD).content.decode()


def test_board_has_the_same_number_of_queries_for_many(
    as_caseworker, django_assert_max_num_queries
):
    for n in range(8):
        inside(10 + n)
    as_caseworker.get(BOARD)
    with django_assert_max_num_queries(16):
        as_caseworker.get(BOARD)
