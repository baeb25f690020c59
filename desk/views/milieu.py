"""Bomiljø: where many homes stand close together, against the municipality's limits (need H6)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from stays import milieu as rules

from .. import perms


@require_safe
def milieu(request: HttpRequest) -> HttpResponse:
    if not perms.can_see_units(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    context = {
        "page": rules.houses(today, request.GET.get("etter")),
        "areas": rules.areas(today),
        "limits": rules.limits(today),
    }
    return render(request, "desk/milieu.html", context)
