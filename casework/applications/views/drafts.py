"""Keeps what is typed in a form before it is sent, so that nothing is lost (need C5)."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.once import FIELD, is_sent
from casework.log import perms
from casework.persons.models import Person
from common.access import allowed
from common.errors import RuleBroken
from common.windows import Window

from ..actions import intake as actions
from ..models import Draft

SECTION_27 = "paragraf-27"
APPLICATION = re.compile(r"soknad-(\d{1,18})")
WINDOW = ("draft_window", "draft_revision", "draft_order")
NOT_KEPT = (FIELD, "csrfmiddlewaretoken", *WINDOW)


def draft_key(person: Person) -> str:
    """The draft key of the application form for the person."""
    return f"soknad-{person.pk}"


def unsent_draft(request: HttpRequest, key: str) -> Draft | None:
    """The user's unsent draft of this form, if any."""
    return Draft.objects.filter(saved_by=request.user, key=key).first()


def fill_from_draft(form: forms.Form, draft: Draft | None, key: str) -> None:
    """Fill a new form from the draft, and make the page save what is typed from now on."""
    form.helper.attrs |= {
        "data-draft": reverse("casework:draft_save", args=[key]),
        "data-draft-window": str(uuid.uuid4()),
        "data-draft-revision": str(draft.revision if draft else 0),
    }
    if draft is None or form.is_bound:
        return
    for name, values in draft.data.items():
        field = form.fields.get(name)
        if field is None or field.widget.is_hidden:
            continue
        several = isinstance(field.widget, forms.CheckboxSelectMultiple | forms.SelectMultiple)
        form.initial[name] = values if several else values[0]


def _person_of(request: HttpRequest, key: str) -> Person | None:
    """The person a draft key is about, None for § 27. Raises Http404 if the key is unknown or the
    user may not see the person."""
    if key == SECTION_27:
        return None
    match = APPLICATION.fullmatch(key)
    if match is None:
        raise Http404
    return get_object_or_404(Person.objects.visible_to(request.user), pk=int(match[1]))


@require_POST
@allowed(perms.can_do_casework)
def draft_save(request: HttpRequest, key: str) -> HttpResponse:
    person = _person_of(request, key)
    typed: dict[str, Any] = {
        name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT
    }
    if is_sent(request):
        return HttpResponse(status=409)
    try:
        actions.save_draft(
            key=key,
            data=typed,
            person=person,
            by=request.user,
            at=timezone.now(),
            window=_window(request),
        )
    except RuleBroken:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


def _window(request: HttpRequest) -> Window | None:
    """The window that sent the form; None from a script."""
    key, *numbers = (request.POST.get(name, "") for name in WINDOW)
    if not key or not all(number.isdecimal() and len(number) < 10 for number in numbers):
        return None
    return Window(key[:36], *map(int, numbers))


@require_POST
@allowed(perms.can_do_casework)
def draft_discard(request: HttpRequest, key: str) -> HttpResponse:
    person = _person_of(request, key)
    actions.discard_draft(key=key, by=request.user)
    return redirect(
        *(("casework:application_new", person.pk) if person else ("casework:section_27",))
    )
