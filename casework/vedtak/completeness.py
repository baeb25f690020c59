"""What is missing in a vedtak before it may be sent for approval (needs C12 and C13).

The parts are those of the page. A draft may be saved when anything is missing, but it cannot be
sent for approval or issued.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.assessment import needs
from casework.letters import letters
from casework.letters.models import LegalBasis
from casework.log.enums import AFTER_APPEAL, GRANTED, MAY_HARM, Outcome, RefusalGround
from common.formatting import nbdate

from .models import VedtakOutcome

if TYPE_CHECKING:
    from casework.applications.models import AdvanceNotice, Application
    from casework.assessment.models import ChoiceTalk
    from casework.persons.models import HouseholdMember, Representative

    from .models import Vedtak

# Legal bases that give a lease (of a new dwelling, or longer in the same one), and the one that
# gives a temporary place.
NEW_DWELLING_BASES = ("kommunal_bolig", "bytte")
EXTENSION_BASIS = "forlengelse"
DWELLING_BASES = (*NEW_DWELLING_BASES, EXTENSION_BASIS)
PLACE_BASIS = "sosialtjenesteloven_27"

# In characters. A shorter text is a conclusion, not a reason (fvl. § 25).
SHORTEST_REASONING = 40

PARTS = {
    "utfall": gettext_lazy("Utfall"),
    "hjemmel": gettext_lazy("Hjemmel"),
    "bolig": gettext_lazy("Bolig"),
    "fakta": gettext_lazy("Fakta"),
    "regler": gettext_lazy("Regler"),
    "vurdering": gettext_lazy("Vurdering"),
    "syn": gettext_lazy("Personens syn"),
    "barn": gettext_lazy("Barnets beste"),
    "gyldighet": gettext_lazy("Varighet"),
    "omgjoring": gettext_lazy("Hvorfor vedtaket endres"),
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


@dataclass(frozen=True)
class Contents:
    """What `missing` and the letter need besides the vedtak's own fields, read once."""

    bases: Sequence[LegalBasis]
    outcomes: Sequence[VedtakOutcome]
    children: Sequence[HouseholdMember]
    # The head or the partner, when under 18: their own best interests count too.
    minors: Sequence[HouseholdMember] = ()
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
    def weighs_best_interests(self) -> bool:
        """Whether the vedtak concerns somebody under 18 (Grunnloven § 104)."""
        return bool(self.children or self.minors)

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
    """Read `Contents`, in eight queries."""
    outcomes = list(vedtak.outcomes.select_related("basis"))
    if vedtak.issued_at is None:
        bases = bases_of(vedtak.application, on, changed_by(vedtak))
    else:
        bases = [outcome.basis for outcome in outcomes]
    order = {basis.code: place for place, basis in enumerate(bases)}
    people = needs.composition(vedtak.application.household, on)
    return Contents(
        bases=bases,
        outcomes=sorted(outcomes, key=lambda outcome: order.get(outcome.basis.code, len(order))),
        children=people.children,
        minors=people.minors,
        talks=list(vedtak.application.choice_talks.prefetch_related("alternatives")),
        copied_to=letters.copied_to(vedtak.application.person, on),
    )


def in_force(basis: LegalBasis, on: date) -> bool:
    """Whether the version of the legal basis is in force on the date."""
    lower, upper = basis.valid.lower, basis.valid.upper
    return (lower is None or lower <= on) and (upper is None or on < upper)


def missing(vedtak: Vedtak, on: date, content: Contents | None = None) -> list[Missing]:
    """Everything missing in the vedtak on the date, in the order of the page."""
    content = content or contents(vedtak, on)
    return [
        *_reversal(vedtak, content, on),
        *_outcomes(content, on),
        *_dwelling(vedtak, content),
        *_validity(vedtak, content),
        *_texts(vedtak, content),
        *_choices(vedtak, content),
        *_letter(vedtak, content),
    ]


def _reversal(vedtak: Vedtak, content: Contents, on: date) -> list[Missing]:
    if vedtak.replaces_id is None:
        return []
    items = []
    if not vedtak.reversal_ground:
        items.append(
            Missing(
                "omgjoring",
                _("Omgjøring: velg hva som gir rett til å endre vedtaket"),
                "reversal_ground",
            )
        )
    if not vedtak.reversal_reason.strip():
        items.append(
            Missing("omgjoring", _("Omgjøring: skriv hvorfor vedtaket endres"), "reversal_reason")
        )
    if vedtak.reversal_ground in AFTER_APPEAL:
        return items
    worse = worse_than_before(vedtak, content)
    if vedtak.to_harm is None:
        sentence = _("Omgjøring: svar på om endringen er til skade for personen")
        items.append(Missing("omgjoring", sentence, "to_harm"))
    elif not vedtak.to_harm and worse:
        sentence = _("Omgjøring: «%s» blir mindre enn før, og det er til skade for personen")
        items.append(Missing("omgjoring", sentence % worse[0], "to_harm"))
    elif vedtak.to_harm:
        items += _harm(vedtak, on)
    return items


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


def _harm(vedtak: Vedtak, on: date) -> list[Missing]:
    """To the person's harm: on a ground that allows it, with reasons of its own, and after an
    advance notice whose last day is past or that is answered (fvl. §§ 16 and 35)."""
    items = []
    if vedtak.reversal_ground and vedtak.reversal_ground not in MAY_HARM:
        sentence = _("Omgjøring: «%s» gir ikke rett til å endre vedtaket til skade for personen")
        ground = vedtak.get_reversal_ground_display()
        items.append(Missing("omgjoring", sentence % ground, "reversal_ground"))
    if not vedtak.harm_reason.strip():
        sentence = _("Omgjøring: skriv hvorfor vedtaket kan endres til skade for personen")
        items.append(Missing("omgjoring", sentence, "harm_reason"))
    notice = notice_before(vedtak)
    if notice is None:
        sentence = _("Omgjøring: send forhåndsvarsel, så personen kan si sin mening først")
        url = reverse("casework:notice_new", args=[vedtak.application_id])
        items.append(Missing("omgjoring", sentence, url=url))
    elif not notice.is_heard(on):
        sentence = _("Omgjøring: personen kan svare på forhåndsvarselet til og med %s. Vent på det")
        url = reverse("casework:notice_answer", args=[notice.pk])
        items.append(Missing("omgjoring", sentence % nbdate(notice.due_on), url=url))
    return items


def _outcomes(content: Contents, on: date) -> list[Missing]:
    items = []
    if not content.bases:
        items.append(
            Missing("hjemmel", _("Hjemmel: velg på søknaden hva det er søkt om"), "language")
        )
    for basis in content.bases:
        field = f"outcome_{basis.pk}"
        if not content.outcome_of(basis):
            items.append(
                Missing("utfall", _("Utfall: «%s» er søkt om, men ikke besvart") % basis, field)
            )
        elif (
            content.outcome_of(basis) == Outcome.REFUSED
            and basis.code in NEW_DWELLING_BASES
            and not content.ground_of(basis)
        ):
            items.append(
                Missing(
                    "utfall",
                    _("Utfall: velg hvorfor «%s» avslås") % basis,
                    f"ground_{basis.pk}",
                )
            )
        if not in_force(basis, on):
            items.append(Missing("hjemmel", _not_in_force(basis, on), field))
    shown = {basis.pk for basis in content.bases}
    for outcome in content.outcomes:
        basis = outcome.basis
        if basis.pk not in shown and not in_force(basis, on):
            items.append(Missing("hjemmel", _not_in_force(basis, on), f"outcome_{basis.pk}"))
    return items


def _not_in_force(basis: LegalBasis, on: date) -> str:
    if basis.valid.lower and on < basis.valid.lower:
        return _("Hjemmel: «%(basis)s» gjelder først fra %(day)s") % {
            "basis": basis,
            "day": nbdate(basis.valid.lower),
        }
    ended = _("Hjemmel: «%(basis)s» gjelder ikke lenger fra %(day)s") % {
        "basis": basis,
        "day": nbdate(basis.valid.upper),
    }
    advice = _("Be lederen legge inn det som gjelder nå, under Innstillinger, Hjemler.")
    return f"{ended}. {advice}"


def _dwelling(vedtak: Vedtak, content: Contents) -> list[Missing]:
    items = []
    if content.unmet or content.gives_new_dwelling:
        unmet = content.unmet and not content.gives_new_dwelling
        if not vedtak.dwelling_type:
            sentence = _("Bolig: velg typen kommunen mangler") if unmet else _("Bolig: velg type")
            items.append(Missing("bolig", sentence, "dwelling_type"))
        if vedtak.bedrooms is None:
            sentence = (
                _("Bolig: velg størrelsen kommunen mangler")
                if unmet
                else _("Bolig: velg størrelse")
            )
            items.append(Missing("bolig", sentence, "bedrooms"))
    if content.gives_dwelling and not vedtak.lease_years:
        items.append(Missing("bolig", _("Bolig: velg leietid"), "lease_years"))
    if content.gives_place and not vedtak.place.strip():
        items.append(Missing("bolig", _("Sted: skriv hvor personen kan bo"), "place"))
    return items


def _texts(vedtak: Vedtak, content: Contents) -> list[Missing]:
    items = []
    if not vedtak.facts.strip():
        items.append(
            Missing("fakta", _("Fakta: skriv hva dere bygger på, og kilden til det"), "facts")
        )
    if not vedtak.rules.strip():
        items.append(Missing("regler", _("Regler: skriv hvilke regler dere har brukt"), "rules"))
    written = len(vedtak.reasoning.strip())
    if not written:
        items.append(
            Missing("vurdering", _("Vurdering: skriv hva som talte for og imot"), "reasoning")
        )
    elif written < SHORTEST_REASONING:
        items.append(
            Missing(
                "vurdering",
                _("Vurdering: skriv hvorfor. Nå står bare konklusjonen"),
                "reasoning",
            )
        )
    if not vedtak.person_view.strip():
        items.append(
            Missing("syn", _("Personens syn: skriv hva personen selv mener"), "person_view")
        )
    if content.weighs_best_interests and not vedtak.best_interests.strip():
        number = len(content.children)
        if not number:
            sentence = _("Barnets beste: søkeren eller partneren er under 18 år, må vurderes")
        elif number == 1:
            sentence = _("Barnets beste: ett barn i husstanden, må vurderes")
        else:
            sentence = _("Barnets beste: %d barn i husstanden, må vurderes") % number
        items.append(Missing("barn", sentence, "best_interests"))
    return items


def _validity(vedtak: Vedtak, content: Contents) -> list[Missing]:
    if not content.granted:
        return []
    items = []
    if vedtak.valid_from is None:
        items.append(
            Missing("gyldighet", _("Varighet: skriv når vedtaket begynner å gjelde"), "valid_from")
        )
    for basis in content.bases:
        row = content.row_of(basis)
        if content.has_own_days(basis) and row and row.is_granted and row.valid_to is None:
            sentence = _("Varighet: skriv hvor lenge personen kan bo på det midlertidige stedet")
            items.append(Missing("gyldighet", sentence, f"to_{basis.pk}"))
    if vedtak.valid_to is None:
        items.append(Missing("gyldighet", _("Varighet: skriv hvor lenge det gjelder"), "valid_to"))
    return items


def _choices(vedtak: Vedtak, content: Contents) -> list[Missing]:
    if not content.decides_matter or content.talks:
        return []
    return [
        Missing(
            "valg",
            _("Valg og konsekvenser: skriv hva personen kunne velge mellom, og hva svaret var"),
            url=reverse("casework:choices", args=[vedtak.application_id]),
        )
    ]


def _letter(vedtak: Vedtak, content: Contents) -> list[Missing]:
    person = vedtak.application.person
    items = []
    if not letters.can_reach(person):
        items.append(
            Missing(
                "brev",
                _("Brev: %s") % letters.no_address_text(person),
                url=letters.agreement_url(person),
            )
        )
    items += [
        Missing(
            "brev",
            _("Brev: %s") % letters.no_address_text(representative),
            url=letters.agreement_url(representative),
        )
        for representative in content.copied_to
        if not representative.is_reached
    ]
    return items
