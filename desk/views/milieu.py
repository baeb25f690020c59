"""Living environment (bomiljø): many homes close together, and the limits for it (need H6)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.access import allowed
from stays import milieu as rules

from .. import perms


@require_safe
@allowed(perms.can_see_units)
def milieu(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "page": rules.houses(today, request.GET.get("etter")),
        "areas": rules.areas(today),
        "limits": rules.limits(today),
    }
    return render(request, "desk/milieu.html", context)
