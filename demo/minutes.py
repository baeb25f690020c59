"""Minutes of past meetings, made with the real template."""

from __future__ import annotations

from datetime import date

from common import pdf
from common.formatting import nbdate, nbdate_long

from .lives import Lives, at


def minutes_pdf(lives: Lives, held: date, lines: list) -> bytes:
    """The minutes as PDF. They name people by case number and initials only (law.md)."""
    number = lives.case_numbers
    return pdf.render(
        "minutes",
        {
            "sender": {
                "municipality": "Solvær kommune",
                "unit": "Boligkontoret",
                "address": ["Torget 1", "9990 Solvær"],
            },
            "title": "Protokoll fra tildelingsmøte",
            "case_number": None,
            "date": nbdate_long(held),
            "made_at": at(held, 14),
            "meeting": [
                ["Dato", nbdate(held)],
                ["Sted", "Møterom Skagen og Teams"],
                ["Møteleder", "Marit Hovland"],
            ],
            "present": [
                {"name": "Marit Hovland", "role": "Møteleder", "unit": "Boligkontoret"},
                {"name": "Ingrid Solbakken", "role": "Saksbehandler", "unit": "Boligkontoret"},
                {"name": "Kari Anne Vik", "role": "Veileder", "unit": "Nav Solvær"},
                {"name": "Anders Foss", "role": "Boligforvalter", "unit": "Solvær eiendom"},
            ],
            "absent": [],
            "items": [_item(number, order, case, others) for order, case, others in lines],
            "notes": None,
            "closed": [],
            "signers": [{"name": "Marit Hovland", "role": "Møteleder"}],
        },
        title=f"Protokoll fra tildelingsmøte {nbdate(held)}",
        language="nb",
    )


def _item(number: dict, order: int, case, others: list) -> dict:
    chosen = {
        "case": number[case.application],
        "initials": f"{case.someone.first_name[0]}.",
        "class": "2",
        "fit": "Passer",
        "outcome": "Valgt",
        "reason": "Boligen passer behovet.",
    }
    rest = [
        {
            "case": number[other.application],
            "initials": f"{other.someone.first_name[0]}.",
            "class": "2",
            "fit": "Passer",
            "outcome": "Ikke valgt",
            "reason": "Ønsker et annet område.",
        }
        for other in others
    ]
    return {
        "number": str(order),
        "dwelling": case.home.name,
        "facts": [["Soverom", str(case.home.bedrooms)], ["Leie", f"{case.home.rent} kr"]],
        "inhabile": [],
        "criteria": [
            "Prioritet etter kommunens retningslinjer",
            "Søkerens eget ønske",
            "Hvor godt boligen passer",
        ],
        "candidates": [chosen, *rest],
        "decision": [
            f"Boligen tildeles sak {number[case.application]}. Den passer behovet, og ligger der søkeren ønsker."
        ],
        "reserve": None,
        "dissent": None,
        "follow_up": ["Sende tilbud og avtale visning."],
        "carried_out_by": "Saksbehandler",
    }
