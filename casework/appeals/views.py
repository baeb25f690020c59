"""Klage: the list, one klage, and each step of it, from received to answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Municipality
from accounts.once import once
from accounts.reads import log_read
from casework.applications import deadlines
from casework.log import perms
from casework.log.enums import APPEAL_ANSWERED, AppealBody, AppealState, RepresentativeKind
from casework.vedtak import letter as vedtak_letter
from casework.vedtak.models import Vedtak
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on, posted
from common.paging import keyset_page

from . import actions, forms
from . import clock as appeal_clock
from . import file as appeal_file
from . import words as appeal_words
from .models import Appeal
from .perms import appeal_reviewers, can_review_appeal
from .processes import APPEAL


def _visible(request: HttpRequest) -> QuerySet[Appeal]:
    return Appeal.objects.visible_to(request.user).select_related(
        "vedtak__application__person", "reviewer", "new_vedtak"
    )


def _appeal(request: HttpRequest, pk: int) -> Appeal:
    return get_object_or_404(_visible(request).select_related("vedtak__application__unit"), pk=pk)


# ------------------------------------------------------------------ the list


@require_safe
@allowed(perms.can_read_cases)
def appeals(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    page = keyset_page(
        _filtered(request, today),
        order=("-received_on", "-pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    clocks = appeal_clock.clocks(page.items, today)
    context = {
        "page": page,
        "rows": [{"appeal": each, "clock": clocks[each.pk]} for each in page.items],
        "filtered": any(request.GET.get(name) for name in ("tilstand", "mine", "sen")),
        "today": today,
    }
    return render(request, "casework/appeals/appeal_list.html", context)


def _filtered(request: HttpRequest, today: date) -> QuerySet[Appeal]:
    """By the chips chosen; what is no choice is no filter."""
    found = _visible(request)
    state = request.GET.get("tilstand", "")
    if state == "apne":
        found = found.open()
    elif state == "klageinstans":
        found = found.filter(state=AppealState.FORWARDED)
    elif state == "ufordelt":
        found = found.filter(state=AppealState.RECEIVED)
    elif state == "avsluttet":
        found = found.filter(closed_on__isnull=False)
    if request.GET.get("mine"):
        found = found.filter(
            Q(reviewer=request.user) | Q(vedtak__application__responsible=request.user)
        )
    if request.GET.get("sen"):
        found = found.late(deadlines.appeals_late_before(today))
    return found


# ------------------------------------------------------------------ received


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def appeal_new(request: HttpRequest, pk: int) -> HttpResponse:
    vedtak = get_object_or_404(
        Vedtak.objects.visible_to(request.user).select_related("application__person"), pk=pk
    )
    require(perms.can_do_casework(request.user))
    person, today = vedtak.application.person, timezone.localdate()
    bodies = appeal_words.bodies_of(vedtak)
    form = forms.AppealForm(
        posted(request),
        cancel=reverse("casework:vedtak", args=[vedtak.pk]),
        bodies=bodies,
        names=[
            each.name
            for each in person.representatives.filter(
                kind__in=[RepresentativeKind.PROXY, RepresentativeKind.GUARDIAN],
                period__contains=today,
            )
        ],
        initial={
            "received_on": today,
            "arrived_on": vedtak.arrived_on,
            "bodies": list(bodies),
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen = facts.pop("bodies", None) or [""]
        with errors_on(form):
            made = _register(vedtak, chosen, facts, request)
            messages.success(request, _registered(made))
            return redirect("casework:appeal", made[0].pk)
    log_read(request, person.pk, "klage")
    return render(
        request,
        "casework/appeals/appeal_new.html",
        {
            "vedtak": vedtak,
            "application": vedtak.application,
            "person": person,
            "form": form,
            "due": vedtak.appeal_due(),
        },
    )


def _register(
    vedtak: Vedtak, bodies: list[str], facts: dict[str, Any], request: HttpRequest
) -> list[Appeal]:
    """A klage to each klageinstans, all or none."""
    with transaction.atomic():
        return [
            actions.register_appeal(
                vedtak=vedtak, body=body, by=request.user, at=timezone.now(), **facts
            )
            for body in bodies
        ]


def _registered(made: list[Appeal]) -> str:
    told = (
        _("Klagen er registrert. Den kom etter fristen, og det må vurderes om den tas inn.")
        if made[0].is_late
        else _("Klagen er registrert. Den kom innen fristen.")
    )
    if len(made) > 1:
        told += " " + _("Den er ført som to, én til hver klageinstans.")
    return told


# ------------------------------------------------------------------ one klage


@require_safe
@allowed(perms.can_read_cases)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        _visible(request).select_related(
            "vedtak__application__unit",
            "drafter",
            "approver",
            "registered_by",
            "assigned_by",
            "taken_up_by",
            "suspension_by",
            "reviewed_by",
            "forwarded_by",
            "reminded_by",
            "outcome_by",
            "letter",
            "confirmation",
        ),
        pk=pk,
    )
    log_read(request, found.vedtak.application.person_id, "klage")
    return render(request, "casework/appeals/appeal.html", _page(request, found))


def _page(request: HttpRequest, found: Appeal) -> dict[str, Any]:
    today = timezone.localdate()
    application = found.vedtak.application
    works = perms.can_do_casework(request.user)
    reviews = works and can_review_appeal(request.user, found)
    reviewing = reviews and found.state == AppealState.REVIEWING
    ready = reviewing and not found.must_judge_lateness
    own = request.user.pk in (found.drafter_id, found.approver_id)
    events = application.events.filter(data__appeal=found.pk).select_related("by")
    return {
        "appeal": found,
        "application": application,
        "person": application.person,
        "body": vedtak_letter.body_name(found.body, Municipality.objects.get().name),
        "bases": appeal_words.bodies_of(found.vedtak).get(found.body, []),
        "timeliness": appeal_words.timeliness(found),
        "clock": appeal_clock.clock(found, today),
        "today": today,
        "step": appeal_words.next_step(found, request.user, reviews=reviews, works=works, own=own),
        "own": works and own,
        "reviewing": reviewing,
        "ready": ready,
        "may_assign": works and found.state in (AppealState.RECEIVED, AppealState.REVIEWING),
        "may_suspend": reviews and found.is_open and found.suspension_granted is None,
        "may_ask": works and found.is_open and found.suspension_asked_on is None,
        "may_confirm": works and found.is_here and not found.confirmation_id,
        "may_withdraw": works and APPEAL.may(found, AppealState.WITHDRAWN),
        "with_body": works and found.state == AppealState.FORWARDED,
        "may_begin": works and found.awaits_new_vedtak and not found.new_vedtak_id,
        "answered": found.state in APPEAL_ANSWERED or found.outcome_on,
        "planned": _planned(found, today) if found.is_here else [],
        "events": [
            {"when": each.at, "text": each.text, "by": each.by, "letter": each.data.get("letter")}
            for each in events.order_by("-at", "-pk")
        ],
    }


def _planned(found: Appeal, today: date) -> list[str]:
    """What the file would hold if it were made now; without what costs to count."""
    return appeal_file.titles(found)


@require_safe
@allowed(perms.can_read_cases)
def appeal_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was sent: the stored bytes, and who opened them."""
    found = get_object_or_404(
        _visible(request).filter(file__isnull=False).select_related("file"), pk=pk
    )
    application = found.vedtak.application
    log_read(request, application.person_id, "klagefil")
    name = f"klage-{application.case_year}-{application.case_seq:04d}.pdf"
    return HttpResponse(
        bytes(found.file.content),
        content_type=found.file.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


# ------------------------------------------------------------------ the steps


def _step(
    request: HttpRequest,
    found: Appeal,
    form: django_forms.Form,
    action: Callable[..., Any],
    *,
    title: str,
    done: str,
    lead: str = "",
    to: str = "",
) -> HttpResponse:
    """A page with one form and one action; then back to the klage, or on to a vedtak."""
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = action(appeal=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect(to or "casework:appeal", made.pk)
    application = found.vedtak.application
    log_read(request, application.person_id, "klage")
    context = {
        "appeal": found,
        "application": application,
        "person": application.person,
        "clock": appeal_clock.clock(found, timezone.localdate()),
        "form": form,
        "title": title,
        "lead": lead,
    }
    return render(request, "casework/appeals/appeal_step.html", context)


def _back(found: Appeal) -> str:
    return reverse("casework:appeal", args=[found.pk])


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_assign(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.AssignForm(
        posted(request),
        cancel=_back(found),
        reviewers=appeal_reviewers(found, on=timezone.localdate()),
        user=request.user,
    )
    return _step(
        request,
        found,
        form,
        actions.assign_appeal,
        title=_("Fordel klagen"),
        done=_("Klagen er fordelt."),
        lead=_("Klagen vurderes av en som verken skrev eller godkjente vedtaket."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(found),
        label=_("Hvorfor klagen tas opp"),
        submit=_("Ta opp klagen"),
        help_text=_(
            "Personen kan ikke lastes for forsinkelsen, eller det er særlig grunn til å prøve "
            "klagen (fvl. § 31). Mer enn ett år etter vedtaket går det ikke."
        ),
        rows=5,
    )
    return _step(
        request,
        found,
        form,
        actions.take_up,
        title=_("Ta opp klagen etter fristen"),
        done=_("Klagen er tatt opp, og skal vurderes."),
        lead=" ".join(appeal_words.timeliness(found)),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(found),
        label=_("Hvorfor klagen avvises"),
        submit=_("Avvis klagen og lag brevet"),
        help_text=_("Står i brevet til personen. Skriv i målformen brevet har."),
    )
    return _step(
        request,
        found,
        form,
        actions.dismiss,
        title=_("Avvis klagen"),
        done=_("Klagen er avvist, og brevet er laget."),
        lead=_("Avvist betyr at innholdet ikke er vurdert. Personen kan klage på avvisningen."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(found),
        label=_("Hvorfor vedtaket skal gjøres om"),
        submit=_("Skriv nytt vedtak"),
        help_text=_("Hva klagen fikk deg til å se annerledes."),
        rows=5,
    )
    return _step(
        request,
        found,
        form,
        actions.begin_reversal,
        title=_("Gjør om vedtaket"),
        done=_("Nytt vedtak er påbegynt. Det gamle gjelder til det nye er fattet."),
        lead=_("Et nytt vedtak skrives, og må godkjennes av en annen. Da er klagen avgjort."),
        to="casework:vedtak",
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_forward(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(found),
        label=_("Vår vurdering av klagen"),
        submit=_("Send til klageinstansen"),
        help_text=_(
            "Svar på det klagen tar opp, og skriv hvorfor vedtaket bør stå. Personen får kopi. "
            "Skriv i målformen brevet har."
        ),
        rows=12,
    )

    def send(*, reason: str, **who: Any) -> Appeal:
        return actions.forward(review=reason, **who)

    return _step(
        request,
        found,
        form,
        send,
        title=_("Hold på vedtaket og send klagen videre"),
        done=_("Klagen er sendt videre. Brevet og sakens dokumenter er laget."),
        lead=_("%(body)s avgjør klagen. Brevet og filen lages nå, og kan ikke endres etterpå.")
        % {"body": AppealBody(found.body).label},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(found),
        label=_("Hvorfor klagen trekkes"),
        submit=_("Registrer at klagen er trukket"),
        help_text=_("Hva personen sa, og hvordan dere fikk vite det."),
        rows=4,
    )
    return _step(
        request,
        found,
        form,
        actions.withdraw_appeal,
        title=_("Klagen er trukket"),
        done=_("Klagen er registrert som trukket."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_suspension(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    return _step(
        request,
        found,
        forms.SuspensionForm(posted(request), cancel=_back(found)),
        actions.decide_suspension,
        title=_("Utsatt iverksetting"),
        done=_("Utsatt iverksetting er avgjort, og brevet er laget."),
        lead=_(
            "Vedtaket kan vente til klagen er avgjort, særlig når det ellers ikke kan rettes opp "
            "(fvl. § 42)."
        ),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_ask_suspension(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.AskSuspensionForm(
        posted(request), cancel=_back(found), initial={"asked_on": timezone.localdate()}
    )
    return _step(
        request,
        found,
        form,
        actions.ask_suspension,
        title=_("Personen ber om utsatt iverksetting"),
        done=_("Det er registrert at personen ber om utsatt iverksetting."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = forms.OutcomeForm(
        posted(request), cancel=_back(found), initial={"outcome_on": timezone.localdate()}
    )
    return _step(
        request,
        found,
        form,
        actions.record_outcome,
        title=_("Svar fra klageinstansen"),
        done=_("Svaret er registrert."),
    )


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    with errors_as_message(request):
        actions.confirm_receipt(appeal=found, by=request.user, at=timezone.now())
        messages.success(request, _("Bekreftelsen er laget. Skriv den ut, og send den."))
    return redirect(_back(found))


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_remind(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    with errors_as_message(request):
        actions.remind(appeal=found, by=request.user, at=timezone.now())
        messages.success(request, _("Det er ført at klageinstansen er spurt."))
    return redirect(_back(found))


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_new_vedtak(request: HttpRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    with errors_as_message(request):
        made = actions.begin_vedtak_after_answer(appeal=found, by=request.user, at=timezone.now())
        return redirect("casework:vedtak", made.pk)
    return redirect(_back(found))
