"""Asking people if the need is the same: the list to ring from, letters and answers (need C26)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from accounts.reads import log_read
from casework.letters.letters import NoAddress
from common.access import allowed
from common.errors import RuleBroken
from common.form_errors import errors_on
from common.formatting import listed
from common.paging import keyset_page

from .. import perms
from ..actions import still_needed as actions
from ..enums import NeedAnswer
from ..forms.still_needed import NeedAnswerForm
from ..models import NeedCheck

BATCH = 25  # letters made at a time


def _checks(request: HttpRequest):
    checks = NeedCheck.objects.visible_to(request.user).open()
    if request.GET.get("alle") != "1":
        checks = checks.filter(application__responsible=request.user)
    return checks.select_related("application__person", "application__responsible", "letter")


@require_safe
@allowed(perms.can_ask_still_needed)
def still_needed(request: HttpRequest) -> HttpResponse:
    """The list to ring from: the user's cases, or all cases with `?alle=1`."""
    checks = _checks(request)
    page = keyset_page(checks, order=("answer_by", "pk"), cursor=request.GET.get("etter"), size=50)
    context = {
        "page": page,
        "today": timezone.localdate(),
        "everyone": request.GET.get("alle") == "1",
        "without_letter": sum(check.letter_id is None for check in page.items),
        "batch": BATCH,
    }
    return render(request, "allocation/still_needed.html", context)


@require_POST
@allowed(perms.can_ask_still_needed)
@once
def letters(request: HttpRequest) -> HttpResponse:
    """Make letters to people on the list who have none; name the cases without an address."""
    checks = _checks(request).filter(letter__isnull=True).order_by("answer_by", "pk")[:BATCH]
    made, unreached = 0, []
    for check in checks:
        try:
            actions.send_letter(check, by=request.user, at=timezone.now())
        except NoAddress:
            unreached.append(check.application.case_number)
        except RuleBroken:
            continue  # another user has just answered it or made the letter
        else:
            made += 1
    if made:
        text = ngettext("Ett brev er laget.", "%(n)s brev er laget.", made) % {"n": made}
        messages.success(request, text)
    if unreached:
        text = _("Har ingen adresse å sende til: %(cases)s. Ring, eller oppsøk.")
        messages.warning(request, text % {"cases": listed(unreached)})
    if not made and not unreached:
        messages.info(request, _("Alle på listen har fått brev."))
    url = reverse("allocation:still_needed")
    return redirect(f"{url}?alle=1" if request.GET.get("alle") == "1" else url)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_ask_still_needed)
@once
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    checks = NeedCheck.objects.visible_to(request.user)
    check = get_object_or_404(checks.select_related("application__person", "letter"), pk=pk)
    case, person = check.application, check.application.person
    back = reverse("allocation:still_needed")
    form = NeedAnswerForm(
        request.POST if request.method == "POST" else None,
        cancel=back,
        initial={"phone": person.phone},
    )
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.register_answer(check, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Svaret er ført inn."))
            return redirect(_next(form.cleaned_data["answer"], case))
    log_read(request, person.pk, "fortsatt-behov")
    return render(
        request,
        "allocation/still_needed_answer.html",
        {"form": form, "check": check, "case": case, "person": person},
    )


def _next(answer: str, case) -> str:
    """The next page: after a no the withdrawal, after a changed need the application."""
    if answer == NeedAnswer.NO:
        return reverse("casework:application_withdraw", args=[case.pk])
    if answer == NeedAnswer.CHANGED:
        return reverse("casework:application", args=[case.pk])
    return reverse("allocation:still_needed")
