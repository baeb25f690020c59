"""From one kartlegging to the next: what changed, dimension by dimension (need C8).

Versions of a dimension are compared by their code. A need that is not known, then or now, has
neither risen nor fallen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.log.enums import SupportNeed

if TYPE_CHECKING:
    from .models import Assessment, AssessmentAnswer

WORDS = ("own_view", "agreed_help", "source")


@dataclass(frozen=True, slots=True)
class Change:
    """One answer beside the one before. `earlier` is None where it was not asked."""

    answer: AssessmentAnswer
    earlier: AssessmentAnswer | None

    @property
    def step(self) -> int:
        """1: more help is needed than before; -1: less; 0: the same, or not known."""
        known = [SupportNeed.NONE, SupportNeed.SOME, SupportNeed.MUCH]
        if self.earlier is None or not {self.answer.support_need, self.earlier.support_need} <= {
            *known
        }:
            return 0
        now, then = self.answer.support_need, self.earlier.support_need
        return (now > then) - (now < then)

    @property
    def new_words(self) -> bool:
        return self.earlier is not None and any(
            getattr(self.answer, name).strip() != getattr(self.earlier, name).strip()
            for name in WORDS
        )

    @property
    def same(self) -> bool:
        return (
            self.earlier is not None
            and self.answer.support_need == self.earlier.support_need
            and not self.new_words
        )

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What to say of it: words, colour, icon."""
        if self.earlier is None:
            return [(_("Nytt område"), "neutral", "")]
        if self.same:
            return [(_("Uendret"), "neutral", "")]
        found = []
        if self.step > 0:
            found.append((_("Mer hjelp enn sist"), "warning", "ArrowUp"))
        elif self.step < 0:
            found.append((_("Mindre hjelp enn sist"), "success", "ArrowDown"))
        elif self.answer.support_need != self.earlier.support_need:
            found.append((_("Ny vurdering"), "info", ""))
        if self.new_words:
            found.append((_("Nye ord"), "info", ""))
        return found


def changes(answers: Iterable[AssessmentAnswer], earlier: Assessment | None) -> list[Change]:
    """Each answer beside the one of the kartlegging before, in the order given."""
    before = by_code(earlier)
    return [Change(answer, before.get(answer.dimension.code)) for answer in answers]


def by_code(assessment: Assessment | None) -> dict[str, AssessmentAnswer]:
    """The answers of a kartlegging by the code of what they answer."""
    if assessment is None:
        return {}
    return {answer.dimension.code: answer for answer in assessment.answers.all()}


def summary(found: Iterable[Change]) -> str:
    """«Mer hjelp i Økonomi. Mindre hjelp i Helse. Uendret i 5 områder.»"""
    found = list(found)
    more = [each.answer.dimension.name for each in found if each.step > 0]
    less = [each.answer.dimension.name for each in found if each.step < 0]
    same = sum(each.same for each in found)
    parts = []
    if more:
        parts.append(_("Mer hjelp: %(names)s.") % {"names": ", ".join(more)})
    if less:
        parts.append(_("Mindre hjelp: %(names)s.") % {"names": ", ".join(less)})
    if same:
        parts.append(_("Uendret i %(same)s av %(all)s.") % {"same": same, "all": len(found)})
    return " ".join(parts) or _("Nye ord, men ikke mer eller mindre hjelp.")
