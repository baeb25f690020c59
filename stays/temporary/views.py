from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.applications import section_27
from casework.log import flags
from casework.models import Application, Flag
from common.access import allowed, require
from common.form_errors import errors_on
from stays import perms
from stays.forms import FollowUpForm
from stays.models import Stay

from .board import board
from .chains import chain_of, chain_params
from .long_stays import long_stay


@require_http_methods(["GET"])
@allowed(perms.can_see_stays)
def temporary(request: HttpRequest) -> HttpResponse:
    """Who lives in temporary places today, longest first."""
    today = timezone.localdate()
    params = chain_params(today)
    page = board(
        request.user,
        today,
        params=params,
        over_long=request.GET.get("over90") == "1",
        with_children=request.GET.get("barn") == "1",
        mine=request.GET.get("mine") == "1",
        cursor=request.GET.get("etter", ""),
    )
    cases = (
        Application.objects.visible_to(request.user)
        .for_tonight()
        .filter(person__in=[row.person_id for row in page.items])
    )
    running = section_27.running(cases.order_by("pk"), timezone.now())
    tonight = {case.person_id: found for case, found in running}
    context = {
        "page": page,
        "rows": [(row, tonight.get(row.person_id)) for row in page.items],
        "today": today,
        "long": long_stay(params),
        "may_record": perms.can_record_stays(request.user),
        "filtered": any(request.GET.get(name) for name in ("over90", "barn", "mine")),
    }
    return render(request, "stays/temporary/temporary.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_see_stays)
@once
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a flag was raised, and the next step. Writing what was done closes it."""
    flag = get_object_or_404(
        Flag.objects.visible_to(request.user).select_related(
            "person", "application", "owner", "closed_by"
        ),
        pk=pk,
    )
    may_close = perms.can_follow_up_flags(request.user)
    if request.method == "POST":
        require(may_close)
    today = timezone.localdate()
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            flags.close(flag, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Varselet er fulgt opp og avsluttet."))
            return redirect("desk:person", flag.person_id)
    log_read(request, flag.person_id, "flag")
    stays = Stay.objects.filter(person=flag.person).select_related("unit__property")
    context = {
        "flag": flag,
        "person": flag.person,
        "words": flags.words(flag, today),
        "chain": chain_of(flag.person_id, today),
        "stays": list(stays.order_by("-period", "-pk")[:10]),
        "may_close": may_close and flag.closed_on is None,
        "form": form,
        "today": today,
    }
    return render(request, "stays/temporary/flag.html", context)
