"""Pages for leases: the horizon, one lease, leases at risk, and the price index."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import settings_table
from accounts.once import once
from accounts.perms import can_change_settings
from accounts.reads import log_read
from casework.log.enums import ApplicationKind
from casework.persons.views.on_person import form_page
from common.access import allowed
from common.form_errors import errors_as_message, errors_on, posted
from common.formatting import kroner, nbdate, number
from common.paging import keyset_page
from stays import correcting, perms
from stays.enums import Readiness, RiskOutcome, StayKind
from stays.longest import longest_nb, too_long
from stays.models import (
    LeaseRenewal,
    PriceIndex,
    Stay,
    TenancyRisk,
    TenancyStep,
)

from . import actions, cancelling, horizon
from . import correcting as lease_correcting
from .actions import shortest_term
from .forms import (
    CancelForm,
    ChangeRiskForm,
    CloseRiskForm,
    CorrectIndexForm,
    CorrectLeaseForm,
    CorrectRenewalForm,
    CorrectStepForm,
    IndexForm,
    ProlongForm,
    ReadinessForm,
    RentForm,
    ReopenRiskForm,
    RiskForm,
    StepForm,
)
from .models import Lease, ReadinessItem

PAGE = "leieforhold"
INDEX_ROWS = 36  # a page


def _lease(request: HttpRequest, pk: int) -> Lease:
    return get_object_or_404(
        Lease.objects.visible_to(request.user).select_related(
            "stay__person__responsible",
            "stay__unit__property",
            "application__unit",
            "informed_in",
            "agreed_by",
        ),
        pk=pk,
    )


# ------------------------------------------------------------------ the horizon


@require_safe
@allowed(perms.can_see_stays)
def leases(request: HttpRequest) -> HttpResponse:
    """Leases that end within a year, and those that have ended."""
    today = timezone.localdate()
    within = request.GET.get("innen", "")
    page = horizon.board(
        request.user,
        today,
        within=within,
        mine=request.GET.get("mine") == "1",
        not_begun=request.GET.get("uten") == "1",
        cursor=request.GET.get("etter"),
    )
    months = sorted(settings_table.value("lease_horizon_months", today), reverse=True)
    views = [(str(m), _("%(n)s md.") % {"n": m}) for m in months]
    views.append((horizon.OVER, _("Gått ut")))
    context = {
        "page": page,
        "today": today,
        "chips": views,
        "filtered": any(request.GET.get(name) for name in ("innen", "mine", "uten")),
    }
    return render(request, "stays/leases/leases.html", context)


# ------------------------------------------------------------------ one lease


@require_safe
@allowed(perms.can_see_stays)
def lease(request: HttpRequest, pk: int) -> HttpResponse:
    lease = _lease(request, pk)
    today = timezone.localdate()
    person = lease.stay.person
    log_read(request, person.pk, PAGE)
    works = perms.can_record_stays(request.user)
    items = {item.kind: item for item in lease.readiness.select_related("done_by")}
    adjustments = list(lease.adjustments.select_related("from_index", "to_index", "letter"))
    in_force = [change for change in adjustments if change.effective_on <= today]
    lives_there = today in lease.stay.period or lease.stay.period.lower > today
    row = horizon.rows([lease], today)[0] if lease.expires_on and lives_there else None
    risks = list(lease.risks.select_related("responsible", "closed_by").order_by("-opened_at"))
    context = {
        "lease": lease,
        "person": person,
        "row": row,
        "exchange": ApplicationKind.EXCHANGE,
        "works": works and lives_there,
        "may_correct": works,
        "lives_there": lives_there,
        "rent": in_force[0].new_rent if in_force else lease.rent,
        "adjustments": adjustments,
        "renewals": list(lease.renewals.select_related("application", "prolonged_by")),
        "readiness": [(kind, items.get(kind.value)) for kind in Readiness],
        "ready": sum(1 for item in items.values() if not item.is_open),
        "ready_of": len(Readiness),
        "steps": list(lease.steps.select_related("logged_by")),
        "risk": next((risk for risk in risks if not risk.closed_at), None),
        "closed_risks": [risk for risk in risks if risk.closed_at],
        "tenant_since": _tenant_since(lease),
        "today": today,
    }
    return render(request, "stays/leases/lease.html", context)


def _tenant_since(lease: Lease):
    """The first day as a municipal tenant without a break; an exchange (bytte) is not a break."""
    stays = Stay.objects.filter(person=lease.stay.person_id, kind=StayKind.LEASE)
    since = lease.stay.period.lower
    for period in stays.order_by("-period").values_list("period", flat=True):
        if period.lower < since and period.upper and period.upper >= since:
            since = period.lower
    return since


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_ready(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    lease = _lease(request, pk)
    if kind not in Readiness.values:
        raise Http404
    item = lease.readiness.filter(kind=kind).first()
    initial = item and {
        "helper_name": item.helper,
        "due_on": item.due_on,
        "not_needed": item.not_needed,
        "done": item.done_at is not None,
    }
    back = reverse("stays:lease", args=[pk])
    rows = ReadinessItem.history.filter(lease_id=pk, kind=kind)
    form = ReadinessForm(posted(request), row=rows, cancel=back, initial=initial)

    def do(**values):
        by, at = values.pop("by"), values.pop("at")
        try:
            actions.save_readiness(lease=lease, kind=kind, by=by, at=at, **form.facts())
        except actions.StayRefused as error:
            error.field = "helper_name" if error.field == "helper" else error.field
            raise

    return form_page(
        request,
        lease.stay.person,
        form,
        do,
        title=Readiness(kind).label,
        done=_("Lagret."),
        back=back,
        page=PAGE,
        sub=_("Før innflytting i %(unit)s") % {"unit": lease.stay.where},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the terms of the contract."""
    lease = _lease(request, pk)
    back = reverse("stays:lease", args=[pk])
    form = CorrectLeaseForm(posted(request), lease=lease, cancel=back)
    return form_page(
        request,
        lease.stay.person,
        form,
        partial(lease_correcting.correct_lease, lease),
        title=_("Rett leieforholdet"),
        done=_("Leieforholdet er rettet."),
        back=back,
        page=PAGE,
        sub=_("%(unit)s. Rett det som er ført feil. Reguleringer av husleien står.")
        % {"unit": lease.stay.where},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A lease that never was: it is taken out, with the reason."""
    lease = _lease(request, pk)
    back = reverse("stays:lease", args=[pk])
    has_begun = cancelling.has_begun(lease, timezone.now())
    lives_there = lease.stay.period.upper is None or timezone.localdate() < lease.stay.period.upper
    form = CancelForm(
        posted(request),
        lease=lease,
        ended=correcting.ended_by(lease.stay),
        has_offer=hasattr(lease, "offer"),
        has_begun=has_begun,
        cancel=back,
    )
    told = {}
    if has_begun and lives_there:
        told = {
            "note": _(
                "Leieforholdet begynte %(day)s. Trakk personen seg etter det, avslutter du "
                "leieforholdet med dagen og grunnen, så står det som det var."
            )
            % {"day": nbdate(lease.starts_on)},
            "note_url": f"{reverse('stays:stay_end', args=[lease.stay_id])}?grunn=trakk-seg",
            "note_link": _("Avslutt leieforholdet: personen trakk seg"),
        }
    return form_page(
        request,
        lease.stay.person,
        form,
        partial(cancelling.cancel_lease, lease=lease),
        title=_("Kontrakten gjelder ikke"),
        done=_("Kontrakten gjelder ikke. Boligen er ledig, og personen venter som før."),
        back=back,
        after=reverse("desk:person_stays", args=[lease.stay.person_id]),
        page=PAGE,
        sub=_(
            "%(unit)s fra %(day)s. Boligen blir ledig igjen, og personen venter som før, med samme "
            "plass på ventelisten."
        )
        % {"unit": lease.stay.where, "day": nbdate(lease.starts_on)},
        **told,
    )


@require_POST
@allowed(perms.can_record_stays)
@once
def lease_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Start an application for a longer lease."""
    lease = _lease(request, pk)
    with errors_as_message(request):
        application = actions.start_renewal(lease=lease, by=request.user, at=timezone.now())
        messages.success(request, _("Søknad om forlengelse er registrert."))
        return redirect("casework:application", application.pk)
    return redirect("stays:lease", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_prolong(request: HttpRequest, pk: int) -> HttpResponse:
    """Extend the lease after a vedtak."""
    lease = _lease(request, pk)
    vedtak = actions.granted_renewal(lease)
    back = reverse("stays:lease", args=[pk])
    if vedtak is None or lease.expires_on is None:
        messages.error(request, _("Det er ikke fattet noe vedtak om forlengelse."))
        return redirect(back)
    shortest = shortest_term(vedtak.application, lease.expires_on + timedelta(days=1))
    form = ProlongForm(posted(request), cancel=back, initial={"expires_on": shortest})
    person, unit = lease.stay.person, lease.stay.unit

    def prolong(**facts: Any) -> None:
        renewal = actions.prolong(lease=lease, **facts)
        if text := too_long(person, unit, lease.starts_on, renewal.expires_on):
            messages.warning(request, text)

    return form_page(
        request,
        person,
        form,
        prolong,
        note=longest_nb(person, unit, lease.starts_on),
        title=_("Forleng leieforholdet"),
        done=_("Leieforholdet er forlenget."),
        back=back,
        page=PAGE,
        sub=_("%(unit)s, leies til %(end)s. Etter regelen forlenges det minst til %(day)s.")
        % {
            "unit": lease.stay.where,
            "end": nbdate(lease.expires_on),
            "day": nbdate(shortest),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_rent(request: HttpRequest, pk: int) -> HttpResponse:
    """Adjust the rent by the price index, and send the yearly notice."""
    lease = _lease(request, pk)
    today = timezone.localdate()
    back = reverse("stays:lease", args=[pk])
    earliest = actions.earliest_adjustment(lease, today)
    rent, note = None, ""
    try:
        rent = actions.new_rent(lease, today)
    except actions.StayRefused as error:
        note = str(error)
    initial = {"effective_on": earliest}
    form = RentForm(posted(request), rent=rent and rent.new, cancel=back, initial=initial)
    return form_page(
        request,
        lease.stay.person,
        form,
        partial(actions.adjust_rent, lease=lease),
        title=_("Reguler husleien"),
        done=_("Varselet om ny husleie er laget."),
        back=back,
        page=PAGE,
        sub=_("Etter konsumprisindeksen, høyst én gang i året. Tidligst fra %(day)s.")
        % {"day": nbdate(earliest)},
        facts=_rent_facts(rent) if rent else (),
        note=note,
    )


def _rent_facts(rent: actions.NewRent) -> list[tuple[str, str]]:
    """What the notice says: the old rent and the new, and the index they follow."""

    def index(row: PriceIndex) -> str:
        return f"{number(row.value)} ({date_format(row.month, 'F Y')})"

    return [
        (_("Husleie nå"), kroner(rent.old)),
        (_("Ny husleie"), kroner(rent.new)),
        (_("Økning"), kroner(rent.new - rent.old)),
        (_("Indeks da leien sist ble satt"), index(rent.from_index)),
        (_("Indeks nå"), index(rent.to_index)),
    ]


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def price_index(request: HttpRequest) -> HttpResponse:
    """The consumer price index, which the municipality enters by hand."""
    form = IndexForm(posted(request), on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.enter_index(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Indeksen er ført inn."))
            return redirect("stays:price_index")
    return _index_page(request, form, None)


def _index_page(
    request: HttpRequest, form: forms.Form, corrects: PriceIndex | None
) -> HttpResponse:
    """Every month, three years a page, beside the form."""
    months = keyset_page(
        PriceIndex.objects.select_related("entered_by"),
        ("-month",),
        request.GET.get("etter"),
        INDEX_ROWS,
    )
    context = {"form": form, "months": months, "corrects": corrects}
    return render(request, "stays/leases/price_index.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def price_index_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the index of a month."""
    index = get_object_or_404(PriceIndex, pk=pk)
    form = CorrectIndexForm(posted(request), index=index, cancel=reverse("stays:price_index"))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            lease_correcting.correct_index(
                index, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Indeksen er rettet. Varsler som er sendt, står."))
            return redirect("stays:price_index")
    return _index_page(request, form, index)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def renewal_correct(request: HttpRequest, pk: int) -> HttpResponse:
    renewal = _on_lease(request, LeaseRenewal, pk)
    back = reverse("stays:lease", args=[renewal.lease_id])
    form = CorrectRenewalForm(posted(request), renewal=renewal, cancel=back)
    return form_page(
        request,
        renewal.lease.stay.person,
        form,
        partial(lease_correcting.correct_renewal, renewal),
        title=_("Rett forlengelsen"),
        done=_("Forlengelsen er rettet."),
        back=back,
        page=PAGE,
    )


def _on_lease(request: HttpRequest, model: type, pk: int):
    """A row of the lease of somebody the user may see."""
    return get_object_or_404(
        model.objects.filter(lease__in=Lease.objects.visible_to(request.user)).select_related(
            "lease__stay__person", "lease__stay__unit__property"
        ),
        pk=pk,
    )


# ------------------------------------------------------------------ at risk


@require_safe
@allowed(perms.can_see_stays)
def leases_at_risk(request: HttpRequest) -> HttpResponse:
    """Leases at risk: what happened, the plan, who is responsible, and the next deadline."""
    today = timezone.localdate()
    last = TenancyStep.objects.filter(lease=OuterRef("lease")).order_by("-on", "-pk")
    risks = (
        TenancyRisk.objects.visible_to(request.user)
        .open()
        .select_related("lease__stay__person", "lease__stay__unit__property", "responsible")
        .annotate(
            last_step=Subquery(last.values("kind")[:1]),
            last_on=Subquery(last.values("on")[:1]),
            next_due=Subquery(
                last.filter(due_on__gte=today).order_by("due_on").values("due_on")[:1]
            ),
        )
    )
    if request.GET.get("mine") == "1":
        risks = risks.filter(responsible=request.user)
    if request.GET.get("utkastelse") == "1":
        eviction = TenancyStep.objects.filter(kind__in=actions.EVICTION)
        risks = risks.filter(lease__in=eviction.values("lease"))
    context = {
        "steps": horizon.open_steps(request.user, today),
        "page": keyset_page(risks, ("review_on", "pk"), request.GET.get("etter")),
        "today": today,
        "kinds": dict(TenancyStep._meta.get_field("kind").flatchoices),
        "filtered": bool(request.GET.get("mine") or request.GET.get("utkastelse")),
    }
    return render(request, "stays/leases/leases_at_risk.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def risk_new(request: HttpRequest, pk: int) -> HttpResponse:
    lease = _lease(request, pk)
    today = timezone.localdate()
    back = reverse("stays:lease", args=[pk])
    review = today + timedelta(days=settings_table.value("prevention_review_days", today))
    responsible = lease.stay.person.responsible_id or request.user.pk
    initial = {"review_on": review, "responsible": responsible}
    form = RiskForm(posted(request), on=today, cancel=back, initial=initial)
    return form_page(
        request,
        lease.stay.person,
        form,
        partial(actions.put_at_risk, lease=lease),
        title=_("Leieforholdet er i fare"),
        done=_("Planen er lagret."),
        back=back,
        page=PAGE,
        sub=_("Ingen hjelp faller bort av dette. Tjenester, vedtak og ansiennitet står."),
    )


def _risk(request: HttpRequest, pk: int, *, closed: bool = False) -> TenancyRisk:
    risks = TenancyRisk.objects.visible_to(request.user).filter(closed_at__isnull=not closed)
    return get_object_or_404(risks.select_related("lease__stay__person"), pk=pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def risk(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan."""
    risk = _risk(request, pk)
    today = timezone.localdate()
    back = reverse("stays:lease", args=[risk.lease_id])
    names = ("cause", "what", "amount", "responsible", "review_on", "plan", "person_view")
    initial = {name: getattr(risk, name) for name in names}
    form = ChangeRiskForm(posted(request), row=risk, on=today, cancel=back, initial=initial)
    return form_page(
        request,
        risk.lease.stay.person,
        form,
        partial(actions.change_risk, risk),
        title=_("Endre planen"),
        done=_("Planen er endret."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def risk_close(request: HttpRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk)
    back = reverse("stays:lease", args=[risk.lease_id])
    form = CloseRiskForm(posted(request), cancel=back, initial={"outcome": RiskOutcome.KEPT})
    return form_page(
        request,
        risk.lease.stay.person,
        form,
        partial(actions.close_risk, risk),
        title=_("Ikke lenger i fare"),
        done=_("Saken er avsluttet."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def risk_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    risk = _risk(request, pk, closed=True)
    back = reverse("stays:lease", args=[risk.lease_id])
    return form_page(
        request,
        risk.lease.stay.person,
        ReopenRiskForm(posted(request), cancel=back),
        partial(actions.reopen_risk, risk),
        title=_("Fortsatt i fare"),
        done=_("Saken er åpnet igjen, med planen som før."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def lease_step(request: HttpRequest, pk: int) -> HttpResponse:
    lease = _lease(request, pk)
    back = reverse("stays:lease", args=[pk])
    initial = {"on": timezone.localdate(), "kind": request.GET.get("steg")}
    form = StepForm(posted(request), cancel=back, initial=initial)
    return form_page(
        request,
        lease.stay.person,
        form,
        partial(actions.take_step, lease=lease),
        title=_("Før et steg i leieforholdet"),
        done=_("Steget er ført."),
        back=back,
        page=PAGE,
        sub=_("Steget står med sin dag og frist. Ingen hjelp faller bort av det."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def step_correct(request: HttpRequest, pk: int) -> HttpResponse:
    step = _on_lease(request, TenancyStep, pk)
    back = reverse("stays:lease", args=[step.lease_id])
    form = CorrectStepForm(posted(request), step=step, cancel=back)
    return form_page(
        request,
        step.lease.stay.person,
        form,
        partial(lease_correcting.correct_step, step),
        title=_("Rett steget"),
        done=_("Steget er rettet."),
        back=back,
        page=PAGE,
    )
