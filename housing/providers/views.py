"""Providers of temporary places, their kvalitetsavtaler and the checks of them (need H12)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from common.calendar import add_months
from common.errors import RuleBroken

from .. import perms
from ..forms import AgreementForm, CheckForm, ProviderForm
from ..models import Provider, QualityAgreement, QualityCheck
from . import actions

SOON_MONTHS = 3


def _may_change(request: HttpRequest) -> None:
    if not perms.can_manage_stock(request.user):
        raise PermissionDenied


@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """Every provider: how many places, when the agreement runs out, what is not mended."""
    if not perms.can_report_upkeep(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    newest = QualityAgreement.objects.filter(provider=OuterRef("pk")).order_by("-valid")
    found = Provider.objects.annotate(
        places=Count("properties", distinct=True),
        expires=Subquery(newest.annotate(end=Upper("valid")).values("end")[:1]),
        unmended=Count(
            "checks",
            filter=Q(checks__mended_at__isnull=True, checks__mend_by__isnull=False),
            distinct=True,
        ),
    ).order_by("name", "pk")
    rows = [(each, *_expiry(each.expires, today)) for each in found]
    context = {"rows": rows, "may_edit": perms.can_manage_stock(request.user)}
    return render(request, "housing/providers.html", context)


def _expiry(end: date | None, today: date) -> tuple[str, str]:
    """How the agreement stands, in a word and its colour."""
    if end is None:
        return _("Ingen avtale"), "danger"
    if end <= today:
        return _("Utløpt"), "danger"
    if end <= add_months(today, SOON_MONTHS):
        return _("Går snart ut"), "warning"
    return _("Gjelder"), "success"


@require_safe
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    if not perms.can_report_upkeep(request.user):
        raise PermissionDenied
    found = get_object_or_404(Provider, pk=pk)
    today = timezone.localdate()
    agreements = list(found.agreements.select_related("responsible"))
    newest = agreements[0].valid.upper if agreements else None
    context = {
        "provider": found,
        "agreements": agreements,
        "expiry": _expiry(newest, today),
        "checks": list(found.checks.select_related("property", "checked_by", "mended_by")[:50]),
        "places": found.properties.order_by("sort_name", "pk"),
        "today": today,
        "may_edit": perms.can_manage_stock(request.user),
    }
    return render(request, "housing/provider.html", context)


@require_http_methods(["GET", "POST"])
@once
def provider_new(request: HttpRequest) -> HttpResponse:
    _may_change(request)
    return _provider_form(request, Provider(), _("Ny leverandør"), reverse("housing:providers"))


@require_http_methods(["GET", "POST"])
@once
def provider_edit(request: HttpRequest, pk: int) -> HttpResponse:
    _may_change(request)
    found = get_object_or_404(Provider, pk=pk)
    return _provider_form(
        request, found, _("Endre leverandøren"), reverse("housing:provider", args=[pk])
    )


def _provider_form(request: HttpRequest, of: Provider, title: str, cancel: str) -> HttpResponse:
    form = ProviderForm(request.POST or None, instance=of, cancel=cancel)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_provider(provider=form.instance, by=request.user)
        messages.success(request, _("Leverandøren er lagret."))
        return redirect("housing:provider", saved.pk)
    return _page(request, form, title)


@require_http_methods(["GET", "POST"])
@once
def agreement_new(request: HttpRequest, pk: int) -> HttpResponse:
    _may_change(request)
    found = get_object_or_404(Provider, pk=pk)
    back = redirect("housing:provider", pk)
    form = AgreementForm(request.POST or None, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        try:
            actions.make_agreement(provider=found, by=request.user, **form.cleaned_data)
        except RuleBroken as no:
            form.add_error("valid", str(no))
        else:
            messages.success(request, _("Kvalitetsavtalen er lagret."))
            return back
    return _page(request, form, _("Ny kvalitetsavtale"))


@require_http_methods(["GET", "POST"])
@once
def check_new(request: HttpRequest, pk: int) -> HttpResponse:
    _may_change(request)
    found = get_object_or_404(Provider, pk=pk)
    back = redirect("housing:provider", pk)
    initial = {"checked_on": timezone.localdate()}
    form = CheckForm(request.POST or None, provider=found, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        actions.record_check(provider=found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Kontrollen er lagret."))
        return back
    return _page(request, form, _("Ny kontroll"))


@require_POST
def check_mended(request: HttpRequest, pk: int) -> HttpResponse:
    _may_change(request)
    check = get_object_or_404(QualityCheck, pk=pk)
    try:
        actions.mend(check=check, by=request.user, at=timezone.now())
    except RuleBroken as no:
        messages.error(request, str(no))
    return redirect("housing:provider", check.provider_id)


def _page(request: HttpRequest, form, title: str) -> HttpResponse:
    return render(request, "housing/provider_form.html", {"form": form, "title": title})
