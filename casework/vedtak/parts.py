"""The parts of a vedtak and how each stands: the list beside the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.assessment.needs import rooms
from common.formatting import nbdate

from . import letter as vedtak_letter

if TYPE_CHECKING:
    from .completeness import Contents, Missing
    from .models import Vedtak

# Where each part stands on the page.
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
    "omgjoring": "#omgjoring",
    "valg": "#valg",
    "brev": "#klage",
}


def parts(
    vedtak: Vedtak, content: Contents, missing: list[Missing], *, tried: bool = False
) -> list[dict[str, Any]]:
    """One step a part, for `components/steps.html`: done, missing (once tried to send), or open."""
    lacking = {lack.part for lack in missing}
    outcomes = list(dict.fromkeys(str(o.get_outcome_display()) for o in content.outcomes))
    bases = len(content.bases)
    given = [
        ("utfall", _("Utfall"), ", ".join(outcomes)),
        (
            "hjemmel",
            _("Hjemmel"),
            ngettext("Ett grunnlag", "%(n)d grunnlag", bases) % {"n": bases},
        ),
    ]
    if vedtak.replaces_id:
        given.insert(0, ("omgjoring", _("Omgjøring"), vedtak.get_reversal_ground_display()))
    if content.gives_dwelling or content.unmet:
        size = [
            rooms(vedtak.bedrooms) if content.gives_new_dwelling or content.unmet else "",
            _("%d år") % vedtak.lease_years
            if vedtak.lease_years and content.gives_dwelling
            else "",
        ]
        label = _("Bolig") if content.gives_dwelling else _("Udekket behov")
        given.append(("bolig", label, ", ".join(part for part in size if part)))
    elif content.gives_place:
        given.append(("bolig", _("Sted"), vedtak.place))
    if content.granted:
        given.append(("gyldighet", _("Varighet"), _("Foreslått")))
    fetched = vedtak_letter.rules_of(list(content.bases), vedtak.language)
    same = "".join(vedtak.rules.split()) == "".join(fetched.split())
    given += [
        ("fakta", _("Fakta"), _("Skrevet")),
        ("regler", _("Regler"), _("Hentet fra hjemmel") if same else _("Skrevet")),
        ("vurdering", _("Vurdering"), _("Skrevet")),
        ("syn", _("Personens syn"), _("Skrevet")),
    ]
    if content.children:
        given.append(("barn", _("Barnets beste"), _("Skrevet")))
    if content.weighs or content.talks:
        day = nbdate(content.talks[0].held_on) if content.talks else ""
        given.append(("valg", _("Valg og konsekvenser"), day))
    steps = []
    for key, text, note in given:
        if key in lacking:
            short = key == "vurdering" and vedtak.reasoning.strip()
            note = _("For kort") if short else _("Mangler")
            state = "missing" if tried else "open"
        else:
            state = "done"
        steps.append({"state": state, "text": text, "note": note, "url": ANCHORS[key]})
    if "brev" in lacking:
        state = "missing" if tried else "open"
        steps.append(
            {"state": state, "text": _("Brev"), "note": _("Ingen adresse"), "url": "#klage"}
        )
    steps.append({"state": "done", "text": _("Klage"), "note": _("Beregnet"), "url": "#klage"})
    return [{"current": False, **step} for step in steps]
