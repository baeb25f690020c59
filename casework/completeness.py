"""What a vedtak still lacks before it may be sent for approval (needs C12 and C13).

The parts are those of the page. A draft may be saved in any state of incompleteness; it can be
neither sent nor issued while anything here is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formatting import nbdate

from . import needs
from .enums import GRANTED
from .models import Application, HouseholdMember, LegalBasis, Vedtak, VedtakOutcome

# Bases that give a dwelling to rent, and the one that gives a place for now.
DWELLING_BASES = ("kommunal_bolig", "bytte", "forlengelse")
PLACE_BASIS = "sosialtjenesteloven_27"

# Shorter than this, a text is a conclusion and not a reason (fvl. § 25).
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
}


@dataclass(frozen=True)
class Missing:
    """One thing missing: the part it belongs to, what to do, and the form field to go to."""

    part: str
    sentence: str
    field: str


@dataclass(frozen=True)
class Contents:
    """What the judgement of a vedtak needs besides its own fields, read once."""

    bases: Sequence[LegalBasis]
    outcomes: Sequence[VedtakOutcome]
    children: Sequence[HouseholdMember]

    def outcome_of(self, basis: LegalBasis) -> str:
        """The outcome given for what was applied for under the basis, whatever its version."""
        return next((o.outcome for o in self.outcomes if o.basis.code == basis.code), "")

    @property
    def granted(self) -> set[str]:
        return {o.basis.code for o in self.outcomes if o.outcome in GRANTED}

    @property
    def gives_dwelling(self) -> bool:
        return bool(self.granted & set(DWELLING_BASES))

    @property
    def asks_dwelling(self) -> bool:
        return any(basis.code in DWELLING_BASES for basis in self.bases)

    @property
    def asks_place(self) -> bool:
        return any(basis.code == PLACE_BASIS for basis in self.bases)

    @property
    def gives_place(self) -> bool:
        return PLACE_BASIS in self.granted


def bases_of(application: Application, on: date) -> list[LegalBasis]:
    """What was applied for, each in the version in force on the date.

    A basis that has no version in force stays as it was, so that the page can say so.
    """
    applied = list(application.bases.order_by("pk"))
    current = {
        basis.code: basis
        for basis in LegalBasis.objects.filter(
            code__in=[basis.code for basis in applied], valid__contains=on
        )
    }
    return [current.get(basis.code, basis) for basis in applied]


def contents(vedtak: Vedtak, on: date) -> Contents:
    """Read what `missing` and the letter need, in four queries."""
    bases = bases_of(vedtak.application, on)
    order = {basis.code: place for place, basis in enumerate(bases)}
    return Contents(
        bases=bases,
        outcomes=sorted(
            vedtak.outcomes.select_related("basis"),
            key=lambda outcome: order.get(outcome.basis.code, len(order)),
        ),
        children=needs.children(vedtak.application.household, on),
    )


def in_force(basis: LegalBasis, on: date) -> bool:
    lower, upper = basis.valid.lower, basis.valid.upper
    return (lower is None or lower <= on) and (upper is None or on < upper)


def missing(vedtak: Vedtak, on: date, content: Contents | None = None) -> list[Missing]:
    """Everything missing on the date, in the order of the page."""
    content = content or contents(vedtak, on)
    return [
        *_outcomes(content, on),
        *_dwelling(vedtak, content),
        *_texts(vedtak, content),
        *_validity(vedtak, content),
    ]


def _outcomes(content: Contents, on: date) -> list[Missing]:
    found = []
    if not content.bases:
        found.append(
            Missing("hjemmel", _("Hjemmel: velg på søknaden hva det er søkt om"), "language")
        )
    for basis in content.bases:
        field = f"outcome_{basis.pk}"
        if not content.outcome_of(basis):
            found.append(
                Missing("utfall", _("Utfall: «%s» er søkt om, men ikke besvart") % basis, field)
            )
        if not in_force(basis, on):
            found.append(Missing("hjemmel", _not_in_force(basis, on), field))
    shown = {basis.pk for basis in content.bases}
    for outcome in content.outcomes:
        basis = outcome.basis
        if basis.pk not in shown and not in_force(basis, on):
            found.append(Missing("hjemmel", _not_in_force(basis, on), f"outcome_{basis.pk}"))
    return found


def _not_in_force(basis: LegalBasis, on: date) -> str:
    if basis.valid.lower and on < basis.valid.lower:
        return _("Hjemmel: «%(basis)s» gjelder først fra %(day)s") % {
            "basis": basis,
            "day": nbdate(basis.valid.lower),
        }
    return _("Hjemmel: «%(basis)s» gjelder ikke lenger fra %(day)s") % {
        "basis": basis,
        "day": nbdate(basis.valid.upper),
    }


def _dwelling(vedtak: Vedtak, content: Contents) -> list[Missing]:
    found = []
    if content.gives_dwelling:
        if not vedtak.dwelling_type:
            found.append(Missing("bolig", _("Bolig: velg type"), "dwelling_type"))
        if vedtak.bedrooms is None:
            found.append(Missing("bolig", _("Bolig: velg størrelse"), "bedrooms"))
        if not vedtak.lease_years:
            found.append(Missing("bolig", _("Bolig: velg leietid"), "lease_years"))
    if content.gives_place and not vedtak.place.strip():
        found.append(Missing("bolig", _("Sted: skriv hvor personen kan bo"), "place"))
    return found


def _texts(vedtak: Vedtak, content: Contents) -> list[Missing]:
    found = []
    if not vedtak.facts.strip():
        found.append(
            Missing("fakta", _("Fakta: skriv hva dere bygger på, og kilden til det"), "facts")
        )
    if not vedtak.rules.strip():
        found.append(Missing("regler", _("Regler: skriv hvilke regler dere har brukt"), "rules"))
    written = len(vedtak.reasoning.strip())
    if not written:
        found.append(
            Missing("vurdering", _("Vurdering: skriv hva som talte for og imot"), "reasoning")
        )
    elif written < SHORTEST_REASONING:
        found.append(
            Missing(
                "vurdering",
                _("Vurdering: skriv hvorfor. Nå står bare konklusjonen"),
                "reasoning",
            )
        )
    if not vedtak.person_view.strip():
        found.append(
            Missing("syn", _("Personens syn: skriv hva personen selv mener"), "person_view")
        )
    if content.children and not vedtak.best_interests.strip():
        sentence = (
            _("Barnets beste: ett barn i husstanden, må vurderes")
            if len(content.children) == 1
            else _("Barnets beste: %d barn i husstanden, må vurderes") % len(content.children)
        )
        found.append(Missing("barn", sentence, "best_interests"))
    return found


def _validity(vedtak: Vedtak, content: Contents) -> list[Missing]:
    if not content.granted:
        return []
    found = []
    if vedtak.valid_from is None:
        found.append(
            Missing("gyldighet", _("Varighet: skriv når vedtaket begynner å gjelde"), "valid_from")
        )
    if vedtak.valid_to is None:
        found.append(Missing("gyldighet", _("Varighet: skriv hvor lenge det gjelder"), "valid_to"))
    return found
