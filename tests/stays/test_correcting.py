"""Stays registered wrong, ended on the first day, reopened; and lines of the log of searches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from casework.log.corrections import NotTakenBack
from casework.models import Event, Flag
from stays import correcting
from stays.availability import first_free
from stays.models import PlaceSearch, Renewal, Stay, VoidedStay
from stays.temporary.chains import chain_of
from stays.temporary.flags import flag_stays
from tests import factories as f

pytestmark = pytest.mark.django_db


def typed(day):
    return f"{day:%d.%m.%Y}" if day else ""


def url(name, row):
    return reverse(f"stays:{name}", args=[row.pk])


def filled(client, where, **data):
    """The form as it stands on the page, with these values changed."""
    form = client.get(where).context["form"]
    values = {}
    for bound in form:
        value = bound.value()
        if value in (None, False) or bound.field.disabled:
            continue
        values[bound.html_name] = typed(value) if hasattr(value, "isoformat") else value
    return {**values, **data}


def send(client, where, **data):
    return client.post(where, filled(client, where, **data))


# ------------------------------------------------------------------ never was


def test_a_stay_on_the_wrong_person_counts_nowhere_and_leaves_a_trace(as_caseworker, today):
    wrong = f.StayFactory(days_ago=100, night_price=900)
    f.StayFactory(days_ago=20)
    flag_stays(today)
    assert Flag.objects.open().filter(person=wrong.person).exists()
    answer = send(as_caseworker, url("stay_void", wrong), reason="Gjaldt naboen.")
    assert answer.url == reverse("desk:person_stays", args=[wrong.person_id])
    assert not Stay.objects.filter(pk=wrong.pk).exists()
    voided = VoidedStay.objects.get()
    assert (voided.person, voided.unit, voided.how) == (wrong.person, wrong.unit, "feilregistrert")
    assert voided.voided_by == as_caseworker.user
    assert Stay.history.filter(id=wrong.pk, history_type="-").get().history_user == (
        as_caseworker.user
    )
    assert "Gjaldt naboen." in Event.objects.get(kind="stay.voided").text
    # Not in the clock, on the board, on the night list, among the flags, nor in the vacancies.
    assert chain_of(wrong.person_id, today) is None
    assert len(as_caseworker.get("/midlertidig/").context["page"].items) == 1
    assert as_caseworker.get("/midlertidig/i-natt/").context["total"] == 1
    assert not Flag.objects.open().filter(person=wrong.person).exists()
    assert first_free([wrong.unit_id], today) == {wrong.unit_id: today}
    page = as_caseworker.get(answer.url)
    assert "Gjaldt naboen." in page.text and "Feilregistrert" in page.text
    assert not page.context["situations"]


def test_a_stay_is_taken_out_only_with_a_reason(as_caseworker):
    stay = f.StayFactory()
    page = send(as_caseworker, url("stay_void", stay), reason=" ")
    assert page.status_code == 200 and page.context["form"].errors["reason"]
    assert Stay.objects.filter(pk=stay.pk).exists()


def test_where_the_person_moved_from_is_open_again(as_caseworker, today):
    before = f.StayFactory(days_ago=60, days=10)
    wrong = f.StayFactory(person=before.person, days_ago=50)
    page = as_caseworker.get(url("stay_void", wrong))
    assert page.context["form"]["reopen"].value() == [before.pk]
    send(as_caseworker, url("stay_void", wrong), reason="Flyttet aldri.")
    before.refresh_from_db()
    assert before.period.upper is None and before.end_reason == ""
    assert chain_of(before.person_id, today).days == 60


def test_renewals_go_with_the_stay_that_never_was(as_caseworker, today):
    stay = f.StayFactory(days_ago=20)
    Renewal.objects.create(
        stay=stay,
        starts_on=today,
        until=today + timedelta(days=9),
        reason="Venter",
        next_step="Søk",
        responsible=as_caseworker.user,
        renewed_at=f.now(),
        renewed_by=as_caseworker.user,
    )
    send(as_caseworker, url("stay_void", stay), reason="Dobbelt.")
    assert not Renewal.objects.exists() and Renewal.history.filter(history_type="-").exists()


def test_a_stay_with_a_lease_is_corrected_by_its_lease(as_caseworker):
    lease = f.LeaseFactory()
    assert as_caseworker.get(url("stay_void", lease.stay)).url == url("lease_cancel", lease)


# ------------------------------------------------------------------ the first day


def test_who_leaves_on_the_first_day_has_no_night_there(as_caseworker, today):
    stay = f.StayFactory(days_ago=0)
    answer = send(as_caseworker, url("stay_end", stay), ends_on=typed(today), reason="Dro igjen.")
    assert answer.status_code == 302
    assert not Stay.objects.exists()
    assert VoidedStay.objects.get().how == "ikke_brukt"
    assert chain_of(stay.person_id, today) is None
    assert "Det ble ikke noe av oppholdet." in as_caseworker.get(answer.url).text
    other = f.StayFactory(unit=stay.unit, days_ago=0)
    assert other.pk, "the room is free the same day"


def test_a_friend_for_an_hour_and_then_a_room(as_caseworker, today):
    friend = f.StayFactory(with_friends=True, days_ago=0)
    room = f.UnitFactory(temporary=True)
    where = reverse("stays:stay_new", args=[friend.person_id])
    data = {"kind": "midlertidig", "starts_on": typed(today), "unit": room.pk, "moving": "on"}
    assert as_caseworker.post(where, {**data, "reason": "Kom i kveld."}).status_code == 302
    assert Stay.objects.get().unit == room
    assert VoidedStay.objects.get().kind == friend.kind


# ------------------------------------------------------------------ reopened


def test_an_ended_stay_is_reopened_and_the_clock_counts_on(as_caseworker, today):
    stay = f.StayFactory(days_ago=40, days=30)
    assert "Åpne oppholdet igjen" in as_caseworker.get(url("stay_change", stay)).text
    send(as_caseworker, url("stay_reopen", stay), reason="Betjeningen så ham i går.")
    stay.refresh_from_db()
    assert stay.period.upper is None
    assert chain_of(stay.person_id, today).days == 40
    assert Event.objects.get(kind="stay.reopened").by == as_caseworker.user
    page = send(as_caseworker, url("stay_reopen", stay), reason="En gang til.")
    assert "Oppholdet er ikke avsluttet." in page.text


def test_a_stay_is_not_reopened_where_somebody_else_lives(as_caseworker, today):
    stay = f.StayFactory(days_ago=40, days=30)
    f.StayFactory(unit=stay.unit, days_ago=10)
    page = send(as_caseworker, url("stay_reopen", stay), reason="Er der.")
    assert "Andre bor i boligen" in page.text
    stay.refresh_from_db()
    assert stay.period.upper == f.days_ago(10)


def test_a_reopened_stay_ends_where_the_next_begins(as_caseworker, today):
    stay = f.StayFactory(days_ago=40, days=20)
    f.StayFactory(unit=stay.unit, days_ago=10)
    send(as_caseworker, url("stay_reopen", stay), reason="Var der ti dager til.")
    stay.refresh_from_db()
    assert stay.period.upper == f.days_ago(10)


# ------------------------------------------------------------------ corrected


def test_dates_kind_and_place_are_corrected_from_its_own_page(as_caseworker, today):
    stay = f.StayFactory(days_ago=10, with_friends=True)
    room = f.UnitFactory(temporary=True, night_price=700)
    where = url("stay_change", stay)
    answer = send(
        as_caseworker,
        where,
        kind="midlertidig",
        unit=room.pk,
        starts_on=typed(f.days_ago(12)),
        granted_until=typed(today + timedelta(days=5)),
        night_price=700,
        why="Det var pensjonatet.",
    )
    assert answer.status_code == 302, answer.context["form"].errors
    stay.refresh_from_db()
    assert (stay.kind, stay.unit, stay.place) == ("midlertidig", room, "")
    assert chain_of(stay.person_id, today).days == 12
    answer = send(as_caseworker, where, kind="ute", why="Nei, han sov ute.")
    stay.refresh_from_db()
    assert (stay.kind, stay.unit, stay.night_price, stay.granted_until) == ("ute", None, None, None)
    assert Event.objects.filter(kind="stay.changed").count() == 2


def test_a_corrected_room_is_not_given_to_two(as_caseworker):
    stay, other = f.StayFactory(days_ago=10), f.StayFactory(days_ago=10)
    page = send(as_caseworker, url("stay_change", stay), unit=other.unit_id, why="Feil rom.")
    assert "Det bor allerede noen" in page.text


def test_the_reason_for_a_room_unsuited_for_children_is_corrected(as_caseworker):
    family = f.FamilyFactory(children=1)
    stay = f.StayFactory(person=family.head, unsuited_for="barn", unsuited_reason="Fult")
    where = url("stay_change", stay)
    page = send(as_caseworker, where, unsuited_reason="", why="Feil.")
    assert page.context["form"].errors["unsuited_reason"]
    send(as_caseworker, where, unsuited_reason="Fullt overalt", why="Skrivefeil")
    stay.refresh_from_db()
    assert stay.unsuited_reason == "Fullt overalt"


@pytest.mark.parametrize(("field", "day"), [("starts_on", "01.06.2126"), ("ends_on", "01.06.2126")])
def test_a_day_out_of_reason_is_refused_beside_its_field(as_caseworker, field, day):
    stay = f.StayFactory(days_ago=10, with_friends=True)
    page = send(as_caseworker, url("stay_change", stay), **{field: day, "why": "Feil."})
    assert "kan ikke stemme" in page.context["form"].errors[field][0]
    person = f.PersonFactory(with_household=True)
    data = {"kind": "hos_andre", "starts_on": typed(f.days_ago(3)), field: day}
    page = as_caseworker.post(reverse("stays:stay_new", args=[person.pk]), data)
    assert "kan ikke stemme" in page.context["form"].errors[field][0]
    page = as_caseworker.post(
        reverse("stays:stay_new", args=[person.pk]), {**data, field: "01.06.0001"}
    )
    assert page.context["form"].errors[field]


def test_two_tabs_do_not_undo_each_other(as_caseworker):
    stay = f.StayFactory(days_ago=10, with_friends=True)
    where = url("stay_change", stay)
    first = filled(as_caseworker, where, place="Hos Ola", why="Fikk vite")
    second = filled(as_caseworker, where, place="Hos Kari", why="Fikk vite")
    first.pop("form_token"), second.pop("form_token")
    assert as_caseworker.post(where, first).status_code == 302
    page = as_caseworker.post(where, second)
    assert "Noen har endret dette" in page.text and "Hos Kari" in page.text
    stay.refresh_from_db()
    assert stay.place == "Hos Ola"
    again = {**second, "seen": page.context["form"]["seen"].value()}
    assert as_caseworker.post(where, again).status_code == 302
    stay.refresh_from_db()
    assert stay.place == "Hos Kari"


def test_a_stay_in_a_year_that_cannot_be_is_found_and_taken_out(as_caseworker, today):
    """It is registered by an import, or before the check was made."""
    late = f.StayFactory(with_friends=True)
    Stay.objects.filter(pk=late.pk).update(period=DateRange(today.replace(year=2126), None))
    page = as_caseworker.get(reverse("desk:person_stays", args=[late.person_id]))
    assert url("stay_change", late) in page.text
    assert send(as_caseworker, url("stay_void", late), reason="Skrevet 2126.").status_code == 302
    assert "Skrevet 2126." in as_caseworker.get(page.request["PATH_INFO"]).text


def test_protected_people_are_not_corrected_by_everyone(as_caseworker):
    stay = f.StayFactory(person=f.PersonFactory(strictly_protected=True))
    for name in ("stay_change", "stay_void", "stay_reopen"):
        assert as_caseworker.get(url(name, stay)).status_code == 404


# ------------------------------------------------------------------ the log of searches


def test_a_line_of_the_log_is_corrected_and_taken_back(as_caseworker, today):
    application = f.ApplicationFactory(assessed=True)
    search = f.PlaceSearchFactory(person=application.person, application=application)
    page = as_caseworker.get(reverse("stays:place", args=[application.pk]))
    assert url("place_search_correct", search) in page.text
    where = url("place_search_correct", search)
    send(as_caseworker, where, outcome="takket_nei", why="Hun ringte og takket nei.")
    search.refresh_from_db()
    assert search.outcome == "takket_nei"
    where = reverse("casework:take_back", args=["leting", search.pk])
    assert where in as_caseworker.get(reverse("stays:place", args=[application.pk])).text
    assert send(as_caseworker, where, why="").context["form"].errors["why"]
    answer = send(as_caseworker, where, why="Gjaldt en annen.")
    assert answer.url == reverse("stays:place", args=[application.pk])
    assert not PlaceSearch.objects.exists()
    assert PlaceSearch.history.filter(history_type="-").get().history_user == as_caseworker.user
    assert Event.objects.filter(kind="stay.search_changed").count() == 1
    assert Event.objects.get(kind="taken_back").application == application
    with pytest.raises(NotTakenBack):  # the second of two users, whose page was open
        facts = {"outcome": "takket_nei", "reason": "Feil.", "on": today}
        correcting.correct_search(search, why="Feil.", by=as_caseworker.user, at=f.now(), **facts)


# ------------------------------------------------------------------ a longer grant


def test_a_renewal_by_mistake_is_taken_back_and_the_grant_is_as_before(as_caseworker, today):
    first, second = f.StayFactory(days_ago=20), f.StayFactory(days_ago=20)
    Stay.objects.filter(pk=second.pk).update(granted_until=today + timedelta(days=3))
    for stay, days in ((first, 10), (second, 20), (second, 30)):
        until = typed(today + timedelta(days=days))
        who = as_caseworker.user.pk
        data = {"until": until, "reason": "Venter", "next_step": "Søk", "responsible": who}
        page = send(as_caseworker, url("renew", stay), **data)
        assert page.status_code == 302, page.context["form"].errors
    earlier, latest = second.renewals.order_by("until")
    where = {row: reverse("casework:take_back", args=["forlenget-opphold", row.pk])
             for row in (earlier, latest, first.renewals.get())}  # fmt: skip
    page = as_caseworker.get(url("renew", second)).text
    assert where[latest] in page and where[earlier] not in page
    assert "Bare den siste" in str(
        send(as_caseworker, where[earlier], why="Feil.").context["form"].errors
    )
    for row, until in ((latest, 20), (earlier, 3), (first.renewals.get(), None)):
        answer = send(as_caseworker, where[row], why="Gjaldt naboen.")
        assert answer.url == reverse("desk:person_stays", args=[row.stay.person_id])
        row.stay.refresh_from_db()
        assert row.stay.granted_until == (until and today + timedelta(days=until))
    assert not Renewal.objects.exists()
    assert chain_of(first.person_id, today).days == 20


def test_nobody_lives_again_in_a_room_that_has_closed_since(as_caseworker):
    stay = f.StayFactory(days_ago=40, days=20)
    f.UnavailabilityFactory(unit=stay.unit, period=f.since(f.days_ago(10)))
    page = send(as_caseworker, url("stay_change", stay), ends_on="", why="Flyttet ikke").text
    assert "kan ikke brukes helt til" in page
    stay.refresh_from_db()
    assert stay.period.upper == f.days_ago(20)
    # An earlier day out is a fact of the past.
    send(as_caseworker, url("stay_change", stay), ends_on=typed(f.days_ago(25)), why="Feil dag")
    stay.refresh_from_db()
    assert stay.period.upper == f.days_ago(25)


def test_a_lease_is_not_corrected_past_the_day_the_home_closes(as_caseworker):
    lease = f.LeaseFactory(days_ago=100)
    unit = lease.stay.unit
    unit.in_use = DateRange(None, lease.expires_on + timedelta(days=10))
    unit.save()
    later = lease.expires_on + timedelta(days=400)
    page = send(
        as_caseworker, url("lease_correct", lease), expires_on=typed(later), why="Feil"
    ).text
    assert "Leieforholdet kan ikke vare lenger" in page


# ------------------------------------------------------------------ which rooms


def test_rooms_of_a_correction_are_those_free_in_its_period(as_caseworker, today):
    """First the rooms free in the days of the stay, then the others with why; what is hidden and
    what is promised to another read alike."""
    stay = f.StayFactory(days_ago=30, days=20)
    mine = {"person__responsible": as_caseworker.user}
    now = f.StayFactory(days_ago=5, **mine)  # lived in now, and free in the period
    then = f.StayFactory(days_ago=60, days=40, person__last_name="Vik", **mine)
    other = f.StayFactory(days_ago=60)  # somebody the reader has nothing to do with
    hidden = f.StayFactory(days_ago=60, person=f.PersonFactory(strictly_protected=True))
    promised = f.OfferFactory(unit=f.UnitFactory(training=True), available_from=f.days_ago(40)).unit
    broken = f.UnavailabilityFactory(
        unit=f.UnitFactory(temporary=True), period=f.since(f.days_ago(40), f.days_ago(5))
    ).unit
    closed = f.UnitFactory(temporary=True, in_use=f.since(f.days_ago(900), f.days_ago(100)))
    page = as_caseworker.get(url("stay_change", stay))
    choices = dict(page.context["form"].fields["unit"].choices[1:])
    free = [pk for pk, _label in choices["Ledige i perioden"]]
    taken = {pk: label.rsplit(" · ", 1)[1] for pk, label in choices["Ikke ledige i perioden"]}
    assert {stay.unit_id, now.unit_id, promised.pk} <= set(free)
    assert taken == {
        then.unit_id: f"{then.person.name} til {typed(f.days_ago(20))}",
        hidden.unit_id: "opptatt",
        other.unit_id: "opptatt",
        broken.pk: f"oppussing til {typed(f.days_ago(5))}",
        closed.pk: "ikke i bruk",
    }
    # Asked of the days that are sent: with the stay open, the promised home reads as the hidden.
    sent = {"kind": "midlertidig", "starts_on": typed(f.days_ago(3)), "ends_on": "", "why": ""}
    page = as_caseworker.post(url("stay_change", stay), sent)
    groups = dict(page.context["form"].fields["unit"].choices[1:])
    taken = {pk: label.rsplit(" · ", 1)[1] for pk, label in groups["Ikke ledige i perioden"]}
    assert taken[promised.pk] == taken[hidden.unit_id] == "opptatt"
    assert taken[now.unit_id] == now.person.name and then.unit_id not in taken
