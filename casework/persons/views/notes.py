"""Pages for a note: written, read with its earlier text, corrected, objected to."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from common.access import allowed, require
from common.form_errors import posted

from ..actions import notes
from ..forms.notes import EditNoteForm, NoteForm, ObjectionForm
from ..models import Note
from ..perms import can_edit_note
from .on_person import form_page, part_url, visible_person


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def note_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back = reverse("desk:person", args=[person.pk])
    form = NoteForm(
        posted(request),
        person=person,
        user=request.user,
        cancel=back,
        initial={"application": request.GET.get("sak"), "is_contact": "kontakt" in request.GET},
    )
    if request.method == "POST" and form.is_valid():
        notes.write_note(person=person, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Notatet er lagret."))
        return redirect(back)
    log_read(request, pk, "note")
    return render(request, "casework/persons/person_note.html", {"form": form, "person": person})


PAGE = "note-edit"


def _note(request: HttpRequest, pk: int) -> Note:
    visible = Note.objects.visible_to(request.user).select_related(
        "person", "application", "written_by", "edited_by", "unit"
    )
    return get_object_or_404(visible, pk=pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def note(request: HttpRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    back = part_url(note.person)
    shown = {"note": note, "earlier": _earlier(note)}
    if not can_edit_note(request.user, note):
        if request.method == "POST":
            raise PermissionDenied
        log_read(request, note.person_id, PAGE)
        context = {**shown, "person": note.person, "title": _("Notat"), "back": back, "form": None}
        return render(request, "casework/persons/note.html", context)
    return form_page(
        request,
        note.person,
        EditNoteForm(posted(request), instance=copy(note), row=note, cancel=back),
        partial(notes.edit_note, note),
        title=_("Notat"),
        done=_("Notatet er endret. Det som stod før, er tatt vare på."),
        back=back,
        page=PAGE,
        template="casework/persons/note.html",
        **shown,
    )


def _earlier(note: Note) -> list[dict[str, Any]]:
    """The earlier texts of the note, newest first; versions with the same text count once."""
    rows = list(
        note.history.select_related("history_user").order_by("-history_date", "-history_id")[:50]
    )
    versions = [
        {
            "observation": row.observation,
            "quotation": row.quotation,
            "at": row.history_date,
            "by": row.history_user,
        }
        for row in rows
    ]
    earlier = []
    newer_text = (note.observation, note.quotation)
    for version in versions:
        text = (version["observation"], version["quotation"])
        if text != newer_text:
            earlier.append(version)
            newer_text = text
    return earlier


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def note_objection(request: HttpRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    require(perms.can_do_casework(request.user))
    back = reverse("casework:note", args=[pk])
    initial = {"objection": note.objection}
    form = ObjectionForm(posted(request), row=note, cancel=back, initial=initial)
    return form_page(
        request,
        note.person,
        form,
        partial(notes.object_to_note, note),
        title=_("Innsigelse til notat"),
        done=_("Innsigelsen står ved siden av notatet."),
        back=back,
        page=PAGE,
    )
