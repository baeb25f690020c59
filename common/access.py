"""Who may open a page: said above the view, or in it where the right depends on the object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def allowed(right: Callable[[Any], bool]) -> Callable[[View], View]:
    """Answer 403 unless `right(request.user)`, before the view looks anything up.

        @require_http_methods(["GET", "POST"])
        @allowed(perms.can_do_casework)
        @once
        def person_new(request): ...

    Below the methods, so that a wrong method is 405 for everyone; above `@once`, so that nothing
    is written for a user without the right. `view.right` is the function given.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(right(request.user))
            return view(request, *args, **kwargs)

        checked.right = right
        return checked

    return decorate


def require(is_allowed: bool) -> None:
    """Raise PermissionDenied (403) unless allowed: for a right that depends on the object."""
    if not is_allowed:
        raise PermissionDenied
