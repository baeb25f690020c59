"""Who signs in with a password must also have a second factor (need S5)."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

# Where one may go without it: to get one, to prove oneself, and out.
OPEN_VIEWS = {
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "account_reauthenticate",
    "account_logout",
    "healthz",
    "readyz",
}
SESSION_KEY = "has_second_factor"


class SecondFactorMiddleware:
    """Leads a user without a second factor to where it is set up, and nowhere else.

    Those who come through the municipality's own sign-in have proved themselves there. Asked
    once a session: a factor taken away later is asked for at the next sign-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if (
            not settings.SECOND_FACTOR_REQUIRED
            or not request.user.is_authenticated
            or request.session.get(SESSION_KEY)
            or request.resolver_match.view_name in OPEN_VIEWS
        ):
            return None
        methods = {record.get("method") for record in get_authentication_records(request)}
        if "socialaccount" in methods or is_mfa_enabled(request.user):
            request.session[SESSION_KEY] = True
            return None
        messages.info(request, _("Koble til en autentiseringsapp før du går videre."))
        return redirect("mfa_activate_totp")
