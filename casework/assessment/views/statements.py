"""Statements: asking, answering as a colleague or through a link, reading, commenting (C9)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from casework.persons.models import Person
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on

from .. import statement_links as links
from .. import statement_mail
from ..actions import statements as actions
from ..forms.statements import AnswerStatementForm, AskStatementForm, CodeForm, CommentForm
from ..models import Statement

OPENED = "statement-opened"  # session key: the nonce of the link whose code was given


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def statement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a helper who knows the person; `?sak=` chooses the case."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    on = timezone.localdate()
    back = redirect("desk:person_assessments", person.pk)
    case = request.GET.get("sak", "")
    form = AskStatementForm(
        request.POST or None,
        person=person,
        by=request.user,
        on=on,
        cancel=back.url,
        initial={
            "due_on": on + timedelta(days=settings_table.value("statement_due_days", on)),
            "application": int(case) if case.isascii() and case.isdigit() else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            statement = actions.ask_statement(
                person=person,
                by=request.user,
                at=timezone.now(),
                origin=request.build_absolute_uri("/").rstrip("/"),
                **form.cleaned_data,
            )
            messages.success(request, _("Spørsmålet er stilt."))
            return redirect("casework:statement", statement.pk)
    log_read(request, person.pk, "uttalelse")
    return render(
        request, "casework/assessment/statement_new.html", {"form": form, "person": person}
    )


@require_safe
@allowed(perms.can_read_cases)
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The question and the answer; a caseworker also sees the link, and the code to say."""
    statement = _statement(request, pk)
    log_read(request, statement.person_id, "uttalelse")
    works = perms.can_do_casework(request.user)
    shows_link = works and statement.link_works(timezone.localdate())
    context = {
        "statement": statement,
        "person": statement.person,
        "works": works,
        "may_answer": statement.is_open and statement.asked_of_id == request.user.pk,
        "link": statement_mail.link(statement) if shows_link else "",
        "code": links.code(statement) if shows_link else "",
        "locked": statement.attempts >= links.MOST_ATTEMPTS,
    }
    return render(request, "casework/assessment/statement.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_cases)
@once
def statement_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The form where the colleague who was asked writes the statement."""
    statement = _statement(request, pk)
    require(statement.asked_of_id == request.user.pk)
    back = redirect("casework:statement", statement.pk)
    form = AnswerStatementForm(request.POST or None, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.receive_statement(
                statement=statement,
                signed=str(request.user),
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Uttalelsen er sendt."))
            return back
    log_read(request, statement.person_id, "uttalelse")
    context = {"form": form, "statement": statement, "person": statement.person}
    return render(request, "casework/assessment/statement_answer.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def statement_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for the person's comment on the statement."""
    statement = _statement(request, pk)
    back = redirect("casework:statement", statement.pk)
    form = CommentForm(
        request.POST or None,
        row=statement,
        initial={"comment": statement.comment},
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.comment_statement(
                statement=statement, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Kommentaren er lagret."))
            return back
    log_read(request, statement.person_id, "uttalelse")
    context = {"form": form, "statement": statement, "person": statement.person}
    return render(request, "casework/assessment/statement_answer.html", context)


@require_POST
@allowed(perms.can_do_casework)
def statement_renew(request: HttpRequest, pk: int) -> HttpResponse:
    statement = _statement(request, pk)
    with errors_as_message(request):
        actions.renew_link(statement=statement, by=request.user, at=timezone.now())
        messages.success(request, _("Ny lenke og ny kode er laget. De gamle virker ikke lenger."))
    return redirect("casework:statement", statement.pk)


@require_POST
@allowed(perms.can_do_casework)
def statement_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    statement = _statement(request, pk)
    with errors_as_message(request):
        actions.withdraw_statement(statement=statement, by=request.user, at=timezone.now())
        messages.success(request, _("Spørsmålet er trukket."))
    return redirect("casework:statement", statement.pk)


# ------------------------------------------------------------------ outside helpers


@login_not_required
@sensitive_post_parameters("code", "text")
@require_http_methods(["GET", "POST"])
def statement_outside(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the link: first asks for the code, then shows the question, to answer once."""
    parts = links.read(token)
    statement = (
        Statement.objects.select_related("person", "asked_by").filter(pk=parts[0]).first()
        if parts
        else None
    )
    on = timezone.localdate()
    if (
        statement is None
        or not links.is_current(statement, parts[1])
        or not statement.link_works(on)
    ):
        request.session.pop(OPENED, None)
        return render(request, "casework/assessment/statement_dead.html", status=404)
    if request.session.get(OPENED) != statement.nonce:
        carried = {name: request.POST.get(name, "") for name in ("text", "signed")}
        form = CodeForm(request.POST if "code" in request.POST else None, initial=carried)
        if form.is_bound and form.is_valid():
            with errors_on(form, "code"):
                actions.check_code(statement=statement, typed=form.cleaned_data["code"], on=on)
                request.session[OPENED] = statement.nonce
                if not carried["text"]:
                    return redirect(request.path)
                form = AnswerStatementForm(outside=True, initial=carried)
                return _outside_page(request, statement, form)
        context = {"form": form, "carried": carried["text"]}
        return render(request, "casework/assessment/statement_code.html", context)
    form = AnswerStatementForm(request.POST or None, outside=True)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.receive_statement(
                statement=statement, by=None, at=timezone.now(), **form.cleaned_data
            )
            del request.session[OPENED]
            return render(request, "casework/assessment/statement_thanks.html")
    return _outside_page(request, statement, form)


def _outside_page(
    request: HttpRequest, statement: Statement, form: AnswerStatementForm
) -> HttpResponse:
    context = {"form": form, "statement": statement}
    return render(request, "casework/assessment/statement_outside.html", context)


def _statement(request: HttpRequest, pk: int) -> Statement:
    """The statement. Raises Http404 if the user may not see the person."""
    return get_object_or_404(
        Statement.objects.visible_to(request.user).select_related(
            "person", "application", "asked_of", "asked_by", "received_by", "commented_by"
        ),
        pk=pk,
    )
