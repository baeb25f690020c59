"""§ 27 applications by phone, missing papers, and cases received from another unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import drafts
from accounts.once import once
from accounts.reads import log_read
from casework.log import deadlines, perms
from common.access import allowed
from common.form_errors import errors_as_message, errors_on, posted

from .. import reply_clock
from ..actions import intake as actions
from ..forms.intake import CALL, PapersForm, Section27Form, caller_of
from .applications import visible_case


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def section_27(request: HttpRequest) -> HttpResponse:
    """Register a § 27 application on one page, in about a minute, while on the phone. Each call has
    a draft of its own."""
    at = timezone.now()
    form = Section27Form(
        posted(request),
        user=request.user,
        at=at,
        call=request.GET.get(CALL, ""),
        cancel=reverse("casework:applications"),
    )
    if form.is_bound and form.is_valid():
        with errors_on(form):
            application = actions.register_section_27(
                person=form.person,
                facts=form.new_person,
                application=form.application,
                wish=form.cleaned_data["wish"],
                children=form.cleaned_data["children"],
                by=request.user,
                at=at,
            )
            messages.success(
                request,
                _("Søknaden er registrert som sak %(case)s. Du har tatt saken.")
                % {"case": application.case_number},
            )
            return redirect("casework:application", application.pk)
    request.shown = ((), "section-27")  # whoever calls has no record yet
    this_call, _name = form.draft_place(request)
    begun = [d for d in drafts.of_form(request.user, form) if d.path != this_call]
    context = {
        "form": form,
        "begun": [(draft, caller_of(draft.data)) for draft in begun],
        "place_by": deadlines.section_27_place(at),
    }
    return render(request, "casework/applications/section_27.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def papers_ask(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    today = timezone.localdate()
    back = reverse("casework:application", args=[pk])
    form = PapersForm(
        posted(request),
        language=case.person.language_form,
        on=today,
        due=deadlines.missing_papers(today).due,
        cancel=back,
    )
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.ask_for_papers(
                application=case, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Mangelbrevet er laget og ført i saken."))
            return redirect(back)
    log_read(request, case.person_id, "application-move")
    context = {
        "application": case,
        "form": form,
        "title": _("Be om papirer"),
        "clock": reply_clock.clock(case, timezone.now()),
        "letter_language": case.person.get_language_form_display(),
    }
    return render(request, "casework/applications/application_move.html", context)


@require_POST
@allowed(perms.can_do_casework)
@once
def transfer_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    with errors_as_message(request):
        actions.acknowledge_transfer(application=case, by=request.user, at=timezone.now())
        messages.success(request, _("Saken er bekreftet mottatt."))
    return redirect("casework:application", pk)
