"""A death: one act on the person's page ends what they had, keeps history, and can be undone."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from allocation.enums import OfferState
from allocation.models import NeedCheck, Offer, Reservation
from casework.letters.letters import RecipientDead, body, make_letter
from casework.log.enums import (
    ApplicationState,
    FlagKind,
    LetterKind,
    MemberRelation,
    RepresentativeKind,
)
from casework.models import (
    Application,
    Death,
    Flag,
    Handover,
    HouseholdMember,
    Representative,
    Statement,
    TransitionPlan,
)
from casework.persons.actions import deaths
from peers.enums import LinkState
from stays.actions import StayRefused, register_stay
from stays.correcting import change_stay
from stays.models import Lease, Stay
from stays.temporary.flags import flag_stays
from tests import factories as f
from tests.factories_follow_up import HandoverFactory, NeedCheckFactory, PlanFactory
from tests.factories_leases import ReservationFactory
from tests.factories_statements import StatementFactory

pytestmark = pytest.mark.django_db


def nb(day):
    return day.strftime("%d.%m.%Y")


def sent(client, person, **answers):
    data = {"died_on": nb(f.days_ago(2)), "source": "parorende", "note": "", **answers}
    return client.post(reverse("desk:death", args=[person.pk]), data)


def everything_of(person):
    """The rows a death may change, with their values."""
    found = {}
    for model in (
        HouseholdMember, Representative, Statement, TransitionPlan, Handover, Stay, Flag,
    ):  # fmt: skip
        rows = model.objects.filter(person=person).order_by("pk")
        found[model._meta.label] = list(rows.values())
    for model in (Application, Offer, Reservation, NeedCheck):
        found[model._meta.label] = list(model.objects.order_by("pk").values())
    found["links"] = list(person.peer_links.order_by("pk").values())
    return found


@pytest.fixture
def busy(login):
    """A person with a bit of everything, and their caseworker's client."""
    client = login("saksbehandler")
    person = f.PersonFactory(with_household=True)
    case = f.ApplicationFactory(person=person, granted=True)
    f.StayFactory(person=person, days_ago=100)
    f.OfferFactory(application=case)
    ReservationFactory(application=case)
    NeedCheckFactory(application=case)
    f.PeerLinkFactory(person=person, linked=True)
    f.RepresentativeFactory(person=person)
    StatementFactory(person=person)
    PlanFactory(person=person)
    HandoverFactory(person=person)
    flag_stays(f.today())
    client.person, client.case = person, case
    return client


def test_page_of_the_dead_asks_for_no_words_and_counts_no_more_years(login):
    client = login("saksbehandler")
    died_on = f.days_ago(40)
    born = died_on.replace(year=died_on.year - 36) + timedelta(days=20)  # 36 by now, 35 then
    person = f.PersonFactory(birth_date=born)
    f.ApplicationFactory(person=person)
    page = client.get(reverse("desk:person", args=[person.pk])).content.decode()
    assert f"Spør {person.called}" in page and "36 år" in page
    f.DeathFactory(person=person, died_on=died_on)
    page = client.get(reverse("desk:person", args=[person.pk])).content.decode()
    assert f"Spør {person.called}" not in page and "Ikke skrevet ned." in page
    assert "35 år" in page and "36 år" not in page


def test_a_death_ends_everything_and_keeps_history(busy):
    person = busy.person
    letters = person.letters.count()
    assert Flag.objects.open().filter(person=person).exists()
    response = sent(busy, person, **{f"case_{busy.case.pk}": "avslutt"})
    assert response.status_code == 302, response.content.decode()
    died_on = f.days_ago(2)
    assert Stay.objects.get(person=person).period.upper == died_on
    assert not Flag.objects.open().filter(person=person).exists()
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    assert Reservation.objects.get().released_at
    assert not NeedCheck.objects.open().exists()
    assert person.peer_links.get().state == LinkState.ENDED
    assert person.representatives.get().period.upper == died_on
    assert not Statement.objects.open().exists()
    assert not TransitionPlan.objects.open().exists()
    assert Handover.objects.get().done_at
    assert person.memberships.get().period.upper == died_on
    assert Application.objects.get(pk=busy.case.pk).state == ApplicationState.LAPSED
    assert person.letters.count() == letters
    page = busy.get(reverse("desk:person", args=[person.pk])).content.decode()
    assert f"Død {nb(died_on)}" in page


def test_the_jobs_raise_nothing_for_the_dead(busy):
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    # A fact that should have ended, entered later.
    f.StayFactory(person=busy.person, days_ago=1)
    for day in (f.today(), f.days_ago(30), f.today() + timedelta(days=100)):
        flag_stays(day)
    assert not Flag.objects.open().filter(person=busy.person).exists()


def test_undoing_puts_everything_back(busy):
    before = everything_of(busy.person)
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    assert everything_of(busy.person) != before
    url = reverse("desk:death_undo", args=[busy.person.pk])
    assert "Opphold: 1" in busy.get(url).content.decode()
    assert busy.post(url, {"reason": "Feil person"}).status_code == 302
    assert everything_of(busy.person) == before
    texts = list(busy.person.events.values_list("text", flat=True))
    assert any("Dødsfallet er angret: Feil person" in text for text in texts)
    assert Death.objects.get().undone_by == busy.user


def test_the_day_can_be_corrected_without_undoing(busy):
    """The stay ends on the new day, and what the death ended is ended by it still."""
    answer = {f"case_{busy.case.pk}": "avslutt"}
    sent(busy, busy.person, **answer)
    url = reverse("desk:death_correct", args=[busy.person.pk])
    assert url in busy.get(reverse("desk:death_undo", args=[busy.person.pk])).text
    page = busy.get(url)
    assert nb(f.days_ago(2)) in page.text
    assert Death.objects.in_force().get().died_on == f.days_ago(2), "looking changes nothing"
    data = {"died_on": nb(f.days_ago(5)), "source": "parorende", "note": ""}
    assert busy.post(url, {**data, "died_on": nb(f.days_ago(-1))} | answer).status_code == 200
    assert Death.objects.in_force().get().died_on == f.days_ago(2)
    assert busy.post(url, data | answer).status_code == 302
    assert Death.objects.in_force().get().died_on == f.days_ago(5)
    assert Stay.objects.get(person=busy.person).period.upper == f.days_ago(5)
    busy.case.refresh_from_db()
    assert busy.case.state == ApplicationState.LAPSED


def test_a_home_promised_to_another_since_is_asked_about(busy):
    """The lease ended with the death, and the home is offered: both cannot have it."""
    lease = f.StayFactory(lease=True, person=f.PersonFactory(), days_ago=100)
    sent(busy, lease.person, **{f"last_day_{lease.pk}": nb(f.days_ago(1))})
    f.OfferFactory(unit=lease.unit)
    url = reverse("desk:death_undo", args=[lease.person_id])
    page = busy.post(url, {"reason": "Feil person"})
    assert "er tilbudt, tildelt eller holdt av" in str(page.context["form"].errors["anyway"])
    lease.refresh_from_db()
    assert lease.period.upper is not None and Death.objects.in_force().exists()
    assert busy.post(url, {"reason": "Feil person", "anyway": "on"}).status_code == 302
    lease.refresh_from_db()
    assert lease.period.upper is None


def test_what_was_given_away_since_stays_given(busy):
    """The home was offered to another: undoing says so, and puts the rest back."""
    offer = Offer.objects.get()
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    f.OfferFactory(unit=offer.unit)
    url = reverse("desk:death_undo", args=[busy.person.pk])
    page = busy.post(url, {"reason": "Feil person"}, follow=True).content.decode()
    assert "ikke satt tilbake: tilbud" in page
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert Stay.objects.get(person=busy.person).period.upper is None


def test_the_open_case_must_be_answered_for(busy):
    response = sent(busy, busy.person)
    assert response.status_code == 200
    assert not Death.objects.exists()


def test_the_partner_goes_on_with_the_case_and_its_offer(login):
    client = login("saksbehandler")
    partner = f.PersonFactory()
    household = f.HouseholdFactory(partner=partner, children=1)
    case = f.ApplicationFactory(person=household.head, household=household, granted=True)
    offer = f.OfferFactory(application=case)
    response = sent(client, household.head, **{f"case_{case.pk}": str(partner.pk)})
    assert response.status_code == 302, response.content.decode()
    case.refresh_from_db()
    offer.refresh_from_db()
    assert case.person == partner
    assert offer.state == OfferState.SENT
    head = household.members.get(relation=MemberRelation.SELF, period__contains=f.today())
    assert head.person == partner
    # Undone: as before.
    client.post(reverse("desk:death_undo", args=[household.head.pk]), {"reason": "Feil person"})
    case.refresh_from_db()
    assert case.person == household.head
    assert household.members.filter(person=partner).count() == 1


def test_the_estate_keeps_the_notice(login):
    client = login("saksbehandler")
    lease = f.LeaseFactory()
    person, stay = lease.stay.person, lease.stay
    last = f.today() + timedelta(days=80)
    assert sent(client, person).status_code == 200  # asked for
    assert sent(client, person, **{f"last_day_{stay.pk}": nb(f.days_ago(9))}).status_code == 200
    assert sent(client, person, **{f"last_day_{stay.pk}": nb(last)}).status_code == 302
    stay.refresh_from_db()
    assert stay.period.upper == last + timedelta(days=1)


def test_a_member_of_the_household_takes_over_the_lease(login):
    client = login("saksbehandler")
    partner = f.PersonFactory()
    household = f.HouseholdFactory(partner=partner)
    lease = f.LeaseFactory(person=household.head, days_ago=400)
    response = sent(client, household.head, **{f"successor_{lease.stay.pk}": str(partner.pk)})
    assert response.status_code == 302, response.content.decode()
    new = Lease.objects.get(stay__person=partner)
    assert (new.stay.period.lower, new.starts_on) == (f.days_ago(2), lease.starts_on)
    assert new.expires_on == lease.expires_on
    assert new.stay.unit == lease.stay.unit
    client.post(reverse("desk:death_undo", args=[household.head.pk]), {"reason": "Feil person"})
    assert not Lease.objects.filter(stay__person=partner).exists()
    assert Stay.objects.get(pk=lease.stay.pk).period.upper is None


def letter_to(case):
    return make_letter(
        kind=LetterKind.MISSING,
        application=case,
        title="Papirer",
        data=body(intro=["Vi trenger papirer."]),
        by=f.UserFactory(caseworker=True),
        at=f.now(),
    )


def test_no_letter_is_made_to_the_dead_but_to_the_estate(busy):
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    with pytest.raises(RecipientDead, match="får ingen brev"):
        letter_to(busy.case)
    f.RepresentativeFactory(
        person=busy.person, kind=RepresentativeKind.ESTATE, name="Advokat Ås",
        address="Torget 1", postcode="9990", city="Solvær",
    )  # fmt: skip
    letter = letter_to(busy.case)
    pages = PdfReader(BytesIO(letter.file.content)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Dødsboet etter" in text
    assert "Advokat Ås" in text


def test_nothing_new_begins_for_the_dead(busy):
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    with pytest.raises(deaths.PersonIsDead):
        deaths.refuse_dead(busy.person)
    response = busy.post(
        reverse("casework:application_new", args=[busy.person.pk]),
        {"kind": "ny", "channel": "skjema"},
    )
    assert Application.objects.filter(person=busy.person).count() == 1
    assert response.status_code == 200


def test_not_twice_and_not_tomorrow(busy):
    tomorrow = nb(f.today() + timedelta(days=1))
    answer = {f"case_{busy.case.pk}": "avslutt"}
    assert sent(busy, busy.person, died_on=tomorrow, **answer).status_code == 200
    sent(busy, busy.person, **answer)
    assert sent(busy, busy.person, **answer)["Location"].endswith("/dodsfall/angre/")
    assert Death.objects.count() == 1


def test_a_hidden_member_is_not_offered_as_successor(login):
    client = login("saksbehandler")
    hidden = f.PersonFactory(strictly_protected=True, last_name="Kanari")
    household = f.HouseholdFactory(partner=hidden)
    f.ApplicationFactory(person=household.head, household=household, granted=True)
    page = client.get(reverse("desk:death", args=[household.head.pk])).content.decode()
    assert "Kanari" not in page


def test_another_flag_kind_is_closed_too(busy):
    f.FlagFactory(person=busy.person, kind=FlagKind.PAPERS)
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    assert not Flag.objects.open().exists()


def test_the_family_goes_on_in_the_room_of_the_one_who_died(login):
    client = login("saksbehandler")
    mor = f.PersonFactory(age=40)
    household = f.HouseholdFactory(partner=mor, children=1)
    room = f.StayFactory(person=household.head, days_ago=60, unsuited_reason="")
    assert sent(client, household.head).status_code == 302
    hers = Stay.objects.get(person=mor)
    assert (hers.unit, hers.period.lower, hers.period.upper) == (room.unit, f.days_ago(2), None)
    flag_stays(f.today())
    flag = Flag.objects.open().get(kind=FlagKind.TEMPORARY_STAY)
    assert (flag.person, flag.facts["days"]) == (mor, 60)
    url = reverse("desk:death_undo", args=[household.head.pk])
    assert client.post(url, {"reason": "Feil person"}).status_code == 302
    assert not Stay.objects.filter(person=mor).exists()
    assert Stay.objects.get(person=household.head).period.upper is None


def test_a_home_that_was_left_before_the_death_was_known(login):
    client = login("saksbehandler")
    lease = f.LeaseFactory(days_ago=400)
    person = lease.stay.person
    Stay.objects.filter(pk=lease.stay_id).update(period=f.since(f.days_ago(400), f.days_ago(3)))
    response = sent(client, person, died_on=nb(f.days_ago(20)))
    assert response.status_code == 302, response.content.decode()
    assert Stay.objects.get(person=person).period.upper == f.days_ago(3)


def test_a_lease_that_had_not_begun_is_cancelled_and_comes_back(login):
    client = login("saksbehandler")
    case = f.ApplicationFactory(granted=True)
    lease = f.LeaseFactory(application=case, days_ago=-20)
    offer = f.OfferFactory(application=case, unit=lease.stay.unit, accepted=True, lease=lease)
    page = client.get(reverse("desk:death", args=[case.person_id])).text
    assert "Boet leier til og med" not in page
    response = sent(client, case.person, **{f"case_{case.pk}": "avslutt"})
    assert response.status_code == 302, response.content.decode()
    assert not Stay.objects.filter(person=case.person).exists()
    offer.refresh_from_db()
    assert (offer.state, offer.lease) == (OfferState.WITHDRAWN, None)
    url = reverse("desk:death_undo", args=[case.person_id])
    client.post(url, {"reason": "Feil person"})
    offer.refresh_from_db()
    assert (offer.state, offer.lease) == (OfferState.ACCEPTED, lease)


def test_nobody_lives_anywhere_after_their_death(login):
    client = login("saksbehandler")
    person = f.PersonFactory()
    stay = f.StayFactory(person=person, days_ago=30, days=10)
    sent(client, person, died_on=nb(f.days_ago(10)))
    facts = {"kind": stay.kind, "reason": "Akutt", "by": client.user, "at": f.now()}
    room = f.UnitFactory(temporary=True)
    with pytest.raises(StayRefused, match="senest den dagen"):
        register_stay(person=person, unit=room, starts_on=f.days_ago(15), **facts)
    register_stay(
        person=person, unit=room, starts_on=f.days_ago(15), ends_on=f.days_ago(10), **facts
    )
    with pytest.raises(StayRefused, match="senest den dagen"):
        change_stay(
            stay=stay, starts_on=f.days_ago(30), ends_on=None, why="Bodde der", by=client.user,
            at=f.now(), unit=stay.unit,
        )  # fmt: skip


def test_a_grandmother_left_with_a_child_heads_the_household(login):
    client = login("saksbehandler")
    household = f.HouseholdFactory(children=1)
    grandmother = f.PersonFactory(age=70)
    f.MemberFactory(household=household, person=grandmother)
    assert sent(client, household.head).status_code == 302
    now = household.members.get(relation=MemberRelation.SELF, period__contains=f.today())
    assert now.person == grandmother


def test_whoever_takes_over_the_home_leaves_the_guest_house(login):
    client = login("saksbehandler")
    partner = f.PersonFactory()
    household = f.HouseholdFactory(partner=partner)
    lease = f.LeaseFactory(person=household.head, days_ago=400)
    room = f.StayFactory(person=partner, days_ago=20)
    sent(client, household.head, **{f"successor_{lease.stay.pk}": str(partner.pk)})
    room.refresh_from_db()
    assert room.period.upper == f.days_ago(2)
    assert Lease.objects.get(stay__person=partner).continues == lease


def test_nothing_is_asked_for_about_the_dead(busy):
    sent(busy, busy.person, **{f"case_{busy.case.pk}": "avslutt"})
    for name in ("person", "person_cases"):
        page = busy.get(reverse(f"desk:{name}", args=[busy.person.pk])).text
        for words in ("Neste steg", "Ny søknad", "Meld behov for likeperson"):
            assert words not in page
