from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import Person

PERSON_PAGES = "personer/<int:pk>/"


class MergedPersonRedirectMiddleware:
    """Redirects a page of a merged person to the same page of the surviving record.

    Done in one place, so that the pages of all apps behave alike (need C4).
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, Http404):
            return None
        if match is None or not match.route.startswith(PERSON_PAGES):
            return None
        survivor = Person.objects.visible_to(request.user).filter(merged=match.kwargs["pk"])
        pk = survivor.values_list("pk", flat=True).first()
        if not pk:
            return None
        kept = redirect(match.view_name, **{**match.kwargs, "pk": pk})
        if request.method not in ("GET", "HEAD"):
            # A form opened before the merge: the browser sends it again, whole, to the record kept.
            kept.status_code = HTTPStatus.TEMPORARY_REDIRECT
        return kept
