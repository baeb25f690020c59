from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleBroken

from . import actions, perms, stock_import
from .forms import StockFileForm, UnitForm
from .models import StockImport, Unit


def _require_stock_manager(request: HttpRequest) -> None:
    if not perms.can_manage_stock(request.user):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
def import_stock(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it would do is shown on the next page."""
    _require_stock_manager(request)
    form = StockFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, content = form.cleaned_data["file"]
        upload = StockImport.objects.create(
            file_name=name[-200:],
            content=content,
            uploaded_at=timezone.now(),
            uploaded_by=request.user,
        )
        return redirect("housing:import_review", upload.pk)
    earlier = StockImport.objects.filter(applied_at__isnull=False).select_related("applied_by")
    return render(request, "housing/import.html", {"form": form, "earlier": earlier[:10]})


@require_http_methods(["GET"])
def import_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file means, row by row, before anything is taken in."""
    _require_stock_manager(request)
    upload = get_object_or_404(StockImport, pk=pk)
    report = stock_import.examine(stock_import.read(bytes(upload.content), upload.file_name))
    return render(request, "housing/import_review.html", {"upload": upload, "report": report})


@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    _require_stock_manager(request)
    upload = get_object_or_404(StockImport, pk=pk)
    try:
        report = actions.apply_import(upload=upload, by=request.user, at=timezone.now())
    except RuleBroken as error:
        messages.error(request, str(error))
        return redirect("housing:import_review", upload.pk)
    messages.success(
        request,
        ngettext(
            "%(n)d bolig er tatt inn. %(refused)d rader ble ikke tatt inn.",
            "%(n)d boliger er tatt inn. %(refused)d rader ble ikke tatt inn.",
            report.new_units,
        )
        % {"n": report.new_units, "refused": report.refused},
    )
    return redirect("housing:import_review", upload.pk)


@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _require_stock_manager(request)
    unit = get_object_or_404(Unit.objects.select_related("property"), pk=pk)
    here = reverse("desk:unit", args=[unit.pk])
    form = UnitForm(request.POST or None, instance=unit, cancel=here)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            actions.change_unit(unit=form.instance, by=request.user)
        messages.success(request, _("Boligen er lagret."))
        return redirect(here)
    title = Unit.objects.select_related("property").get(pk=unit.pk)
    return render(request, "housing/unit_form.html", {"form": form, "unit": title})
