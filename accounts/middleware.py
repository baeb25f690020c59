"""Users who sign in with a password must have a second factor (need S5)."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

# Open without a second factor: to set one up, to sign in again, and to sign out.
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
    """Redirects a user without a second factor to the page that sets it up.

    Users who sign in through the municipality have their second factor there. Checked once a
    session: a factor removed later is asked for at the next sign-in.
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
