"""The municipality chooses the dimensions of an assessment; old answers keep their version."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.models import AssessmentAnswer, Dimension
from tests.factories import ApplicationFactory, AssessmentFactory, days_ago, today

pytestmark = pytest.mark.django_db
LIST = "casework:dimensions"


def dimension(code):
    return Dimension.objects.get(code=code, valid__contains=today())


def typed(day=None, **changes):
    data = {"name": "Økonomi", "question": "Hva vil du ha hjelp til?", "staffing": "none"}
    return {**data, "start": f"{day or today():%d.%m.%Y}", **changes}


def test_only_users_who_change_settings_can_edit_dimensions(as_caseworker, as_manager):
    assert as_caseworker.get(reverse(LIST)).status_code == 403
    assert as_manager.get(reverse(LIST)).status_code == 200


def test_change_is_a_new_version_and_old_answers_keep_their_version(as_manager):
    held = AssessmentFactory()
    money = dimension("okonomi")
    url = reverse("casework:dimension", args=[money.pk])
    assert as_manager.post(url, typed()).status_code == 302
    new = dimension("okonomi")
    assert new.question == "Hva vil du ha hjelp til?" and new.pk != money.pk
    answer = AssessmentAnswer.objects.get(assessment=held, dimension__code="okonomi")
    assert answer.dimension_id == money.pk
    assert money.question in as_manager.get(reverse("casework:dimension", args=[new.pk])).text


def test_planned_version_can_be_edited_until_it_is_used(as_manager):
    money = dimension("okonomi")
    url = reverse("casework:dimension", args=[money.pk])
    later = today() + timedelta(days=30)
    as_manager.post(url, typed(later))
    as_manager.post(url, typed(later, question="Hva er viktigst?"))
    assert Dimension.objects.filter(code="okonomi").count() == 2
    assert "Hva er viktigst?" in as_manager.get(reverse(LIST)).text
    used = Dimension.objects.get(code="okonomi", valid__contains=later)
    AssessmentFactory(answers=False).answers.create(dimension=used)
    assert "allerede brukt" in as_manager.post(url, typed(later)).text


def test_dimension_cannot_be_changed_for_the_past(as_manager):
    url = reverse("casework:dimension", args=[dimension("okonomi").pk])
    assert "Velg i dag eller en senere dag." in as_manager.post(url, typed(days_ago(1))).text


def test_new_dimension_is_last_and_ended_dimension_is_not_asked(as_manager, login):
    url = reverse("casework:dimension_new")
    assert as_manager.post(url, typed(name="Natt og søvn")).status_code == 302
    made = dimension("natt-og-sovn")
    application = ApplicationFactory()
    asked = reverse("casework:assessment_new", args=[application.pk])
    worker = login("saksbehandler")
    assert worker.get(asked).context["form"].dimensions[-1] == made
    end = reverse("casework:dimension_end", args=[dimension("arbeid").pk])
    assert as_manager.post(end, {"last_day": f"{today():%d.%m.%Y}"}).status_code == 302
    codes = {d.code for d in Dimension.objects.in_force(today() + timedelta(days=1))}
    assert "arbeid" not in codes and "natt-og-sovn" in codes


def test_the_order_is_changed_one_step_at_a_time(as_manager):
    second = Dimension.objects.in_force(today()).order_by("order")[1]
    as_manager.post(reverse("casework:dimension_move", args=[second.pk]), {"retning": "opp"})
    assert Dimension.objects.in_force(today()).order_by("order").first() == second


@pytest.mark.parametrize("name", ["Rus", "Rus og psykiatri", "Rusmidler", "Alkohol", "ROP"])
def test_dimension_about_drug_use_is_refused(as_manager, name):
    page = as_manager.post(reverse("casework:dimension_new"), typed(name=name)).text
    assert "deler ikke folk inn etter rus" in page


@pytest.mark.parametrize("name", ["Russisk språk", "Tro og håp"])
def test_name_that_only_resembles_a_drug_word_is_allowed(as_manager, name):
    response = as_manager.post(reverse("casework:dimension_new"), typed(name=name))
    assert response.status_code == 302


def test_last_dimension_cannot_be_ended(as_manager):
    last, *rest = Dimension.objects.order_by("order")
    Dimension.objects.filter(pk__in=[dimension.pk for dimension in rest]).delete()
    url = reverse("casework:dimension_end", args=[last.pk])
    assert "minst ett område" in as_manager.post(url, {"last_day": f"{today():%d.%m.%Y}"}).text
