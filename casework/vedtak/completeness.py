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

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.applications import lease_terms
from casework.applications.section_27 import PLACE_BASIS
from casework.assessment import needs
from casework.assessment.needs import bedrooms_nb
from casework.letters import letters
from casework.letters.models import LegalBasis
from casework.log.enums import GRANTED, ApplicationKind, Outcome, RefusalGround
from common.formatting import nbdate

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
    # What the municipality's rules give; None when no lease is asked for,
    # or when it is issued.
    lease_rule: lease_terms.LeaseTerm | None = None

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

    def is_short_lease(self, years: int | None) -> bool:
        """Whether so many years of lease are fewer than the municipality's rule gives."""
        rule = self.lease_rule
        return bool(self.gives_dwelling and years and rule and years < rule.years)

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
    return list(vedtak.replaced_outcomes.select_related("basis", "vedtak").order_by("pk"))


def contents(vedtak: Vedtak, on: date) -> Contents:
    """Read `Contents`, in nine queries, and two more for a draft about a lease."""
    outcomes = list(vedtak.outcomes.select_related("basis"))
    if vedtak.issued_at is None:
        bases = bases_of(vedtak.application, on, changed_by(vedtak))
    else:
        bases = [outcome.basis for outcome in outcomes]
    order = {basis.code: place for place, basis in enumerate(bases)}
    person, lease_rule = vedtak.application.person, None
    # What is issued is read from its letter.
    if vedtak.issued_at is None and any(basis.code in DWELLING_BASES for basis in bases):
        renewal = vedtak.application.kind == ApplicationKind.EXTENSION
        lease_rule = lease_terms.term(person, on, renewal=renewal)
    return Contents(
        bases=bases,
        outcomes=sorted(outcomes, key=lambda outcome: order.get(outcome.basis.code, len(order))),
        people=needs.composition(vedtak.application.household, on),
        need=vedtak.application.needs.first(),
        talks=list(vedtak.application.choice_talks.prefetch_related("alternatives")),
        copied_to=letters.copied_to(person, on),
        lease_rule=lease_rule,
    )


def in_force(basis: LegalBasis, on: date) -> bool:
    """Whether the version of the legal basis is in force on the date."""
    lower, upper = basis.valid.lower, basis.valid.upper
    return (lower is None or lower <= on) and (upper is None or on < upper)


def missing(vedtak: Vedtak, on: date, content: Contents | None = None) -> list[Missing]:
    """Everything missing in the vedtak on the date, in the order of the page.

    A question the drafter has confirmed is left out; if its words change, it is asked again.
    """
    return unanswered(vedtak, findings(vedtak, on, content or contents(vedtak, on)))


def unanswered(vedtak: Vedtak, found: list[Missing]) -> list[Missing]:
    """Of what is found, all but the questions the drafter has confirmed."""
    return [item for item in found if item.bars or item.sentence not in vedtak.confirmed]


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


def still_asked(vedtak: Vedtak, on: date, content: Contents) -> list[str]:
    """The confirmed questions that are still asked: another answer has no place on the vedtak."""
    asked = {item.sentence for item in questions(vedtak, on, content)}
    return [sentence for sentence in vedtak.confirmed if sentence in asked]


@dataclass(frozen=True)
class Worse:
    """What a person gets less of for a legal basis than the vedtak changed gave, as a clause."""

    basis: LegalBasis
    what: str


def changes_of(vedtak: Vedtak, content: Contents) -> list[tuple[VedtakOutcome, VedtakOutcome]]:
    """Each outcome of an earlier vedtak that is changed, with what takes its place. What has lapsed
    is left out: the person has withdrawn it, or it is of no use any more."""
    now = {row.basis.code: row for row in content.outcomes}
    return [
        (before, now[before.basis.code])
        for before in changed_by(vedtak)
        if before.basis.code in now and now[before.basis.code].outcome != Outcome.LAPSED
    ]


def worse_than_before(vedtak: Vedtak, content: Contents, on: date) -> list[Worse]:
    """What the person gets less of than in the vedtak changed: of the outcome, the days, the lease
    or the bedrooms. What cannot be counted is asked about (`checks`)."""
    gives = {Outcome.GRANTED: 2, Outcome.PARTLY: 1}
    worse = []
    for before, now in changes_of(vedtak, content):
        if gives.get(now.outcome, 0) < gives.get(before.outcome, 0):
            worse.append(Worse(now.basis, _("utfallet blir mindre enn før")))
        if now.is_granted and before.is_granted:
            less = _less(before, now, vedtak, on)
            worse += [Worse(now.basis, what) for what in less]
    return worse


def _less(before: VedtakOutcome, now: VedtakOutcome, vedtak: Vedtak, on: date) -> list[str]:
    """Clauses on what a grant gives less of than the grant it replaces."""
    less, earlier, code = [], before.vedtak, now.basis.code
    first, last = before.first_day, before.last_day
    if last and now.last_day and now.last_day < last:
        days = {"now": nbdate(now.last_day), "before": nbdate(last)}
        less.append(_("gjelder til %(now)s, og før til %(before)s") % days)
    # Until it is decided, the earlier one stands.
    if first and now.first_day and now.first_day > max(first, on):
        days = {"now": nbdate(now.first_day), "before": nbdate(first)}
        less.append(_("gjelder først fra %(now)s, og før fra %(before)s") % days)
    if code in DWELLING_BASES and (vedtak.lease_years or 99) < (earlier.lease_years or 0):
        years = {"now": vedtak.lease_years, "before": earlier.lease_years}
        less.append(_("leietiden blir %(now)d år, og var %(before)d år") % years)
    if code in NEW_DWELLING_BASES and vedtak.bedrooms is not None:
        rooms = earlier.bedrooms or 0
        if vedtak.bedrooms < rooms:
            size = {"now": bedrooms_nb(vedtak.bedrooms), "before": bedrooms_nb(rooms)}
            less.append(_("boligen får %(now)s, og skulle ha %(before)s") % size)
    return less


def notice_before(vedtak: Vedtak, content: Contents, on: date) -> AdvanceNotice | None:
    """The latest advance notice since the vedtak that is changed, about all that gets worse; about
    all that is changed, when it is the drafter who says that it harms."""
    changed = {row.basis.code for row in changed_by(vedtak)}
    harmed = {each.basis.code for each in worse_than_before(vedtak, content, on)} or changed
    since = vedtak.application.notices.filter(sent_at__gte=vedtak.replaces.issued_at)
    return since.filter(about__contains=sorted(harmed)).order_by("-sent_at").first()
