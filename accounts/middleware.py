"""Sessions end in time. Who is not signed in is sent to sign in, and back, with what they typed
kept (need S8). Users who sign in with a password must have a second factor (need S5). Whom a
response shows is logged (need S2)."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from common import shown
from common.errors import RuleBroken

from . import drafts, reads, sessions, sign_in
from .models import Draft

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


class SessionMiddleware:
    """Ends a session that has lasted too long, or in which nothing is done (`sessions`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asking the session and not the user costs no query.
        if request.session.get(USER_KEY) and sessions.is_over(request.session, timezone.now()):
            request.session.flush()
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Says why one must sign in, and leads back to the page. A form that comes after the session
    has ended is kept as a draft for the one its page was given to (`accounts.drafts`)."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        to, why = sign_in.page_of(request), sign_in.PAGE
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            why = sign_in.ENDED
        if kept := kept_for_later(request):
            to, why = kept, sign_in.KEPT
        url = sign_in.sign_in_url(to, why)
        # A redirect would put the sign-in page inside the fragment.
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(url)
        return redirect(url)


class ReadLogMiddleware:
    """Logs whom the response shows, with whom it shows them to, before it leaves (`reads`).

    What cannot be logged is not shown: an error here is an error of the response.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with shown.collected() as named:
            response = self.get_response(request)
        reads.write(request, response, named)
        return response


def kept_for_later(request: HttpRequest) -> str:
    """Keep a form that cannot be taken as a draft. Returns its page; "" if nothing was kept."""
    ticket = drafts.ticket_of(request) if request.method == "POST" else None
    if ticket is None:
        return ""
    try:
        kept = drafts.keep(request, ticket, timezone.now())
    except (RuleBroken, Draft.DoesNotExist):
        return ""
    return ticket.path if kept else ""


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
        methods = {
            record.get("method") for record in get_authentication_records(request, request.user)
        }
        if "socialaccount" in methods or is_mfa_enabled(request.user):
            request.session[SESSION_KEY] = True
            return None
        messages.info(request, _("Koble til en autentiseringsapp før du går videre."))
        return redirect("mfa_activate_totp")
