"""Choices and consequences in a case: the talks so far, and a form for the next one."""

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
from casework.applications.models import Application
from casework.log import perms
from common.access import allowed, require
from common.form_errors import errors_on, posted

from ..actions import choices as actions
from ..forms.choices import ChoicesForm


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def choices(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    works = perms.can_do_casework(request.user)
    if request.method == "POST":
        require(works)
    today = timezone.localdate()
    vedtak = next((vedtak for vedtak in case.vedtak.all() if vedtak.is_open), None)
    back = (
        reverse("casework:vedtak", args=[vedtak.pk])
        if vedtak
        else reverse("casework:application", args=[pk])
    )
    form = ChoicesForm(posted(request), on=today, cancel=back) if works else None
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.record_choices(
                application=case,
                on=today,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Valg og konsekvenser er lagret."))
            return redirect(back)
    log_read(request, case.person_id, "application")
    talks = case.choice_talks.select_related("recorded_by").prefetch_related("alternatives")
    context = {
        "application": case,
        "form": form,
        "talks": talks,
        "wish": case.person.wishes.first(),
    }
    return render(request, "casework/assessment/choices.html", context)
