"""A form that is sent twice has one effect.

After a double click, a reload, or back and send again, the second sending of the same form by the
same user gets the same redirect as the first, also when both come at once.

The form carries a token, and the view has the decorator `once`:

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

A page with a button and no form class writes `{% load once %}{% form_token %}` in its `<form>`.

How it works: a POST with a token runs in one transaction, which first writes a `Submission` with
that token. A second sending waits there, on the unique key, until the first is done. When the
view answers with a redirect (or htmx's `HX-Redirect`), the form has had its effect: the address
is saved in the same transaction. Any other answer (the form again, with errors) deletes the
`Submission`, so that the corrected form can be sent; an exception rolls everything back. With a
missing or invalid token, or another user's, the view runs as if it had no token.

Since the view runs in a transaction, no action in it may use `durable=True`. Each action's own
`@transaction.atomic` becomes a savepoint, so a broken constraint can still be caught in the view.
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

from common.forms import PrintableMixin

from .drafts import DraftMixin, forget
from .models import Submission

FIELD = "form_token"

View = Callable[..., HttpResponse]


class TokenField(forms.UUIDField):
    """Never shows an error: an invalid token counts as none, and is replaced."""

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


class OnceFormMixin(DraftMixin, PrintableMixin):
    """Gives a form its hidden token, and keeps its long text as a draft.
    `cleaned_data` is without the token, and can be passed to an action.

    Put it first among the bases. The token's name has no prefix: a page sends one form.
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
    """Run the view once for each token of a POST (see the module). The innermost decorator."""

    @wraps(view)
    def run_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = _parse(request.POST.get(FIELD)) if request.method == "POST" else None
        if token is None or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            # Waits here while another sending of the same form is running.
            at = timezone.now()  # noqa: TID251
            Submission.objects.bulk_create(
                [Submission(token=token, user=request.user, result_url="", at=at)],
                ignore_conflicts=True,
            )
            submission = Submission.objects.get(token=token)
            if submission.user_id != request.user.pk:  # another user's token counts as none
                return view(request, *args, **kwargs)
            if submission.result_url:
                return _redirect(request, submission.result_url)
            response = view(request, *args, **kwargs)
            redirect_url = response.headers.get("Location") or response.headers.get("HX-Redirect")
            if redirect_url:
                Submission.objects.filter(token=token).update(result_url=redirect_url)
                forget(request)
            else:
                Submission.objects.filter(token=token).delete()
            return response

    return run_once


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def _parse(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None
