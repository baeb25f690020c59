from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.access import allowed

from . import perms
from .panels import overview as overview_of

PERIODS = (6, 12, 24)
USUAL = 12


@require_safe
@allowed(perms.can_see_overview)
def overview(request: HttpRequest) -> HttpResponse:
    """Key figures of the waiting list, temporary places and empty homes, for managers."""
    chosen = request.GET.get("periode", "")
    months = next((period for period in PERIODS if str(period) == chosen), USUAL)
    on = timezone.localdate()
    context = {
        "on": on,
        "months": months,
        "periods": PERIODS,
        "overview": overview_of(on, months),
    }
    return render(request, "insight/overview.html", context)
