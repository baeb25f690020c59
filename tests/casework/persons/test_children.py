"""Children are seen: who is one follows from the birth date, everywhere (needs C2, C12, T2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from allocation import fit, ranking
from allocation.views.waiting import _households
from casework.applications import lease_terms
from casework.assessment import needs
from casework.log.enums import DeathSource, LivingArrangement, MemberRelation
from casework.models import Application, Event, Flag, HouseholdMember, Person
from casework.persons.actions import deaths
from casework.vedtak import completeness
from common.calendar import add_months
from common.formatting import nbdate
from insight import figures
from stays.temporary.board import _how_many_children
from stays.temporary.flags import flag_stays
from stays.unsuited import children_in_household
from tests.casework.applications.test_intake import S27
from tests.casework.applications.test_intake import typed as typed_call
from tests.factories import (
    ApplicationFactory,
    HouseholdFactory,
    MemberFactory,
    PersonFactory,
    StayFactory,
    UserFactory,
    VedtakFactory,
    now,
    today,
)

pytestmark = pytest.mark.django_db


def born_years_ago(years: int):
    return add_months(today(), -12 * years)


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def children_seen(person: Person, case: Application) -> dict[str, int]:
    """How many children of the person's household each part of Varig counts today."""
    on, household = today(), case.household
    composition = needs.composition(household, on)
    (need,) = fit.seekers([case.pk], on)
    line = _households({household.pk}, on)[household.pk]
    flag_stays(on)
    return {
        "need": len(composition.children),
        "bedrooms": needs.derive(household, None, on)[0].value - 1,
        "best interests": len(completeness.contents(VedtakFactory(application=case), on).children),
        "fit": need.children,
        "waiting list": int(line.removeprefix("1 voksen, ").removesuffix(" barn") or 0),
        "temporary places": _how_many_children([person.pk], on).get(person.pk, 0),
        "unsuited places": children_in_household(person, on),
        "lease term": lease_terms.children_under(person, on, 15),
        "flag": Flag.objects.get(person=person, kind="temporary_stay").facts.get("children", 0),
        "figures": figures.temporary(on, 1)[-1].with_children,
    }


def test_a_child_is_seen_whatever_relation_was_chosen(client, caseworker):
    household = HouseholdFactory(head=PersonFactory(birth_date=born_years_ago(40)))
    person = household.head
    MemberFactory(
        household=household,
        person=PersonFactory(birth_date=born_years_ago(11)),
        relation=MemberRelation.OTHER,
    )
    StayFactory(person=person, days_ago=10)
    case = ApplicationFactory(person=person, household=household, assessed=True)

    seen = children_seen(person, case)
    assert seen == dict.fromkeys(seen, 1)
    listed = client.get(reverse("desk:persons"), {"barn": "1"}).content.decode()
    assert person.last_name in listed
    shown = client.get(reverse("casework:household", args=[person.pk])).content.decode()
    assert "Endre hvordan barnet bor" in shown


def test_a_grown_child_and_a_young_partner_are_no_children_of_the_household():
    household = HouseholdFactory(
        head=PersonFactory(birth_date=born_years_ago(19)),
        partner=PersonFactory(birth_date=born_years_ago(17)),
    )
    MemberFactory(
        household=household,
        person=PersonFactory(birth_date=born_years_ago(18)),
        relation=MemberRelation.CHILD,
    )
    people = needs.composition(household, today())
    assert (people.adults, people.others, people.children) == (2, 1, [])
    assert children_in_household(household.head, today()) == 0
    # But the young partner's own best interests are assessed.
    case = ApplicationFactory(person=household.head, household=household, assessed=True)
    vedtak = VedtakFactory(application=case, best_interests="")
    assert "barn" in {item.part for item in completeness.missing(vedtak, today())}


def test_children_told_of_by_phone_count_everywhere(client, caseworker):
    sent = typed_call(
        client,
        first_name="Ada",
        last_name="Nord",
        tonight="ingen",
        children_tonight="3",
        children=f"Ida Nord {nbdate(born_years_ago(11))}\nOla",
    )
    assert client.post(S27, sent).status_code == 302
    case = Application.objects.get()
    person = case.person
    StayFactory(person=person, days_ago=10)

    seen = children_seen(person, case)
    assert seen.pop("figures") == 1  # families
    assert seen == dict.fromkeys(seen, 3)
    names = [str(member.person) for member in case.household.members.order_by("pk")]
    assert names == ["Ada Nord", "Ida Nord", "Ola", "Barn 3 Nord"]

    # A second call about the same children makes no more of them, and gives one a name.
    sent = typed_call(
        client, first_name="", last_name="", tonight="ingen", children_tonight="3", children="Per"
    )
    sent |= {"first_name": "Ada", "last_name": "Nord", "same_as": str(person.pk)}
    assert client.post(S27, sent).status_code == 302
    names = {str(member.person) for member in case.household.members.all()}
    assert names == {"Ada Nord", "Ida Nord", "Ola", "Per"}


def test_child_told_of_who_lives_fast_elsewhere_is_asked_about(client, caseworker):
    """The one who calls tells of a child that lives permanently with the other parent."""
    child = PersonFactory(first_name="Ida", last_name="Vik", birth_date=born_years_ago(11))
    mother = HouseholdFactory()
    MemberFactory(household=mother, person=child, relation="barn")
    sent = typed_call(
        client,
        first_name="Per",
        last_name="Vik",
        tonight="ingen",
        children_tonight="1",
        children=f"Ida Vik {nbdate(child.birth_date)}",
    )
    assert client.post(S27, sent).status_code == 302
    case = Application.objects.get()
    assert child.memberships.filter(household=case.household).exists()
    said = Event.objects.filter(person=child, kind="household_joined").latest("pk").text
    assert "Ikke avklart" in said and "Bekreftet" not in said

    def asked(case):
        vedtak = VedtakFactory(application=case)
        content = completeness.contents(vedtak, today())
        return [q for q in completeness.questions(vedtak, today(), content) if "Ida" in q.sentence]

    assert [q.part for q in asked(case)] == ["barn"]
    # Nobody is told of a household that is hidden.
    case.vedtak.all().delete()
    Person.objects.filter(pk=mother.head.pk).update(protection="strengtFortrolig")
    assert not asked(case)


@pytest.mark.parametrize("line", ["Ida 31.02.2015", "Ida 11 år", "14.03.2015 Ida"])
def test_birth_date_that_cannot_be_read_is_asked_for_again(client, caseworker, line):
    sent = typed_call(client, first_name="Ada", last_name="Nord", tonight="ingen", children=line)
    response = client.post(S27, sent)
    assert "children" in response.context["form"].errors
    assert line in response.content.decode()
    assert not Person.objects.filter(last_name="Nord").exists()


# ------------------------------------------------------------------ who lives where


def test_child_who_lives_permanently_in_two_households_is_asked_about(client, caseworker):
    mother = HouseholdFactory(children=1)
    father, (child,) = HouseholdFactory(), mother.children
    url = reverse("casework:household", args=[father.head.pk])
    sent = {
        "number": child.national_id,
        "relation": "barn",
        "living": "fast",
        "since": nbdate(today()),
    }
    asked = client.post(url, sent)
    assert "bor fast" in asked.context["form"].errors["two_homes"][0]
    assert 'name="two_homes"' in asked.content.decode()
    assert not father.members.filter(person=child).exists()

    assert client.post(url, sent | {"two_homes": "on"}).status_code == 302
    assert father.members.get(person=child).living == LivingArrangement.PERMANENT
    assert (
        "Bekreftet: barnet bor fast i to husstander."
        in Event.objects.filter(person=child, kind="household_joined").latest("pk").text
    )

    # A correction and a change ask the same, and what is typed is kept.
    member = father.members.get(person=child)
    correct = reverse("casework:member_correct", args=[member.pk])
    form = client.get(correct).context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    sent |= {"since": nbdate(today()), "why": "Sagt av far"}
    sent.pop("until", None)
    asked = client.post(correct, sent)
    assert "two_homes" in asked.context["form"].errors
    assert "Sagt av far" in asked.content.decode()
    assert client.post(correct, sent | {"living": "delt", "nights": "7"}).status_code == 302


def test_head_does_not_leave_the_others_without_a_head(client, caseworker):
    partner = PersonFactory()
    household = HouseholdFactory(children=1, partner=partner)
    head = household.members.get(relation=MemberRelation.SELF)
    url = reverse("casework:household", args=[partner.pk])
    tomorrow = nbdate(today() + timedelta(days=1))
    page = client.post(url, {"member": head.pk, f"m{head.pk}-last": tomorrow})
    assert "Del husstanden" in page.content.decode()
    head.refresh_from_db()
    assert head.period.upper is None

    # Nor does a partner whose own case counts those who are left.
    ApplicationFactory(person=partner, household=household)
    member = household.members.get(person=partner)
    url = reverse("casework:household", args=[household.head.pk])
    page = client.post(url, {"member": member.pk, f"m{member.pk}-last": tomorrow})
    assert "følger saken med" in page.content.decode()


def test_the_family_stays_when_the_head_dies():
    household = HouseholdFactory(children=1)
    grandmother = PersonFactory(birth_date=born_years_ago(70))
    MemberFactory(household=household, person=grandmother, relation=MemberRelation.OTHER)
    MemberFactory(
        household=household,
        person=PersonFactory(birth_date=born_years_ago(11)),
        relation=MemberRelation.OTHER,
    )
    deaths.register_death(
        person=household.head,
        died_on=today(),
        source=DeathSource.FAMILY,
        note="",
        cases={},
        leases={},
        by=UserFactory(caseworker=True),
        at=now(),
    )
    tomorrow = today() + timedelta(days=1)
    head = HouseholdMember.objects.get(
        household=household, relation=MemberRelation.SELF, period__contains=tomorrow
    )
    assert head.person == grandmother
    people = needs.composition(household, tomorrow)
    assert (people.adults, people.others, len(people.children)) == (1, 0, 2)
    assert ranking.count_waiting(tomorrow) == 0


def test_another_adult_becomes_head_and_the_family_stays(client, caseworker):
    partner = PersonFactory(birth_date=born_years_ago(30))
    household = HouseholdFactory(children=1, partner=partner)
    member = household.members.get(person=partner)
    url = reverse("casework:household", args=[household.head.pk])
    sent = {"member": member.pk, "lead": "1", f"h{member.pk}-since": nbdate(today())}
    assert client.post(url, sent).status_code == 302
    now_there = {
        row.person: row.relation for row in household.members.filter(period__contains=today())
    }
    assert now_there == {
        partner: MemberRelation.SELF,
        household.head: MemberRelation.PARTNER,
        household.children[0]: MemberRelation.CHILD,
    }
    people = needs.composition(household, today())
    assert (people.adults, len(people.children)) == (2, 1)
    # No child is offered as head.
    assert "Gjør til hovedperson" in client.get(url).text
    child = household.members.get(person=household.children[0])
    sent = {"member": child.pk, "lead": "1", f"h{child.pk}-since": nbdate(today())}
    client.post(url, sent)
    assert household.members.get(pk=child.pk).relation == MemberRelation.CHILD
