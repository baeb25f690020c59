"""Planned discharges and releases, and dwellings reserved for them (C19, C20, A13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from allocation import vacancy
from allocation.enums import OfferState
from allocation.models import Offer, Reservation
from casework.log.enums import FlagKind
from casework.log.escalation import escalate
from casework.models import Flag, Person
from housing.models import Unit
from stays.enums import HomeAhead, InstitutionKind, StayKind
from stays.models import Stay
from stays.temporary.discharge_flags import flag_discharges
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
    ReservationFactory(
        application=ApplicationFactory(granted=True, person=kept.person), moves_in_on=ahead(30)
    )
    page = as_caseworker.get(BOARD)
    rows = list(page.context["page"])
    order = [soon.person, housed.person, kept.person, later.person, far]
    assert [row.person for row in rows] == order
    assert [row.alarm for row in rows] == ["Haster: ingen bolig", "", "", "Ingen bolig", ""]
    assert "Bolig klar" in page.text and "Bolig avtalt" in page.text
    without = as_caseworker.get(BOARD, {"uten": "1", "innen": "60"}).context["page"]
    assert [row.person for row in without] == [soon.person, later.person]


def row_of(client, person: Person):
    return next(row for row in client.get(BOARD).context["page"] if row.person == person)


@pytest.mark.parametrize(
    ("known", "what", "text"),
    [
        ({"days_ago": 300, "days": 310}, HomeAhead.ENDS, "bare til og med"),
        ({"days_ago": -40}, HomeAhead.BEGINS, "først fra"),
        ({"days_ago": 300, "unsafe": True}, HomeAhead.UNSAFE, "ikke trygt"),
    ],
)
def test_home_that_does_not_hold_on_the_day_is_none(as_caseworker, known, what, text):
    stay = inside(30)
    StayFactory(person=stay.person, kind=StayKind.LEASE, unit=UnitFactory(), **known)
    row = row_of(as_caseworker, stay.person)
    assert (row.home.what, row.alarm) == (what, "Ingen bolig")
    assert text in as_caseworker.get(BOARD, {"uten": "1"}).text


def test_accepted_offer_in_time_is_agreed_and_an_unanswered_one_is_not(as_caseworker):
    said_yes, asked, late = inside(20), inside(20), inside(20)
    for stay, accepted, ready in ((said_yes, True, 14), (asked, False, 14), (late, True, 25)):
        OfferFactory(
            application=ApplicationFactory(granted=True, person=stay.person),
            accepted=accepted,
            available_from=ahead(ready),
        )
    page = as_caseworker.get(BOARD)
    assert page.text.count("Bolig avtalt") == 1 and "men den er ledig først" in page.text
    without = as_caseworker.get(BOARD, {"uten": "1"}).context["page"]
    assert {row.person for row in without} == {asked.person, late.person}
    assert row_of(as_caseworker, asked.person).alarm == "Ingen bolig"


def test_flag_with_a_home_agreed_is_a_reminder_below_the_others(as_caseworker):
    agreed, without = inside(20), inside(40)
    for stay in (agreed, without):
        Person.objects.filter(pk=stay.person_id).update(responsible=as_caseworker.user)
    application = ApplicationFactory(granted=True, person=agreed.person)
    offer = OfferFactory(application=application, accepted=True, available_from=ahead(14))
    for _twice in range(2):
        flag_discharges(today())
    assert {flag.kind: flag.person for flag in Flag.objects.all()} == {
        FlagKind.HOME_AGREED: agreed.person,
        FlagKind.DISCHARGE: without.person,
    }
    day = as_caseworker.get("/").context["day"].discharges
    assert [line.name for line in day.lines] == [without.person.name, agreed.person.name]
    assert (day.total, day.urgent, day.lines[1].color) == (2, 1, "neutral")
    flag = Flag.objects.get(kind=FlagKind.HOME_AGREED)
    for where in ("/", reverse("stays:flag", args=[flag.pk]), f"/personer/{flag.person_id}/"):
        assert f"Har takket ja til {offer.unit}" in as_caseworker.get(where).text
    # The offer comes to nothing: the reminder closes, and the flag is raised.
    Offer.objects.update(state=OfferState.WITHDRAWN)
    flag_discharges(today())
    assert Flag.objects.get(person=agreed.person, closed_on=None).kind == FlagKind.DISCHARGE


def test_reminder_is_not_escalated():
    stay = inside(20)
    application = ApplicationFactory(granted=True, person=stay.person)
    OfferFactory(application=application, accepted=True, available_from=ahead(14))
    flag_discharges(today())
    escalate(ahead(19))
    assert Flag.objects.get().escalated_on is None


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
    page = as_caseworker.get(reverse("allocation:discharges")).text
    assert "Se tilbudet" in page and "Send tilbud" not in page, "the next step is to get the answer"
    assert "er tilbudt, og holdt av til innflytting" in page and "Bolig avtalt" in page
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
