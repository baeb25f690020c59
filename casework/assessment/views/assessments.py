"""Assessment and housing need: the person's own wish first, then what a dwelling must be."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from accounts.reads import log_read
from casework.applications.models import Application
from casework.log import perms
from casework.log.visibility import visible_persons
from common.access import allowed, require
from common.form_errors import errors_on

from .. import changes, needs
from ..actions.assessments import decide_need, hold_assessment
from ..forms.assessments import AssessmentForm, HousingAnswerForm, HousingNeedForm
from ..models import Assessment, Dimension, HousingAnswer, HousingNeed

NEED_LISTS = ("areas", "avoid_areas", "avoid_properties")


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def assessment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new assessment; with `?fra=forrige` it starts from the previous answers."""
    application = _application(request, pk)
    require(perms.can_do_casework(request.user))
    on = timezone.localdate()
    earlier = _latest(application)
    earlier_answers = changes.by_code(earlier)
    dimensions = list(Dimension.objects.in_force(on))
    copied = earlier is not None and request.GET.get("fra") == "forrige"
    initial = {"said_on": on, "held_on": on}
    earlier_housing: dict[str, Any] = {}
    if copied:
        initial |= {"goals": earlier.goals, "together": earlier.together}
        initial |= AssessmentForm.from_earlier(dimensions, earlier_answers)
        earlier_housing = _earlier_housing(earlier)
    form = AssessmentForm(request.POST or None, dimensions=dimensions, initial=initial)
    housing = HousingAnswerForm(request.POST or None, initial=earlier_housing)
    if request.method == "POST" and form.is_valid() & housing.is_valid():
        with errors_on(form):
            assessment = hold_assessment(
                application=application,
                wish=form.wish(),
                held_on=form.cleaned_data["held_on"],
                together=form.cleaned_data["together"],
                goals=form.cleaned_data["goals"],
                answers=form.answers(),
                housing=housing.cleaned_data,
                by=request.user,
                at=timezone.now(),
            )
            return redirect("casework:assessment", assessment.pk)
    log_read(request, application.person_id, "kartlegging")
    return render(
        request,
        "casework/assessment/assessment_new.html",
        {
            "application": application,
            "person": application.person,
            "form": form,
            "housing": housing,
            "groups": form.groups(earlier_answers),
            "earlier": earlier,
            "copied": copied,
        },
    )


@require_safe
@allowed(perms.can_read_cases)
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = get_object_or_404(
        Assessment.objects.filter(visible_persons(request.user, "person__"))
        .select_related("person", "application__household", "wish__recorded_by", "made_by")
        .prefetch_related("answers__dimension"),
        pk=pk,
    )
    log_read(request, assessment.person_id, "kartlegging")
    on = timezone.localdate()
    application = assessment.application
    need = _in_force(application) if application else None
    lines = needs.derive(application.household, assessment, on) if application else []
    earlier = _previous(assessment)
    answer_changes = changes.changes(assessment.answers.all(), earlier)
    return render(
        request,
        "casework/assessment/assessment.html",
        {
            "assessment": assessment,
            "application": application,
            "person": assessment.person,
            "earlier": earlier,
            "changes": answer_changes,
            "changed": changes.summary(answer_changes) if earlier else "",
            "housing": _housing_facts(needs.housing_of(assessment)),
            "others": list(assessment.person.assessments.exclude(pk=assessment.pk)[:10]),
            "need": need,
            "beside": needs.compare(needs.from_stored(need.derived) or lines, need) if need else [],
            "lines": lines,
            "can_work": perms.can_do_casework(request.user),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def need(request: HttpRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    require(perms.can_do_casework(request.user))
    on = timezone.localdate()
    versions = list(
        application.needs.select_related("decided_by").prefetch_related(*NEED_LISTS)[:20]
    )
    earlier = versions[0] if versions else None
    assessment = _latest(application)
    lines = needs.derive(application.household, assessment, on)
    form = HousingNeedForm(
        request.POST or None,
        row=HousingNeed.history.filter(application_id=pk),
        initial=_initial(lines, earlier),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        with errors_on(form):
            decide_need(
                application=application,
                assessment=assessment,
                facts=form.facts(),
                areas=chosen["areas"],
                avoid_areas=chosen["avoid_areas"],
                avoid_properties=chosen["avoid_properties"],
                seen=chosen["seen"],
                by=request.user,
                at=timezone.now(),
            )
            if assessment:
                return redirect("casework:assessment", assessment.pk)
            return redirect("casework:application", application.pk)
    log_read(request, application.person_id, "boligbehov")
    return render(
        request,
        "casework/assessment/assessment_need.html",
        {
            "application": application,
            "person": application.person,
            "form": form,
            "held": assessment,
            "wish": application.person.wishes.first(),
            "earlier": earlier,
            "lines": lines,
            "versions": [
                {
                    "need": version,
                    "rows": needs.compare(needs.from_stored(version.derived), version),
                }
                for version in versions
            ],
        },
    )


def _application(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person", "household"), pk=pk
    )


def _latest(application: Application) -> Assessment | None:
    """The person's newest assessment, with its answers, from any application."""
    return (
        application.person.assessments.select_related("wish", "housing")
        .prefetch_related("answers__dimension")
        .first()
    )


def _previous(assessment: Assessment) -> Assessment | None:
    """The person's assessment before this one, with its answers."""
    return (
        assessment.person.assessments.filter(
            Q(held_on__lt=assessment.held_on) | Q(held_on=assessment.held_on, pk__lt=assessment.pk)
        )
        .prefetch_related("answers__dimension")
        .first()
    )


def _in_force(application: Application) -> HousingNeed | None:
    return application.needs.select_related("decided_by").prefetch_related(*NEED_LISTS).first()


def _earlier_housing(earlier: Assessment) -> dict[str, Any]:
    """Initial values for the dwelling, from the earlier assessment."""
    housing = needs.housing_of(earlier)
    return model_to_dict(housing, exclude=["id", "assessment"]) if housing else {}


def _housing_facts(housing: HousingAnswer | None) -> list[tuple[str, str]]:
    """The answers about the dwelling, as names and values, without «ikke avklart»."""
    if housing is None:
        return []
    facts = []
    for field in HousingAnswer._meta.local_fields:
        if field.name in ("id", "assessment"):
            continue
        value = getattr(housing, field.name)
        # An unticked wish is not an answer; «nei» to a question is.
        if value is not None and value != "" and (value or field.null):
            facts.append((capfirst(field.verbose_name), needs.value_text(field.name, value)))
    for name in needs.AREAS:
        areas = list(getattr(housing, name).all())
        if areas:
            label = HousingAnswer._meta.get_field(name).verbose_name
            facts.append((capfirst(label), needs.value_text(name, areas)))
    return facts


def _initial(lines: list[needs.DerivedValue], earlier: HousingNeed | None) -> dict[str, Any]:
    """Initial values: the housing need in force, else what the rules derive."""
    if earlier is None:
        return {derived.field: derived.value for derived in lines}
    return {name: needs.value_of(earlier, name) for name in HousingNeedForm.Meta.fields}
