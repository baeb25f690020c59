"""Who letters are from and who decides an appeal: names and addresses, seen in a letter first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import save_municipality, save_unit
from accounts.models import Municipality, OrganisationUnit
from accounts.once import once
from accounts.perms import can_change_settings
from casework.log.enums import AppealBody, LanguageForm
from common.access import allowed
from common.changes import log
from common.form_errors import errors_on, posted

from . import actions, appeals_bodies, samples
from .forms import AppealsBodyForm, SenderForm, UnitForm
from .models import AppealBodyAddress

# The sample letter that shows sender, contact and appeals bodies.
SHOWN_BY = "vedtak.how"


def preview_asked(request: HttpRequest) -> str | None:
    """The language form in which a letter is asked for, by the button that was pressed."""
    asked = (form for form in LanguageForm.values if f"vis_{form}" in request.POST)
    return next(asked, None)


def sample_pdf(
    request: HttpRequest,
    language: str,
    *,
    code: str = SHOWN_BY,
    municipality: Municipality | None = None,
    unit: OrganisationUnit | None = None,
    at: datetime,
) -> HttpResponse:
    """The sample letter of a text, beside the page. Raises `UnprintableText`."""
    content = samples.render(
        code,
        language,
        municipality=municipality or Municipality.objects.get(),
        unit=unit or request.user.main_unit or OrganisationUnit.objects.first(),
        signer=request.user.get_full_name(),
        at=at,
    )
    headers = {
        "Content-Disposition": 'inline; filename="eksempel.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def municipality(request: HttpRequest) -> HttpResponse:
    """The municipality's name, number, address, phone and hours, as letters have them."""
    row = Municipality.objects.get()
    back = reverse("accounts:settings")
    form = SenderForm(posted(request), instance=row, row=row, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            if language := preview_asked(request):
                # A unit with nothing of its own, so that the municipality's is seen.
                unit = OrganisationUnit(name=request.user.main_unit.name)
                return sample_pdf(
                    request, language, municipality=form.instance, unit=unit, at=timezone.now()
                )
            save_municipality(by=request.user, **form.cleaned_data)
            messages.success(request, _("Lagret. Brev som er sendt, endres ikke."))
            return redirect(back)
    return _page(request, form, _("Kommunen"), "", "", row.history)


@require_safe
@allowed(can_change_settings)
def unit_list(request: HttpRequest) -> HttpResponse:
    units = OrganisationUnit.objects.all()
    return render(request, "casework/letters/unit_list.html", {"units": units})


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def unit_new(request: HttpRequest) -> HttpResponse:
    return _unit(request, None)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's name, kind, address, phone and hours, as the letters of its cases have them."""
    return _unit(request, get_object_or_404(OrganisationUnit, pk=pk))


def _unit(request: HttpRequest, row: OrganisationUnit | None) -> HttpResponse:
    back = reverse("casework:unit_list")
    form = UnitForm(posted(request), instance=row, row=row, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            if language := preview_asked(request):
                return sample_pdf(request, language, unit=form.instance, at=timezone.now())
            save_unit(unit=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Lagret. Brev som er sendt, endres ikke."))
            return redirect(back)
    title = OrganisationUnit.objects.get(pk=row.pk).name if row else _("Ny enhet")
    return _page(request, form, title, _("Enheter"), back, row.history if row else None)


@require_safe
@allowed(can_change_settings)
def appeals_body_list(request: HttpRequest) -> HttpResponse:
    """The appeals bodies as letters name them, and whether somebody has checked the address."""
    here = Municipality.objects.get()
    rows = {row.body: row for row in AppealBodyAddress.objects.select_related("checked_by")}
    lines = [
        {
            "body": body,
            "label": label,
            "named": appeals_bodies.of(body, here, LanguageForm.BOKMAL),
            "row": rows.get(body),
            "is_checked": appeals_bodies.is_checked(rows.get(body), here),
        }
        for body, label in AppealBody.choices
    ]
    return render(request, "casework/letters/appeals_body_list.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def appeals_body(request: HttpRequest, body: str) -> HttpResponse:
    """The name and address of an appeals body; saving says that they are checked."""
    if body not in AppealBody.values:
        raise Http404
    here, at = Municipality.objects.get(), timezone.now()
    back = reverse("casework:appeals_body_list")
    row = AppealBodyAddress.objects.filter(body=body).first()
    usual = {form: appeals_bodies.suggested(body, here, form) for form in LanguageForm.values}
    first = usual[LanguageForm.BOKMAL.value]
    suggestion = {
        "name": first.name,
        "name_nn": usual[LanguageForm.NYNORSK.value].name,
        "address": ", ".join(first.address),
    }
    history = AppealBodyAddress.history.filter(body=body)
    form = AppealsBodyForm(
        posted(request),
        instance=row,
        initial=None if row else suggestion,
        row=history,
        cancel=back,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            words = {name: form.cleaned_data[name] for name in suggestion}
            if language := preview_asked(request):
                with appeals_bodies.trying(body, **words):
                    return sample_pdf(request, language, at=at)
            actions.check_appeals_body(
                body=body, by=request.user, at=at, seen=form.cleaned_data["seen"], **words
            )
            messages.success(request, _("Lagret. Brev som er sendt, endres ikke."))
            return redirect(back)
    also = {
        "unchecked": not appeals_bodies.is_checked(row, here),
        "suggested": first.named if row and first.address else "",
    }
    label = AppealBody(body).label
    return _page(request, form, label, _("Klageinstanser"), back, history, **also)


def _page(
    request: HttpRequest,
    form: Any,
    title: str,
    parent: str,
    parent_url: str,
    history: Any,
    **also: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "parent": parent,
        "parent_url": parent_url,
        "changes": log(history.select_related("history_user")) if history is not None else [],
        "unchecked": False,
        "suggested": "",
        **also,
    }
    return render(request, "casework/letters/sender_form.html", context)
