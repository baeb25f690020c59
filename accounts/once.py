"""A form sent twice makes one thing.

A double click, a reload, «tilbake» and send again, an impatient phone: the second sending of the
same form by the same user is answered with where the first one led, also when both come at once.

The form carries a token, and the view is told to mind it:

    class PersonForm(OnceFormMixin, forms.ModelForm): ...

    @require_http_methods(["GET", "POST"])
    @allowed(perms.can_do_casework)
    @once
    def person_new(request):
        form = PersonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with errors_on(form):
                person = actions.register_person(
                    by=request.user, at=timezone.now(), **form.cleaned_data
                )
                return redirect("desk:person", person.pk)
        return render(request, "casework/persons/person_new.html", {"form": form})

A page with a bare button instead of a form class writes `{% load once %}{% form_token %}` within
its `<form>`.

How it works: a POST with a token runs in one transaction that begins by writing a `Submission`
with that token. A second sending waits there, on the unique key, until the first is done. When
the view answers with a redirect (or htmx's `HX-Redirect`) the thing is made: the address is kept,
and committed with it. Any other answer (the form again, with its errors) gives the token back, so
the mended form can be sent; an exception rolls all of it back. A missing, garbled or foreign
token is as no token: the view just runs.

Since the view runs inside a transaction, no action in it may ask for `durable=True`; each action's
own `@transaction.atomic` becomes a savepoint, so a broken constraint is still caught in the view.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from .models import Submission

FIELD = "form_token"

View = Callable[..., HttpResponse]


class TokenField(forms.UUIDField):
    """Never an error to the person: what is no token is taken as none, and replaced."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID | None:
        try:
            return super().clean(value)
        except ValidationError:
            return None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if _parse(data) else initial

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class OnceFormMixin:
    """Gives a form its hidden token. `cleaned_data` is without it, so it goes whole to an action.

    Put it first among the bases. The token's name takes no prefix: a page sends one form.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[FIELD] = TokenField()

    def add_prefix(self, field_name: str) -> str:
        return FIELD if field_name == FIELD else super().add_prefix(field_name)

    def full_clean(self) -> None:
        super().full_clean()
        getattr(self, "cleaned_data", {}).pop(FIELD, None)


def once(view: View) -> View:
    """Let a POST with a token through once; see the module. Put it nearest the view."""

    @wraps(view)
    def minded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = _parse(request.POST.get(FIELD)) if request.method == "POST" else None
        if token is None or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            # Waits for another sending of the same form, which holds the same key.
            at = timezone.now()  # noqa: TID251
            Submission.objects.bulk_create(
                [Submission(token=token, user=request.user, result_url="", at=at)],
                ignore_conflicts=True,
            )
            sent = Submission.objects.get(token=token)
            if sent.user_id != request.user.pk:  # somebody else's token: as none
                return view(request, *args, **kwargs)
            if sent.result_url:
                return _lead(request, sent.result_url)
            response = view(request, *args, **kwargs)
            led_to = response.headers.get("Location") or response.headers.get("HX-Redirect")
            if led_to:
                Submission.objects.filter(token=token).update(result_url=led_to)
            else:
                Submission.objects.filter(token=token).delete()
            return response

    return minded


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def _parse(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None
