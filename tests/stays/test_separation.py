"""A household splits in one act: who moves, from which day, where to, and an own case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.log.enums import LivingArrangement, MemberRelation
from casework.models import Application, Household, HouseholdSplit
from casework.persons.actions import persons
from casework.persons.actions.persons import join_household
from stays.actions import end_stay
from stays.enums import StayKind, StepKind
from stays.models import Lease, Stay
from stays.temporary.chains import chain_of
from tests import factories as f
from tests.factories_leases import AdjustmentFactory, RiskFactory, StepFactory

pytestmark = pytest.mark.django_db


def nb(day):
    return day.strftime("%d.%m.%Y")


def split(client, head, members, *, new_head, since, **answers):
    """`members`: the answer for each person of the household."""
    rows = head.memberships.get().household.members.all()
    data = {f"member_{row.pk}": members.get(row.person, "blir") for row in rows}
    data |= {
        "since": nb(since),
        "new_head": new_head.pk,
        "kind": StayKind.WITH_OTHERS,
        "place": "Søsteren",
        "own_case": "on",
        **answers,
    }
    return client.post(reverse("stays:separate", args=[head.pk]), data)


@pytest.fixture
def family(login):
    client = login("saksbehandler")
    client.partner = f.PersonFactory()
    client.household = f.HouseholdFactory(partner=client.partner, children=2)
    client.head = client.household.head
    client.since = f.days_ago(3)
    return client


def test_mother_and_one_child_move_out(family):
    case = f.ApplicationFactory(person=family.head, household=family.household, granted=True)
    stay = f.StayFactory(person=family.head, days_ago=40)
    older, younger = family.household.children
    response = split(
        family,
        family.head,
        {family.partner: "flytter", younger: "flytter", older: "begge"},
        new_head=family.partner,
        since=family.since,
    )
    assert response.status_code == 302, response.content.decode()
    new = family.partner.memberships.get(relation=MemberRelation.SELF)
    assert new.period.lower == family.since
    assert set(new.household.members.values_list("person", flat=True)) == {
        family.partner.pk, younger.pk, older.pk,
    }  # fmt: skip
    now = family.household.members.filter(period__contains=family.since)
    assert set(now.values_list("person", flat=True)) == {family.head.pk, older.pk}
    assert now.get(person=older).living == LivingArrangement.SHARED
    # The day before, all lived together.
    before = family.household.members.filter(period__contains=f.days_ago(4))
    assert before.count() == 4
    # The old household keeps its place; the one who moved has a stay and a case of their own.
    stay.refresh_from_db()
    assert stay.period.upper is None
    assert Stay.objects.get(person=family.partner).place == "Søsteren"
    own = Application.objects.get(person=family.partner)
    assert own.household == new.household
    case.refresh_from_db()
    assert case.household == family.household


def test_when_the_tenant_moves_those_left_keep_the_home(family):
    lease = f.LeaseFactory(person=family.head, days_ago=400)
    response = split(
        family,
        family.head,
        {family.head: "flytter"},
        new_head=family.head,
        since=family.since,
    )
    assert response.status_code == 302, response.content.decode()
    lease.stay.refresh_from_db()
    assert lease.stay.period.upper == family.since
    kept = Lease.objects.get(stay__person=family.partner)
    assert kept.stay.unit == lease.stay.unit
    assert kept.expires_on == lease.expires_on
    head = family.household.members.get(relation=MemberRelation.SELF, period__contains=family.since)
    assert head.person == family.partner


def test_the_applicant_who_moves_takes_the_case_and_the_other_gets_one(family):
    case = f.ApplicationFactory(person=family.head, household=family.household, granted=True)
    split(family, family.head, {family.head: "flytter"}, new_head=family.head, since=family.since)
    case.refresh_from_db()
    assert case.household != family.household
    assert Application.objects.get(person=family.partner).household == family.household


def test_no_case_is_made_when_nobody_asked_for_one(family):
    f.ApplicationFactory(person=family.head, household=family.household)
    split(
        family,
        family.head,
        {family.partner: "flytter"},
        new_head=family.partner,
        since=family.since,
        own_case="",
    )
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "says"),
    [("nobody", "Velg hvem som flytter ut"), ("all", "Ingen voksne blir igjen")],
)
def test_refused_in_words(family, who, says):
    members = {}
    if who == "all":
        members = {family.head: "flytter", family.partner: "flytter"}
    response = split(family, family.head, members, new_head=family.partner, since=family.since)
    assert response.status_code == 200
    assert says in response.content.decode()
    assert family.household.members.count() == 4


def test_a_refused_stay_leaves_the_household_whole(family):
    """A temporary place needs a vedtak or a reason: nothing is half done."""
    room = f.UnitFactory(temporary=True)
    response = split(
        family,
        family.head,
        {family.partner: "flytter"},
        new_head=family.partner,
        since=family.since,
        kind=StayKind.TEMPORARY,
        unit=room.pk,
        place="",
    )
    assert response.status_code == 200
    assert family.household.members.filter(period__upper_inf=True).count() == 4
    assert not Stay.objects.filter(person=family.partner).exists()


def test_a_day_to_come(family):
    since = f.today() + timedelta(days=10)
    response = split(
        family, family.head, {family.partner: "flytter"}, new_head=family.partner, since=since
    )
    assert response.status_code == 302
    assert family.household.members.filter(period__contains=f.today()).count() == 4
    assert family.household.members.filter(period__contains=since).count() == 3


def test_a_hidden_member_is_not_named(login):
    client = login("saksbehandler")
    hidden = f.PersonFactory(strictly_protected=True, last_name="Kanari")
    household = f.HouseholdFactory(partner=hidden)
    page = client.get(reverse("stays:separate", args=[household.head.pk])).content.decode()
    assert "Kanari" not in page


def test_the_one_who_stays_goes_on_with_the_contract_as_it_was(family):
    """A lease that ran out last month has run out for whoever is left, with the rent in force and
    the index it was last set by; a home to be left is still to be left."""
    lease = f.LeaseFactory(person=family.head, days_ago=1500, expires_on=f.days_ago(30), rent=8000)
    last = AdjustmentFactory(
        lease=lease, notified_on=f.days_ago(200), effective_on=f.days_ago(100), new_rent=8300
    )
    Stay.objects.filter(pk=lease.stay_id).update(must_leave_by=f.days_ago(-20), unsafe=True)
    split(family, family.head, {family.head: "flytter"}, new_head=family.head, since=family.since)
    kept = Lease.objects.get(stay__person=family.partner)
    assert (kept.expires_on, kept.starts_on, kept.agreed_on) == (
        lease.expires_on,
        lease.starts_on,
        lease.agreed_on,
    )
    assert kept.rent == 8300
    assert kept.last_adjustment() == last
    assert (kept.stay.must_leave_by, kept.stay.unsafe) == (f.days_ago(-20), True)
    assert family.partner.events.filter(text__startswith="Bor videre i").exists()
    assert family.head.events.filter(text__startswith="Flyttet ut").exists()


def test_a_family_registered_late_keeps_its_nights(login):
    """Far has been in a pensjonat for 90 days when the household is registered, and they split the
    day after: each has the nights they shared."""
    client = login("saksbehandler")
    far, mor, nils = (f.PersonFactory(age=age) for age in (40, 38, 8))
    f.StayFactory(person=far, days_ago=90)
    for person, relation in ((mor, MemberRelation.PARTNER), (nils, MemberRelation.CHILD)):
        join_household(
            head=far,
            person=person,
            facts={},
            relation=relation,
            living=LivingArrangement.PERMANENT,
            since=f.days_ago(90),
            by=client.user,
            at=f.now(),
        )
    response = split(
        client,
        far,
        {mor: "flytter", nils: "flytter"},
        new_head=mor,
        since=f.today(),
        kind=StayKind.TEMPORARY,
        unit=f.UnitFactory(temporary=True, suits_children=True).pk,
        place="",
        reason="Akutt",
    )
    assert response.status_code == 302, response.content.decode()
    assert [chain_of(person.pk, f.today()).days for person in (far, mor, nils)] == [90, 90, 90]


def test_only_kinds_that_can_be_saved_are_offered(family):
    page = family.get(reverse("stays:separate", args=[family.head.pk])).text
    assert f'value="{StayKind.WITH_OTHERS}"' in page
    assert f'value="{StayKind.INSTITUTION}"' not in page
    assert f'value="{StayKind.TRIAL}"' not in page


def test_an_eviction_under_way_goes_on_against_whoever_is_left(family):
    lease = f.LeaseFactory(person=family.head, days_ago=400)
    risk = RiskFactory(lease=lease)
    StepFactory(lease=lease, kind=StepKind.EVICTION_CLAIM, on=f.days_ago(20))
    StepFactory(lease=lease, kind=StepKind.EVICTION_DAY, on=f.days_ago(10), due_on=f.days_ago(-10))
    split(family, family.head, {family.head: "flytter"}, new_head=family.head, since=family.since)
    kept = Lease.objects.get(stay__person=family.partner)
    assert kept.steps.count() == 2
    assert kept.risks.open().get().plan == risk.plan


def test_a_split_long_ago_opens_nothing_that_has_ended(family):
    """The room was left a hundred days ago, and somebody else lives there now."""
    stay = f.StayFactory(person=family.head, days_ago=300, days=200)
    f.StayFactory(unit=stay.unit, days_ago=50)
    moved = f.days_ago(200)
    response = split(
        family, family.head, {family.head: "flytter"}, new_head=family.head, since=moved
    )
    assert response.status_code == 302, response.content.decode()
    hers = Stay.objects.get(person=family.partner)
    assert (hers.unit, hers.period.lower, hers.period.upper) == (
        stay.unit, moved, f.days_ago(100),
    )  # fmt: skip


def test_the_day_of_a_split_is_corrected_for_the_new_head_too(family):
    split(
        family, family.head, {family.partner: "flytter"}, new_head=family.partner,
        since=family.since,
    )  # fmt: skip
    own = family.partner.memberships.get(relation=MemberRelation.SELF)
    url = reverse("casework:member_correct", args=[own.pk])
    form = family.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    earlier = nb(f.days_ago(1))
    answer = family.post(url, sent | {"since": earlier, "until": "", "why": "Feil dag"})
    assert answer.status_code == 302, answer.context["form"].errors
    own.refresh_from_db()
    assert own.period.lower == f.days_ago(1)


# ------------------------------------------------------------------ undoing


def undo(client, split, reason="Delt ved en feil"):
    return client.post(reverse("stays:separation_undo", args=[split.pk]), {"reason": reason})


def as_it_was(household, *persons):
    """All that a separation changes, as values."""
    return (
        sorted(household.members.values_list("person", "relation", "living", "nights", "period")),
        sorted(Stay.objects.filter(person__in=persons).values_list("pk", "period", "end_reason")),
        sorted(Lease.objects.values_list("pk", "rent", "expires_on")),
        sorted(Application.objects.exclude(state="trukket").values_list("pk", "household")),
        Household.objects.count(),
    )


def test_undoing_puts_everyone_and_everything_back(family):
    """The tenant moved with her case and a child lives in both homes; it was a mistake."""
    lease = f.LeaseFactory(person=family.head, days_ago=400)
    risk = RiskFactory(lease=lease)
    case = f.ApplicationFactory(person=family.head, household=family.household)
    older, younger = family.household.children
    people = [family.head, family.partner, older, younger]
    before = as_it_was(family.household, *people)
    split(
        family, family.head, {family.head: "flytter", younger: "flytter", older: "begge"},
        new_head=family.head, since=family.since,
    )  # fmt: skip
    assert as_it_was(family.household, *people) != before
    done = HouseholdSplit.objects.get()
    own = Application.objects.get(person=family.partner)
    page = family.get(reverse("casework:household", args=[family.partner.pk])).text
    assert reverse("stays:separation_undo", args=[done.pk]) in page
    page = family.get(reverse("stays:separation_undo", args=[done.pk])).text
    assert f"Sak {own.case_number} trekkes" in page
    assert f"{family.head.name} bor fortsatt i" in page

    answer = undo(family, done)
    assert answer.status_code == 302, answer.text
    assert as_it_was(family.household, *people) == before
    case.refresh_from_db()
    own.refresh_from_db()
    assert case.household == own.household == family.household
    assert own.state == "trukket"
    assert list(lease.risks.open()) == [risk]
    done.refresh_from_db()
    assert (done.undone_by, done.undo_reason) == (family.user, "Delt ved en feil")
    assert family.partner.voided_stays.get().reason == "Delt ved en feil"
    for person in (family.head, family.partner):
        told = person.events.get(kind="household_split.undone")
        assert told.text.endswith("er angret: Delt ved en feil")
        assert person.events.get(kind="household_split").taken_back_by == told
    assert undo(family, done).status_code == 404
    page = family.get(reverse("casework:household", args=[family.head.pk])).text
    assert "Angre delingen" not in page


def test_a_separation_with_a_corrected_day_can_be_undone(family):
    before = as_it_was(family.household, family.head, family.partner)
    split(
        family, family.head, {family.partner: "flytter"}, new_head=family.partner,
        since=family.since, own_case="",
    )  # fmt: skip
    persons.correct_member(
        member=family.partner.memberships.get(relation=MemberRelation.SELF),
        head=None, relation=MemberRelation.SELF, living=LivingArrangement.PERMANENT, nights=None,
        since=f.days_ago(1), until=None, why="Feil dag", by=family.user, at=f.now(),
    )  # fmt: skip
    assert undo(family, HouseholdSplit.objects.get()).status_code == 302
    assert as_it_was(family.household, family.head, family.partner) == before


def _new_case(client):
    f.ApplicationFactory(
        person=client.partner,
        household=client.partner.memberships.get(relation=MemberRelation.SELF).household,
    )


def _vedtak(client):
    f.ApplicationFactory(
        person=client.partner,
        granted=True,
        household=client.partner.memberships.get(relation=MemberRelation.SELF).household,
    )
    HouseholdSplit.objects.update(split_at=f.now() - timedelta(days=900))


def _moved_on(client):
    end_stay(
        stay=Stay.objects.get(person=client.partner, place="Søsteren"),
        ends_on=f.days_ago(1), reason="Videre",
        by=client.user, at=f.now(),
    )  # fmt: skip


def _moved_to_another_place(client):
    _moved_on(client)
    f.StayFactory(person=client.partner, days_ago=1)


def _came_in(client):
    join_household(
        head=client.partner, person=f.PersonFactory(last_name="Ny"), facts={},
        relation=MemberRelation.PARTNER, living=LivingArrangement.PERMANENT, since=f.today(),
        by=client.user, at=f.now(),
    )  # fmt: skip


def _home_given_away(client):
    """The home of the partner, which nobody took over, is another's now."""
    f.StayFactory(unit=client.home.unit, days_ago=1)


@pytest.mark.parametrize(
    ("later", "says"),
    [
        (_new_case, "er registrert på den nye husstanden. Trekk den først."),
        (_vedtak, "har fått vedtak etter delingen"),
        (_moved_on, "sluttet å bo i Søsteren"),
        (_moved_to_another_place, "sluttet å bo i Søsteren"),
        (_came_in, "er med i den nye husstanden fra"),
        (_home_given_away, "Det bor noen i"),
    ],
)
def test_it_is_not_undone_when_later_facts_rest_on_it(family, later, says):
    f.StayFactory(person=family.head, days_ago=40)
    family.home = f.StayFactory(person=family.partner, days_ago=40)
    split(
        family, family.head, {family.partner: "flytter"}, new_head=family.partner,
        since=family.since, own_case="",
    )  # fmt: skip
    later(family)
    before = as_it_was(family.household, family.head, family.partner)
    answer = undo(family, HouseholdSplit.objects.get())
    assert answer.status_code == 200
    assert says in answer.text
    assert 'value="Delt ved en feil"' in answer.text
    assert as_it_was(family.household, family.head, family.partner) == before
    assert HouseholdSplit.objects.in_force().exists()


def test_a_lease_that_was_taken_over_and_has_been_worked_on_is_not_undone(family):
    f.LeaseFactory(person=family.head, days_ago=400)
    split(family, family.head, {family.head: "flytter"}, new_head=family.head, since=family.since)
    kept = Lease.objects.get(stay__person=family.partner)
    StepFactory(lease=kept, kind=StepKind.ASKED_TO_LEAVE, on=f.today())
    answer = undo(family, HouseholdSplit.objects.get())
    assert "Det er ført noe på leieforholdet" in answer.text
    assert Lease.objects.filter(pk=kept.pk).exists()


def test_who_may_not_see_a_head_may_not_see_the_split(login):
    hidden = f.PersonFactory(strictly_protected=True)
    done = f.separated(f.HouseholdFactory(partner=hidden))
    client = login("saksbehandler")
    assert undo(client, done).status_code == 404
    assert client.get(reverse("stays:separation_undo", args=[done.pk])).status_code == 404
