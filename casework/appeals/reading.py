"""What the reviewer reads of an appeal before a step that answers it or sends it on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casework.letters import letters
from casework.letters import reading as letter_reading
from casework.log.enums import DismissalGround, LanguageForm, LetterKind
from casework.persons.models import Document, Note
from common.calendar import local_date
from common.errors import RuleBroken
from common.readings import Reading

from . import file as appeal_file
from . import letters as appeal_letters
from . import words as appeal_words

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Appeal


def of_take_up(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    return _reading(appeal, by, at)


def of_reversal(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    return _reading(appeal, by, at)


def of_dismissal(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    """With the sentence of each ground, since the choice is not known until the form is sent."""
    said = _letter(appeal, by, at, lambda: appeal_letters.dismissal(appeal, "", "", local_date(at)))
    language = appeal.vedtak.application.person.language_form
    said[_("Brevet, etter hva du velger")] = "\n".join(
        appeal_letters.ground_of_dismissal(appeal, ground, language)
        for ground in grounds_of_dismissal(appeal)
    )
    return _reading(appeal, by, at, said)


def grounds_of_dismissal(appeal: Appeal) -> list[DismissalGround]:
    """The grounds the appeal may be dismissed on: not the deadline if it came in time, or if it is
    taken up though it came late."""
    late = DismissalGround.LATE
    return [one for one in DismissalGround if one != late or appeal.must_judge_lateness]


def of_setting_aside(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    dismissed = appeal.about_dismissal
    if dismissed is None:
        return _reading(appeal, by, at)
    said = _letter(appeal, by, at, lambda: appeal_letters.taken_in(dismissed, "", appeal))
    before = {
        _("Klagen som ble avvist"): dismissed.words,
        _("Hvorfor den ble avvist"): dismissed.review,
        _("Hva klageinstansen kom til"): appeal.outcome_words,
    }
    before = {heading: text for heading, text in before.items() if text}
    if appeal.outcome_on:
        # It is whoever gets the appeal now, and not who dismissed it.
        said[_("Kontakt")] = _("Den som skal vurdere klagen")
    return _reading(appeal, by, at, before | said)


def of_suspension(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    """With both letters, since the answer is not known until the form is sent."""
    said = {}
    for granted, heading in ((True, _("Brevet ved ja")), (False, _("Brevet ved nei"))):

        def letter(granted: bool = granted) -> dict[str, Any]:
            return appeal_letters.suspension(appeal, granted, "")

        words = _letter(appeal, by, at, letter)
        said[heading] = "\n".join(words.values())
    return _reading(appeal, by, at, said)


def of_forwarding(appeal: Appeal, *, by: User, at: datetime) -> Reading:
    """With the letter and the list of the documents that go with it."""
    said = _letter(appeal, by, at, lambda: appeal_letters.forwarding(appeal))
    said[_("Dokumenter som følger")] = "\n".join(appeal_file.titles(appeal, local_date(at)))
    return _reading(appeal, by, at, said)


def _letter(
    appeal: Appeal, by: User, at: datetime, said: Callable[[], dict[str, Any]]
) -> dict[str, str]:
    """The words of the letter besides the reviewer's own; why it cannot be sent, if it cannot."""
    try:
        composed = letters.compose(
            kind=LetterKind.APPEAL_ANSWER,
            application=appeal.vedtak.application,
            by=by,
            at=at,
            reached=False,
            **said(),
        )
    except RuleBroken as error:
        return {_("Brevet"): str(error)}
    return letter_reading.parts(composed)


def _reading(appeal: Appeal, by: User, at: datetime, said: dict[str, str] | None = None) -> Reading:
    vedtak = appeal.vedtak
    facts = appeal_letters.facts(appeal, LanguageForm.BOKMAL)
    parts = {
        _("Hva klagen sier"): appeal.words,
        _("Klagen"): "\n".join(f"{name}: {value}" for name, value in facts),
        _("Status"): f"{appeal.outcome_label} · {vedtak.get_state_display()}",
        _("Frist"): " ".join(appeal_words.timeliness(appeal, local_date(at))),
        _("Tatt opp etter fristen"): appeal.taken_up_reason,
        _("Vurderes av"): str(appeal.reviewer or ""),
    }
    return Reading(
        row=appeal,
        by=by,
        at=at,
        parts={heading: text for heading, text in parts.items() if text} | (said or {}),
        fixed=letter_reading.fixed(vedtak.application.person.language_form),
        sources=(
            appeal.history.all(),
            vedtak.history.all(),
            Note.history.filter(application_id=vedtak.application_id),
            Document.history.filter(application_id=vedtak.application_id),
            *letter_reading.sources(vedtak.application),
        ),
    )
