"""What is missing in a vedtak before it may be sent for approval (needs C12 and C13).

The parts are those of the page. A draft may be saved when anything is missing, but it cannot be
sent for approval or issued. The checks are in `casework.vedtak.checks`; apps above add theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.utils.translation import gettext_lazy

from casework.applications.section_27 import PLACE_BASIS
from casework.assessment import needs
from casework.letters import letters
from casework.letters.models import LegalBasis
from casework.log.enums import GRANTED, Outcome, RefusalGround

from .models import VedtakOutcome

if TYPE_CHECKING:
    from casework.applications.models import AdvanceNotice, Application
    from casework.assessment.models import ChoiceTalk, HousingNeed
    from casework.persons.models import HouseholdMember, Representative

    from .models import Vedtak

# Legal bases that give a lease (of a new dwelling, or longer in the same one), the one that gives a
# temporary place, and the one that gives help.
NEW_DWELLING_BASES = ("kommunal_bolig", "bytte")
EXTENSION_BASIS = "forlengelse"
DWELLING_BASES = (*NEW_DWELLING_BASES, EXTENSION_BASIS)
HELP_BASIS = "boligsosialloven_6"

PARTS = {
    "omgjoring": gettext_lazy("Hvorfor vedtaket endres"),
    "utfall": gettext_lazy("Utfall"),
    "hjemmel": gettext_lazy("Hjemmel"),
    "bolig": gettext_lazy("Bolig"),
    "gyldighet": gettext_lazy("Varighet"),
    "hjelp": gettext_lazy("Hjelpen"),
    "fakta": gettext_lazy("Fakta"),
    "regler": gettext_lazy("Regler"),
    "vurdering": gettext_lazy("Vurdering"),
    "syn": gettext_lazy("Personens syn"),
    "barn": gettext_lazy("Barnets beste"),
    "vilkar": gettext_lazy("Vilkår"),
    "valg": gettext_lazy("Valg og konsekvenser"),
    "brev": gettext_lazy("Brevet når fram"),
}


@dataclass(frozen=True)
class Missing:
    """One missing thing: its part, what to do, and the form field or the page to do it in."""

    part: str
    sentence: str
    field: str = ""
    url: str = ""
    # False: a question, which the drafter may confirm.
    bars: bool = True

    @property
    def question_id(self) -> str:
        """The id of the checkbox that confirms it."""
        return f"id_confirmed_{crc32(self.sentence.encode())}"


# What a check finds: the sentence, and the form field or (with "" before it) the page.
Found = tuple[str] | tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True)
class Check:
    """One line of the table: what a vedtak is checked for, in which part, and with what effect.

    `bars`: it cannot be sent or issued. Otherwise it is asked about, and the drafter's answer is
    kept with the vedtak.
    """

    part: str
    what: Any
    source: str
    find: Callable[[Vedtak, Contents, date], Iterable[Found]]
    bars: bool = True


_checks: list[Check] = []


def register(*new: Check) -> None:
    """Add checks. Called from `AppConfig.ready`."""
    _checks.extend(check for check in new if check not in _checks)


def checks() -> list[Check]:
    """The table of checks, in the order of the page."""
    order = list(PARTS)
    return sorted(_checks, key=lambda check: order.index(check.part))


@dataclass(frozen=True)
class Contents:
    """What `missing` and the letter need besides the vedtak's own fields, read once."""

    bases: Sequence[LegalBasis]
    outcomes: Sequence[VedtakOutcome]
    people: needs.Composition
    need: HousingNeed | None = None
    talks: Sequence[ChoiceTalk] = ()
    # Representatives who get a copy of the letter.
    copied_to: Sequence[Representative] = ()

    def outcome_of(self, basis: LegalBasis) -> str:
        """The outcome for the legal basis, in any version; empty if there is none yet."""
        return next((row.outcome for row in self.outcomes if row.basis.code == basis.code), "")

    def row_of(self, basis: LegalBasis) -> VedtakOutcome | None:
        """The outcome for the legal basis, in any version."""
        return next((row for row in self.outcomes if row.basis.code == basis.code), None)

    def replaced(self, basis: LegalBasis) -> VedtakOutcome | None:
        """The outcome for the legal basis if another vedtak has replaced it."""
        row = self.row_of(basis)
        return row if row and row.replaced_on else None

    def has_own_days(self, basis: LegalBasis) -> bool:
        """Whether it has days of its own: a place to stay, when other help is decided with it."""
        return basis.code == PLACE_BASIS and len(self.bases) > 1

    def own_days(self, basis: LegalBasis) -> VedtakOutcome | None:
        """The outcome for the legal basis if it has days of its own."""
        row = self.row_of(basis)
        return row if row and (row.valid_from or row.valid_to) else None

    def ground_of(self, basis: LegalBasis) -> str:
        """The ground for refusal for the legal basis, in any version; else empty."""
        return next((row.ground for row in self.outcomes if row.basis.code == basis.code), "")

    def refused_of(self, basis: LegalBasis) -> str:
        """What is not granted of a partial grant for the legal basis, in any version."""
        return next((row.refused for row in self.outcomes if row.basis.code == basis.code), "")

    @property
    def children(self) -> list[HouseholdMember]:
        """The children of the household, also visiting ones."""
        return self.people.children

    @property
    def granted(self) -> set[str]:
        """The codes of the legal bases granted, fully or partly."""
        return {row.basis.code for row in self.outcomes if row.outcome in GRANTED}

    @property
    def gives_dwelling(self) -> bool:
        """Whether a lease is given: of a new dwelling, or longer in the same one."""
        return bool(self.granted & set(DWELLING_BASES))

    @property
    def gives_new_dwelling(self) -> bool:
        return bool(self.granted & set(NEW_DWELLING_BASES))

    @property
    def extends(self) -> bool:
        return EXTENSION_BASIS in self.granted

    @property
    def unmet(self) -> bool:
        """Whether something is refused because no dwelling of the type exists (need C17)."""
        return any(row.ground == RefusalGround.NO_DWELLING for row in self.outcomes)

    @property
    def asks_dwelling(self) -> bool:
        return any(basis.code in DWELLING_BASES for basis in self.bases)

    @property
    def asks_new_dwelling(self) -> bool:
        return any(basis.code in NEW_DWELLING_BASES for basis in self.bases)

    @property
    def decides_matter(self) -> bool:
        """Whether the matter itself is decided, so that choices must be recorded (need C21)."""
        return any(row.outcome not in (Outcome.DISMISSED, Outcome.LAPSED) for row in self.outcomes)

    @property
    def is_place_only(self) -> bool:
        """Whether only § 27 is decided: the same day, also at night, so that what can wait does
        not bar it (R35-00)."""
        return bool(self.bases) and all(basis.code == PLACE_BASIS for basis in self.bases)

    @property
    def weighs_best_interests(self) -> bool:
        """Whether the vedtak concerns somebody under 18 (Grunnloven § 104)."""
        return bool(self.children or self.people.minors)

    @property
    def asks_help(self) -> bool:
        return any(basis.code == HELP_BASIS for basis in self.bases)

    @property
    def asks_place(self) -> bool:
        return any(basis.code == PLACE_BASIS for basis in self.bases)

    @property
    def gives_place(self) -> bool:
        return PLACE_BASIS in self.granted


def bases_of(
    application: Application, on: date, changed: Sequence[VedtakOutcome] = ()
) -> list[LegalBasis]:
    """The legal bases to decide, each in the version in force on the date.

    Those applied for, except what is decided and still stands. A vedtak that changes outcomes of
    an earlier one decides theirs and no others. A basis with no version in force is returned as it
    was, so that the page can say so.
    """
    if changed:
        asked = [outcome.basis for outcome in changed]
    else:
        decided = set(
            VedtakOutcome.objects.standing()
            .filter(vedtak__application=application)
            .values_list("basis__code", flat=True)
        )
        asked = [basis for basis in application.bases.order_by("pk") if basis.code not in decided]
    current = {
        basis.code: basis
        for basis in LegalBasis.objects.filter(
            code__in=[basis.code for basis in asked], valid__contains=on
        )
    }
    return [current.get(basis.code, basis) for basis in asked]


def changed_by(vedtak: Vedtak) -> list[VedtakOutcome]:
    """The outcomes of an earlier vedtak that this one replaces, or will when it is issued."""
    return list(vedtak.replaced_outcomes.select_related("basis").order_by("pk"))


def contents(vedtak: Vedtak, on: date) -> Contents:
    """Read `Contents`, in nine queries."""
    outcomes = list(vedtak.outcomes.select_related("basis"))
    if vedtak.issued_at is None:
        bases = bases_of(vedtak.application, on, changed_by(vedtak))
    else:
        bases = [outcome.basis for outcome in outcomes]
    order = {basis.code: place for place, basis in enumerate(bases)}
    return Contents(
        bases=bases,
        outcomes=sorted(outcomes, key=lambda outcome: order.get(outcome.basis.code, len(order))),
        people=needs.composition(vedtak.application.household, on),
        need=vedtak.application.needs.first(),
        talks=list(vedtak.application.choice_talks.prefetch_related("alternatives")),
        copied_to=letters.copied_to(vedtak.application.person, on),
    )


def in_force(basis: LegalBasis, on: date) -> bool:
    """Whether the version of the legal basis is in force on the date."""
    lower, upper = basis.valid.lower, basis.valid.upper
    return (lower is None or lower <= on) and (upper is None or on < upper)


def missing(vedtak: Vedtak, on: date, content: Contents | None = None) -> list[Missing]:
    """Everything missing in the vedtak on the date, in the order of the page.

    A question the drafter has confirmed is left out; if its words change, it is asked again.
    """
    content = content or contents(vedtak, on)
    return [
        item
        for item in findings(vedtak, on, content)
        if item.bars or item.sentence not in vedtak.confirmed
    ]


def findings(vedtak: Vedtak, on: date, content: Contents) -> list[Missing]:
    """What every check finds, also the questions the drafter has confirmed."""
    return [
        Missing(check.part, sentence, *where, bars=check.bars)
        for check in checks()
        for sentence, *where in check.find(vedtak, content, on)
    ]


def questions(vedtak: Vedtak, on: date, content: Contents) -> list[Missing]:
    """What is asked about, confirmed or not."""
    return [item for item in findings(vedtak, on, content) if not item.bars]


def worse_than_before(vedtak: Vedtak, content: Contents) -> list[LegalBasis]:
    """The legal bases that give the person less than the vedtak changed. What has lapsed is not
    counted: the person has withdrawn it, or it is of no use any more."""
    gives = {Outcome.GRANTED: 2, Outcome.PARTLY: 1}
    before = {row.basis.code: gives.get(row.outcome, 0) for row in changed_by(vedtak)}
    return [
        row.basis
        for row in content.outcomes
        if row.outcome != Outcome.LAPSED
        and gives.get(row.outcome, 0) < before.get(row.basis.code, 0)
    ]


def notice_before(vedtak: Vedtak) -> AdvanceNotice | None:
    """The latest advance notice in the case since the vedtak that is changed."""
    since = vedtak.replaces.issued_at
    return vedtak.application.notices.filter(sent_at__gte=since).order_by("-sent_at").first()
