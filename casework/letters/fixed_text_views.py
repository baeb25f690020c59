"""The fixed texts of letters in the municipality's own words: from a day, seen in a letter."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from accounts.perms import can_change_settings
from casework.log.enums import LanguageForm
from common.access import allowed
from common.changes import log
from common.form_errors import errors_on, posted

from . import actions, lawful
from .forms import FORM_OF, LetterTextForm
from .models import LetterText
from .sender_views import preview_asked, sample_pdf
from .words import standards, trying

# The kinds of letter, in the order of the page.
SECTIONS = {
    "frame": gettext_lazy("Alle brev: overskrifter og faste ord"),
    "letter": gettext_lazy("Alle brev: avsender og mottaker"),
    "vedtak": gettext_lazy("Vedtak"),
    "interim": gettext_lazy("Foreløpig svar"),
    "missing": gettext_lazy("Papirer som mangler"),
    "notice": gettext_lazy("Forhåndsvarsel"),
    "offer": gettext_lazy("Tilbud om bolig"),
    "still_needed": gettext_lazy("Spørsmål om behovet er det samme"),
    "lease_information": gettext_lazy("Det leietakeren bør vite"),
    "rent": gettext_lazy("Ny husleie"),
    "appeal": gettext_lazy("Brev i en klage"),
    "appeal_file": gettext_lazy("Sakens dokumenter i en klage"),
    "comparison": gettext_lazy("Sammenligning med andre på ventelisten"),
    "unit_types": gettext_lazy("Boligtyper"),
    "dwelling": gettext_lazy("Om en bolig"),
}


@require_safe
@allowed(can_change_settings)
def letter_texts(request: HttpRequest) -> HttpResponse:
    """The kinds of letter, with how many texts each has, and how many are the municipality's."""
    own = _own(timezone.localdate())
    rows = []
    for section, label in SECTIONS.items():
        codes = [code for code in standards(_nb()) if code.startswith(f"{section}.")]
        rows.append((section, label, len(codes), sum(code in own for code in codes)))
    return render(request, "casework/letters/letter_texts.html", {"rows": rows})


@require_safe
@allowed(can_change_settings)
def letter_text_section(request: HttpRequest, section: str) -> HttpResponse:
    """The texts of one kind of letter in the order of the letter, as they are worded today."""
    if section not in SECTIONS:
        raise Http404
    on = timezone.localdate()
    own = _own(on)
    coming = {
        row.code: row.valid.lower
        for row in LetterText.objects.filter(valid__startswith__gt=on).order_by("-valid")
    }
    rows = [
        {
            "code": code,
            "text": own[code].text if code in own else text,
            "is_own": code in own,
            "coming": coming.get(code),
            "law": lawful.duty(code)[0],
        }
        for code, text in standards(_nb()).items()
        if code.startswith(f"{section}.")
    ]
    context = {"rows": rows, "title": SECTIONS[section]}
    return render(request, "casework/letters/letter_text_section.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def letter_text(request: HttpRequest, code: str) -> HttpResponse:
    """One fixed text in both language forms: today's words, the standard, and every change."""
    if code not in standards(_nb()):
        raise Http404
    at = timezone.now()
    on = timezone.localdate(at)
    section = code.partition(".")[0]
    back = reverse("casework:letter_text_section", args=[section])
    standard = {name: standards(form)[code] for name, form in FORM_OF.items()}
    row = _own(on).get(code)
    now = {name: getattr(row, name) for name in FORM_OF} if row else standard
    history = LetterText.history.filter(code=code)
    form = LetterTextForm(
        _sent(request, standard), code=code, initial={**now, "start": on}, row=history, cancel=back
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            said = form.cleaned_data
            if language := preview_asked(request):
                with trying({code: {form: said[name] for name, form in FORM_OF.items()}}):
                    return sample_pdf(request, language, code=code, at=at)
            saved = {"code": code, "start": said["start"], "seen": said["seen"]}
            if "standard" in request.POST:
                actions.take_back_letter_text(by=request.user, on=on, **saved)
            else:
                words = {name: said[name] for name in FORM_OF}
                why = said["reason"]
                actions.write_letter_text(by=request.user, on=on, reason=why, **saved, **words)
            messages.success(request, _("Lagret. Brev som er sendt, endres ikke."))
            return redirect(back)
    first = {
        capfirst(LetterText._meta.get_field(name).verbose_name): text
        for name, text in standard.items()
    }
    context = {
        "form": form,
        "title": SECTIONS[section],
        "parent_url": back,
        "standard": standard,
        "is_own": row is not None,
        "duty": lawful.duty(code),
        "changes": log(history.select_related("history_user"), first),
    }
    return render(request, "casework/letters/letter_text.html", context)


def _sent(request: HttpRequest, standard: dict[str, str]) -> Any:
    """What was sent. To take back the standard text, it is the text, whatever was written."""
    data = posted(request)
    if data is None or "standard" not in data:
        return data
    data = data.copy()
    for name, text in standard.items():
        data[name] = text
    return data


def _own(on: date) -> dict[str, LetterText]:
    """The municipality's own texts in force `on`, by code."""
    rows = LetterText.objects.filter(valid__contains=on, is_standard=False)
    return {row.code: row for row in rows}


def _nb() -> str:
    return LanguageForm.BOKMAL.value
