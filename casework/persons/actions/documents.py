"""Documents: added, and withdrawn with a reason; never deleted (need C22)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.models import StoredFile
from casework.log.saving import save
from common.calendar import local_date
from common.errors import RuleBroken
from common.locking import locked

from .. import uploads
from ..models import Document, Person

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application
    from casework.log.enums import DocumentCategory


class AlreadyHere(RuleBroken):
    """The person already has a document with the same content."""

    def __init__(self, document: Document) -> None:
        super().__init__(
            _("Den samme filen er allerede lastet opp som «%(title)s».") % {"title": document}
        )


class AlreadyWithdrawn(RuleBroken):
    def __init__(self) -> None:
        super().__init__(_("Dokumentet er allerede trukket."))


@transaction.atomic
def add_document(
    *,
    person: Person,
    name: str,
    content: bytes,
    title: str,
    category: DocumentCategory,
    dated_on: date,
    from_whom: str,
    application: Application | None,
    by: User,
    at: datetime,
) -> Document:
    """Store a file with its checksum. Raises `uploads.FileRefused` or `AlreadyHere`."""
    on = local_date(at)
    kind = uploads.check(name, content, max_mb=settings_table.value("upload_max_mb", on))
    file = StoredFile(content=content, media_type=kind.media_type, made_at=at)
    file.save()
    existing = person.documents.filter(file__sha256=file.sha256, withdrawn_at__isnull=True).first()
    if existing:
        raise AlreadyHere(existing)
    document = save(
        Document(
            person=person,
            application=application,
            file=file,
            file_name=uploads.safe_name(name, kind),
            size=len(content),
            title=title,
            category=category,
            dated_on=dated_on,
            from_whom=from_whom,
            uploaded_at=at,
            uploaded_by=by,
        ),
        by,
    )
    text = _("Dokument fra %(who)s: %(title)s.") % {"who": from_whom, "title": title}
    record(
        person,
        CaseEvent.DOCUMENT_ADDED,
        text,
        by=by,
        at=at,
        application=application,
        document=document.pk,
    )
    return document


@transaction.atomic
def withdraw_document(document: Document, *, why: str, by: User, at: datetime) -> Document:
    """Withdraw a document. The row and checksum stay, but nobody can open the file any more."""
    document = locked(Document.objects.all(), document.pk)
    if document.withdrawn_at:
        raise AlreadyWithdrawn
    save(document, by, withdrawn_at=at, withdrawn_by=by, withdrawn_why=why)
    text = _("Dokument trukket: %(title)s. %(why)s") % {"title": document.title, "why": why}
    record(
        document.person,
        CaseEvent.DOCUMENT_WITHDRAWN,
        text,
        by=by,
        at=at,
        application=document.application,
        document=document.pk,
    )
    return document
