"""What the page of a vedtak shows beside its fields: parts, appeals bodies, the person's voice.

Made anew while it is a draft. When it is issued, it is kept with the letter and never made again
(need C15): settings, names, moves and talks that come later change nothing on its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from accounts.models import Municipality
from casework.letters import appeals_bodies, letters
from casework.letters.words import words
from casework.log.enums import LanguageForm, Outcome, RefusalGround
from common.formatting import nbdate

from .parts import parts

if TYPE_CHECKING:
    from .completeness import Contents, Missing
    from .models import Vedtak


def shown(
    vedtak: Vedtak,
    content: Contents,
    on: date,
    missing: Sequence[Missing] = (),
    *,
    tried: bool = False,
) -> dict[str, Any]:
    """The context of the page as plain data, which JSON can keep. `tried`: see `parts`."""
    person = vedtak.application.person
    steps = parts(vedtak, content, list(missing), tried=tried)
    frame = words("frame", vedtak.language)
    return {
        "age": person.age(on),
        "first_name": person.called,
        "issued_by": str(vedtak.issued_by or ""),
        "children_ages": [member.person.age(on) for member in content.children],
        "weighs_best_interests": content.weighs_best_interests,
        "bodies": _bodies(vedtak, content),
        "headings": {name: frame[name] for name in HEADINGS},
        "steps": [{name: _plain(value) for name, value in step.items()} for step in steps],
        "done": sum(step["state"] == "done" for step in steps),
        "wish": _wish(vedtak),
        "talk": _talk(content),
        "reaches": letters.can_reach(person),
        "delivery": ". ".join(
            filter(None, [person.get_letter_way_display(), person.letter_agreement])
        ),
        "hides_address": person.is_protected,
    }


# The words of the frame that the preview of the letter has.
HEADINGS = (
    *("case", "vedtak", "next", "why", "own_view", "children", "conditions"),
    *("appeal", "deadline", "instance", "how", "help", "access", "suspension"),
    *("contact", "contact_line", "phone"),
)


def as_issued(vedtak: Vedtak) -> dict[str, Any] | None:
    """The letter and the page as kept on the day of issue; None if nothing was kept."""
    letter = getattr(vedtak, "letter", None) if vedtak.issued_on else None
    if letter is None or not letter.said.get("page"):
        return None
    return {**letter.said["page"], "data": letter.said, "frame": letter.said}


def _bodies(vedtak: Vedtak, content: Contents) -> list[dict[str, str]]:
    """The legal bases, with the outcome and appeals body of each."""
    names = appeals_bodies.names(Municipality.objects.get().name, LanguageForm.BOKMAL)
    rows = []
    for basis in content.bases:
        outcome, ground = content.outcome_of(basis), content.ground_of(basis)
        own = content.own_days(basis)
        rows.append(
            {
                "basis": basis.pk,
                "title": basis.title,
                "citation": basis.citation,
                "outcome": str(Outcome(outcome).label) if outcome else "",
                "ground": str(RefusalGround(ground).label) if ground else "",
                "refused": content.refused_of(basis),
                "body": names[basis.appeal_body],
                "days": f"{nbdate(own.first_day)}–{nbdate(own.last_day)}" if own else "",
            }
        )
    return rows


def _wish(vedtak: Vedtak) -> dict[str, str] | None:
    wish = vedtak.application.person.wishes.first()
    return {"day": nbdate(wish.said_on), "words": wish.words} if wish else None


def _talk(content: Contents) -> dict[str, Any] | None:
    if not content.talks:
        return None
    talk = content.talks[0]
    return {
        "day": nbdate(talk.held_on),
        "alternatives": [alternative.what for alternative in talk.alternatives.all()],
        "answer": talk.answer,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else str(value)


def asked(vedtak: Vedtak, found: list[Missing]) -> list[dict[str, Any]]:
    """The questions among what is found, and whether the drafter has confirmed each."""
    return [
        {"item": item, "confirmed": item.sentence in vedtak.confirmed}
        for item in found
        if not item.bars
    ]
