"""Journal notes mended, and answered by the one they are about (need C22)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import RuleBroken

from ..enums import NoteReaders
from ..events import record
from ..models import Note
from ..saving import save


class NothingChanged(RuleBroken):
    def __init__(self) -> None:
        super().__init__(_("Notatet er som før. Endre det, eller gå tilbake."))


@transaction.atomic
def edit_note(
    note: Note,
    *,
    observation: str,
    quotation: str,
    readers: NoteReaders,
    by: User,
    at: datetime,
) -> Note:
    """Mend a note. What stood there before is kept, and shown beside it."""
    new = {"observation": observation, "quotation": quotation, "readers": readers}
    if all(getattr(note, name) == value for name, value in new.items()):
        raise NothingChanged
    unit = by.main_unit if readers == NoteReaders.UNIT else None
    save(note, by, **new, unit=unit, edited_at=at, edited_by=by)
    record(
        note.person,
        "note.edited",
        _("Notat endret."),
        by=by,
        at=at,
        application=note.application,
        note=note.pk,
    )
    return note


@transaction.atomic
def object_to_note(note: Note, *, objection: str, by: User, at: datetime) -> Note:
    """What the person disagrees with stands beside the note, in their words."""
    save(note, by, objection=objection)
    record(
        note.person,
        "note.objection",
        _("Personen er uenig i et notat."),
        by=by,
        at=at,
        application=note.application,
        note=note.pk,
    )
    return note
