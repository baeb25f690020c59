"""The words of a letter, part by part, as they are shown to the user who sends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Municipality, Setting
from casework.persons.models import HouseholdMember, Representative

from .letters import Composed
from .models import AppealBodyAddress, LegalBasis, LetterText
from .words import words

if TYPE_CHECKING:
    from casework.applications.models import Application

# Not what was read: known only as the letter is made, or said apart.
NOT_READ = ("made_at", "date", "signers", "title", "sender", "recipient", "copies", "contact")
HEADINGS = {
    "case_number": gettext_lazy("Saksnummer"),
    "exempt": gettext_lazy("Unntatt offentlighet"),
    "intro": gettext_lazy("Innledning"),
    "facts": gettext_lazy("Fakta"),
    "box": gettext_lazy("Ramme"),
}


def parts(composed: Composed) -> dict[str, str]:
    """The words of the letter by heading, in the order of the letter."""
    content = composed.content
    headings = words("frame", composed.language)
    sender, recipient = content["sender"], content["recipient"]
    said = {
        _("Avsender"): _lines(
            [sender["municipality"], sender["unit"], *sender["address"], sender.get("hours")]
        ),
        _("Mottaker"): _lines([recipient["name"], *recipient["address"]]),
        _("Kopi til"): _lines(content["copies"]),
        _("Kontakt"): _lines(content["contact"].values()),
        _("Tittel"): composed.title,
    }
    for key, value in content.items():
        if key == "parts":
            said |= {part["heading"]: _text(part["text"]) for part in value}
        elif key not in NOT_READ:
            said[str(HEADINGS.get(key) or headings.get(key, key))] = _text(value)
    return {heading: text for heading, text in said.items() if text}


def fixed(language: str) -> str:
    """The words all letters share."""
    return _text(words("frame", language))


def sources(application: Application) -> Sequence[QuerySet]:
    """The history of what the letters of a case are made from, besides what the letter is about."""
    person = application.person
    return (
        application.history.all(),
        person.history.all(),
        Representative.history.filter(person_id=person.pk),
        HouseholdMember.history.filter(household_id=application.household_id),
        application.unit.history.all(),
        LegalBasis.history.all(),
        LetterText.history.all(),
        AppealBodyAddress.history.all(),
        Municipality.history.all(),
        Setting.history.all(),
    )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return _lines(map(_text, value.values()))
    if isinstance(value, tuple):  # a name and its value
        return ": ".join(map(_text, value))
    if isinstance(value, list):
        return _lines(map(_text, value))
    return "" if value is None or isinstance(value, bool) else str(value)


def _lines(values: Iterable[Any]) -> str:
    return "\n".join(str(value) for value in values if value)
