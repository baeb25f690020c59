"""Sending an advance notice (forhåndsvarsel) before a vedtak."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.letters import letters
from casework.letters.models import LegalBasis
from casework.letters.words import words
from casework.log import events
from casework.log.enums import LetterKind
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.errors import RuleBroken, check_answer_day
from common.formatting import nbdate, nbdate_long
from common.locking import locked
from common.reasons import STATEMENT, check_reason

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


class AboutMissing(RuleBroken):
    """The notice does not say what of the case it is about."""

    field = "about"

    def __init__(self) -> None:
        super().__init__(_("Velg hva varselet gjelder."))


def may_be_about(application: Application) -> dict[str, str]:
    """The legal bases a notice in the case may be about: the title of each by its code."""
    decided = application.vedtak.filter(issued_at__isnull=False)
    bases = LegalBasis.objects.filter(
        Q(pk__in=application.bases.values("pk")) | Q(pk__in=decided.values("outcomes__basis_id"))
    )
    return {basis.code: basis.title for basis in bases.order_by("pk")}


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
    about: Collection[str] = (),
) -> Letter:
    """Send an advance notice, so that the person can comment before a vedtak they did not ask for,
    or one based on what others have said (fvl. §§ 16-17).

    `about` are the codes of the legal bases it is about; not needed where the case has one.
    Raises `DueTooSoon`, `AboutMissing`, `SaysNothing` and `letters.NoAddress`."""
    if due_on <= on:
        raise DueTooSoon
    check_answer_day(due_on, on, "due_on")
    choices = may_be_about(application)
    chosen = [code for code in choices if code in about or len(choices) == 1]
    if not chosen:
        raise AboutMissing
    check_reason(considering, "considering", STATEMENT)
    check_reason(grounds, "grounds", STATEMENT)
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
        application=application,
        letter=letter,
        about=chosen,
        due_on=due_on,
        sent_at=at,
        sent_by=by,
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
