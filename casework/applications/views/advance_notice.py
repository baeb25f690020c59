"""Sending an advance notice (forhåndsvarsel)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from common.access import allowed
from common.calendar import next_working_day
from common.form_errors import errors_on, posted

from .. import reply_clock
from ..actions.advance_notice import may_be_about, record_answer, send_notice
from ..forms.advance_notice import AdvanceNoticeForm, NoticeAnswerForm
from ..models import AdvanceNotice
from .applications import visible_case, visible_cases


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def notice_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write and send an advance notice in the case."""
    case = visible_case(request, pk)
    today = timezone.localdate()
    back = reverse("casework:application", args=[pk])
    due = next_working_day(
        today + timedelta(days=settings_table.lawful_value("notice_days", today))
    )
    form = AdvanceNoticeForm(
        posted(request),
        language=case.person.language_form,
        about=may_be_about(case),
        due=due,
        cancel=back,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            send_notice(
                application=case,
                by=request.user,
                at=timezone.now(),
                on=today,
                **form.cleaned_data,
            )
            messages.success(request, _("Forhåndsvarselet er laget og ført i saken."))
            return redirect(back)
    log_read(request, case.person_id, "application-move")
    context = {
        "application": case,
        "form": form,
        "title": _("Forhåndsvarsel"),
        "clock": reply_clock.clock(case, timezone.now()),
        "letter_language": case.person.get_language_form_display(),
    }
    return render(request, "casework/applications/application_move.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def notice_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the person answered to an advance notice."""
    notice = get_object_or_404(
        AdvanceNotice.objects.filter(application__in=visible_cases(request)), pk=pk
    )
    case = visible_case(request, notice.application_id)
    today = timezone.localdate()
    back = reverse("casework:application", args=[case.pk])
    form = NoticeAnswerForm(posted(request), cancel=back, initial={"answered_on": today})
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            record_answer(notice=notice, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Svaret er ført inn i saken."))
            return redirect(back)
    log_read(request, case.person_id, "application-move")
    context = {
        "application": case,
        "form": form,
        "title": _("Svar på forhåndsvarsel"),
        "clock": reply_clock.clock(case, timezone.now()),
        "letter_language": "",
    }
    return render(request, "casework/applications/application_move.html", context)
