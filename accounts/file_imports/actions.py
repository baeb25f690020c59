"""Uploading a file, saying yes to it, cancelling and resuming. The work is done in `running`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from common.locking import locked

from ..enums import ImportState
from ..models import FileImport
from . import running
from .kinds import FileKind

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyImported(RuleBroken):
    """The file has been taken in, is being taken in, or was cancelled."""


class NotRunning(RuleBroken):
    """There is nothing to cancel or resume."""


@transaction.atomic
def upload_file(
    *, kind: FileKind, file_name: str, content: bytes, by: User, at: datetime
) -> FileImport:
    """Keep an uploaded file, and start reading it."""
    made = FileImport.objects.create(
        kind=kind.key,
        file_name=file_name[-200:],
        content=content,
        state=ImportState.READING,
        uploaded_at=at,
        uploaded_by=by,
    )
    running.start(made.pk)
    return made


@transaction.atomic
def confirm(
    *, upload: FileImport, digest: str, with_changes: bool, by: User, at: datetime
) -> FileImport:
    """Say yes to the report with the digest, and start taking the file in, once.

    Raises `AlreadyImported` the second time.
    """
    # Locked: of two users who confirm the same upload at once, the second gets the error.
    upload = locked(FileImport.objects.all(), upload.pk)
    if upload.state != ImportState.READ:
        raise AlreadyImported(_("Filen er allerede tatt inn, eller er i gang."))
    upload.state = ImportState.APPLYING
    upload.digest, upload.with_changes, upload.error = digest, with_changes, ""
    upload.confirmed_at, upload.confirmed_by = at, by
    upload.save()
    running.start(upload.pk)
    return upload


@transaction.atomic
def cancel(*, upload: FileImport, by: User, at: datetime) -> FileImport:
    """Stop. What is being taken in as one is undone; rows already taken in on their own stay."""
    upload = locked(FileImport.objects.all(), upload.pk)
    if upload.state not in (ImportState.READING, ImportState.READ, ImportState.APPLYING):
        raise NotRunning(_("Filen er ferdig, og kan ikke stoppes."))
    upload.state = ImportState.CANCELLED
    upload.content = b""
    upload.cancelled_at, upload.cancelled_by = at, by
    upload.save()
    return upload


@transaction.atomic
def resume(*, upload: FileImport, by: User, at: datetime) -> FileImport:
    """Start a run that failed or stopped again. A run that is still going is not disturbed."""
    upload = locked(FileImport.objects.all(), upload.pk)
    if upload.state == ImportState.FAILED:
        upload.state = ImportState.APPLYING if upload.confirmed_at else ImportState.READING
        upload.error = ""
        upload.save()
    elif upload.state not in ImportState.running():
        raise NotRunning(_("Filen er ferdig, og trenger ikke startes igjen."))
    running.start(upload.pk)
    return upload
