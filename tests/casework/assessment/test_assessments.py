"""Assessment and housing need: wish first, versions kept, proposals with reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.assessment import needs
from casework.assessment.actions.assessments import (
    AssessmentNotHeldYet,
    ChangeNeedsReason,
    decide_need,
    hold_assessment,
)
from casework.log.enums import ApplicationState, LivingArrangement, MemberRelation, SupportNeed
from casework.models import Assessment, Dimension, Event, HousingAnswer, HousingNeed, Wish
from housing.enums import Staffing, UnitType
from tests.factories import (
    ApplicationFactory,
    AreaFactory,
    AssessmentFactory,
    FamilyFactory,
    HouseholdFactory,
    MemberFactory,
    NeedFactory,
    PersonFactory,
    UserFactory,
    now,
    today,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def typed(**changes):
    """What a caseworker types: the wish, the dates, and each dimension «ikke avklart»."""
    data = {
        "words": "Jeg vil ha egen dør.",
        "said_on": today().strftime("%d.%m.%Y"),
        "setting": "samtale, med tolk",
        "read_back": "on",
        "held_on": today().strftime("%d.%m.%Y"),
        "together": "Personen selv og tolk",
        "goals": "Komme meg på jobb",
    }
    for dimension in Dimension.objects.all():
        data[f"d{dimension.pk}_support_need"] = SupportNeed.UNCLEAR
    return {**data, **changes}


def dimension(code):
    return Dimension.objects.get(code=code)


def answered(code, need):
    assessment = AssessmentFactory(answers=False)
    assessment.answers.create(dimension=dimension(code), support_need=need)
    return assessment


# ------------------------------------------------------------------ the assessment


def test_assessment_saves_wish_goals_and_every_dimension(client, caseworker):
    application = ApplicationFactory()
    daily = dimension("hverdag")
    response = client.post(
        reverse("casework:assessment_new", args=[application.pk]),
        typed(
            **{
                f"d{daily.pk}_own_view": "Greier meg selv, men ikke brevene.",
                f"d{daily.pk}_support_need": SupportNeed.SOME,
                f"d{daily.pk}_agreed_help": "Boveileder en gang i uka",
                f"d{daily.pk}_source": "Samtale",
            }
        ),
    )
    assessment = Assessment.objects.get()
    assert response.url == reverse("casework:assessment", args=[assessment.pk])
    assert assessment.wish.words == "Jeg vil ha egen dør."
    assert assessment.wish.read_back
    assert assessment.answers.count() == Dimension.objects.count()
    assert assessment.answers.get(dimension=daily).support_need == SupportNeed.SOME
    assert Event.objects.filter(kind="assessment_held", application=application).exists()
    application.refresh_from_db()
    assert application.state == ApplicationState.ASSESSING
    page = client.get(response.url).text
    assert "«Jeg vil ha egen dør.»" in page
    assert "Greier meg selv, men ikke brevene." in page


def test_wish_comes_first_and_is_required(client, caseworker):
    application = ApplicationFactory()
    url = reverse("casework:assessment_new", args=[application.pk])
    page = client.get(url).text
    assert page.index('name="words"') < page.index('name="goals"') < page.index("support_need")
    page = client.post(url, typed(words="", goals="Bli kjent med naboene")).text
    assert "Fyll ut «Det viktigste for personen, med egne ord»." in page
    assert "Bli kjent med naboene" in page
    assert not Wish.objects.exists()


def test_earlier_answers_are_shown_and_not_filled_in(client, caseworker):
    earlier = AssessmentFactory()
    url = reverse("casework:assessment_new", args=[earlier.application_id])
    response = client.get(url)
    assert "«Det går greit.»" in response.text
    assert earlier.wish.words in response.text
    form = response.context["form"]
    assert all(not form[name].value() for name in form.fields if name.endswith("_own_view"))


def test_new_assessment_does_not_change_the_old_one(client, caseworker):
    earlier = AssessmentFactory()
    client.post(reverse("casework:assessment_new", args=[earlier.application_id]), typed())
    assert Assessment.objects.count() == 2
    assert Wish.objects.filter(person=earlier.person).count() == 2
    earlier.refresh_from_db()
    assert earlier.answers.filter(own_view="Det går greit.").exists()


def test_ended_dimension_is_not_asked(client, caseworker):
    application = ApplicationFactory()
    gone = dimension("arbeid")
    gone.valid = (None, today())
    gone.save()
    page = client.get(reverse("casework:assessment_new", args=[application.pk])).text
    assert gone.question not in page


def test_assessment_cannot_be_held_tomorrow(client, caseworker):
    application = ApplicationFactory()
    tomorrow = (today() + timedelta(days=1)).strftime("%d.%m.%Y")
    url = reverse("casework:assessment_new", args=[application.pk])
    page = client.post(url, typed(held_on=tomorrow)).text
    assert "Samtalen kan ikke være fram i tid" in page
    assert not Wish.objects.exists()


@pytest.mark.parametrize("field", ["held_on", "said_on"])
def test_future_day_is_an_error_beside_its_field(client, caseworker, field):
    url = reverse("casework:assessment_new", args=[ApplicationFactory().pk])
    tomorrow = (today() + timedelta(days=1)).strftime("%d.%m.%Y")
    assert client.post(url, typed(**{field: tomorrow})).context["form"].has_error(field)


def test_an_area_is_not_both_wanted_and_avoided(client, caseworker):
    area, case = AreaFactory(), ApplicationFactory(assessed=True)
    both = {"bolig-areas": [area.pk], "bolig-avoid_areas": [area.pk]}
    held = client.post(reverse("casework:assessment_new", args=[case.pk]), typed(**both))
    assert "står både som ønsket og som noe å unngå" in held.text
    assert not Wish.objects.filter(words=typed()["words"]).exists()
    need = reverse("casework:need", args=[case.pk])
    answer = client.post(need, chosen(areas=[area.pk], avoid_areas=[area.pk]))
    assert answer.context["form"].has_error("avoid_areas")


def test_errors_in_two_forms_of_the_page_are_one_summary(client, caseworker):
    url = reverse("casework:assessment_new", args=[ApplicationFactory().pk])
    text = client.post(url, typed(**{"words": "", "bolig-max_floor": "999"})).text
    assert text.count('class="ds-error-summary"') == 1
    assert "Rett opp 2 ting" in text


def test_all_or_nothing_is_saved():
    application = ApplicationFactory()
    wish = {"words": "Ro", "setting": "", "said_on": today(), "read_back": False}
    daily = dimension("hverdag")
    twice = [{"dimension": daily, "own_view": "a"}, {"dimension": daily, "own_view": "b"}]
    with pytest.raises(Exception, match="answer_once"):
        hold_assessment(
            application=application,
            wish=wish,
            held_on=today(),
            together="",
            goals="",
            answers=twice,
            by=application.registered_by,
            at=now(),
        )


def test_future_wish_is_refused_by_the_action():
    application = ApplicationFactory()
    wish = {"words": "Ro", "setting": "", "said_on": today() + timedelta(1), "read_back": False}
    with pytest.raises(AssessmentNotHeldYet):
        hold_assessment(
            application=application,
            wish=wish,
            held_on=today(),
            together="",
            goals="",
            answers=[],
            by=application.registered_by,
            at=now(),
        )
    assert not Assessment.objects.exists()


def test_form_sent_twice_creates_one_assessment(client, caseworker):
    application = ApplicationFactory()
    url = reverse("casework:assessment_new", args=[application.pk])
    token = str(client.get(url).context["form"]["form_token"].value())
    first = client.post(url, typed(form_token=token))
    second = client.post(url, typed(form_token=token))
    assert first.url == second.url
    assert Assessment.objects.count() == 1


def test_user_without_access_gets_404_and_a_reader_403(client):
    client.force_login(UserFactory(caseworker=True))
    protected = ApplicationFactory(person=PersonFactory(strictly_protected=True))
    held = AssessmentFactory(application=protected)
    assert client.get(reverse("casework:assessment", args=[held.pk])).status_code == 404
    url = reverse("casework:assessment_new", args=[protected.pk])
    assert client.get(url).status_code == 404
    client.force_login(UserFactory(manager=True))
    open_case = ApplicationFactory()
    url = reverse("casework:assessment_new", args=[open_case.pk])
    assert client.get(url).status_code == 403


# ------------------------------------------------------------------ the housing need


def member(household, age, relation=MemberRelation.CHILD, living=LivingArrangement.PERMANENT):
    return MemberFactory(
        household=household, person=PersonFactory(age=age), relation=relation, living=living
    )


@pytest.mark.parametrize(
    ("others", "bedrooms"),
    [
        ([], 1),
        ([(40, MemberRelation.PARTNER, LivingArrangement.PERMANENT)], 1),
        ([(7, MemberRelation.CHILD, LivingArrangement.PERMANENT)], 2),
        ([(7, MemberRelation.CHILD, LivingArrangement.SHARED)], 2),
        ([(9, MemberRelation.CHILD, LivingArrangement.VISITING)], 2),
        ([(a, MemberRelation.CHILD, LivingArrangement.VISITING) for a in (9, 12)], 2),
        ([(a, MemberRelation.CHILD, LivingArrangement.PERMANENT) for a in (7, 11)], 3),
        ([(19, MemberRelation.CHILD, LivingArrangement.PERMANENT)], 2),
        ([(70, MemberRelation.OTHER, LivingArrangement.PERMANENT)], 2),
    ],
)
def test_bedrooms_follow_from_the_household(others, bedrooms):
    household = HouseholdFactory()
    for age, relation, living in others:
        member(household, age, relation, living)
    assert needs.propose(household, None, today()).bedrooms == bedrooms


def test_member_who_has_left_needs_no_room():
    household = FamilyFactory(children=1)
    child = household.members.get(relation=MemberRelation.CHILD)
    child.period = (child.period.lower, today())
    child.save()
    assert needs.propose(household, None, today()).bedrooms == 1


@pytest.mark.parametrize(
    ("code", "need", "staffing"),
    [
        ("hverdag", SupportNeed.MUCH, Staffing.DAY),
        ("helse", SupportNeed.MUCH, Staffing.DAY),
        ("hverdag", SupportNeed.SOME, Staffing.NONE),
        ("okonomi", SupportNeed.MUCH, Staffing.NONE),
        ("hverdag", SupportNeed.UNCLEAR, Staffing.NONE),
    ],
)
def test_much_help_at_home_or_with_health_suggests_staffing(code, need, staffing):
    assessment = answered(code, need)
    proposal = needs.propose(assessment.application.household, assessment, today())
    assert proposal.staffing == staffing
    assert (UnitType.STAFFED in proposal.types) == (staffing == Staffing.DAY)
    assert UnitType.MUNICIPAL in proposal.types


def test_proposal_is_not_saved():
    application = ApplicationFactory()
    needs.propose(application.household, None, today())
    assert not HousingNeed.objects.exists()


def test_each_proposed_value_has_a_reason():
    household = FamilyFactory(children=2)
    member(household, 12, living=LivingArrangement.VISITING)
    lines = needs.derive(household, None, today())
    assert [line.field for line in lines] == ["bedrooms", "staffing", "types"]
    assert lines[0].why == "1 til den voksne, 2 til barn, 1 der samværsbarn kan sove."
    assert all(line.why and line.shown for line in lines)


def chosen(**changes):
    return {
        "bedrooms": "1",
        "staffing": Staffing.NONE,
        "types": needs.ORDINARY,
        "edit_reason": "",
        **changes,
    }


def test_unchanged_proposal_needs_no_reason(client, caseworker):
    application = ApplicationFactory(assessed=False)
    client.post(reverse("casework:need", args=[application.pk]), chosen())
    need = HousingNeed.objects.get()
    assert (need.bedrooms, need.edit_reason) == (1, "")
    assert Event.objects.filter(kind="need_decided").exists()


def test_changing_the_proposal_needs_a_reason(client, caseworker):
    application = ApplicationFactory()
    url = reverse("casework:need", args=[application.pk])
    page = client.post(url, chosen(bedrooms="2")).text
    assert "Skriv hvorfor du endrer det som er beregnet." in page
    assert not HousingNeed.objects.exists()
    client.post(url, chosen(bedrooms="2", edit_reason="Venter barn i mars."))
    assert HousingNeed.objects.get().edit_reason == "Venter barn i mars."


def test_newest_housing_need_is_in_force_and_the_old_is_kept(client, caseworker):
    application = ApplicationFactory()
    NeedFactory(application=application, bedrooms=3)
    client.post(reverse("casework:need", args=[application.pk]), chosen())
    assert application.needs.count() == 2
    assert application.needs.first().bedrooms == 1


def test_action_also_requires_the_reason():
    application = ApplicationFactory()
    with pytest.raises(ChangeNeedsReason):
        decide_need(
            application=application,
            assessment=None,
            facts={"bedrooms": 4, "staffing": Staffing.NONE, "types": needs.ORDINARY},
            by=application.registered_by,
            at=now(),
        )


def test_housing_need_page_shows_the_computed_values(client, caseworker):
    application = ApplicationFactory(person=FamilyFactory(children=2).head)
    page = client.get(reverse("casework:need", args=[application.pk])).text
    assert "Beregnet" in page
    assert "1 til den voksne, 2 til barn." in page


def test_assessment_pages_have_few_queries(client, caseworker, django_assert_max_num_queries):
    held = AssessmentFactory()
    NeedFactory(application=held.application, assessment=held)
    with django_assert_max_num_queries(26):
        client.get(reverse("casework:assessment", args=[held.pk]))
    with django_assert_max_num_queries(20):
        client.get(reverse("casework:assessment_new", args=[held.application_id]))
    with django_assert_max_num_queries(26):
        client.get(reverse("casework:need", args=[held.application_id]))


# ------------------------------------------------------------------ reserve


def test_new_assessment_can_start_from_the_last_one(client, caseworker):
    earlier = AssessmentFactory()
    url = reverse("casework:assessment_new", args=[earlier.application_id])
    assert "Begynn fra forrige" in client.get(url).text
    form = client.get(url, {"fra": "forrige"}).context["form"]
    daily = dimension("hverdag")
    assert form[f"d{daily.pk}_own_view"].value() == "Det går greit."
    assert form[f"d{daily.pk}_support_need"].value() == SupportNeed.SOME
    assert not form["words"].value(), "the wish must be asked for again"


def test_changes_since_the_last_assessment_are_shown(client, caseworker):
    earlier = AssessmentFactory()
    daily, health, money = (dimension(code) for code in ("hverdag", "helse", "okonomi"))
    data = {}
    for each in Dimension.objects.all():
        data[f"d{each.pk}_own_view"] = "Det går greit."
        data[f"d{each.pk}_support_need"] = SupportNeed.SOME
    data[f"d{daily.pk}_support_need"] = SupportNeed.NONE
    data[f"d{health.pk}_support_need"] = SupportNeed.MUCH
    data[f"d{money.pk}_own_view"] = "Jeg har fått jobb."
    url = reverse("casework:assessment_new", args=[earlier.application_id])
    response = client.post(url, typed(**data), follow=True)
    told = {
        each.answer.dimension.code: (each.step, each.new_words, each.same)
        for each in response.context["changes"]
    }
    assert told["hverdag"] == (-1, False, False)
    assert told["helse"] == (1, False, False)
    assert told["okonomi"] == (0, True, False)
    assert told["barn"] == (0, False, True)
    assert "Mer hjelp: Helse. Mindre hjelp: Hverdag hjemme. Uendret i 4 av 7." in response.text
    assert "«Det går greit.»" in response.text, "the last answer is shown beside it"


def test_unknown_support_need_has_neither_risen_nor_fallen(client, caseworker):
    earlier = AssessmentFactory()
    url = reverse("casework:assessment_new", args=[earlier.application_id])
    response = client.post(url, typed(), follow=True)
    assert {each.step for each in response.context["changes"]} == {0}


# ------------------------------------------------------------------ what the dwelling must be


def test_answers_about_the_dwelling_give_the_housing_need(client, caseworker):
    application = ApplicationFactory()
    north, centre = AreaFactory(name="Nordsida"), AreaFactory(name="Sentrum")
    housing = {
        "bolig-wheelchair": "ja",
        "bolig-night_help": "ja",
        "bolig-pets": "nei",
        "bolig-areas": [north.pk],
        "bolig-avoid_areas": [centre.pk],
        "bolig-quiet": "on",
    }
    url = reverse("casework:assessment_new", args=[application.pk])
    page = client.post(url, typed(**housing), follow=True).text
    assert "En rullestol må inn uten trapper." in page
    held = Assessment.objects.get()
    lines = {line.field: line for line in needs.derive(application.household, held, today())}
    assert lines["staffing"].value == Staffing.NIGHT
    assert (lines["wheelchair"].value, lines["step_free"].value) == (True, True)
    assert lines["pets"].value is False
    assert lines["areas"].value == [north.pk]
    assert "trenger ikke si hvorfor" in lines["avoid_areas"].why
    assert lines["quiet"].value is True
    assert "max_floor" not in lines and "drug_free" not in lines, (
        "an unanswered question gives no value"
    )


def test_proposed_and_decided_values_are_shown_side_by_side(client, caseworker):
    application = ApplicationFactory()
    url = reverse("casework:need", args=[application.pk])
    client.post(url, chosen(bedrooms="2", edit_reason="Venter barn i mars."))
    need = HousingNeed.objects.get()
    assert {line["field"]: line["value"] for line in need.derived}["bedrooms"] == 1
    page = client.get(url).text
    assert "Venter barn i mars." in page and "Tidligere fastsatt" in page
    rows = client.get(url).context["versions"][0]["rows"]
    bedrooms = next(row for row in rows if row["line"].field == "bedrooms")
    assert not bedrooms["same"]
    client.post(url, chosen())
    assert len(client.get(url).context["versions"]) == 2


def test_deviating_from_the_persons_wish_needs_a_reason(client, caseworker):
    held = AssessmentFactory()
    area = AreaFactory(name="Sentrum")
    HousingAnswer.objects.create(assessment=held).avoid_areas.add(area)
    url = reverse("casework:need", args=[held.application_id])
    assert "Skriv hvorfor du endrer det som er beregnet." in client.post(url, chosen()).text
    assert client.post(url, chosen(avoid_areas=[area.pk])).status_code == 302


def test_young_person_alone_may_also_get_shared_housing():
    young = HouseholdFactory(head=PersonFactory(young=True))
    assert UnitType.SHARED in needs.propose(young, None, today()).types
    parent = FamilyFactory(children=1, head=PersonFactory(young=True))
    assert UnitType.SHARED not in needs.propose(parent, None, today()).types
