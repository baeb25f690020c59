"""Appeals (klager): the list, the page of one appeal, and each step from received to answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
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
from casework.letters import appeals_bodies
from casework.log import perms
from casework.log.enums import (
    APPEAL_ANSWERED,
    AppealBody,
    AppealState,
    LanguageForm,
    RepresentativeKind,
)
from casework.persons.actions.representatives import add_representative
from casework.vedtak.models import Vedtak, VedtakOutcome
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on, posted
from common.formatting import nbdate
from common.paging import keyset_page

from . import actions, forms, reading
from . import clock as appeal_clock
from . import file as appeal_file
from . import words as appeal_words
from .models import Appeal, sender_gets_copies
from .perms import appeal_reviewers, can_review_appeal
from .processes import APPEAL


def visible_appeals(request: HttpRequest) -> QuerySet[Appeal]:
    return Appeal.objects.visible_to(request.user).select_related(
        "vedtak__application__person", "reviewer", "new_vedtak", "about_dismissal"
    )


def _appeal(request: HttpRequest, pk: int) -> Appeal:
    rows = visible_appeals(request).select_related("vedtak__application__unit")
    return get_object_or_404(rows, pk=pk)


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
        "rows": [{"appeal": appeal, "clock": clocks[appeal.pk]} for appeal in page.items],
        "filtered": any(request.GET.get(name) for name in ("tilstand", "mine", "sen")),
        "today": today,
    }
    return render(request, "casework/appeals/appeal_list.html", context)


def _filtered(request: HttpRequest, today: date) -> QuerySet[Appeal]:
    """The appeals the chosen filters give. An unknown filter value is ignored."""
    appeals = visible_appeals(request)
    state = request.GET.get("tilstand", "")
    if state == "apne":
        appeals = appeals.open()
    elif state == "klageinstans":
        appeals = appeals.filter(state=AppealState.FORWARDED)
    elif state == "ufordelt":
        appeals = appeals.filter(state=AppealState.RECEIVED)
    elif state == "avsluttet":
        appeals = appeals.filter(closed_on__isnull=False)
    if request.GET.get("mine"):
        appeals = appeals.filter(
            Q(reviewer=request.user) | Q(vedtak__application__responsible=request.user)
        )
    if request.GET.get("sen"):
        appeals = appeals.late(appeal_clock.late_before(today))
    return appeals


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
    outcomes = vedtak.outcomes.standing().select_related("basis")
    appeals = vedtak.appeals.exclude(state=AppealState.WITHDRAWN)
    unappealed = outcomes.exclude(pk__in=appeals.values("outcomes"))
    dismissed = [one for one in appeals if one.is_dismissed_here]
    form = forms.AppealForm(
        posted(request),
        cancel=reverse("casework:vedtak", args=[vedtak.pk]),
        outcomes=outcomes,
        about_dismissal=bool(dismissed) and not unappealed,
        names=[
            representative.name
            for representative in person.representatives.filter(
                kind__in=[RepresentativeKind.PROXY, RepresentativeKind.GUARDIAN],
                period__contains=today,
            )
        ],
        initial={
            "received_on": today,
            # Of what was dismissed, another letter counts: the one that dismissed it.
            "arrived_on": None if dismissed else vedtak.arrived_on,
            "outcomes": unappealed,
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen = facts.pop("outcomes", None) or outcomes
        with errors_on(form):
            registered = _register(vedtak, chosen, facts, request)
            messages.success(request, _registered_message(registered))
            return redirect("casework:appeal", registered[0].pk)
    log_read(request, person.pk, "klage")
    return render(
        request,
        "casework/appeals/appeal_new.html",
        {
            "vedtak": vedtak,
            "application": vedtak.application,
            "person": person,
            "form": form,
            "dismissed": dismissed[0] if dismissed and not unappealed else None,
            "due": (
                dismissed[0].dismissal_deadline()
                if dismissed and not unappealed
                else vedtak.appeal_deadline()
            ),
        },
    )


def _register(
    vedtak: Vedtak,
    outcomes: Iterable[VedtakOutcome],
    facts: dict[str, Any],
    request: HttpRequest,
) -> list[Appeal]:
    """Register an appeal to each appeals body of the outcomes, all or none."""
    about: dict[str, list[VedtakOutcome]] = {}
    for outcome in outcomes:
        about.setdefault(outcome.basis.appeal_body, []).append(outcome)
    copies = facts.pop("copies")
    at = timezone.now()
    with transaction.atomic():
        if copies:
            add_representative(
                person=vedtak.application.person,
                facts={
                    **copies,
                    "kind": facts["sender"],
                    "name": facts["sender_name"],
                    "scope": _("Klagen mottatt %s") % nbdate(facts["received_on"]),
                    "period": DateRange(facts["received_on"], None),
                },
                by=request.user,
                at=at,
            )
        return [
            actions.register_appeal(vedtak=vedtak, outcomes=group, by=request.user, at=at, **facts)
            for group in about.values() or [()]
        ]


def _registered_message(appeals: list[Appeal]) -> str:
    message = (
        _("Klagen er registrert. Den kom etter fristen, og det må vurderes om den tas inn.")
        if appeals[0].is_late
        else _("Klagen er registrert. Den kom innen fristen.")
    )
    if len(appeals) > 1:
        message += " " + _("Den er ført som to, én til hver klageinstans.")
    return message


# ------------------------------------------------------------------ one appeal


@require_safe
@allowed(perms.can_read_cases)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = get_object_or_404(
        visible_appeals(request).select_related(
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
    log_read(request, appeal.vedtak.application.person_id, "klage")
    return render(request, "casework/appeals/appeal.html", _page(request, appeal))


def _page(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    today = timezone.localdate()
    application = appeal.vedtak.application
    works = perms.can_do_casework(request.user)
    reviews = works and can_review_appeal(request.user, appeal)
    reviewing = reviews and appeal.state == AppealState.REVIEWING
    ready = reviewing and not appeal.must_judge_lateness
    own = request.user.pk in (appeal.drafter_id, appeal.approver_id)
    events = application.events.filter(data__appeal=appeal.pk).select_related("by")
    return {
        "appeal": appeal,
        "application": application,
        "person": application.person,
        "body": appeals_bodies.names(Municipality.objects.get().name, LanguageForm.BOKMAL)[
            appeal.body
        ],
        "bases": appeal.bases,
        "timeliness": appeal_words.timeliness(appeal, today),
        "clock": appeal_clock.clock(appeal, today),
        "today": today,
        "step": appeal_words.next_step(appeal, request.user, reviews=reviews, works=works, own=own),
        "own": works and own,
        "no_copies": appeal.is_open and not sender_gets_copies(appeal, today),
        "why_not_you": appeal_words.why_not_you(appeal),
        "reviewing": reviewing,
        "ready": ready,
        "may_assign": works and appeal.state in (AppealState.RECEIVED, AppealState.REVIEWING),
        "may_suspend": reviews and appeal.is_open and appeal.suspension_granted is None,
        "may_ask": works and appeal.is_open and appeal.suspension_asked_on is None,
        "may_confirm": works and appeal.is_here and not appeal.confirmation_id,
        "may_withdraw": works and APPEAL.may(appeal, AppealState.WITHDRAWN),
        "may_reopen": works and appeal.state == AppealState.WITHDRAWN,
        "with_body": works and appeal.state == AppealState.FORWARDED,
        "may_begin": works and appeal.awaits_new_vedtak and not appeal.new_vedtak_id,
        "answered": appeal.state in APPEAL_ANSWERED or appeal.outcome_on,
        "may_collect": works and appeal.dismissal_waits,
        "planned": appeal_file.titles(appeal, today) if appeal.is_here else [],
        "left_out": appeal_file.left_out(appeal) if appeal.is_here else [],
        "apart": appeal.sent_apart.kept() if appeal.forwarded_at else [],
        "events": [
            {"when": row.at, "text": row.text, "by": row.by, "letter": row.data.get("letter")}
            for row in events.order_by("-at", "-pk")
        ],
    }


@require_safe
@allowed(perms.can_read_cases)
def appeal_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was sent. Opening it is logged."""
    appeal = get_object_or_404(
        visible_appeals(request).filter(file__isnull=False).select_related("file"), pk=pk
    )
    application = appeal.vedtak.application
    log_read(request, application.person_id, "klagefil")
    name = f"klage-{application.case_year}-{application.case_seq:04d}.pdf"
    return HttpResponse(
        bytes(appeal.file.content),
        content_type=appeal.file.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


# ------------------------------------------------------------------ the steps


def _step(
    request: HttpRequest,
    appeal: Appeal,
    form: django_forms.Form,
    action: Callable[..., Any],
    *,
    title: str,
    done: str,
    lead: str = "",
    to: str = "",
) -> HttpResponse:
    """A page with one form and one action; then back to the appeal, or to `to` (a URL name)."""
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            changed = action(appeal=appeal, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect(to or "casework:appeal", changed.pk)
    application = appeal.vedtak.application
    log_read(request, application.person_id, "klage")
    context = {
        "appeal": appeal,
        "application": application,
        "person": application.person,
        "clock": appeal_clock.clock(appeal, timezone.localdate()),
        "form": form,
        "read": form.reading.parts if hasattr(form, "reading") else {},
        "title": title,
        "lead": lead,
    }
    return render(request, "casework/appeals/appeal_step.html", context)


def _back(appeal: Appeal) -> str:
    return reverse("casework:appeal", args=[appeal.pk])


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_assign(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.AssignForm(
        posted(request),
        row=appeal,
        cancel=_back(appeal),
        reviewers=appeal_reviewers(appeal, on=timezone.localdate()),
        user=request.user,
        about_dismissal=bool(appeal.about_dismissal_id),
    )
    return _step(
        request,
        appeal,
        form,
        actions.assign_appeal,
        title=_("Fordel klagen"),
        done=_("Klagen er fordelt."),
        lead=appeal_words.who_reviews(appeal),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.SignForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        reading=reading.of_take_up(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
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
        appeal,
        form,
        actions.take_up,
        title=_("Ta opp klagen etter fristen"),
        done=_("Klagen er tatt opp, og skal vurderes."),
        lead=" ".join(appeal_words.timeliness(appeal, timezone.localdate())),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.DismissForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        grounds=reading.grounds_of_dismissal(appeal),
        reading=reading.of_dismissal(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
        label=_("Hvorfor klagen avvises"),
        submit=_("Avvis klagen og lag brevet"),
        help_text=_("Står i brevet til personen. Skriv i målformen brevet har."),
    )
    return _step(
        request,
        appeal,
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
    appeal = _appeal(request, pk)
    form = forms.SignForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        reading=reading.of_reversal(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
        label=_("Hvorfor vedtaket skal gjøres om"),
        submit=_("Skriv nytt vedtak"),
        help_text=_("Hva klagen fikk deg til å se annerledes."),
        rows=5,
    )
    return _step(
        request,
        appeal,
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
def appeal_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """The dismissal was wrong: review the appeal that was dismissed."""
    appeal = _appeal(request, pk)
    form = forms.SignForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        reading=reading.of_setting_aside(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
        label=_("Hvorfor klagen skal vurderes likevel"),
        submit=_("Gjør om avvisningen og lag brevet"),
        help_text=_("Står i brevet til personen. Skriv i målformen brevet har."),
        rows=5,
    )
    return _step(
        request,
        appeal,
        form,
        actions.set_dismissal_aside,
        title=_("Gjør om avvisningen"),
        done=_("Avvisningen er gjort om. Klagen vurderes nå."),
        lead=_("Klagen som ble avvist, skal vurderes. Denne klagen er da avgjort."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeals body set the dismissal aside: review the appeal that was dismissed."""
    appeal = _appeal(request, pk)
    dismissed = appeal.about_dismissal or appeal
    form = forms.TakeInForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        reading=reading.of_setting_aside(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
        reviewers=appeal_reviewers(dismissed, on=timezone.localdate()),
        label=_("Hva brevet sier om hvorfor"),
        submit=_("Ta opp klagen og lag brevet"),
        help_text=_("Hva klageinstansen la vekt på. Skriv i målformen brevet har."),
        rows=5,
    )
    return _step(
        request,
        appeal,
        form,
        actions.take_up_after_answer,
        title=_("Ta opp klagen som ble avvist"),
        done=_("Klagen er tatt opp og fordelt, og brevet er laget."),
        lead=_("Klageinstansen har opphevet avvisningen. En annen skal vurdere klagen nå."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_forward(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.SignForm(
        posted(request),
        language=appeal.vedtak.application.person.language_form,
        reading=reading.of_forwarding(appeal, by=request.user, at=timezone.now()),
        cancel=_back(appeal),
        label=_("Vår vurdering av klagen"),
        submit=_("Send til klageinstansen"),
        help_text=_(
            "Svar på det klagen tar opp, og skriv hvorfor vedtaket bør stå. Personen får kopi. "
            "Skriv i målformen brevet har."
        ),
        rows=12,
    )

    def send(*, reason: str, **facts: Any) -> Appeal:
        return actions.forward(review=reason, **facts)

    return _step(
        request,
        appeal,
        form,
        send,
        title=_("Hold på vedtaket og send klagen videre"),
        done=_("Klagen er sendt videre. Brevet og sakens dokumenter er laget."),
        lead=_("%(body)s avgjør klagen. Brevet og filen lages nå, og kan ikke endres etterpå.")
        % {"body": AppealBody(appeal.body).label},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(appeal),
        label=_("Hvorfor klagen trekkes"),
        submit=_("Registrer at klagen er trukket"),
        help_text=_("Hva personen sa, og hvordan dere fikk vite det."),
        rows=4,
    )
    return _step(
        request,
        appeal,
        form,
        actions.withdraw_appeal,
        title=_("Klagen er trukket"),
        done=_("Klagen er registrert som trukket."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeal was not withdrawn after all."""
    appeal = _appeal(request, pk)
    form = forms.ReasonForm(
        posted(request),
        cancel=_back(appeal),
        label=_("Hvordan vi vet at klagen ikke er trukket"),
        submit=_("Åpne klagen igjen"),
        rows=4,
    )
    return _step(
        request,
        appeal,
        form,
        actions.reopen_appeal,
        title=_("Klagen var ikke trukket"),
        done=_("Klagen er åpnet igjen."),
        lead=_("Den fortsetter der den var. Fristene løper fra dagen den kom, som før."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_suspension(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    return _step(
        request,
        appeal,
        forms.SuspensionForm(
            posted(request),
            language=appeal.vedtak.application.person.language_form,
            cancel=_back(appeal),
            reading=reading.of_suspension(appeal, by=request.user, at=timezone.now()),
        ),
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
    appeal = _appeal(request, pk)
    form = forms.AskSuspensionForm(
        posted(request), cancel=_back(appeal), initial={"asked_on": timezone.localdate()}
    )
    return _step(
        request,
        appeal,
        form,
        actions.ask_suspension,
        title=_("Personen ber om utsatt iverksetting"),
        done=_("Det er registrert at personen ber om utsatt iverksetting."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def appeal_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    form = forms.OutcomeForm(
        posted(request), cancel=_back(appeal), initial={"outcome_on": timezone.localdate()}
    )
    return _step(
        request,
        appeal,
        form,
        actions.record_outcome,
        title=_("Svar fra klageinstansen"),
        done=_("Svaret er registrert."),
    )


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    with errors_as_message(request):
        actions.confirm_receipt(appeal=appeal, by=request.user, at=timezone.now())
        messages.success(request, _("Bekreftelsen er laget. Skriv den ut, og send den."))
    return redirect(_back(appeal))


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_remind(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    with errors_as_message(request):
        actions.remind(appeal=appeal, by=request.user, at=timezone.now())
        messages.success(request, _("Det er ført at klageinstansen er spurt."))
    return redirect(_back(appeal))


@require_POST
@allowed(perms.can_do_casework)
@once
def appeal_new_vedtak(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(request, pk)
    with errors_as_message(request):
        draft = actions.begin_vedtak_after_answer(appeal=appeal, by=request.user, at=timezone.now())
        return redirect("casework:vedtak", draft.pk)
    return redirect(_back(appeal))
