from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.sign_in import safe_path
from accounts.views import BACKEND

from .people import people


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo user. 404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    roles = people(timezone.localdate())
    if request.method == "POST":
        chosen = request.POST.get("user", "")
        users = [user for role in roles for user in (*role["users"], *role["others"])]
        user = next((user for user in users if str(user.pk) == chosen), None)
        if user is not None:
            login(request, user, backend=BACKEND)
            return redirect(safe_path(request, request.GET.get("next", "/")))
        messages.error(request, _("Velg en av personene på siden."))
    return render(request, "demo/sign_in.html", {"roles": roles})
