"""Kartlegging and boligbehov: the person's own wish first, then what it means for a dwelling."""

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
from casework.log.visibility import sees
from common.access import allowed, require
from common.form_errors import errors_on

from .. import changes, needs
from ..actions.assessments import decide_need, hold_assessment
from ..forms.assessments import AssessmentForm, HousingAnswerForm, NeedForm
from ..models import Assessment, Dimension, HousingAnswer, HousingNeed

NEED_LISTS = ("areas", "avoid_areas", "avoid_properties")


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def assessment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new kartlegging; `?fra=forrige` begins from the answers of the one before."""
    application = _application(request, pk)
    require(perms.can_do_casework(request.user))
    on = timezone.localdate()
    earlier = _latest(application)
    before = changes.by_code(earlier)
    dimensions = list(Dimension.objects.in_force(on))
    copied = earlier is not None and request.GET.get("fra") == "forrige"
    initial = {"said_on": on, "held_on": on}
    spoken_of: dict[str, Any] = {}
    if copied:
        initial |= {"goals": earlier.goals, "together": earlier.together}
        initial |= AssessmentForm.from_earlier(dimensions, before)
        spoken_of = _spoken_of(earlier)
    form = AssessmentForm(request.POST or None, dimensions=dimensions, initial=initial)
    housing = HousingAnswerForm(request.POST or None, initial=spoken_of)
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
            "groups": form.groups(before),
            "earlier": earlier,
            "copied": copied,
        },
    )


@require_safe
@allowed(perms.can_read_cases)
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Assessment.objects.filter(sees(request.user, "person__"))
        .select_related("person", "application__household", "wish__recorded_by", "made_by")
        .prefetch_related("answers__dimension"),
        pk=pk,
    )
    log_read(request, found.person_id, "kartlegging")
    on = timezone.localdate()
    application = found.application
    need = _in_force(application) if application else None
    lines = needs.derive(application.household, found, on) if application else []
    earlier = _before(found)
    compared = changes.changes(found.answers.all(), earlier)
    return render(
        request,
        "casework/assessment/assessment.html",
        {
            "assessment": found,
            "application": application,
            "person": found.person,
            "earlier": earlier,
            "changes": compared,
            "changed": changes.summary(compared) if earlier else "",
            "housing": _housing_facts(needs.housing_of(found)),
            "others": list(found.person.assessments.exclude(pk=found.pk)[:10]),
            "need": need,
            "beside": needs.beside(needs.thaw(need.derived) or lines, need) if need else [],
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
    held = _latest(application)
    lines = needs.derive(application.household, held, on)
    form = NeedForm(request.POST or None, initial=_initial(lines, earlier))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        with errors_on(form):
            decide_need(
                application=application,
                assessment=held,
                facts=form.facts(),
                areas=chosen["areas"],
                avoid_areas=chosen["avoid_areas"],
                avoid_properties=chosen["avoid_properties"],
                by=request.user,
                at=timezone.now(),
            )
            if held:
                return redirect("casework:assessment", held.pk)
            return redirect("casework:application", application.pk)
    log_read(request, application.person_id, "boligbehov")
    return render(
        request,
        "casework/assessment/assessment_need.html",
        {
            "application": application,
            "person": application.person,
            "form": form,
            "held": held,
            "wish": application.person.wishes.first(),
            "earlier": earlier,
            "lines": lines,
            "versions": [
                {
                    "need": each,
                    "rows": needs.beside(needs.thaw(each.derived), each),
                }
                for each in versions
            ],
        },
    )


def _application(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person", "household"), pk=pk
    )


def _latest(application: Application) -> Assessment | None:
    """The person's newest kartlegging, with its answers, whatever the application."""
    return (
        application.person.assessments.select_related("wish", "housing")
        .prefetch_related("answers__dimension")
        .first()
    )


def _before(found: Assessment) -> Assessment | None:
    """The person's kartlegging before this one, with its answers."""
    return (
        found.person.assessments.filter(
            Q(held_on__lt=found.held_on) | Q(held_on=found.held_on, pk__lt=found.pk)
        )
        .prefetch_related("answers__dimension")
        .first()
    )


def _in_force(application: Application) -> HousingNeed | None:
    return application.needs.select_related("decided_by").prefetch_related(*NEED_LISTS).first()


def _spoken_of(earlier: Assessment) -> dict[str, Any]:
    """What the kartlegging before said of the dwelling, to begin from."""
    housing = needs.housing_of(earlier)
    return model_to_dict(housing, exclude=["id", "assessment"]) if housing else {}


def _housing_facts(housing: HousingAnswer | None) -> list[tuple[str, str]]:
    """What was answered of the dwelling, as names and values; «ikke avklart» is left out."""
    if housing is None:
        return []
    facts = []
    for each in HousingAnswer._meta.local_fields:
        if each.name in ("id", "assessment"):
            continue
        value = getattr(housing, each.name)
        # A wish not ticked is no answer; «nei» to what was asked is one.
        if value is not None and value != "" and (value or each.null):
            facts.append((capfirst(each.verbose_name), needs.shown(each.name, value)))
    for name in needs.AREAS:
        areas = list(getattr(housing, name).all())
        if areas:
            label = HousingAnswer._meta.get_field(name).verbose_name
            facts.append((capfirst(label), needs.shown(name, areas)))
    return facts


def _initial(lines: list[needs.Line], earlier: HousingNeed | None) -> dict[str, Any]:
    """The boligbehov in force, if any, to be changed; else what is derived."""
    if earlier is None:
        return {line.field: line.value for line in lines}
    return {name: needs.decided(earlier, name) for name in NeedForm.Meta.fields}
