"""Klage: registered on a vedtak that is issued."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from common.errors import RuleBroken

from .. import perms
from ..actions.appeals import register_appeal
from ..forms.appeals import AppealForm
from ..models import Vedtak


@require_http_methods(["GET", "POST"])
@once
def appeal_new(request: HttpRequest, pk: int) -> HttpResponse:
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    vedtak = get_object_or_404(
        Vedtak.objects.visible_to(request.user).select_related("application__person"), pk=pk
    )
    if not perms.can_do_casework(request.user):
        raise PermissionDenied
    form = AppealForm(
        request.POST or None,
        cancel=reverse("casework:vedtak", args=[vedtak.pk]),
        initial={"received_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            appeal = register_appeal(
                vedtak=vedtak, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except RuleBroken as no:
            form.add_error(None, str(no))
        else:
            messages.success(
                request,
                _("Klagen er registrert. Den kom etter fristen, og det må vurderes om den tas inn.")
                if appeal.is_late
                else _("Klagen er registrert. Den kom innen fristen."),
            )
            return redirect("casework:vedtak", vedtak.pk)
    log_read(request, vedtak.application.person_id, "klage")
    return render(
        request,
        "casework/appeal_new.html",
        {
            "vedtak": vedtak,
            "application": vedtak.application,
            "person": vedtak.application.person,
            "form": form,
            "due": vedtak.appeal_due(),
        },
    )
