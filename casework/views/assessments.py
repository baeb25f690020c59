"""Kartlegging and boligbehov: the person's own wish first, then what it means for a dwelling."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from accounts.reads import log_read
from common.errors import RuleBroken
from housing.enums import Staffing, UnitType

from .. import needs, perms
from ..actions.assessments import ChangeNeedsReason, decide_need, hold_assessment
from ..forms.assessments import AssessmentForm, NeedForm
from ..models import Application, Assessment, Dimension, HousingNeed
from ..querysets import sees


@require_http_methods(["GET", "POST"])
@once
def assessment_new(request: HttpRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    if not perms.can_do_casework(request.user):
        raise PermissionDenied
    on = timezone.localdate()
    earlier = _latest(application)
    form = AssessmentForm(
        request.POST or None,
        dimensions=Dimension.objects.filter(valid__contains=on),
        initial={"said_on": on, "held_on": on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            assessment = hold_assessment(
                application=application,
                wish=form.wish(),
                held_on=form.cleaned_data["held_on"],
                together=form.cleaned_data["together"],
                goals=form.cleaned_data["goals"],
                answers=form.answers(),
                by=request.user,
                at=timezone.now(),
            )
        except RuleBroken as no:
            form.add_error(None, str(no))
        else:
            return redirect("casework:assessment", assessment.pk)
    log_read(request, application.person_id, "kartlegging")
    answers = {answer.dimension_id: answer for answer in earlier.answers.all()} if earlier else {}
    return render(
        request,
        "casework/assessment_new.html",
        {
            "application": application,
            "person": application.person,
            "form": form,
            "groups": form.groups(answers),
            "earlier": earlier,
        },
    )


@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        Assessment.objects.filter(sees(request.user, "person__")).select_related(
            "person", "application__household", "wish__recorded_by", "made_by"
        ),
        pk=pk,
    )
    log_read(request, found.person_id, "kartlegging")
    on = timezone.localdate()
    application = found.application
    need = (
        application.needs.prefetch_related("areas", "avoid_areas").first() if application else None
    )
    return render(
        request,
        "casework/assessment.html",
        {
            "assessment": found,
            "application": application,
            "person": found.person,
            "answers": list(found.answers.select_related("dimension")),
            "others": list(found.person.assessments.exclude(pk=found.pk)[:10]),
            "need": need,
            "need_facts": need_facts(need) if need else [],
            "proposed": _proposed(application, found, on) if application else [],
            "can_work": perms.can_do_casework(request.user),
        },
    )


@require_http_methods(["GET", "POST"])
@once
def need(request: HttpRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    if not perms.can_do_casework(request.user):
        raise PermissionDenied
    on = timezone.localdate()
    earlier = application.needs.first()
    held = _latest(application)
    proposal = needs.propose(application.household, held, on)
    form = NeedForm(request.POST or None, initial=_initial(proposal, earlier))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
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
        except ChangeNeedsReason as no:
            form.add_error("edit_reason", str(no))
        except RuleBroken as no:
            form.add_error(None, str(no))
        else:
            if held:
                return redirect("casework:assessment", held.pk)
            return redirect("casework:application", application.pk)
    log_read(request, application.person_id, "boligbehov")
    return render(
        request,
        "casework/assessment_need.html",
        {
            "application": application,
            "person": application.person,
            "form": form,
            "held": held,
            "wish": application.person.wishes.first(),
            "earlier": earlier,
            "proposed": _proposed(application, held, on, proposal),
        },
    )


def need_facts(need: HousingNeed) -> list[tuple[str, str]]:
    """A boligbehov as names and values, requirements first."""

    def label(name: str) -> str:
        return str(HousingNeed._meta.get_field(name).verbose_name).capitalize()

    must = [
        (label("bedrooms"), needs.bedrooms_nb(need.bedrooms)),
        (label("staffing"), need.get_staffing_display()),
        (label("types"), _types(need.types)),
    ]
    for name in ("step_free", "wheelchair", "pets"):
        if getattr(need, name):
            must.append((label(name), "Ja"))
    if need.max_floor is not None:
        must.append((label("max_floor"), str(need.max_floor)))
    wishes = [
        str(HousingNeed._meta.get_field(name).verbose_name).removeprefix("ønsker ")
        for name in ("own_entrance", "near_transport", "quiet", "drug_free")
        if getattr(need, name)
    ]
    areas = [area.name for area in need.areas.all()]
    avoid = [area.name for area in need.avoid_areas.all()]
    if areas:
        must.append((label("areas"), ", ".join(areas)))
    if avoid:
        must.append((label("avoid_areas"), ", ".join(avoid)))
    if wishes:
        must.append(("Ønsker", ", ".join(wishes)))
    if need.edit_reason:
        must.append((label("edit_reason"), need.edit_reason))
    return must


def _application(request: HttpRequest, pk: int) -> Application:
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person", "household"), pk=pk
    )


def _latest(application: Application) -> Assessment | None:
    """The person's newest kartlegging, with its answers, whatever the application."""
    return (
        application.person.assessments.select_related("wish")
        .prefetch_related("answers__dimension")
        .first()
    )


def _proposed(
    application: Application, held: Assessment | None, on, proposal: HousingNeed | None = None
) -> list[dict[str, Any]]:
    """What the rules give, each with the sentence that says why."""
    proposal = proposal or needs.propose(application.household, held, on)
    why = needs.reasons(application.household, held, on)
    return [
        {"name": "Soverom", "value": needs.bedrooms_nb(proposal.bedrooms), "why": why["bedrooms"]},
        {"name": "Bemanning", "value": Staffing(proposal.staffing).label, "why": why["staffing"]},
        {"name": "Boligtyper", "value": _types(proposal.types), "why": why["types"]},
    ]


def _types(types: list[str]) -> str:
    return ", ".join(str(UnitType(kind).label).lower() for kind in types).capitalize()


def _initial(proposal: HousingNeed, earlier: HousingNeed | None) -> dict[str, Any]:
    """The boligbehov in force, if any, to be changed; else what is proposed."""
    if earlier is None:
        return {name: getattr(proposal, name) for name in needs.PROPOSED}
    initial = {name: getattr(earlier, name) for name in NeedForm.Meta.fields}
    for name in ("areas", "avoid_areas", "avoid_properties"):
        initial[name] = initial[name].all()
    return initial
