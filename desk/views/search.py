"""Search. The text is sent by POST, so that no name is in a URL (need S8)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from casework.log.perms import can_do_casework
from casework.models import Application, Person
from common.access import allowed

from .. import perms, searching

PAGE_OF = {Application: "casework:application", Person: "desk:person"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed(perms.can_search)
def search(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("q", "").replace("\x00", "").strip()
    results = searching.search(text, request.user) if text else None
    if results and results.exact:
        return redirect(PAGE_OF[type(results.exact)], results.exact.pk)
    today = timezone.localdate()
    context = {
        "sought": text,
        "found": results,
        "ages": [(person, person.age(today)) for person in results.persons] if results else [],
        "shown": searching.SHOWN,
        "sees_persons": perms.can_see_persons(request.user),
        "may_register": can_do_casework(request.user),
    }
    return render(request, "desk/search.html", context)
