"""The common form page about one person: a form, one action, then back to the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.reads import log_read
from common.form_errors import errors_on

from ..models import Person


def visible_person(request: HttpRequest, pk: int) -> Person:
    """The person, or 404 when the user may not see them."""
    return get_object_or_404(Person.objects.visible_to(request.user), pk=pk)


def part_url(person: Person, part: str = "person_follow_up") -> str:
    return reverse(f"desk:{part}", args=[person.pk])


def form_page(
    request: HttpRequest,
    person: Person,
    form: forms.Form,
    action: Callable[..., Any],
    *,
    title: str,
    done: str,
    back: str,
    page: str,
    after: str = "",
    template: str = "casework/persons/on_person_form.html",
    **extra: Any,
) -> HttpResponse:
    """Show the form; when valid, call `action` with its values, `by` and `at`, then go `back`, or
    to `after` where the page that led here is gone. Above it `note` with a link (`note_url`,
    `note_link`), and `facts`, as name and value."""
    if form.is_bound and form.is_valid():
        with errors_on(form):
            action(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect(after or back)
    log_read(request, person.pk, page)
    about = {"form": form, "person": person, "title": title, "back": back}
    context = {"sub": "", "facts": (), "note": "", "note_url": "", **extra, **about}
    return render(request, template, context)
