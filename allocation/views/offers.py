"""The pages of an offer: send, answer, and agree the lease."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read
from casework.log import deadlines
from casework.log.enums import LetterKind
from casework.log.visibility import visible_persons
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on
from stays import milieu
from stays.availability import first_free
from stays.leases.actions import shortest_term
from stays.longest import longest_nb, too_long

from .. import minutes, perms
from ..actions import offers as actions
from ..enums import OfferState
from ..forms.offers import LeaseForm, OfferAnswerForm, OfferForm, UndoAnswerForm, WithdrawForm
from ..models import Consideration, Offer


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_meetings)
@once
def offer_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the home to the person a meeting chose, or to the reserve."""
    consideration = get_object_or_404(
        Consideration.objects.filter(
            visible_persons(request.user, "application__person__")
        ).select_related("application__person", "item__unit__property", "item__meeting"),
        pk=pk,
    )
    require(perms.can_offer(request.user))
    on = timezone.localdate()
    item = consideration.item
    back = reverse("allocation:item", args=[item.meeting_id, item.pk])
    free_from = first_free([item.unit_id], on).get(item.unit_id, on)
    form = OfferForm(
        request.POST or None,
        language=consideration.application.person.language_form,
        cancel=back,
        initial={"available_from": free_from},
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            offer = actions.make_offer(
                consideration=consideration,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            return redirect("allocation:offer", offer.pk)
    log_read(request, consideration.application.person_id, "tilbud")
    table = settings_table.SettingsTable("offer_working_days")
    return render(
        request,
        "allocation/offer_new.html",
        {
            "milieu": milieu.warnings(item.unit, on),
            "form": form,
            "consideration": consideration,
            "application": consideration.application,
            "person": consideration.application.person,
            "unit": item.unit,
            "back": back,
            "size": minutes.dwelling(item.unit),
            "answer_by": deadlines.offer_answer(on, table).due,
            "days": table.values(on, "offer_working_days")["offer_working_days"],
        },
    )


@require_safe
@allowed(perms.can_read_meetings)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    return _offer_page(request, _offer(request, pk))


def _offer_page(
    request: HttpRequest,
    offer: Offer,
    withdraw: WithdrawForm | None = None,
    undo: UndoAnswerForm | None = None,
) -> HttpResponse:
    on = timezone.localdate()
    person = offer.application.person
    log_read(request, person.pk, "tilbud")
    can_work = perms.can_offer(request.user)
    is_sent = offer.state == OfferState.SENT
    declined = list(
        Offer.objects.filter(application__person=person, state=OfferState.DECLINED)
        .exclude(pk=offer.pk)
        .select_related("unit__property")
        .order_by("-sent_at")[:10]
    )
    is_closed = offer.is_closed
    to_offer = None
    if can_work and is_closed and offer.item_id:
        to_offer = actions.next_to_offer(offer.item)
        visible = to_offer and Consideration.objects.filter(
            visible_persons(request.user, "application__person__"), pk=to_offer.pk
        )
        to_offer = to_offer if visible and visible.exists() else None
    return render(
        request,
        "allocation/offer.html",
        {
            "offer": offer,
            "person": person,
            "application": offer.application,
            "unit": offer.unit,
            "size": minutes.dwelling(offer.unit),
            "declined": declined,
            "days_left": (offer.answer_by - on).days,
            "is_sent": is_sent,
            "is_yes": offer.state == OfferState.ACCEPTED,
            "is_no": offer.state == OfferState.DECLINED,
            "may_answer": can_work and is_sent,
            "may_expire": can_work and is_sent and offer.answer_by < on,
            "may_let": can_work and offer.state == OfferState.ACCEPTED and not offer.lease_id,
            "may_withdraw": can_work and not is_closed and not offer.lease_id,
            "withdraw_form": withdraw or WithdrawForm(),
            "may_undo": can_work and offer.answered_at and not offer.lease_id,
            "undo_form": undo or UndoAnswerForm(),
            "to_offer": to_offer,
        },
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_meetings)
@once
def offer_answer(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _to_work(request, pk)
    back = reverse("allocation:offer", args=[pk])
    form = OfferAnswerForm(request.POST or None, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.answer_offer(offer=offer, by=request.user, at=timezone.now(), **form.answered())
            if form.answered()["yes"]:
                return redirect("allocation:lease_new", pk)
            return redirect("allocation:offer", pk)
    log_read(request, offer.application.person_id, "tilbud")
    return render(request, "allocation/offer_answer.html", _parts(offer, form, back))


@require_POST
@allowed(perms.can_read_meetings)
@once
def offer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _to_work(request, pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            actions.withdraw_offer(
                offer=offer, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Tilbudet er trukket."))
            return redirect("allocation:offer", pk)
    return _offer_page(request, offer, form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def offer_answer_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer was registered by mistake."""
    offer = _to_work(request, pk)
    form = UndoAnswerForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            actions.undo_answer(
                offer=offer, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Tilbudet venter på svar igjen."))
            return redirect("allocation:offer", pk)
    return _offer_page(request, offer, undo=form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def offer_expire(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _to_work(request, pk)
    with errors_as_message(request):
        actions.expire_offer(offer=offer, by=request.user, at=timezone.now())
    return redirect("allocation:offer", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_meetings)
@once
def lease_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree the lease of an accepted offer."""
    offer = _to_work(request, pk)
    form = _lease_form(request, offer, submit=_("Inngå leieforholdet"))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            offer = actions.let_home(
                offer=offer, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(
                request,
                _("Leieforholdet er inngått. Personen står ikke lenger på ventelisten."),
            )
            lease = offer.lease
            person, until = offer.application.person, lease.expires_on or date.max
            if text := too_long(person, offer.unit, lease.starts_on, until):
                messages.warning(request, text)
            return redirect("stays:lease", offer.lease_id)
    return _lease_page(request, offer, form, _("Inngå leieforhold"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_meetings)
@once
def lease_information(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the letter the tenant gets before signing (husll. § 11-1)."""
    offer = _to_work(request, pk)
    form = _lease_form(request, offer, submit=_("Lag brevet"))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.inform_tenant(
                offer=offer, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Brevet er laget. Gi det til personen før signering."))
            return redirect("allocation:lease_new", pk)
    return _lease_page(request, offer, form, _("Informasjon før signering"))


def _lease_form(request: HttpRequest, offer: Offer, *, submit: str) -> LeaseForm:
    on = timezone.localdate()
    starts_on = max(offer.available_from, on)
    return LeaseForm(
        request.POST or None,
        language=offer.application.person.language_form,
        cancel=reverse("allocation:offer", args=[offer.pk]),
        submit=submit,
        available_from=offer.available_from,
        initial={
            "starts_on": starts_on,
            "expires_on": shortest_term(offer.application, starts_on),
            "rent": offer.unit.rent,
        },
    )


def _lease_page(request: HttpRequest, offer: Offer, form: LeaseForm, title: str) -> HttpResponse:
    log_read(request, offer.application.person_id, "leieforhold")
    letters = offer.application.letters.filter(kind=LetterKind.LEASE_INFORMATION)
    context = {
        **_parts(offer, form, reverse("allocation:offer", args=[offer.pk])),
        "title": title,
        "shortest": form.initial["expires_on"],
        "longest": longest_nb(offer.application.person, offer.unit, form.initial["starts_on"]),
        "letter": letters.order_by("-made_at", "-pk").first(),
    }
    return render(request, "allocation/lease_new.html", context)


# ------------------------------------------------------------------ parts


def _offer(request: HttpRequest, pk: int) -> Offer:
    return get_object_or_404(
        Offer.objects.visible_to(request.user).select_related(
            "application__person",
            "unit__property",
            "item__meeting",
            "letter",
            "lease",
            "sent_by",
            "answered_by",
        ),
        pk=pk,
    )


def _to_work(request: HttpRequest, pk: int) -> Offer:
    offer = _offer(request, pk)
    require(perms.can_offer(request.user))
    return offer


def _parts(offer: Offer, form: Any, back: str) -> dict[str, Any]:
    return {
        "offer": offer,
        "form": form,
        "person": offer.application.person,
        "application": offer.application,
        "unit": offer.unit,
        "size": minutes.dwelling(offer.unit),
        "back": back,
    }
