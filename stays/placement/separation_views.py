"""The pages where a household splits, and where that is undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log.enums import APPLICATION_ALIVE
from casework.log.visibility import visible_persons
from casework.models import Application, HouseholdMember, HouseholdSplit
from casework.persons.actions.splitting import members_on
from casework.persons.views.on_person import visible_person
from common.access import allowed
from common.form_errors import errors_on, posted
from stays import perms

from ..models import Stay
from .forms import SeparationForm, UndoSeparationForm
from .separation import separate, undo_separation


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def separation(request: HttpRequest, pk: int) -> HttpResponse:
    """Who moves out, from which day, where to, and whether they need a case of their own."""
    person = visible_person(request, pk)
    today = timezone.localdate()
    back = reverse("casework:household", args=[pk])
    members = members_on(person, today)
    visible = set(
        HouseholdMember.objects.filter(
            visible_persons(request.user, "person__"), pk__in=[m.pk for m in members]
        ).values_list("pk", flat=True)
    )
    members = [member for member in members if member.pk in visible]
    has_case = person.applications.filter(state__in=APPLICATION_ALIVE).exists()
    initial = {"since": today, "own_case": has_case}
    form = SeparationForm(posted(request), members=members, on=today, cancel=back, initial=initial)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            cases = separate(head=person, by=request.user, at=timezone.now(), **form.facts)
            numbers = ", ".join(case.case_number for case in cases)
            if numbers:
                messages.success(
                    request, _("Husstanden er delt. Ny sak: %(cases)s.") % {"cases": numbers}
                )
            else:
                messages.success(request, _("Husstanden er delt."))
            return redirect("desk:person_stays", form.cleaned_data["new_head"].pk)
    log_read(request, pk, "household")
    context = {"person": person, "form": form, "back": back, "alone": len(members) < 2}
    return render(request, "stays/placement/separation.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def separation_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What the separation changed, and the form that undoes it."""
    splits = HouseholdSplit.objects.in_force().visible_to(request.user)
    split = get_object_or_404(splits.select_related("head", "new_head", "split_by"), pk=pk)
    back = reverse("casework:household", args=[split.head_id])
    form = UndoSeparationForm(posted(request), cancel=back)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            undo_separation(split=split, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Delingen er angret, og alt er satt tilbake."))
            return redirect(back)
    log_read(request, split.head_id, "household")
    log_read(request, split.new_head_id, "household")
    stays = Stay.objects.select_related("person", "unit__property").order_by("pk")
    cases = Application.objects.select_related("person").order_by("pk")
    context = {
        "split": split,
        "form": form,
        "back": back,
        "moved": split.moved(),
        "begun": stays.filter(pk__in=split.keys("stays_begun")),
        "ended": stays.filter(pk__in=split.keys("stays_ended")),
        "cases_moved": cases.filter(pk__in=split.keys("cases_moved")),
        "cases_begun": cases.filter(pk__in=split.keys("cases_begun")),
    }
    return render(request, "stays/placement/separation_undo.html", context)
