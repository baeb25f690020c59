"""Min dag, and the first page of users without it."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.absence import seen_by
from accounts.enums import RoleKind
from accounts.models import User
from casework.log.perms import can_do_casework

from .. import perms
from ..day import day_of

# The first page of users without Min dag, by the first role that fits.
FIRST_PAGE = {
    RoleKind.STOCK_MANAGER: "desk:units",
    RoleKind.PEER_COORDINATOR: "peers:links",
    RoleKind.PEER: "peers:log",
    RoleKind.PRIVACY_OFFICER: "accounts:read_log",
    RoleKind.SYSTEM_ADMIN: "accounts:users",
}


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    if not perms.can_see_day(request.user):
        for kind, page in FIRST_PAGE.items():
            if request.user.has_role(kind):
                return redirect(page)
        raise PermissionDenied
    at = timezone.now()
    today = timezone.localdate(at)
    everything = request.GET.get("alle") == "1"
    away = list(User.objects.filter(pk__in=request.user.stands_in_for).order_by("full_name", "pk"))
    absent = next((user for user in away if str(user.pk) == request.GET.get("for")), None)
    if absent:
        shown = day_of(seen_by(absent, request.user), today, at, everything=everything)
        # What the absent user has read and begun is theirs alone.
        shown = replace(shown, recent=[], begun=[])
    else:
        shown = day_of(request.user, today, at, everything=everything)
    context = {
        "day": shown,
        "absent": absent,
        "away": [(user, request.user.stands_in_for[user.pk]) for user in away],
        "may_register": can_do_casework(request.user),
        "today": today,
        "at": at,
    }
    return render(request, "desk/day.html", context)
