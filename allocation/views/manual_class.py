"""A priority class set by hand, and its approval by another user."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from accounts.reads import log_read
from casework.models import Application
from casework.persons.views.on_person import form_page
from common.access import allowed, require
from common.errors import RuleBroken
from common.form_errors import posted, refuse
from common.readings import ChangedSinceRead, NotRead, Reading

from .. import perms, ranking, reading
from ..actions import manual_class as actions
from ..forms.manual_class import ApproveForm, ClassForm, DeclineForm
from ..models import ManualClass

PAGE = "prioritet"
MOST = 100


@require_safe
@allowed(perms.can_set_class_by_hand)
def queue(request: HttpRequest) -> HttpResponse:
    """The proposals that wait for approval."""
    proposals = ManualClass.objects.visible_to(request.user).pending()
    proposals = proposals.select_related("application__person", "set_by").order_by("set_at", "pk")
    return render(request, "allocation/class_queue.html", {"proposals": proposals[:MOST]})


@require_http_methods(["GET", "POST"])
@allowed(perms.can_set_class_by_hand)
@once
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    try:
        why = ranking.explain(pk, timezone.localdate(), visible_to=request.user)
    except ranking.NotWaiting as error:
        raise Http404(str(error)) from error
    back = reverse("allocation:why", args=[pk])
    form = ClassForm(posted(request), policy=why.policy, entry=why.entry, cancel=back)
    return form_page(
        request,
        application.person,
        form,
        partial(actions.propose_class, application=application),
        title=_("Sett prioritet for hånd"),
        done=_("Forslaget er sendt. Det teller når en annen har godkjent det."),
        back=back,
        page=PAGE,
        template="allocation/class_propose.html",
        **_about(application, why.entry),
    )


@require_safe
@allowed(perms.can_set_class_by_hand)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal; once approved, the explanation of the number shows who approved it."""
    proposal = _proposal(request, pk)
    if proposal.approved_at:
        return redirect("allocation:why", proposal.application_id)
    return _proposal_page(request, proposal)


@require_POST
@allowed(perms.can_set_class_by_hand)
@once
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    pending = _proposal(request, pk)
    require(perms.can_approve_class(request.user, pending))
    form = ApproveForm(request.POST, reading=_reading(request, pending))
    return _answered(request, pending, form, actions.approve_class, _("Prioriteten er godkjent."))


@require_POST
@allowed(perms.can_set_class_by_hand)
@once
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    pending = _proposal(request, pk)
    require(perms.can_decline_class(request.user, pending))
    form = _decline_form(request, pending, posted(request), _reading(request, pending))
    return _answered(request, pending, form, actions.decline_class, _("Forslaget er avsluttet."))


def _answered(
    request: HttpRequest, pending: ManualClass, form: forms.Form, action: Any, done: str
) -> HttpResponse:
    if form.is_valid():
        try:
            action(pending, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect("allocation:why", pending.application_id)
        except (ChangedSinceRead, NotRead) as error:
            refuse(form, error)
        except RuleBroken as error:
            messages.error(request, str(error))
            return redirect("allocation:why", pending.application_id)
    return _proposal_page(request, _proposal(request, pending.pk), form)


def _reading(request: HttpRequest, pending: ManualClass) -> Reading:
    return reading.of_class(pending, by=request.user, at=timezone.now())


def _proposal(request: HttpRequest, pk: int) -> ManualClass:
    return get_object_or_404(
        ManualClass.objects.visible_to(request.user).select_related(
            "application__person", "set_by"
        ),
        pk=pk,
    )


def _proposal_page(
    request: HttpRequest, pending: ManualClass, form: forms.Form | None = None
) -> HttpResponse:
    application = pending.application
    try:
        why = ranking.explain(application.pk, timezone.localdate(), visible_to=request.user)
    except ranking.NotWaiting:
        why = None
    priority = why.policy.numbers.get(pending.class_number) if why else None
    log_read(request, application.person_id, PAGE)
    now = form.reading if form else _reading(request, pending)
    declining = form if isinstance(form, DeclineForm) else None
    if perms.can_decline_class(request.user, pending):
        declining = declining or _decline_form(request, pending, None, now)
    context = {
        "proposal": pending,
        "person": application.person,
        "name": priority.name if priority else "",
        "mine": pending.set_by_id == request.user.pk,
        "may_approve": perms.can_approve_class(request.user, pending),
        "approving": form if isinstance(form, ApproveForm) else ApproveForm(reading=now),
        "form": declining,
        **_about(application, why.entry if why else None),
    }
    return render(request, "allocation/class_proposal.html", context)


def _decline_form(
    request: HttpRequest, pending: ManualClass, data: Any, now: Reading
) -> DeclineForm:
    mine = pending.set_by_id == request.user.pk
    submit = _("Trekk forslaget") if mine else _("Ikke godkjenn")
    cancel = reverse("allocation:why", args=[pending.application_id])
    return DeclineForm(data, submit=submit, cancel=cancel, reading=now)


def _about(application: Application, entry: ranking.Entry | None) -> dict[str, Any]:
    return {
        "application": application,
        "entry": entry,
        "why_url": reverse("allocation:why", args=[application.pk]),
    }
