"""The answer to «Trenger du fortsatt bolig?», and the letter that asks it (need C26)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.letters.letters import body, make_letter
from casework.letters.words import words
from casework.log import events, flags
from casework.log.enums import FlagKind, LetterKind
from casework.log.event_kinds import CaseEvent
from casework.models import Letter
from casework.persons.actions.persons import lock_persons
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate_long
from common.locking import locked

from ..enums import AllocationEvent, NeedAnswer
from ..models import NeedCheck


class CheckRefused(RuleBroken):
    """The question is answered, or asked in a letter, already."""


def _locked(check: NeedCheck) -> NeedCheck:
    # Of two users who ring the same person, the second is refused.
    check = locked(NeedCheck.objects.all(), check.pk)
    if check.answered_at or check.lapsed_on:
        raise CheckRefused(_("Svaret er allerede ført inn, eller personen venter ikke lenger."))
    return check


@transaction.atomic
def register_answer(
    check: NeedCheck, *, answer: NeedAnswer, note: str, phone: str, by: User, at: datetime
) -> NeedCheck:
    """Register what the person answered, and a new phone number. Raises CheckRefused.

    A no changes nothing by itself: the caseworker registers that the application is withdrawn,
    in the person's own words.
    """
    lock_persons(check.application.person_id, merged=True)
    check = _locked(check)
    check.answer, check.note = answer, note
    check.answered_at, check.answered_by = at, by
    check._history_user = by
    check.save()
    case, person = check.application, check.application.person
    if phone and phone != person.phone:
        person.phone = phone
        person._history_user = by
        person.save(update_fields=["phone", "sort_name"])
        events.record(person, CaseEvent.PERSON_CHANGED, _("Nytt telefonnummer."), by=by, at=at)
    for kind in (FlagKind.STILL_NEEDED, FlagKind.OUTREACH):
        flags.close_by_facts(kind, str(check.pk), local_date(at))
    text = _("Spurt om fortsatt behov. Svar: %(answer)s. %(note)s") % {
        "answer": check.get_answer_display(),
        "note": note,
    }
    events.record(
        person,
        AllocationEvent.INQUIRY_ANSWERED,
        text.strip(),
        by=by,
        at=at,
        application=case,
        check=check.pk,
    )
    return check


@transaction.atomic
def send_letter(check: NeedCheck, *, by: User, at: datetime) -> Letter:
    """Make the question as a letter, in the person's language form.

    Raises CheckRefused, and NoAddress when the person has no address.
    """
    check = _locked(check)
    if check.letter_id:
        raise CheckRefused(_("Brevet er allerede laget."))
    case = check.application
    w = words("still_needed", case.person.language_form)
    letter = make_letter(
        kind=LetterKind.STILL_NEEDED,
        application=case,
        title=w["title"],
        data=body(
            intro=[w["intro"]],
            parts=[(w["phone"], w["phone_text"]), (w["silent"], w["silent_text"])],
            box=(w["box"], w["box_text"].format(day=nbdate_long(check.answer_by))),
        ),
        by=by,
        at=at,
    )
    check.letter = letter
    check._history_user = by
    check.save(update_fields=["letter"])
    events.record(
        case.person,
        AllocationEvent.LETTER_STILL_NEEDED,
        _("Brev: Trenger du fortsatt bolig?"),
        by=by,
        at=at,
        application=case,
        letter=letter.pk,
    )
    return letter
