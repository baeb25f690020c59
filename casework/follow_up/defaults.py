"""The checklist of a transition plan in a new installation.

Written only when the table is empty; after that the municipality changes the rows.
"""

from __future__ import annotations

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.defaults import BEGINNING

# Name and help text.
CHECKLIST = [
    ("Bolig", "Er det klart hvor personen skal bo, og fra når?"),
    ("Økonomi", "Hva skal personen leve av de første ukene?"),
    ("Bankkonto", "Konto, kort og BankID som virker."),
    ("Depositum", "Depositum eller garanti for boligen."),
    ("Legeerklæring", "Den som trengs til søknaden eller til oppfølgingen."),
    ("Inntektspapirer", "Lønnsslipp, vedtak om ytelse eller skattemelding."),
    ("Medisiner", "Medisiner med hjem, og hvem som gir dem videre."),
    ("Kontaktperson", "Den personen ringer først når noe er vanskelig."),
]


def install(sender=None, **kwargs) -> None:
    """Write the rows above if the table is empty. Runs after migrate."""
    from .models import ChecklistKind

    if not ChecklistKind.objects.exists():
        ChecklistKind.objects.bulk_create(
            ChecklistKind(name=name, help=text, order=order, valid=DateRange(BEGINNING, None))
            for order, (name, text) in enumerate(CHECKLIST, start=1)
        )
