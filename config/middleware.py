"""One log line per request, and no page stored by a browser or proxy."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from common.locking import Overtaken
from config.logs import request_id

logger = logging.getLogger("varig.request")
SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
QUIET = {"healthz", "readyz"}


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        current = given if SAFE_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(current)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = current
            match = request.resolver_match
            route = match.route if match else "-"
            user = getattr(request, "user", None)
            logger.log(
                logging.DEBUG if route in QUIET else logging.INFO,
                "request",
                extra={
                    "method": request.method,
                    "route": route,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                    # Reading a lazy user that is not loaded would cost a query.
                    "user": user.pk
                    if user is not None and hasattr(request, "_cached_user")
                    else None,
                },
            )
            return response
        finally:
            request_id.reset(token)


class CharsetMiddleware:
    """Refuse a request in another encoding than UTF-8, which every browser sends.

    `config.wsgi` reads the request as UTF-8 whatever it says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower().replace("_", "-") not in {"utf-8", "utf8"}:
            # Outermost: there is no user yet to draw a page for.
            return HttpResponseBadRequest(
                "Forespørselen er ikke i UTF-8.", "text/plain; charset=utf-8"
            )
        return self.get_response(request)


class OvertakenMiddleware:
    """Say that somebody else was first, where the page itself has no place for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Overtaken):
            return None
        messages.error(request, str(error))
        back = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        return redirect(back if safe else "/")


class NoStoreMiddleware:
    """Forbid storing a page, since it may hold personal data, unless the view allows it.

    The next user of a shared computer must not see it with the back button (need S8). Static
    files are served by an earlier middleware and may be stored. Signing out also empties the
    browser's cache of this site; its storage is left, since a peer's contacts may wait there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response
