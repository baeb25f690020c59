"""The municipality's own list of what an assessment asks about (needs C8, X5)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from accounts.perms import can_change_settings
from common.access import allowed
from common.calendar import last_day
from common.form_errors import errors_as_message, errors_on
from housing.enums import Staffing

from ..actions import dimensions as actions
from ..forms.dimensions import DimensionForm, EndDimensionForm
from ..models import Dimension


@require_safe
@allowed(can_change_settings)
def dimensions(request: HttpRequest) -> HttpResponse:
    """The dimensions in force today, those to come, and those that have ended."""
    on = timezone.localdate()
    rows = list(Dimension.objects.order_by("order", "pk"))
    now = [version for version in rows if on in version.valid]
    coming: dict[str, list[Dimension]] = {}
    for version in rows:
        if version.valid.lower > on:
            coming.setdefault(version.code, []).append(version)
    lines = [
        {
            "dimension": version,
            "first": position == 0,
            "last": position == len(now) - 1,
            "next": coming.pop(version.code, [None])[0],
            "last_day": last_day(version.valid),
        }
        for position, version in enumerate(now)
    ]
    context = {
        "lines": lines,
        "coming": [version for versions in coming.values() for version in versions],
        "ended": [
            (version, last_day(version.valid))
            for version in rows
            if version.valid.upper and version.valid.upper <= on
        ],
    }
    return render(request, "casework/assessment/dimension_list.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def dimension_new(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    back = redirect("casework:dimensions")
    form = DimensionForm(
        request.POST or None,
        initial={"start": on, "staffing": Staffing.NONE},
        submit=_("Legg til området"),
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.add_dimension(by=request.user, on=on, **form.cleaned_data)
            messages.success(request, _("Området er lagt til."))
            return back
    context = {"form": form, "title": _("Nytt område i kartleggingen"), "versions": []}
    return render(request, "casework/assessment/dimension_form.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def dimension(request: HttpRequest, pk: int) -> HttpResponse:
    """A form for a new version, and the list of versions so far."""
    current = get_object_or_404(Dimension, pk=pk)
    on = timezone.localdate()
    back = redirect("casework:dimensions")
    form = DimensionForm(
        request.POST or None,
        initial={
            "name": current.name,
            "question": current.question,
            "staffing": current.staffing,
            "start": on,
        },
        row=actions.history_of(current),
        submit=_("Lagre ny versjon"),
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.change_dimension(dimension=current, by=request.user, on=on, **form.cleaned_data)
            messages.success(request, _("Området er endret. Gamle svar beholder sin versjon."))
            return back
    versions = [
        (version, last_day(version.valid))
        for version in Dimension.objects.filter(code=current.code).order_by("-valid")
    ]
    context = {"form": form, "title": current.name, "versions": versions}
    return render(request, "casework/assessment/dimension_form.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def dimension_end(request: HttpRequest, pk: int) -> HttpResponse:
    current = get_object_or_404(Dimension, pk=pk)
    on = timezone.localdate()
    back = redirect("casework:dimensions")
    form = EndDimensionForm(
        request.POST or None,
        row=actions.history_of(current),
        initial={"last_day": on},
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.end_dimension(dimension=current, by=request.user, on=on, **form.cleaned_data)
            messages.success(request, _("Området er avsluttet. Det som er svart, blir stående."))
            return back
    title = _("Avslutt «%(name)s»") % {"name": current.name}
    context = {"form": form, "title": title, "versions": []}
    return render(request, "casework/assessment/dimension_form.html", context)


@require_POST
@allowed(can_change_settings)
def dimension_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move it one place up, or down if `retning` is `ned`."""
    current = get_object_or_404(Dimension, pk=pk)
    on = timezone.localdate()
    up = request.POST.get("retning") != "ned"
    with errors_as_message(request):
        actions.move_dimension(dimension=current, up=up, by=request.user, on=on)
    return redirect("casework:dimensions")
