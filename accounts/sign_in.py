"""Where one who is not signed in is sent, why, and back to which page."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

WHY = "hvorfor"
PAGE, ENDED, KEPT = "side", "avsluttet", "utkast"
SENTENCES = {
    PAGE: _("Logg inn for å åpne siden."),
    ENDED: _(
        "Du er logget ut, fordi det er lenge siden du gjorde noe eller logget inn, eller fordi du "
        "har logget ut i et annet vindu. Når du har logget inn, kommer du tilbake til siden du var "
        "på."
    ),
    KEPT: _(
        "Du ble logget ut før skjemaet ble sendt. Det du skrev, er lagret som utkast, og står på "
        "siden du kommer tilbake til når du har logget inn. Ingenting er sendt."
    ),
}


def sign_in_url(to: str, why: str) -> str:
    """The page to sign in on, which says why and leads on to the address `to`."""
    query = urlencode({REDIRECT_FIELD_NAME: to, WHY: why}, safe="/")
    return f"{resolve_url(settings.LOGIN_URL)}?{query}"


def safe_path(request: HttpRequest, to: str) -> str:
    """The path and query of an address of our own, else «/»."""
    if not url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return "/"
    parts = urlsplit(to)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def page_of(request: HttpRequest) -> str:
    """The page the user is on: the one asked for, or the one a form or a fragment was on."""
    if htmx := request.headers.get("HX-Current-URL"):
        return safe_path(request, htmx)
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return safe_path(request, request.headers.get("Referer", ""))
