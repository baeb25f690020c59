"""The page of a vedtak with its parts, form and letter; sending, approving, sending back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import drafts
from accounts.once import once
from accounts.reads import log_read
from casework.applications import reply_clock, section_27
from casework.applications.models import Application
from casework.applications.perms import is_disqualified
from casework.letters import letters, plain_language
from casework.letters.models import StandardText
from casework.letters.words import words
from casework.log import deadlines, perms
from casework.log.enums import LanguageForm, TextPart, VedtakState
from common import pdf, readings
from common.access import allowed, require
from common.errors import RuleBroken
from common.form_errors import errors_as_message, errors_on, posted, refuse
from common.paging import keyset_page
from common.readings import ChangedSinceRead
from common.templatetags.designsystemet import error_lines
from common.windows import Late

from . import actions, completeness, reading
from . import letter as vedtak_letter
from . import page as vedtak_page
from .day import why_hindered
from .forms import (
    NOBODY_APPROVES,
    REVERSAL_FIELDS,
    ApproveForm,
    ChangeForm,
    DiscardForm,
    MoveForm,
    ReturnForm,
    TakeOverForm,
    VedtakForm,
)
from .models import Vedtak
from .parts import ANCHORS
from .perms import (
    approvers,
    can_approve,
    can_approve_vedtak,
    can_edit_vedtak,
    can_move_approval,
    can_recall_vedtak,
    can_take_over_vedtak,
    hindered,
)

# The parts with free text, which get advice on plain language.
ADVISED = (
    "reversal_reason",
    "harm_reason",
    "facts",
    "rules",
    "reasoning",
    "person_view",
    "best_interests",
    "conditions",
)


@require_POST
@allowed(perms.can_read_cases)
def vedtak_new(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    require(perms.can_do_casework(request.user))
    with errors_as_message(request):
        vedtak = actions.draft_vedtak(application=application, by=request.user, at=timezone.now())
        return redirect("casework:vedtak", vedtak.pk)
    return redirect("casework:application", application.pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
def vedtak(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the vedtak, or save the draft, complete or not."""
    vedtak = _vedtak(request, pk)
    on = timezone.localdate()
    content = completeness.contents(vedtak, vedtak.issued_on or on)
    if request.method == "GET":
        form = _form(request, vedtak, content) if can_edit_vedtak(request.user, vedtak) else None
        return _page(request, vedtak, content, form=form)
    require(perms.can_do_casework(request.user))
    form = _form(request, vedtak, content)
    if not _save(request, vedtak, form):
        return _page(request, vedtak, content, form=form)
    if inserted := _inserted(request, on):
        part, _words, _text = inserted
        return redirect(f"{reverse('casework:vedtak', args=[pk])}#id_{part}")
    messages.success(request, _("Utkastet er lagret."))
    return redirect("casework:vedtak", pk)


@require_POST
@allowed(perms.can_read_cases)
def vedtak_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the draft, and send it for approval if nothing is missing."""
    vedtak = _vedtak(request, pk)
    require(perms.can_do_casework(request.user))
    on = timezone.localdate()
    content = completeness.contents(vedtak, on)
    form = _form(request, vedtak, content)
    if not _save(request, vedtak, form):
        return _page(request, vedtak, content, form=form)
    approver = form.cleaned_data["approver"]
    try:
        if approver is None:
            missing = completeness.missing(_vedtak(request, pk), on)
            if missing:
                raise actions.VedtakIncomplete(missing)
            some = form.fields["approver"].queryset.exists()
            choose = _("Velg hvem som skal godkjenne vedtaket.")
            form.add_error("approver", choose if some else NOBODY_APPROVES)
        else:
            actions.submit_vedtak(
                vedtak=vedtak, approver=approver, by=request.user, at=timezone.now()
            )
            messages.success(request, _("Vedtaket er sendt til %(name)s.") % {"name": approver})
            return redirect("casework:vedtak", pk)
    except actions.VedtakIncomplete as error:
        form.show_missing(error.missing)
    except RuleBroken as error:
        refuse(form, error)
    return _page(request, vedtak, content, form=form, tried=True)


@require_POST
@allowed(perms.can_read_cases)
def vedtak_approve(request: HttpRequest, pk: int) -> HttpResponse:
    vedtak = _vedtak(request, pk)
    require(can_approve(request.user))
    try:
        actions.approve_vedtak(
            vedtak=vedtak, by=request.user, at=timezone.now(), read=readings.sent(request)
        )
    except RuleBroken as error:
        return _refused(request, pk, error)
    _end_comments(pk, timezone.now())
    messages.success(request, _("Vedtaket er fattet, og brevet er laget."))
    return redirect("casework:vedtak", pk)


@require_POST
@allowed(perms.can_read_cases)
def vedtak_return(request: HttpRequest, pk: int) -> HttpResponse:
    vedtak = _vedtak(request, pk)
    require(can_approve(request.user))
    comment, at = request.POST.get("comment", ""), timezone.now()
    content = completeness.contents(vedtak, timezone.localdate())
    now = reading.reading(vedtak, content, by=request.user, at=at)
    if not ReturnForm(request.POST, reading=now).is_valid():
        return _refused(request, pk, comment=comment)
    try:
        actions.return_vedtak(
            vedtak=vedtak, comment=comment, by=request.user, at=at, read=readings.sent(request)
        )
    except RuleBroken as error:
        return _refused(request, pk, error, comment=comment)
    drafts.end(request, at)
    _end_comments(pk, at)
    messages.success(
        request, _("Vedtaket er sendt tilbake til %(name)s.") % {"name": vedtak.drafted_by}
    )
    return redirect("casework:vedtak", pk)


@require_POST
@allowed(perms.can_do_casework)
def vedtak_recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the vedtak back from approval."""
    vedtak = _vedtak(request, pk)
    with errors_as_message(request):
        actions.recall_vedtak(vedtak=vedtak, by=request.user, at=timezone.now())
        _end_comments(pk, timezone.now())
        messages.success(request, _("Vedtaket er kalt tilbake, og du kan skrive videre."))
    return redirect("casework:vedtak", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def vedtak_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away, with a reason."""
    vedtak = _vedtak(request, pk)
    form = DiscardForm(posted(request), cancel=reverse("casework:vedtak", args=[pk]))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.discard_vedtak(
                vedtak=vedtak, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Utkastet er forkastet. Det som er fattet, står."))
            return redirect("casework:application", vedtak.application_id)
    lead = _(
        "Det som er fattet før, gjelder fortsatt. Utkastet kan leses, men ikke skrives videre."
    )
    return _step(request, vedtak, form, title=_("Forkast utkastet"), lead=lead)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def vedtak_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Write on a vedtak whose drafter is disqualified, with a reason."""
    vedtak = _vedtak(request, pk)
    form = TakeOverForm(posted(request), cancel=reverse("casework:vedtak", args=[pk]))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.take_over_vedtak(
                vedtak=vedtak, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Du har overtatt vedtaket, og kan skrive videre."))
            return redirect("casework:vedtak", pk)
    lead = _("Les alt %(name)s har skrevet, og gjør det om der du vurderer annerledes.") % {
        "name": vedtak.drafted_by
    }
    return _step(request, vedtak, form, title=_("Overta vedtaket"), lead=lead)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def vedtak_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the vedtak to another approver."""
    vedtak = _vedtak(request, pk)
    on = timezone.localdate()
    form = MoveForm(
        posted(request),
        approvers=approvers(vedtak, on).exclude(pk=vedtak.approver_id),
        cancel=reverse("casework:vedtak", args=[pk]),
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            moved = actions.move_approval(
                vedtak=vedtak, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Vedtaket ligger nå hos %s.") % moved.approver)
            return redirect("casework:vedtak", pk)
    lead = _("Vedtaket ligger hos %s.") % vedtak.approver if vedtak.is_submitted else ""
    return _step(request, vedtak, form, title=_("Flytt godkjenningen"), lead=lead)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def vedtak_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to change an issued vedtak, or some of it, without an appeal."""
    vedtak = _vedtak(request, pk)
    standing = list(vedtak.outcomes.standing().select_related("basis"))
    form = ChangeForm(
        posted(request), outcomes=standing, cancel=reverse("casework:vedtak", args=[pk])
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        chosen = list(facts.pop("outcomes", standing))
        with errors_on(form):
            draft = actions.change_issued(
                vedtak=vedtak, outcomes=chosen, by=request.user, at=timezone.now(), **facts
            )
            messages.success(
                request, _("Nytt vedtak er påbegynt. Det gamle gjelder til det nye er fattet.")
            )
            return redirect("casework:vedtak", draft.pk)
    lead = _("Et nytt vedtak skrives, og må godkjennes av en annen. Personen kan klage på det.")
    return _step(request, vedtak, form, title=_("Endre vedtaket (omgjøring)"), lead=lead)


def _step(
    request: HttpRequest, vedtak: Vedtak, form: django_forms.Form, *, title: str, lead: str
) -> HttpResponse:
    """A page with one form about the vedtak."""
    log_read(request, vedtak.application.person_id, "vedtak")
    context = {
        "vedtak": vedtak,
        "application": vedtak.application,
        "person": vedtak.application.person,
        "form": form,
        "title": title,
        "lead": lead,
    }
    return render(request, "casework/vedtak/vedtak_step.html", context)


@require_POST
@allowed(perms.can_read_cases)
def vedtak_disqualify(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the user is disqualified in the case."""
    vedtak = _vedtak(request, pk)
    require(perms.can_do_casework(request.user))
    with errors_as_message(request):
        actions.declare_disqualified(
            application=vedtak.application,
            reason=request.POST.get("reason", ""),
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("Du er meldt inhabil i saken."))
    return redirect("casework:vedtak", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
def vedtak_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of the letter, with parts and advice. Also autosaves the valid fields, so that a
    half-written date does not lose a page of reasons."""
    vedtak = _vedtak(request, pk)
    at = timezone.now()
    on = timezone.localdate()
    content = completeness.contents(vedtak, on)
    saving: dict[str, Any] = {"form": None}
    if request.method == "POST" and can_edit_vedtak(request.user, vedtak):
        form = _form(request, vedtak, content)
        form.is_valid()
        window = form.open_window()
        saving = {
            "form": form,
            "texts": _standard_texts(on),
            "unsaved": [form[name].label for name in form.errors if name in form.fields],
            "conflict": "",
            "saved_at": vedtak.saved_at,
            "today": on,
        }
        if window.key:
            try:
                actions.save_draft(
                    vedtak=vedtak,
                    facts=form.facts(),
                    outcomes=form.outcomes(),
                    days=form.days(),
                    by=request.user,
                    at=at,
                    window=window,
                    autosave=True,
                )
                drafts.forget(request)
                saving["saved_at"] = at
            except Late:
                return HttpResponse(status=409)  # the page has the answer to its later request
            except RuleBroken as error:
                saving["conflict"] = str(error)
        vedtak, content = form.unsaved()
    found = completeness.findings(vedtak, on, content) if vedtak.issued_on is None else []
    saving["questions"] = vedtak_page.asked(vedtak, found)
    log_read(request, vedtak.application.person_id, "vedtak")
    context = {
        **_letter(vedtak, content, on, found=found),
        **saving,
        "swapped": True,
        "vedtak": vedtak,
    }
    return render(request, "casework/vedtak/vedtak.html#preview", context)


@require_GET
@allowed(perms.can_read_cases)
def vedtak_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as a PDF marked UTKAST. It is not stored."""
    vedtak = _vedtak(request, pk)
    on = timezone.localdate()
    content = completeness.contents(vedtak, on)
    data = vedtak_letter.letter_data(vedtak, content, on)
    frame = letters.frame(vedtak.application, language=vedtak.language, on=on, by=vedtak.drafted_by)
    log_read(request, vedtak.application.person_id, "vedtak")
    try:
        content_of_pdf = pdf.render(
            "vedtak",
            {
                **frame,
                **data,
                "signers": vedtak_letter.signers(vedtak),
                "draft": True,
                "made_at": timezone.now(),
            },
            title=data["title"],
            language=vedtak.language,
        )
    except pdf.UnprintableText as error:
        messages.error(request, str(error))
        return redirect("casework:vedtak", pk)
    return HttpResponse(
        content_of_pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'inline; filename="utkast.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@require_GET
@allowed(perms.can_read_cases)
def vedtak_queue(request: HttpRequest) -> HttpResponse:
    """Vedtak waiting for approval: by the user, by anyone, and those the user drafted."""
    today = timezone.localdate()
    visible = Vedtak.objects.visible_to(request.user)
    views = {
        "": (_("Til meg"), visible.awaiting(request.user)),
        "alle": (_("Alle"), visible.filter(state=VedtakState.SUBMITTED)),
        "sendt": (
            _("Skrevet av meg"),
            visible.filter(
                state__in=[VedtakState.SUBMITTED, VedtakState.RETURNED], drafted_by=request.user
            ),
        ),
    }
    chosen = request.GET.get("visning", "")
    chosen = chosen if chosen in views else ""
    page = keyset_page(
        views[chosen][1]
        .select_related("application__person", "drafted_by", "approver")
        .prefetch_related("outcomes__basis"),
        order=("submitted_at", "pk"),
        cursor=request.GET.get("etter"),
    )
    tonight = section_27.standing([vedtak.application for vedtak in page.items], timezone.now())
    context = {
        "page": page,
        "rows": [(vedtak, tonight.get(vedtak.application_id)) for vedtak in page.items],
        "chosen": chosen,
        "views": [
            {
                "text": label,
                "url": f"?visning={key}" if key else "?",
                "current": key == chosen,
                "count": None,
            }
            for key, (label, _found) in views.items()
        ],
        "today": today,
    }
    return render(request, "casework/vedtak/vedtak_queue.html", context)


def _vedtak(request: HttpRequest, pk: int) -> Vedtak:
    return get_object_or_404(
        Vedtak.objects.visible_to(request.user).select_related(
            "application__person",
            "application__household",
            "application__unit",
            "application__responsible",
            "drafted_by",
            "approver",
            "issued_by",
            "replaces",
            "letter",
        ),
        pk=pk,
    )


def _form(request: HttpRequest, vedtak: Vedtak, content: completeness.Contents) -> VedtakForm:
    posted = request.method == "POST"
    form = VedtakForm(request.POST if posted else None, instance=vedtak, content=content)
    form.fields["approver"] = django_forms.ModelChoiceField(
        label=_("Godkjenner"),
        queryset=approvers(vedtak, timezone.localdate()),
        required=False,
        empty_label=_("Velg godkjenner"),
        initial=vedtak.approver_id,
    )
    return form


def _save(request: HttpRequest, vedtak: Vedtak, form: VedtakForm) -> bool:
    """Save the draft. If it is refused, the form has the error and what was typed."""
    if not form.is_valid():
        return False
    facts = form.facts()
    text = None
    if inserted := _inserted(request, timezone.localdate(), vedtak):
        part, words, text = inserted
        facts[part] = f"{facts[part]}\n{words}".strip()
    with errors_on(form):
        actions.save_draft(
            vedtak=vedtak,
            facts=facts,
            outcomes=form.outcomes(),
            days=form.days(),
            by=request.user,
            at=timezone.now(),
            window=form.open_window(),
            text=text,
        )
        drafts.forget(request)
        return True
    return False


def _inserted(
    request: HttpRequest, on: date, vedtak: Vedtak | None = None
) -> tuple[str, str, StandardText | None] | None:
    """What a button of the form inserts: the part, the words, and the standard text if it is one.

    The words are the person's own, from the wish or a talk about choices, or a standard text in
    force. The person's own words are empty without the vedtak."""
    language = vedtak.language if vedtak else LanguageForm.BOKMAL
    kind = request.POST.get("sett_inn", "")
    if kind.isdecimal() and len(kind) < 10:
        text = StandardText.objects.filter(pk=kind, valid__contains=on).first()
        return (text.part, text.words(language), text) if text else None
    if kind in ("onske", "valg"):
        words = ""
        if vedtak and kind == "onske":
            words = vedtak_letter.quoted_wish(vedtak.application.person.wishes.first(), language)
        elif vedtak:
            words = vedtak_letter.quoted_talk(vedtak.application.choice_talks.first(), language)
        return ("person_view", words, None)
    return None


def _standard_texts(on: date) -> dict[str, list[StandardText]]:
    """The standard texts in force on the date, by the part of the vedtak they are for."""
    texts: dict[str, list[StandardText]] = {part: [] for part in TextPart.values}
    for text in StandardText.objects.filter(valid__contains=on):
        texts[text.part].append(text)
    return texts


def _refused(
    request: HttpRequest, pk: int, error: RuleBroken | None = None, *, comment: str | None = None
) -> HttpResponse:
    """The page as it is now, since another user may have changed it, with the errors and the
    approver's comment, and what is wrong with it."""
    vedtak = _vedtak(request, pk)
    content = completeness.contents(vedtak, timezone.localdate())
    return _page(request, vedtak, content, refused=error, comment=comment)


def _end_comments(pk: int, at: datetime) -> None:
    """Nobody is asked any more what must be changed in the vedtak."""
    drafts.end_on_page(reverse("casework:vedtak", args=[pk]), ReturnForm.__name__, at)


def _refused_lines(error: RuleBroken | None) -> list[dict[str, str]]:
    if error is None or isinstance(error, actions.CommentMissing):
        return []
    if isinstance(error, actions.VedtakIncomplete):
        return [
            {"id": "", "text": item.sentence, "url": item.url or ANCHORS[item.part]}
            for item in error.missing
        ]
    return [{"id": "", "text": str(error)}]


def _answer_forms(
    request: HttpRequest,
    vedtak: Vedtak,
    content: completeness.Contents,
    error: RuleBroken | None,
    comment: str | None,
) -> dict[str, Any]:
    """The approver's two forms, each with what the page shows as it is read now."""
    now = reading.reading(vedtak, content, by=request.user, at=timezone.now())
    returning = ReturnForm(reading=now)
    if comment is not None:
        returning = ReturnForm({"comment": comment, "read": now.signed()}, reading=now)
        if isinstance(error, actions.CommentMissing):
            refuse(returning, error, "comment")
    returning.draft_path = reverse("casework:vedtak", args=[vedtak.pk])
    return {"approving": ApproveForm(reading=now), "returning": returning}


def _page(
    request: HttpRequest,
    vedtak: Vedtak,
    content: completeness.Contents,
    *,
    form: VedtakForm | None = None,
    refused: RuleBroken | None = None,
    comment: str | None = None,
    tried: bool = False,
) -> HttpResponse:
    on = timezone.localdate()
    application = vedtak.application
    person = application.person
    log_read(request, person.pk, "vedtak")
    shown, shown_content = (
        form.unsaved()
        if form is not None and form.is_bound and hasattr(form, "cleaned_data")
        else (vedtak, content)
    )
    found = completeness.findings(shown, on, shown_content) if vedtak.issued_on is None else []
    issued = vedtak_page.as_issued(vedtak)
    may_approve = vedtak.state == VedtakState.SUBMITTED and can_approve_vedtak(request.user, vedtak)
    context: dict[str, Any] = {
        "vedtak": vedtak,
        "application": application,
        "person": person,
        "content": content,
        "children": content.children,
        "asks_harm": form is not None and "to_harm" in form.fields,
        "notice": completeness.notice_before(shown, shown_content, on)
        if vedtak.replaces_id
        else None,
        "reversal_errors": form is not None
        and any(name in form.errors for name in REVERSAL_FIELDS),
        "error_lines": [*error_lines(form), *form.links] if form and form.is_bound else [],
        "texts": _standard_texts(on) if form else {},
        "texts_used": [] if form else list(vedtak.standard_texts.all()),
        "conflict": "",
        "unsaved": [],
        "clock": reply_clock.clock(application, timezone.now()),
        "form": form,
        "outcome_rows": form.outcome_rows() if form else [],
        "need": application.needs.first(),
        "refused": _refused_lines(refused),
        "changed": refused if isinstance(refused, ChangedSinceRead) else None,
        "may_approve": may_approve,
        "may_recall": can_recall_vedtak(request.user, vedtak),
        "may_move": perms.can_do_casework(request.user)
        and can_move_approval(request.user, vedtak, on),
        "hindered_why": _why_hindered(vedtak, on),
        "drafter_inhabil": vedtak.is_open and is_disqualified(vedtak.drafted_by, application),
        "may_take_over": can_take_over_vedtak(request.user, vedtak),
        "saved_at": vedtak.saved_at or vedtak.drafted_at,
        "questions": vedtak_page.asked(shown, found)
        if vedtak.is_open
        else [{"item": {"sentence": text}, "confirmed": True} for text in vedtak.confirmed],
        "checks": completeness.checks() if form else [],
        "today": on,
        "due": vedtak.appeal_due(),
        "arrival": vedtak.appeal_deadline(),
        "appeal_weeks": vedtak_letter.in_weeks(
            vedtak.appeal_weeks or deadlines.appeal_weeks(on), words("vedtak", LanguageForm.BOKMAL)
        ),
        "appeals": list(vedtak.appeals.select_related("new_vedtak")) if vedtak.issued_on else [],
        "letter": getattr(vedtak, "letter", None) if vedtak.issued_on else None,
        "can_work": perms.can_do_casework(request.user),
        "disqualified": is_disqualified(request.user, application),
        **_letter(shown, shown_content, on, issued, found=found, tried=tried),
    }
    if may_approve:
        context |= _answer_forms(request, vedtak, content, refused, comment)
    return render(request, "casework/vedtak/vedtak.html", context)


def _why_hindered(vedtak: Vedtak, on: date) -> str:
    if not vedtak.is_submitted:
        return ""
    stuck = hindered(Vedtak.objects.filter(pk=vedtak.pk).select_related("approver"), on).first()
    return why_hindered(stuck) if stuck else ""


def _about(vedtak: Vedtak, content: completeness.Contents) -> str:
    """What is decided, for the heading: what was applied for, unless it is help only."""
    if {basis.code for basis in content.bases} == {completeness.HELP_BASIS}:
        return content.bases[0].title.lower()
    return str(vedtak.application.get_kind_display()).lower()


def _letter(
    vedtak: Vedtak,
    content: completeness.Contents,
    on: date,
    issued: dict[str, Any] | None = None,
    *,
    found: list[completeness.Missing] | None = None,
    tried: bool = False,
) -> dict[str, Any]:
    """The context of the preview and the list of parts: `issued` as it was, else as it is now.

    `found` is what the checks find, if they are run already."""
    if found is None:
        found = completeness.findings(vedtak, on, content) if vedtak.issued_on is None else []
    missing = completeness.unanswered(vedtak, found)
    if issued is None:
        day = vedtak.issued_on or on
        frame = letters.frame(
            vedtak.application, language=vedtak.language, on=day, by=vedtak.drafted_by
        )
        issued = {
            **vedtak_page.shown(vedtak, content, day, missing, tried=tried),
            "data": vedtak_letter.letter_data(vedtak, content, day),
            "frame": frame,
        }
    replaced = {basis.pk: content.replaced(basis) for basis in content.bases}
    for row in issued["bodies"]:
        row["replaced"] = replaced.get(row["basis"])
    advice_rules = plain_language.rules(on) if vedtak.is_open else None
    return {
        **issued,
        "about": _about(vedtak, content),
        "date_slot": words("vedtak", vedtak.language)["date_slot"],
        "letter_language": vedtak.language,
        "issued": vedtak.issued_on,
        "missing_parts": {item.part for item in missing if item.bars},
        "advice": {
            part: plain_language.advice(getattr(vedtak, part), advice_rules, vedtak.language)
            if advice_rules
            else []
            for part in ADVISED
            if (part not in ("reversal_reason", "harm_reason") or vedtak.replaces_id)
            and (part != "best_interests" or content.weighs_best_interests)
        },
        "lix": vedtak_letter.lix(vedtak_letter.all_text(issued["data"])),
        "swapped": False,
    }
