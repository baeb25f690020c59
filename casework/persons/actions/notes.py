"""Notes: written, corrected by their author, objected to by the person (need C22)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.log.enums import NoteReaders
from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.saving import save
from common.errors import RuleBroken

from ..models import Note, Person

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application


@transaction.atomic
def write_note(
    *,
    person: Person,
    by: User,
    at: datetime,
    observation: str,
    quotation: str,
    is_contact: bool,
    application: Application | None = None,
    readers: NoteReaders = NoteReaders.CASE,
) -> Note:
    """Write a note. What was seen is kept apart from what was said; `readers` may read it."""
    note = Note(
        person=person,
        application=application,
        observation=observation,
        quotation=quotation,
        is_contact=is_contact,
        readers=readers,
        unit=by.main_unit if readers == NoteReaders.UNIT else None,
        written_at=at,
        written_by=by,
    )
    note._history_user = by
    note.save()
    text = _("Notat etter kontakt.") if is_contact else _("Notat skrevet.")
    record(person, CaseEvent.NOTE, text, by=by, at=at, application=application, note=note.pk)
    return note


class NothingChanged(RuleBroken):
    def __init__(self) -> None:
        super().__init__(_("Notatet er som før. Endre det, eller gå tilbake."))


@transaction.atomic
def edit_note(
    note: Note,
    *,
    observation: str,
    quotation: str,
    is_contact: bool,
    readers: NoteReaders,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Note:
    """Correct a note; the earlier text is kept and shown beside it.

    Raises `NothingChanged` and `Overwritten`."""
    new = {
        "observation": observation,
        "quotation": quotation,
        "is_contact": is_contact,
        "readers": readers,
    }
    if all(getattr(note, name) == value for name, value in new.items()):
        raise NothingChanged
    unit = by.main_unit if readers == NoteReaders.UNIT else None
    save(note, by, seen=seen, **new, unit=unit, edited_at=at, edited_by=by)
    record(
        note.person,
        CaseEvent.NOTE_EDITED,
        _("Notat endret."),
        by=by,
        at=at,
        application=note.application,
        note=note.pk,
    )
    return note


@transaction.atomic
def object_to_note(
    note: Note, *, objection: str, by: User, at: datetime, seen: int | None = None
) -> Note:
    """Record beside the note what the person disagrees with, in their own words."""
    save(note, by, seen=seen, objection=objection)
    record(
        note.person,
        CaseEvent.NOTE_OBJECTION,
        _("Personen er uenig i et notat."),
        by=by,
        at=at,
        application=note.application,
        note=note.pk,
    )
    return note
