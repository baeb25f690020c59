"""Letters as they were sent, how letters reach a person, and the wordings for letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from accounts.perms import can_change_settings
from accounts.reads import log_read
from casework.log import perms
from casework.log.visibility import visible_persons
from casework.persons.models import Person
from common.access import allowed
from common.calendar import last_day
from common.changes import log
from common.form_errors import errors_on, posted

from . import actions, letters
from .forms import (
    EndVersionForm,
    LegalBasisForm,
    LetterAgreementForm,
    PlainWordForm,
    StandardTextForm,
    VersionForm,
)
from .models import LegalBasis, Letter, LetterCopy, PlainWord, StandardText

if TYPE_CHECKING:
    from casework.log.models import StoredFile


@require_safe
@allowed(perms.can_read_cases)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    letter = get_object_or_404(
        Letter.objects.filter(visible_persons(request.user, "person__")).select_related(
            "application", "file"
        ),
        pk=pk,
    )
    log_read(request, letter.person_id, "brev")
    return _pdf(letter.file, letters.file_name(letter))


@require_safe
@allowed(perms.can_read_cases)
def letter_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The copy of a letter, as it was addressed."""
    copy = get_object_or_404(
        LetterCopy.objects.filter(visible_persons(request.user, "letter__person__")).select_related(
            "letter__application", "file"
        ),
        pk=pk,
    )
    log_read(request, copy.letter.person_id, "brev")
    return _pdf(copy.file, letters.file_name(copy.letter, copy=copy.pk))


def _pdf(file: StoredFile, name: str) -> HttpResponse:
    return HttpResponse(
        bytes(file.content),
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def letter_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for how letters reach a person: which way, and what is agreed about it."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    back = reverse("desk:person", args=[pk])
    initial = {"words": person.letter_agreement, "way": person.letter_way}
    form = LetterAgreementForm(posted(request), row=person, cancel=back, initial=initial)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.agree_on_letters(
                person=person, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Avtalen om brev er lagret."))
            return redirect(back)
    log_read(request, pk, "person-edit")
    context = {"form": form, "person": person, "has_address": letters.has_address(person)}
    return render(request, "casework/letters/letter_agreement.html", context)


@dataclass(frozen=True)
class Kind:
    """A kind of wording kept in versions: its model, form, actions, pages and texts."""

    name: str  # the first part of its URL names
    list_page: str
    model: type[Model]
    form: type[VersionForm]
    write: Callable[..., Any]
    end: Callable[..., Any]
    heading: Any
    sub: Any
    new: Any

    @property
    def back(self) -> str:
        return reverse(f"casework:{self.name}_list")


TEXTS = Kind(
    "text",
    "casework/letters/text_list.html",
    StandardText,
    StandardTextForm,
    actions.write_text,
    actions.end_text,
    gettext_lazy("Standardtekster"),
    gettext_lazy(
        "Tekster dere kan sette inn i vedtak. En endring gjelder fra en dag; "
        "et vedtak beholder versjonen det er skrevet med."
    ),
    gettext_lazy("Ny standardtekst"),
)

BASES = Kind(
    "basis",
    "casework/letters/basis_list.html",
    LegalBasis,
    LegalBasisForm,
    actions.write_basis,
    actions.end_basis,
    gettext_lazy("Hjemler"),
    gettext_lazy(
        "Det det kan søkes etter, når det gjelder, og hvem som avgjør en klage. "
        "En endring gjelder fra en dag."
    ),
    gettext_lazy("Ny hjemmel"),
)


@require_safe
@allowed(can_change_settings)
def text_list(request: HttpRequest) -> HttpResponse:
    return _list(request, TEXTS)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def text_new(request: HttpRequest) -> HttpResponse:
    return _write(request, TEXTS)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def text(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, TEXTS, pk)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def text_end(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, TEXTS, pk)


@require_safe
@allowed(can_change_settings)
def basis_list(request: HttpRequest) -> HttpResponse:
    return _list(request, BASES)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def basis_new(request: HttpRequest) -> HttpResponse:
    return _write(request, BASES)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def basis(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, BASES, pk)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def basis_end(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, BASES, pk)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def words(request: HttpRequest) -> HttpResponse:
    """Words that make a letter hard to read, and what to write instead."""
    form = PlainWordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.add_word(by=request.user, **form.cleaned_data)
            messages.success(request, _("Ordet er lagt til."))
            return redirect("casework:words")
    context = {"form": form, "words": PlainWord.objects.all()}
    return render(request, "casework/letters/word_list.html", context)


@require_POST
@allowed(can_change_settings)
def word_remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove_word(word=get_object_or_404(PlainWord, pk=pk), by=request.user)
    messages.success(request, _("Ordet er tatt bort."))
    return redirect("casework:words")


def _list(request: HttpRequest, kind: Kind) -> HttpResponse:
    on = timezone.localdate()
    now, coming, ended = [], [], []
    for version in kind.model.objects.all():
        row = (version, last_day(version.valid))
        if on in version.valid:
            now.append(row)
        elif version.valid.lower and version.valid.lower > on:
            coming.append(row)
        else:
            ended.append(row)
    context = {"kind": kind, "now": now, "coming": coming, "ended": ended}
    return render(request, kind.list_page, context)


def _write(request: HttpRequest, kind: Kind, pk: int | None = None) -> HttpResponse:
    on = timezone.localdate()
    current = get_object_or_404(kind.model, pk=pk) if pk else None
    form = kind.form(
        posted(request),
        initial={**(model_to_dict(current) if current else {}), "start": on},
        submit=_("Lagre ny versjon") if current else _("Legg til"),
        cancel=kind.back,
        row=actions.history_of(current) if current else None,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            kind.write(by=request.user, on=on, version=current, **form.cleaned_data)
            messages.success(request, _("Lagret. Det som er skrevet før, endres ikke."))
            return redirect(kind.back)
    versions = kind.model.objects.filter(code=current.code).order_by("-valid") if current else []
    context = {
        "kind": kind,
        "form": form,
        "title": str(current) if current else kind.new,
        "versions": [(version, last_day(version.valid)) for version in versions],
        "found": current,
        "changes": log(actions.history_of(current).select_related("history_user"))
        if current
        else [],
    }
    return render(request, "casework/letters/wording_form.html", context)


def _end(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    on = timezone.localdate()
    current = get_object_or_404(kind.model, pk=pk)
    form = EndVersionForm(
        posted(request),
        initial={"last_day": on},
        cancel=kind.back,
        row=actions.history_of(current),
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            kind.end(by=request.user, on=on, version=current, **form.cleaned_data)
            messages.success(request, _("Avsluttet. Det som er skrevet før, endres ikke."))
            return redirect(kind.back)
    context = {
        "kind": kind,
        "form": form,
        "title": _("Avslutt «%(name)s»") % {"name": current},
        "versions": [],
        "found": None,
    }
    return render(request, "casework/letters/wording_form.html", context)
