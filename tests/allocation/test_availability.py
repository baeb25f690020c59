"""A home is free in a period, not only today: meeting, choice, offer and lease (needs H3, A7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from allocation import vacancy
from allocation.actions import meetings
from allocation.models import AgendaItem, Offer, PriorityPolicy
from common.calendar import add_months
from common.errors import RuleBroken
from common.formatting import nbdate
from housing.models import Unit
from stays import correcting
from stays.availability import first_free, unoccupied
from stays.leases.actions import take_over_lease
from stays.models import Stay
from tests import factories as f
from tests.factories_leases import ReservationFactory
from tests.readings import sign

pytestmark = pytest.mark.django_db


def nb(day: date) -> str:
    return f"{day:%d.%m.%Y}"


@pytest.fixture
def soon(today):
    return today + timedelta(days=30)


@pytest.fixture
def leaving(soon, today):
    """A home somebody moves out of in a month."""
    return f.StayFactory(lease=True, period=DateRange(today - timedelta(days=400), soon)).unit


def _sitting(chair):
    meeting = f.MeetingFactory(open=True, chair=chair, policy=PriorityPolicy.objects.first())
    meetings.attend(meeting=meeting, user=chair, capacity="Møteleder")
    return meeting


def _refurbished(soon, today):
    unit = f.UnitFactory()
    f.UnavailabilityFactory(unit=unit, period=DateRange(today - timedelta(days=9), soon))
    return unit


@pytest.mark.parametrize("why", ["lease ends", "refurbished", "not in use yet"])
def test_home_free_from_a_later_day_is_chosen_offered_and_let_today(
    why, login, as_caseworker, today, soon
):
    if why == "lease ends":
        stay = f.StayFactory(lease=True, period=DateRange(today - timedelta(days=400), soon))
        unit = stay.unit
    elif why == "refurbished":
        unit = _refurbished(soon, today)
    else:
        unit = f.UnitFactory(in_use=DateRange(soon, None))
    chair = login("moteleder")
    meeting = _sitting(chair.user)
    application = f.ApplicationFactory(granted=True)

    page = chair.get(reverse("allocation:meeting", args=[meeting.pk])).content.decode()
    assert f"ledig fra {nbdate(soon)}" in page
    chair.post(reverse("allocation:meeting_add", args=[meeting.pk]), {"bolig": unit.pk})
    item = AgendaItem.objects.get()
    where = reverse("allocation:item", args=[meeting.pk, item.pk])
    page = chair.get(where)
    assert [candidate.pk for candidate in page.context["weighing"].best] == [application.pk]
    assert "Ikke lenger ledig" not in page.content.decode()
    decision = {"outcome": "tildelt", "reason": "Passer.", "chosen": application.pk}
    sign(chair, where, {**decision, "shown": str(application.pk)})
    choice = item.considerations.get(chosen=True)

    where = reverse("allocation:offer_new", args=[choice.pk])
    assert as_caseworker.get(where).context["form"]["available_from"].value() == soon
    early = as_caseworker.post(where, {"available_from": nb(today), "viewing": ""})
    assert f"er ledig fra {nbdate(soon)}" in early.content.decode()
    as_caseworker.post(where, {"available_from": nb(soon), "viewing": ""})
    offer = Offer.objects.get()
    as_caseworker.post(reverse("allocation:offer_answer", args=[offer.pk]), {"answer": "ja"})
    terms = {"rent": 8000, "deposit_kind": "ingen", "starts_on": nb(soon)}
    terms["expires_on"] = nb(add_months(soon, 36))
    as_caseworker.post(reverse("allocation:lease_new", args=[offer.pk]), terms)
    offer.refresh_from_db()
    assert offer.lease.stay.period.lower == soon
    assert unit.pk not in vacancy.free_days([unit.pk], today)


def test_list_of_dwellings_says_from_when_and_asks_for_a_day(as_caseworker, leaving, soon, today):
    vacant, taken = f.UnitFactory(), f.StayFactory(lease=True).unit
    page = as_caseworker.get("/boliger/").content.decode()
    assert f"ledig fra {nbdate(soon)}" in page
    shown = {
        day: {
            row["pk"] for row in as_caseworker.get("/boliger/", {"ledig": nb(day)}).context["rows"]
        }
        for day in (today, soon)
    }
    assert shown == {today: {vacant.pk}, soon: {vacant.pk, leaving.pk}}
    assert taken.pk not in shown[soon]
    for where in (
        reverse("desk:unit", args=[leaving.pk]),
        reverse("desk:property", args=[leaving.property_id]),
    ):
        assert f"ledig fra {nbdate(soon)}" in as_caseworker.get(where).content.decode()


def test_home_let_from_next_month_is_not_vacant_today(today, soon):
    unit = f.StayFactory(lease=True, period=DateRange(soon, None)).unit
    assert unit not in vacancy.vacant_units(today)
    status = vacancy.with_status(Unit.objects.filter(pk=unit.pk), today).get().status
    assert status == vacancy.UnitStatus.RESERVED
    assert unit in vacancy.vacant_units(today - timedelta(days=3))  # nobody knew of it then


def test_held_or_offered_home_is_free_for_nobody_else_on_any_day(today, soon):
    held, offered = ReservationFactory(), f.OfferFactory()
    units = Unit.objects.filter(pk__in=[held.unit_id, offered.unit_id])
    for period in (DateRange(today, None), DateRange(soon, None), DateRange(today, soon)):
        assert not vacancy.free(units, period, today)
        assert vacancy.is_free(held.unit, period, today, held.application)
        assert not vacancy.is_free(offered.unit, period, today, held.application)
    assert vacancy.free_days([held.unit_id, offered.unit_id], today) == {}


def promise(how, **kwargs):
    """A home offered to, chosen by a meeting or held for somebody."""
    if how == "chosen":
        item = f.AgendaItemFactory(decided=True, **kwargs)
        f.ConsiderationFactory(item=item, chosen=True, rank=1)
    elif how == "offered":
        f.OfferFactory(accepted=True, **kwargs)
    else:
        ReservationFactory(**kwargs)


@pytest.mark.parametrize("how", ["offered", "chosen", "held"])
def test_home_promised_to_one_is_not_given_another_by_registering_or_correcting(
    how, as_caseworker, today
):
    unit = f.UnitFactory(training=True)
    old = f.StayFactory(trial=True, unit=unit, days_ago=100, days=60)
    promise(how, unit=unit)
    person = f.PersonFactory(with_household=True)
    new = reverse("stays:stay_new", args=[person.pk])
    typed = {"kind": old.kind, "unit": unit.pk, "starts_on": nb(today), "reason": "Feil."}
    again = reverse("stays:stay_reopen", args=[old.pk])
    for where, data in ((new, typed), (again, {"reason": "Bor der ennå."})):
        assert "holdt av for noen andre" in as_caseworker.post(where, data).text, where
    who = {"by": as_caseworker.user, "at": f.now()}
    with pytest.raises(RuleBroken, match="holdt av for noen andre"):
        correcting.change_stay(
            stay=old, starts_on=old.period.lower, ends_on=None, why="Feil.", **who
        )
    days = {"agreed_on": f.days_ago(9), "starts_on": f.days_ago(9), "expires_on": None}
    with pytest.raises(RuleBroken, match="holdt av for noen andre"):
        take_over_lease(person=person, unit=unit, rent=1, **days, **who)
    # What is past takes the home from nobody.
    past = {"starts_on": nb(f.days_ago(30)), "ends_on": nb(f.days_ago(20))}
    assert as_caseworker.post(new, {**typed, **past}).status_code == 302


def test_old_home_promised_to_another_is_not_given_back(as_caseworker, today):
    old = f.LeaseFactory(days_ago=500)
    ends = today + timedelta(days=10)
    Stay.objects.filter(pk=old.stay_id).update(period=f.since(f.days_ago(500), ends))
    application = f.ApplicationFactory(person=old.stay.person, granted=True)
    new = f.LeaseFactory(application=application, days_ago=-10)
    offer = f.OfferFactory(unit=old.stay.unit, accepted=True, available_from=ends)
    where = reverse("stays:lease_cancel", args=[new.pk])
    data = {"how": "ikke_inngatt", "reason": "Ville ikke", "reopen": [old.stay_id]}
    assert "holdt av for noen andre" in as_caseworker.post(where, data).text
    Offer.objects.filter(pk=offer.pk).update(state="trukket")
    assert as_caseworker.post(where, data).status_code == 302
    old.stay.refresh_from_db()
    assert old.stay.period.upper is None


def test_home_is_not_let_beyond_the_day_it_closes(as_caseworker, today):
    closes = today + timedelta(days=300)
    unit = f.UnitFactory(in_use=DateRange(None, closes))
    offer = f.OfferFactory(accepted=True, unit=unit, available_from=today)
    where = reverse("allocation:lease_new", args=[offer.pk])
    terms = {"rent": 8000, "deposit_kind": "ingen", "starts_on": nb(today)}
    for expires in ("", nb(closes)):
        answer = as_caseworker.post(where, {**terms, "expires_on": expires})
        assert (
            f"er i bruk til og med {nbdate(closes - timedelta(days=1))}" in answer.content.decode()
        )
    assert not Stay.objects.exists()


def test_past_stay_is_registered_where_somebody_else_lives_now(as_caseworker, today):
    lives_there = f.StayFactory(days_ago=20)
    person = f.PersonFactory(with_household=True)
    where = reverse("stays:stay_new", args=[person.pk])
    page = as_caseworker.get(where)
    assert "Ikke ledige nå, for opphold som er over" in page.content.decode()
    typed = {
        "kind": "midlertidig",
        "unit": lives_there.unit_id,
        "starts_on": nb(today - timedelta(days=90)),
        "ends_on": nb(today - timedelta(days=10)),
        "reason": "Ført i ettertid.",
    }
    # The periods overlap by ten nights.
    assert "Det bor noen i" in as_caseworker.post(where, typed).content.decode()
    typed["ends_on"] = nb(today - timedelta(days=20))
    assert as_caseworker.post(where, typed).status_code == 302
    assert person.stays.get().unit_id == lives_there.unit_id


def test_room_is_given_from_the_day_it_is_free(as_caseworker, today, soon):
    leaving = f.StayFactory(period=DateRange(today - timedelta(days=9), soon))
    closed = f.UnitFactory(temporary=True)
    f.UnavailabilityFactory(unit=closed, period=DateRange(today + timedelta(days=5), soon))
    application = f.ApplicationFactory(person=f.PersonFactory(with_household=True))
    where = reverse("stays:place", args=[application.pk])
    assert f"ledig fra {nbdate(soon)}" in as_caseworker.get(where).content.decode()
    typed = {"unit": leaving.unit_id, "reason": "Ingen andre.", "night_price": ""}
    for unit, starts, until, message in (
        (leaving.unit, today, soon, f"ledig fra {nbdate(soon)}"),
        (closed, today, soon, "kan ikke brukes helt til"),
        (closed, today + timedelta(days=6), soon, "er ikke i bruk"),
    ):
        days = {"unit": unit.pk, "starts_on": nb(starts), "granted_until": nb(until)}
        assert message in as_caseworker.post(where, {**typed, **days}).content.decode()
    days = {"starts_on": nb(soon), "granted_until": nb(soon + timedelta(days=7))}
    assert as_caseworker.post(where, {**typed, **days}).status_code == 302
    assert application.person.stays.get().period.lower == soon


def test_first_free_day_is_after_the_last_who_lives_there(today, soon):
    """The queryset and the first day answer alike, day by day."""
    unit = f.StayFactory(lease=True, period=DateRange(today - timedelta(days=9), soon)).unit
    f.StayFactory(
        unit=unit, lease=True, period=DateRange(soon + timedelta(days=3), soon + timedelta(days=5))
    )
    for begins, ends in ((4, 8), (8, 11), (20, 22)):
        closed = DateRange(soon + timedelta(days=begins), soon + timedelta(days=ends))
        f.UnavailabilityFactory(unit=unit, period=closed)
    assert first_free([unit.pk], today) == {unit.pk: soon + timedelta(days=11)}
    days = [today + timedelta(days=n) for n in range(60)]
    free = [day for day in days if unoccupied(Unit.objects.all(), DateRange(day, None)).exists()]
    assert free[0] == soon + timedelta(days=11)
