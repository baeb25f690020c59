from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from casework.log.enums import ApplicationKind, ApplicationState
from casework.persons.models import Person
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on, posted
from common.paging import keyset_page

from .. import reply_clock
from ..actions import applications as actions
from ..forms.applications import (
    ApplicationForm,
    CorrectReceivedForm,
    ForwardForm,
    InterimReplyForm,
    ReopenApplicationForm,
    WithdrawApplicationForm,
)
from ..models import Application, MissingPaper, UnitTransfer
from ..perms import can_take_case


def visible_cases(request: HttpRequest) -> QuerySet[Application]:
    """The applications the user may see, with person, unit and caseworker."""
    return Application.objects.visible_to(request.user).select_related(
        "person", "unit", "responsible"
    )


def visible_case(request: HttpRequest, pk: int) -> Application:
    """The case. Raises Http404 if the user may not see the person."""
    return get_object_or_404(visible_cases(request), pk=pk)


# ------------------------------------------------------------------ the list


@require_http_methods(["GET"])
@allowed(perms.can_read_cases)
def applications(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    filtered = _filtered(request, today)
    page = keyset_page(
        filtered.select_related("person", "unit", "responsible"),
        order=("-received_at", "-pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    context = {
        "page": page,
        "rows": _lines(page.items, timezone.now()),
        "kinds": ApplicationKind.choices,
        "states": ApplicationState.choices,
        "filtered": any(
            request.GET.get(name)
            for name in ("tilstand", "type", "mine", "sen", "mottak", "papirer")
        ),
        "today": today,
    }
    return render(request, "casework/applications/application_list.html", context)


def _lines(applications: list[Application], at: datetime) -> list[dict[str, Any]]:
    clocks = reply_clock.clocks(applications, at)
    asked = _asked_since([application.pk for application in applications])
    # Looked up once: `get_kind_display` builds the whole list of choices every time.
    kinds = {value: str(label) for value, label in ApplicationKind.choices}
    states = {value: str(label) for value, label in ApplicationState.choices}
    return [
        {
            "application": application,
            "clock": clocks[application.pk],
            "asked": asked.get(application.pk),
            "kind": kinds[application.kind],
            "state": states[application.state],
            "name": application.person.name,
            "unit": application.unit.name,
            "responsible": str(application.responsible) if application.responsible_id else "",
        }
        for application in applications
    ]


def _asked_since(ids: list[int]) -> dict[int, datetime]:
    """When we first asked for papers that are still missing, by application. One query."""
    waiting = MissingPaper.objects.filter(request__application__in=ids, received_on__isnull=True)
    return dict(
        waiting.values_list("request__application")
        .annotate(since=Min("request__asked_at"))
        .order_by("request__application")
    )


def _filtered(request: HttpRequest, today: date) -> QuerySet[Application]:
    """The applications the chosen filters give. An unknown filter value is ignored."""
    applications = Application.objects.visible_to(request.user)
    state, kind = request.GET.get("tilstand", ""), request.GET.get("type", "")
    if state == "apne":
        applications = applications.open()
    elif state in ApplicationState.values:
        applications = applications.filter(state=state)
    if kind in ApplicationKind.values:
        applications = applications.filter(kind=kind)
    if request.GET.get("mine"):
        applications = applications.filter(responsible=request.user)
    if request.GET.get("mottak"):
        units = {role.unit_id for role in request.user.current_roles}
        applications = applications.filter(
            Exists(
                UnitTransfer.objects.filter(
                    application=OuterRef("pk"), acknowledged_at__isnull=True, to_unit__in=units
                )
            )
        )
    if request.GET.get("papirer"):
        applications = applications.open().filter(
            Exists(
                MissingPaper.objects.filter(
                    request__application=OuterRef("pk"), received_on__isnull=True
                )
            )
        )
    if request.GET.get("sen"):
        applications = applications.late(reply_clock.late_before(today), timezone.now())
    return applications


# ------------------------------------------------------------------ one application


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def application_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    at = timezone.now()
    form = ApplicationForm(
        posted(request),
        user=request.user,
        person=person,
        at=at,
        cancel=reverse("desk:person", args=[person.pk]),
    )
    # The page of a lease links here with the kind of application.
    requested_kind = request.GET.get("type")
    if requested_kind in ApplicationKind.values:
        form.initial["kind"] = requested_kind
        form.initial["bases"] = form.fields["bases"].queryset.filter(code=requested_kind)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            case = actions.register_application(
                person=person, by=request.user, at=at, **form.cleaned_data
            )
            messages.success(
                request,
                _("Søknaden er registrert som sak %(case)s.") % {"case": case.case_number},
            )
            return redirect("casework:application", case.pk)
    log_read(request, person.pk, "application-new")
    context = {
        "form": form,
        "person": person,
        "open_cases": person.applications.open().order_by("-received_at", "pk")[:5],
    }
    return render(request, "casework/applications/application_new.html", context)


@require_POST
@allowed(perms.can_do_casework)
@once
def application_take(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    require(can_take_case(request.user, case))
    with errors_as_message(request):
        actions.start_assessing(application=case, by=request.user, at=timezone.now())
        messages.success(request, _("Saken er din."))
    return redirect("casework:application", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    back = reverse("casework:application", args=[pk])
    form = WithdrawApplicationForm(posted(request), cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.withdraw(
                application=case, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Søknaden er registrert som trukket."))
            return redirect(back)
    title = _("Søknaden er trukket")
    return _move_page(request, case, form, title)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def application_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Reopen a case that was withdrawn or lapsed by mistake."""
    case = visible_case(request, pk)
    back = reverse("casework:application", args=[pk])
    form = ReopenApplicationForm(posted(request), cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.reopen(
                application=case, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Saken er gjenåpnet."))
            return redirect(back)
    return _move_page(request, case, form, _("Gjenåpne saken"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def application_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the day and time the application came."""
    case, at = visible_case(request, pk), timezone.now()
    back = reverse("casework:application", args=[pk])
    form = CorrectReceivedForm(posted(request), application=case, at=at, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "received_on"):
            actions.correct_received(application=case, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Mottatt dato er rettet."))
            return redirect(back)
    return _move_page(request, case, form, _("Rett mottatt dato"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def application_forward(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    back = reverse("casework:application", args=[pk])
    form = ForwardForm(posted(request), application=case, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            _forward(case, form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("Saken er sendt videre."))
            return redirect(back)
    return _move_page(request, case, form, _("Send til rette enhet"))


def _forward(case: Application, facts: dict[str, Any], *, by, at: datetime) -> None:
    if facts["unit"]:
        actions.send_to_unit(
            application=case, unit=facts["unit"], reason=facts["reason"], by=by, at=at
        )
    else:
        actions.send_elsewhere(
            application=case, receiver=facts["receiver"], reason=facts["reason"], by=by, at=at
        )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def interim_reply(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    today = timezone.localdate()
    back = reverse("casework:application", args=[pk])
    form = InterimReplyForm(posted(request), application=case, on=today, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.send_interim_reply(
                application=case, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Foreløpig svar er laget og ført i saken."))
            return redirect(back)
    language = case.person.get_language_form_display()
    title = _("Nytt foreløpig svar") if case.interim_reply_at else _("Foreløpig svar")
    return _move_page(request, case, form, title, letter_language=language)


def _move_page(
    request: HttpRequest, case: Application, form, title: str, **more: str
) -> HttpResponse:
    log_read(request, case.person_id, "application-move")
    context = {
        **more,
        "application": case,
        "form": form,
        "title": title,
        "clock": reply_clock.clock(case, timezone.now()),
    }
    return render(request, "casework/applications/application_move.html", context)
