"""The page of one case, and registering papers that have come."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.once import once
from accounts.reads import log_read
from casework.applications import reply_clock
from casework.applications.actions import intake as actions
from casework.applications.forms.intake import ReceivedForm
from casework.applications.models import Application, MissingPaper
from casework.applications.processes import APPLICATION
from casework.applications.views.applications import visible_cases
from casework.letters.models import Letter
from casework.log import perms
from casework.log.enums import ApplicationState
from casework.log.visibility import visible_persons
from casework.persons.actions.persons import members_visible_to
from casework.persons.children import is_child_member
from casework.vedtak.models import Vedtak
from common.access import allowed
from common.form_errors import errors_as_message

from .next_step import next_step


@require_http_methods(["GET"])
@allowed(perms.can_read_cases)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, pk)


def show(request: HttpRequest, pk: int, refused: ReceivedForm | None = None) -> HttpResponse:
    """The page of a case, with the form for a paper if it was refused."""
    case = get_object_or_404(
        visible_cases(request)
        .select_related("household", "interim_reply_by")
        .prefetch_related(
            "bases",
            "letters__copies",
            "letters__made_by",
            "letters__advance_notice",
            "transfers__from_unit",
            "transfers__sent_by",
            "assessments__made_by",
            "needs__decided_by",
            Prefetch(
                "vedtak",
                Vedtak.objects.select_related(
                    "approver", "drafted_by", "issued_by"
                ).prefetch_related("outcomes__basis"),
            ),
        ),
        pk=pk,
    )
    log_read(request, case.person_id, "application")
    return render(request, "casework/case/application.html", _case(request, case, refused))


def _case(request: HttpRequest, case: Application, refused: ReceivedForm | None) -> dict[str, Any]:
    """The template context of the page of a case."""
    today = timezone.localdate()
    works = perms.can_do_casework(request.user)
    members = [
        {
            "member": member,
            "age": member.person.age(today),
            "is_child": is_child_member(member, today),
        }
        for member in members_visible_to(request.user, case.household)
        if today in member.period
    ]
    return {
        "application": case,
        "person": case.person,
        "today": today,
        "clock": reply_clock.clock(case, timezone.now()),
        "members": members,
        "assessments": list(case.assessments.all()),
        "statements": list(case.person.statements.select_related("asked_of")[:5]),
        "needs": list(case.needs.all()),
        "vedtak_list": list(case.vedtak.all()),
        "letters": _letters(case),
        "events": case.events.select_related("by").order_by("-at", "-pk")[:20],
        "step": (step := next_step(case, request.user)),
        # Without an assessment, which only a home needs.
        "may_decide_now": works
        and case.is_open
        and not any(vedtak.is_open for vedtak in case.vedtak.all())
        and step.url != reverse("casework:vedtak_new", args=[case.pk]),
        "works": works,
        "at": timezone.now(),
        "papers": _papers(case, today, works, refused),
        "refused": refused,
        "transfer": next(
            (sent for sent in case.transfers.all() if sent.acknowledged_at is None), None
        ),
        "may_ask": works and case.is_open,
        "may_withdraw": works and APPLICATION.may(case, ApplicationState.WITHDRAWN),
        "may_reopen": works and case.state in (ApplicationState.WITHDRAWN, ApplicationState.LAPSED),
        "may_send_on": works and APPLICATION.may(case, ApplicationState.FORWARDED),
        "may_reply": works and case.is_open,
    }


def _letters(case: Application) -> list[Letter]:
    """The letters of the case, each advance notice with what was answered to it."""
    found = list(case.letters.all())
    for letter in found:
        letter.notice = getattr(letter, "advance_notice", None)
    return found


def _papers(
    case: Application, today: date, works: bool, refused: ReceivedForm | None
) -> list[dict[str, Any]]:
    """Each paper asked for, with the form to register that it has come."""
    papers = MissingPaper.objects.filter(request__application=case).select_related(
        "request__asked_by", "received_by"
    )
    rows = []
    for paper in papers:
        form = None
        if works and paper.received_on is None:
            is_refused = refused is not None and refused.paper.pk == paper.pk
            form = refused if is_refused else ReceivedForm(paper=paper, on=today)
        rows.append({"paper": paper, "late": paper.is_late(today), "form": form})
    return rows


@require_POST
@allowed(perms.can_do_casework)
@once
def paper_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Register from the page of the case that one paper has come."""
    paper = get_object_or_404(
        MissingPaper.objects.filter(
            visible_persons(request.user, "request__application__person__")
        ).select_related("request__application"),
        pk=pk,
    )
    form = ReceivedForm(request.POST, paper=paper, on=timezone.localdate())
    case_url = reverse("casework:application", args=[paper.request.application_id])
    if form.is_valid():
        with errors_as_message(request):
            actions.receive_paper(
                paper=paper, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("%(what)s er registrert.") % {"what": paper.what})
            return redirect(f"{case_url}#papirer")
        return redirect(case_url)  # to the top, where the message is shown
    return show(request, paper.request.application_id, refused=form)
