"""What changed from one assessment to the next, for each dimension (need C8).

Versions of a dimension are compared by code. If the need is unclear in either assessment, it
counts as neither more nor less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.log.enums import SupportNeed
from common.formatting import listed

if TYPE_CHECKING:
    from .models import Assessment, AssessmentAnswer

WORDS = ("own_view", "agreed_help", "source")


@dataclass(frozen=True, slots=True)
class Change:
    """An answer and the earlier one. `earlier` is None if the dimension was not asked then."""

    answer: AssessmentAnswer
    earlier: AssessmentAnswer | None

    @property
    def step(self) -> int:
        """1: needs more help than before; -1: less; 0: the same, or unclear."""
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
    def tags(self) -> list[tuple[str, str, str]]:
        """The tags to show for the change: text, colour, icon."""
        if self.earlier is None:
            return [(_("Nytt område"), "neutral", "")]
        if self.same:
            return [(_("Uendret"), "neutral", "")]
        tags = []
        if self.step > 0:
            tags.append((_("Mer hjelp enn sist"), "warning", "ArrowUp"))
        elif self.step < 0:
            tags.append((_("Mindre hjelp enn sist"), "success", "ArrowDown"))
        elif self.answer.support_need != self.earlier.support_need:
            tags.append((_("Ny vurdering"), "info", ""))
        if self.new_words:
            tags.append((_("Nye ord"), "info", ""))
        return tags


def changes(answers: Iterable[AssessmentAnswer], earlier: Assessment | None) -> list[Change]:
    """Each answer with the one of the earlier assessment, in the order given."""
    earlier_answers = by_code(earlier)
    return [Change(answer, earlier_answers.get(answer.dimension.code)) for answer in answers]


def by_code(assessment: Assessment | None) -> dict[str, AssessmentAnswer]:
    """The answers of an assessment by the code of the dimension."""
    if assessment is None:
        return {}
    return {answer.dimension.code: answer for answer in assessment.answers.all()}


def summary(found: Iterable[Change]) -> str:
    """«Mer hjelp i Økonomi. Mindre hjelp i Helse. Uendret i 5 områder.»"""
    found = list(found)
    more = [change.answer.dimension.name for change in found if change.step > 0]
    less = [change.answer.dimension.name for change in found if change.step < 0]
    same = sum(change.same for change in found)
    parts = []
    if more:
        parts.append(_("Mer hjelp: %(names)s.") % {"names": listed(more)})
    if less:
        parts.append(_("Mindre hjelp: %(names)s.") % {"names": listed(less)})
    if same:
        parts.append(_("Uendret i %(same)s av %(all)s.") % {"same": same, "all": len(found)})
    return " ".join(parts) or _("Nye ord, men ikke mer eller mindre hjelp.")
