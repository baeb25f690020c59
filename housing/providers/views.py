"""Pages for providers of temporary places, their quality agreements and checks (need H12)."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import settings_table
from accounts.once import once
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on
from common.paging import keyset_page

from .. import perms
from . import actions
from . import flags as agreement_flags
from .forms import CheckForm, FlagNoteForm, ProviderForm, QualityAgreementForm
from .models import AgreementFlag, Provider, QualityAgreement, QualityCheck


@require_safe
@allowed(perms.can_report_upkeep)
def providers(request: HttpRequest) -> HttpResponse:
    """Every provider: how many places, when the agreement expires, open breaches."""
    today = timezone.localdate()
    newest = QualityAgreement.objects.filter(provider=OuterRef("pk")).order_by("-valid")
    rows = Provider.objects.annotate(
        places=Count("properties", distinct=True),
        expires=Subquery(newest.annotate(end=Upper("valid")).values("end")[:1]),
        unmended=Count(
            "checks",
            filter=Q(checks__mended_at__isnull=True, checks__mend_by__isnull=False),
            distinct=True,
        ),
    )
    page = keyset_page(rows, ("name", "pk"), request.GET.get("etter"))
    soon = _soon(today)
    context = {
        "page": page,
        "rows": [(provider, _expiry(provider.expires, today, soon)) for provider in page.items],
        "flags": agreement_flags.lines(AgreementFlag.objects.open(), today),
        "may_edit": perms.can_manage_stock(request.user),
    }
    return render(request, "housing/providers.html", context)


def _soon(today: date) -> date:
    days = settings_table.value("agreement_horizon_days", today)
    return today + timedelta(days=max(days, default=0))


def _expiry(end: date | None, today: date, soon: date) -> tuple[str, str, date | None]:
    """The state of the agreement in words, its colour, and its last day."""
    last = end and end - timedelta(days=1)
    if end is None:
        return _("Ingen avtale"), "danger", last
    if end <= today:
        return _("Utløpt"), "danger", last
    if end <= soon:
        return _("Går snart ut"), "warning", last
    return _("Gjelder"), "success", last


@require_safe
@allowed(perms.can_report_upkeep)
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(Provider, pk=pk)
    today = timezone.localdate()
    agreements = list(provider.agreements.select_related("responsible"))
    newest = agreements[0].valid.upper if agreements else None
    # One of the agreement at most, since a later one supersedes it, and one of each late breach.
    of_provider = Q(agreement__provider=provider) | Q(check_made__provider=provider)
    flags = AgreementFlag.objects.open().filter(of_provider)
    flags = flags.select_related("agreement__provider", "check_made__provider", "owner")
    context = {
        "provider": provider,
        "agreements": agreements,
        "expiry": _expiry(newest, today, _soon(today)),
        "flags": [
            (
                agreement_flags.line(flag, today),
                perms.can_follow_up_agreement(request.user, flag) and flag,
            )
            for flag in flags.order_by("threshold", "due_on", "pk")
        ],
        "checks": list(provider.checks.select_related("property", "checked_by", "mended_by")[:50]),
        "places": provider.properties.order_by("sort_name", "pk"),
        "today": today,
        "may_edit": perms.can_manage_stock(request.user),
    }
    return render(request, "housing/provider.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def provider_new(request: HttpRequest) -> HttpResponse:
    return _provider_form(request, Provider(), _("Ny leverandør"), reverse("housing:providers"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def provider_edit(request: HttpRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(Provider, pk=pk)
    return _provider_form(
        request, provider, _("Endre leverandøren"), reverse("housing:provider", args=[pk])
    )


def _provider_form(request: HttpRequest, row: Provider, title: str, cancel: str) -> HttpResponse:
    stored = row if row.pk else None
    form = ProviderForm(request.POST or None, instance=row, row=stored, cancel=cancel)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            saved = actions.save_provider(
                provider=form.instance, by=request.user, seen=form.cleaned_data.get("seen")
            )
            messages.success(request, _("Leverandøren er lagret."))
            return redirect("housing:provider", saved.pk)
    return _page(request, form, title)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def agreement_new(request: HttpRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(Provider, pk=pk)
    back = redirect("housing:provider", pk)
    form = QualityAgreementForm(request.POST or None, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "valid"):
            actions.make_agreement(
                provider=provider, by=request.user, on=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("Kvalitetsavtalen er lagret."))
            return back
    return _page(request, form, _("Ny kvalitetsavtale"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def agreement_correct(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = get_object_or_404(QualityAgreement, pk=pk)
    back = redirect("housing:provider", agreement.provider_id)
    form = QualityAgreementForm(
        request.POST or None, instance=agreement, row=agreement, cancel=back.url
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "valid"):
            actions.correct_agreement(
                agreement=agreement,
                by=request.user,
                on=timezone.localdate(),
                **form.cleaned_data,
            )
            messages.success(request, _("Kvalitetsavtalen er rettet."))
            return back
    return _page(request, form, _("Rett kvalitetsavtalen"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def check_new(request: HttpRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(Provider, pk=pk)
    back = redirect("housing:provider", pk)
    initial = {"checked_on": timezone.localdate()}
    form = CheckForm(request.POST or None, provider=provider, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "checked_on"):
            actions.record_check(
                provider=provider, by=request.user, on=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("Kontrollen er lagret."))
            return back
    return _page(request, form, _("Ny kontroll"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def check_correct(request: HttpRequest, pk: int) -> HttpResponse:
    check = get_object_or_404(QualityCheck.objects.select_related("provider"), pk=pk)
    back = redirect("housing:provider", check.provider_id)
    form = CheckForm(
        request.POST or None, provider=check.provider, instance=check, row=check, cancel=back.url
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "checked_on"):
            actions.correct_check(
                check=check, by=request.user, on=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("Kontrollen er rettet."))
            return back
    return _page(request, form, _("Rett kontrollen"))


@require_POST
@allowed(perms.can_manage_stock)
def check_mended(request: HttpRequest, pk: int) -> HttpResponse:
    check = get_object_or_404(QualityCheck, pk=pk)
    with errors_as_message(request):
        if "undo" in request.POST:
            actions.breach_not_corrected(check=check, by=request.user)
        else:
            actions.correct_breach(check=check, by=request.user, at=timezone.now())
    return redirect("housing:provider", check.provider_id)


@require_http_methods(["GET", "POST"])
@once
def agreement_flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an agreement's flag by writing what was done: for its owner and stock managers."""
    flag = get_object_or_404(
        AgreementFlag.objects.select_related(
            "agreement__provider", "check_made__provider", "owner"
        ),
        pk=pk,
    )
    require(perms.can_follow_up_agreement(request.user, flag))
    back = redirect("housing:provider", flag.provider.pk)
    form = FlagNoteForm(request.POST or None, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            agreement_flags.follow_up(
                flag=flag, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Varselet er fulgt opp og avsluttet."))
            return back
    line = agreement_flags.line(flag, timezone.localdate())
    title = _("Følg opp avviket") if flag.check_made else _("Følg opp kvalitetsavtalen")
    return _page(request, form, title, sub=f"{line.name}. {line.why} {line.next}")


def _page(request: HttpRequest, form, title: str, sub: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "sub": sub}
    return render(request, "housing/provider_form.html", context)
