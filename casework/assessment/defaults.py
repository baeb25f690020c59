"""The dimensions of an assessment that every installation starts with.

Written only to an empty table; after that the municipality changes the rows.
"""

from __future__ import annotations

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.defaults import BEGINNING
from housing.enums import Staffing

# code, name, question, and the staffing that a need for much help suggests
DIMENSIONS = [
    (
        "hverdag",
        "Hverdag hjemme",
        "Hva greier du selv hjemme, og hva vil du ha hjelp til?",
        Staffing.DAY,
    ),
    ("okonomi", "Økonomi", "Hvordan er økonomien, og hva vil gjøre den tryggere?", Staffing.NONE),
    ("helse", "Helse", "Hva trenger helsa di av boligen og av oss?", Staffing.DAY),
    ("nettverk", "Nettverk", "Hvem har du rundt deg, og hvem vil du ha rundt deg?", Staffing.NONE),
    (
        "arbeid",
        "Arbeid og aktivitet",
        "Hva fyller dagene dine, og hva vil du at skal fylle dem?",
        Staffing.NONE,
    ),
    (
        "trygghet",
        "Trygghet og bomiljø",
        "Hva må til for at du skal føle deg trygg der du bor?",
        Staffing.NONE,
    ),
    (
        "barn",
        "Barn",
        "Hvilke barn bor hos deg eller besøker deg, og hva trenger de?",
        Staffing.NONE,
    ),
]


def install(sender=None, **kwargs) -> None:
    """Write the rows above if the table is empty. Runs after migrate."""
    from .models import Dimension

    if not Dimension.objects.exists():
        Dimension.objects.bulk_create(
            Dimension(
                code=code,
                name=name,
                question=question,
                order=order,
                staffing=staffing,
                valid=DateRange(BEGINNING, None),
            )
            for order, (code, name, question, staffing) in enumerate(DIMENSIONS, start=1)
        )
