from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.once import once
from common.errors import RuleBroken, explain_integrity_error

from . import actions, perms, stock_import
from .forms import StockFileForm, UnitForm
from .models import StockImport, Unit

MOST_ROWS_SHOWN = 200


def _require_stock_manager(request: HttpRequest) -> None:
    if not perms.can_manage_stock(request.user):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
@once
def import_stock(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would do is shown on the next page."""
    _require_stock_manager(request)
    sent = request.method == "POST"
    form = StockFileForm(request.POST, request.FILES) if sent else StockFileForm()
    if sent and form.is_valid():
        name, content = form.cleaned_data["file"]
        upload = StockImport.objects.create(
            file_name=name[-200:],
            content=content,
            uploaded_at=timezone.now(),
            uploaded_by=request.user,
        )
        return redirect("housing:import_review", upload.pk)
    earlier = (
        StockImport.objects.filter(applied_at__isnull=False)
        .select_related("applied_by")
        .defer("content")
        .order_by("-applied_at", "-pk")
    )
    return render(request, "housing/import.html", {"form": form, "earlier": earlier[:10]})


@require_http_methods(["GET"])
def import_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file means, row by row, before anything is taken in."""
    _require_stock_manager(request)
    upload = get_object_or_404(StockImport.objects.select_related("applied_by"), pk=pk)
    try:
        report = stock_import.examine(stock_import.read(bytes(upload.content), upload.file_name))
    except RuleBroken as error:  # it was read when it came; the register has changed since
        messages.error(request, str(error))
        return redirect("housing:import")
    rows = report.rows
    if len(rows) > MOST_ROWS_SHOWN:
        rows = [row for row in rows if row.errors or row.missing or row.changes]
        rows.sort(key=lambda row: (not row.errors, not row.missing, row.number))
    context = {
        "upload": upload,
        "report": report,
        "rows": rows[:MOST_ROWS_SHOWN],
        "shortened": len(report.rows) > MOST_ROWS_SHOWN,
    }
    return render(request, "housing/import_review.html", context)


@require_POST
@once
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    _require_stock_manager(request)
    upload = get_object_or_404(StockImport, pk=pk)
    try:
        report = actions.apply_import(upload=upload, by=request.user, at=timezone.now())
    except RuleBroken as error:
        messages.error(request, str(error))
        return redirect("housing:import_review", upload.pk)
    said = ngettext("%(n)d bolig er tatt inn.", "%(n)d boliger er tatt inn.", report.new_units) % {
        "n": report.new_units
    }
    if report.refused:
        said += " " + ngettext(
            "%(n)d rad ble ikke tatt inn.", "%(n)d rader ble ikke tatt inn.", report.refused
        ) % {"n": report.refused}
    messages.success(request, said)
    return redirect("housing:import_review", upload.pk)


@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _require_stock_manager(request)
    unit = get_object_or_404(Unit.objects.select_related("property"), pk=pk)
    here = reverse("desk:unit", args=[unit.pk])
    sent = request.method == "POST"
    form = UnitForm(request.POST if sent else None, instance=unit, cancel=here)
    if sent and form.is_valid():
        try:
            actions.change_unit(unit=form.instance, by=request.user)
        except IntegrityError as error:  # the name is another's in the same property
            said = explain_integrity_error(error)
            if said is None:
                raise
            form.add_error("name", said)
        else:
            messages.success(request, _("Boligen er lagret."))
            return redirect(here)
    title = Unit.objects.select_related("property").get(pk=unit.pk)
    return render(request, "housing/unit_form.html", {"form": form, "unit": title})
