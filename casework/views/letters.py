"""A letter as it was sent; how letters reach the person; and the forhåndsvarsel."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read
from common.calendar import next_working_day
from common.errors import RuleBroken

from .. import letters, perms, reply_clock
from ..actions import letters as actions
from ..forms.letters import LetterAgreementForm, NoticeForm
from ..models import Application, Letter, LetterCopy, Person, StoredFile
from ..querysets import sees
from .persons import posted, refuse


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        Letter.objects.filter(sees(request.user, "person__")).select_related("application", "file"),
        pk=pk,
    )
    log_read(request, found.person_id, "brev")
    return _pdf(found.file, letters.file_name(found))


@require_safe
def letter_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same letter, as it was addressed to one who got a copy."""
    if not perms.can_read_cases(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        LetterCopy.objects.filter(sees(request.user, "letter__person__")).select_related(
            "letter__application", "file"
        ),
        pk=pk,
    )
    log_read(request, found.letter.person_id, "brev")
    return _pdf(found.file, letters.file_name(found.letter, copy=found.pk))


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
@once
def letter_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """How letters reach somebody whose address is not written in them."""
    if not perms.can_do_casework(request.user):
        raise PermissionDenied
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    back = reverse("desk:person", args=[pk])
    form = LetterAgreementForm(
        posted(request), cancel=back, initial={"words": person.letter_agreement}
    )
    if request.method == "POST" and form.is_valid():
        actions.agree_on_letters(
            person=person, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Avtalen om brev er lagret."))
        return redirect(back)
    log_read(request, pk, "person-edit")
    context = {"form": form, "person": person, "has_address": letters.has_address(person)}
    return render(request, "casework/letter_agreement.html", context)


@require_http_methods(["GET", "POST"])
@once
def notice_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a forhåndsvarsel in the case."""
    if not perms.can_do_casework(request.user):
        raise PermissionDenied
    case = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "person", "unit", "responsible"
        ),
        pk=pk,
    )
    today = timezone.localdate()
    back = reverse("casework:application", args=[pk])
    due = next_working_day(today + timedelta(days=settings_table.value("notice_days", today)))
    form = NoticeForm(posted(request), due=due, cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_notice(
                application=case,
                by=request.user,
                at=timezone.now(),
                on=today,
                **form.cleaned_data,
            )
        except RuleBroken as no:
            refuse(form, no)
        else:
            messages.success(request, _("Forhåndsvarselet er laget og ført i saken."))
            return redirect(back)
    log_read(request, case.person_id, "application-move")
    context = {
        "application": case,
        "form": form,
        "title": _("Forhåndsvarsel"),
        "clock": reply_clock.clock(case, today),
        "letter_language": case.person.get_language_form_display(),
    }
    return render(request, "casework/application_move.html", context)
