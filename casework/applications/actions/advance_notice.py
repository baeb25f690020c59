"""Letters beside the vedtak: how they reach the person, and the forhåndsvarsel."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.letters import letters
from casework.log import events
from casework.log.enums import LetterKind
from casework.log.event_kinds import CaseEvent
from common.errors import RuleBroken
from common.formatting import nbdate, nbdate_long

if TYPE_CHECKING:
    from accounts.models import User
    from casework.letters.models import Letter

    from ..models import Application

# In the person's målform, not in the language of who makes the letter.
NOTICE_WORDS = {
    "nb": {
        "title": "Du kan si din mening før vi bestemmer oss",
        "intro": "Vi arbeider med saken din ({case}). Vi har ikke bestemt oss ennå.",
        "considering": "Dette vurderer vi",
        "grounds": "Opplysningene vi bygger på",
        "how": "Slik svarer du",
        "how_text": (
            "Skriv, ring eller kom til oss. Si fra hvis noe er feil, eller hvis det er noe vi ikke "
            "vet. Vi hjelper deg gjerne med å skrive ned svaret. Du har rett til å se dokumentene "
            "i saken din."
        ),
        "due": "Svar innen {day}",
        "due_text": "Svarer du ikke, bestemmer vi oss ut fra det vi vet da.",
    },
    "nn": {
        "title": "Du kan seie meininga di før vi bestemmer oss",
        "intro": "Vi arbeider med saka di ({case}). Vi har ikkje bestemt oss enno.",
        "considering": "Dette vurderer vi",
        "grounds": "Opplysningane vi byggjer på",
        "how": "Slik svarer du",
        "how_text": (
            "Skriv, ring eller kom til oss. Sei frå om noko er feil, eller om det er noko vi ikkje "
            "veit. Vi hjelper deg gjerne med å skrive ned svaret. Du har rett til å sjå dokumenta "
            "i saka di."
        ),
        "due": "Svar innan {day}",
        "due_text": "Svarer du ikkje, bestemmer vi oss ut frå det vi veit då.",
    },
}


class DueTooSoon(RuleBroken):
    """The person gets time to answer."""

    field = "due_on"

    def __init__(self) -> None:
        super().__init__(_("Velg en frist fram i tid, så personen rekker å svare."))


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
    """Forhåndsvarsel: the person may speak before a vedtak they did not ask for, or one built on
    what others have said (fvl. §§ 16-17). Raises `DueTooSoon` and `letters.NoAddress`."""
    if due_on <= on:
        raise DueTooSoon
    words = NOTICE_WORDS[application.person.language_form]
    case = f"{application.case_year}/{application.case_seq:04d}"
    letter = letters.make_letter(
        kind=LetterKind.NOTICE,
        application=application,
        title=words["title"],
        data=letters.body(
            intro=[words["intro"].format(case=case)],
            parts=[
                (words["considering"], considering),
                (words["grounds"], grounds),
                (words["how"], words["how_text"]),
            ],
            box=(words["due"].format(day=nbdate_long(due_on)), words["due_text"]),
        ),
        by=by,
        at=at,
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
