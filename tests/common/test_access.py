"""Every view declares who may open it, and the access check runs first."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_POST

from accounts.models import Submission
from accounts.once import FIELD, once
from common.access import allowed, require
from tests.factories import UserFactory
from tests.urls_table import NOT_OURS

# Views without an access declaration, and why.
OPEN = {
    "accounts:draft_discard",  # the author's own, with a ticket the page was given
    "accounts:draft_drop",  # the author's own
    "accounts:draft_save",  # likewise
    "accounts:me",  # everyone's own profile
    "accounts:my_absence",  # everyone's own
    "casework:statement_outside",  # anyone with the link and the code
    "common:components",  # only in development
    "demo:sign_in",  # only in demo mode
    "desk:day",  # redirects users without Min dag to their start page
    "housing:agreement_flag",  # the owner of the flag, known only after reading it
}


@require_POST
@allowed(lambda user: user.may)
def page(request, pk):
    return HttpResponse(f"side {pk}")


def sent(may: bool, method: str = "post"):
    request = getattr(RequestFactory(), method)("/")
    request.user = SimpleNamespace(may=may)
    return request


def test_user_with_the_right_gets_the_page():
    assert page(sent(may=True), 7).content == b"side 7"


def test_user_without_the_right_gets_403_before_the_view_runs():
    def looks_up(request):
        raise AssertionError("the view was asked")

    with pytest.raises(PermissionDenied):
        allowed(lambda user: user.may)(looks_up)(sent(may=False))


def test_a_wrong_method_is_405_for_everyone():
    assert page(sent(may=False, method="get"), 7).status_code == 405


def test_right_that_depends_on_the_object_is_checked_in_the_view():
    require(True)
    with pytest.raises(PermissionDenied):
        require(False)


@pytest.mark.django_db
def test_nothing_is_saved_for_a_user_without_the_right():
    token = "0b4f9d4e-6f0c-4c38-9f5b-3d8a5a1f7c11"
    request = RequestFactory().post("/", {FIELD: token})
    request.user = UserFactory()
    with pytest.raises(PermissionDenied):
        allowed(lambda user: False)(once(lambda request: HttpResponse()))(request)
    assert not Submission.objects.exists()


def views(resolver: URLResolver | None = None, namespace: str = ""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from views(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback


def test_every_view_declares_who_may_open_it():
    without = {
        name
        for name, view in views()
        if not name.startswith(NOT_OURS) and not hasattr(view, "right")
    }
    assert without == OPEN
