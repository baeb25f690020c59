"""Pages that add, download and withdraw documents (need C22)."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from common.access import allowed
from common.form_errors import posted

from ..actions import documents
from ..forms.documents import DocumentForm, WithdrawDocumentForm
from ..models import Document
from .on_person import form_page, part_url, visible_person

PAGE = "document"
# A file can never run as a page of this site, whatever is in it.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def document_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back, today = part_url(person, "person_documents"), timezone.localdate()
    form = DocumentForm(
        posted(request),
        request.FILES if request.method == "POST" else None,
        person=person,
        user=request.user,
        on=today,
        cancel=back,
        initial={"dated_on": today, "application": request.GET.get("sak")},
    )

    def add(**ignored) -> None:
        documents.add_document(person=person, by=request.user, at=timezone.now(), **form.facts)

    return form_page(
        request,
        person,
        form,
        add,
        title=_("Nytt dokument"),
        done=_("Dokumentet er lagret."),
        back=back,
        page=PAGE,
    )


@require_safe
@allowed(perms.can_read_cases)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself, as a download; never shown as a page."""
    document = get_object_or_404(
        Document.objects.visible_to(request.user).kept().select_related("file", "person"),
        pk=pk,
    )
    log_read(request, document.person_id, PAGE)
    return HttpResponse(
        bytes(document.file.content),
        content_type=document.file.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, _download_name(document)),
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _download_name(document: Document) -> str:
    """The name it was sent with; a neutral one for a protected person, whom that may name."""
    if document.person.is_protected:
        return f"dokument-{document.pk}{PurePosixPath(document.file_name).suffix}"
    return document.file_name


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def document_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("person", "application"), pk=pk
    )
    back = part_url(document.person, "person_documents")
    return form_page(
        request,
        document.person,
        WithdrawDocumentForm(posted(request), cancel=back),
        partial(documents.withdraw_document, document),
        # The title becomes that of the tab, and may name whom it is about.
        title=_("Trekk dokumentet")
        if document.person.is_protected
        else _("Trekk «%(title)s»") % {"title": document.title},
        done=_("Dokumentet er trukket. Raden og begrunnelsen blir stående."),
        back=back,
        page=PAGE,
        sub=_(
            "Ingen kan åpne filen etterpå. At den fantes, og hvorfor den ble trukket, står igjen."
        ),
    )
