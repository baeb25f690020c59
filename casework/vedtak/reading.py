"""What an approver reads of a vedtak: its letter as it will be sent, and the outcomes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.letters import letters
from casework.letters import reading as letter_reading
from casework.log.enums import LetterKind
from common.calendar import local_date
from common.readings import NotRead, Reading

from . import letter as vedtak_letter
from .completeness import Contents

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Vedtak


def compose(
    vedtak: Vedtak, content: Contents, *, by: User, at: datetime, reached: bool = True
) -> letters.Composed:
    """The letter of the vedtak. Raises what `letters.compose` does."""
    data = vedtak_letter.letter_data(vedtak, content, local_date(at))
    return letters.compose(
        kind=LetterKind.VEDTAK,
        application=vedtak.application,
        title=data["title"],
        template="vedtak",
        data={
            **data,
            "signers": vedtak_letter.signers(vedtak),
            "contact": letters.contact(vedtak.application, vedtak.drafted_by),
        },
        by=by,
        at=at,
        vedtak=vedtak,
        reached=reached,
    )


def reading(vedtak: Vedtak, content: Contents, *, by: User, at: datetime) -> Reading:
    """What the page shows of a vedtak sent for approval."""
    composed = compose(vedtak, content, by=by, at=at, reached=False)
    outcomes = [
        " · ".join(
            filter(
                None,
                [
                    outcome.basis.title,
                    outcome.get_outcome_display(),
                    outcome.get_ground_display() if outcome.ground else "",
                    outcome.basis.get_appeal_body_display(),
                ],
            )
        )
        for outcome in content.outcomes
    ]
    parts = {_("Utfall og klageinstans"): "\n".join(map(str, outcomes))}
    return Reading(
        row=vedtak,
        by=by,
        at=at,
        parts=parts | letter_reading.parts(composed),
        fixed=letter_reading.fixed(vedtak.language),
        sources=(vedtak.history.all(), *letter_reading.sources(vedtak.application)),
    )


def check_sent(composed: letters.Composed, approved: Reading) -> None:
    """Raise `NotRead` if a line of the letter now sent is another than the one approved.

    Only dates are added when it is issued, at the end of a line. Somebody may have saved an
    address or a setting while the approval ran.
    """
    for heading, text in letter_reading.parts(composed).items():
        before = approved.parts.get(heading, "").split("\n")
        lines = text.split("\n")
        if len(lines) != len(before) or not all(map(str.startswith, lines, before)):
            raise NotRead
