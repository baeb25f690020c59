"""The list of the parts of a vedtak beside the form, with the status of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.assessment.needs import rooms
from common.formatting import nbdate

from . import letter as vedtak_letter
from .completeness import HELP_BASIS, PARTS

if TYPE_CHECKING:
    from .completeness import Contents, Missing
    from .models import Vedtak

# Where each part is on the page.
ANCHORS = {
    "utfall": "#utfall",
    "hjemmel": "#hjemmel",
    "bolig": "#bolig",
    "gyldighet": "#bolig",
    "fakta": "#id_facts",
    "regler": "#id_rules",
    "vurdering": "#id_reasoning",
    "syn": "#id_person_view",
    "barn": "#id_best_interests",
    "hjelp": "#id_help_content",
    "vilkar": "#id_conditions",
    "omgjoring": "#omgjoring",
    "valg": "#valg",
    "brev": "#klage",
}


def parts(
    vedtak: Vedtak, content: Contents, missing: list[Missing], *, tried: bool = False
) -> list[dict[str, Any]]:
    """One step for each part, for `components/steps.html`: done or open, or missing if `tried`.

    `tried`: the user has tried to send the vedtak for approval."""
    missing_parts = {item.part for item in missing if item.bars}
    asked = {item.part for item in missing} - missing_parts
    outcomes = list(dict.fromkeys(str(row.get_outcome_display()) for row in content.outcomes))
    bases = len(content.bases)
    shown_parts = [
        ("utfall", _("Utfall"), ", ".join(outcomes)),
        (
            "hjemmel",
            _("Hjemmel"),
            ngettext("Ett grunnlag", "%(n)d grunnlag", bases) % {"n": bases},
        ),
    ]
    if vedtak.replaces_id:
        shown_parts.insert(0, ("omgjoring", _("Omgjøring"), vedtak.get_reversal_ground_display()))
    if content.gives_dwelling or content.unmet:
        size = [
            rooms(vedtak.bedrooms) if content.gives_new_dwelling or content.unmet else "",
            _("%d år") % vedtak.lease_years
            if vedtak.lease_years and content.gives_dwelling
            else "",
        ]
        label = _("Bolig") if content.gives_dwelling else _("Udekket behov")
        shown_parts.append(("bolig", label, ", ".join(part for part in size if part)))
    elif content.gives_place:
        shown_parts.append(("bolig", _("Sted"), vedtak.place))
    if content.granted:
        days = [nbdate(day) for day in (vedtak.valid_from, vedtak.valid_to) if day]
        shown_parts.append(("gyldighet", _("Varighet"), "–".join(days)))
    if HELP_BASIS in content.granted:
        shown_parts.append(("hjelp", PARTS["hjelp"], _("Skrevet")))
    standard_rules = vedtak_letter.rules_of(list(content.bases), vedtak.language)
    same = "".join(vedtak.rules.split()) == "".join(standard_rules.split())
    shown_parts += [
        ("fakta", _("Fakta"), _("Skrevet")),
        ("regler", _("Regler"), _("Hentet fra hjemmel") if same else _("Skrevet")),
        ("vurdering", _("Vurdering"), _("Skrevet")),
        ("syn", _("Personens syn"), _("Skrevet")),
    ]
    if content.weighs_best_interests or "barn" in asked:
        shown_parts.append(("barn", _("Barnets beste"), _("Skrevet")))
    if content.decides_matter or content.talks:
        day = nbdate(content.talks[0].held_on) if content.talks else ""
        shown_parts.append(("valg", _("Valg og konsekvenser"), day))
    if "vilkar" in missing_parts:
        shown_parts.append(("vilkar", PARTS["vilkar"], ""))
    steps = []
    for key, text, note in shown_parts:
        if key in missing_parts:
            short = key == "vurdering" and vedtak.reasoning.strip()
            note = _("For kort") if short else _("Mangler")
            state = "missing" if tried else "open"
        elif key in asked:
            note, state = _("Spørsmål å svare på"), "missing" if tried else "open"
        else:
            state = "done"
        steps.append({"state": state, "text": text, "note": note, "url": ANCHORS[key]})
    if "brev" in missing_parts | asked:
        state = "missing" if tried else "open"
        steps.append(
            {"state": state, "text": _("Brev"), "note": _("Ingen adresse"), "url": "#klage"}
        )
    steps.append({"state": "done", "text": _("Klage"), "note": _("Beregnet"), "url": "#klage"})
    return [{"current": False, **step} for step in steps]
