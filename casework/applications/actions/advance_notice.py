"""Sending an advance notice (forhåndsvarsel) before a vedtak."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.letters import letters
from casework.letters.words import words
from casework.log import events
from casework.log.enums import LetterKind
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.errors import RuleBroken, check_answer_day
from common.formatting import nbdate, nbdate_long
from common.locking import locked

from ..models import AdvanceNotice

if TYPE_CHECKING:
    from accounts.models import User
    from casework.letters.models import Letter

    from ..models import Application


class DueTooSoon(RuleBroken):
    """The deadline gives the person no time to answer."""

    field = "due_on"

    def __init__(self) -> None:
        super().__init__(_("Velg en frist fram i tid, så personen rekker å svare."))


class AnswerRefused(RuleBroken):
    """The answer cannot be recorded like this."""


@transaction.atomic
def send_notice(
    *,
    application: Application,
    considering: str,
    grounds: str,
    due_on: date,
    on: date,
    by: User,
    at: datetime,
) -> Letter:
    """Send an advance notice, so that the person can comment before a vedtak they did not ask for,
    or one based on what others have said (fvl. §§ 16-17).

    Raises `DueTooSoon` and `letters.NoAddress`."""
    if due_on <= on:
        raise DueTooSoon
    check_answer_day(due_on, on, "due_on")
    w = words("notice", application.person.language_form)
    case = f"{application.case_year}/{application.case_seq:04d}"
    letter = letters.make_letter(
        kind=LetterKind.NOTICE,
        application=application,
        title=w["title"],
        data=letters.body(
            intro=[w["intro"].format(case=case)],
            parts=[
                (w["considering"], considering),
                (w["grounds"], grounds),
                (w["how"], w["how_text"]),
            ],
            box=(w["due"].format(day=nbdate_long(due_on)), w["due_text"]),
        ),
        by=by,
        at=at,
    )
    AdvanceNotice.objects.create(
        application=application, letter=letter, due_on=due_on, sent_at=at, sent_by=by
    )
    events.record(
        application.person,
        CaseEvent.NOTICE_SENT,
        _("Forhåndsvarsel sendt. Personen kan svare innen %s.") % nbdate(due_on),
        by=by,
        at=at,
        application=application,
        letter=letter.pk,
    )
    return letter


@transaction.atomic
def record_answer(
    *, notice: AdvanceNotice, answered_on: date, answer: str, by: User, at: datetime
) -> AdvanceNotice:
    """Record what the person said to the notice. Raises `AnswerRefused`."""
    notice = locked(AdvanceNotice.objects.select_related("application__person"), notice.pk)
    if notice.answered_on is not None:
        raise AnswerRefused(_("Svaret er allerede ført inn. Skriv det nye som et notat."))
    if not local_date(notice.sent_at) <= answered_on <= local_date(at):
        raise AnswerRefused(_("Svaret må ha en dato mellom varselet og i dag."), "answered_on")
    notice.answered_on, notice.answer = answered_on, answer.strip()
    notice.answered_at, notice.answered_by = at, by
    notice.save(update_fields=["answered_on", "answer", "answered_at", "answered_by"])
    events.record(
        notice.application.person,
        CaseEvent.NOTICE_ANSWERED,
        _("Personen svarte på forhåndsvarselet %s.") % nbdate(answered_on),
        by=by,
        at=at,
        application=notice.application,
        letter=notice.letter_id,
    )
    return notice
