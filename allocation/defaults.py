"""The default priority policy (rules-and-scenarios.md), used until the municipality has its own."""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

CLASSES = [
    {
        "name": "Akutt",
        "sentence": "Du har ikke et sted å sove, det er barn i midlertidig bolig, eller du skal ut fra "
        "institusjon eller fengsel de neste to ukene.",
        "any": ["no_place_tonight", "child_in_temporary", {"discharge_within_days": 14}],
    },
    {
        "name": "Haster",
        "sentence": "Du har bodd lenge i midlertidig bolig, er uten bolig, er utsatt for vold eller trusler, "
        "eller skal snart ut fra institusjon eller fengsel.",
        "any": [
            {"temporary_days_over": 90},
            "violence_or_threat",
            "homeless",
            {"discharge_within_days": 60},
        ],
    },
    {
        "name": "Stort behov",
        "sentence": "Du kan ikke bruke boligen du har, eller mister den snart.",
        "any": ["unsuitable_access", {"loses_home_within_days": 90}],
    },
    {
        "name": "Behov",
        "sentence": "Du har vedtak om kommunal bolig.",
        "any": [],
    },
]
TIE_BREAKERS = ["children_first", "temporary_days_desc", "earliest_received"]


def install(sender=None, **kwargs) -> None:
    """Save the default policy if there is no policy. Runs after migrate."""
    from .models import PriorityPolicy

    if not PriorityPolicy.objects.exists():
        PriorityPolicy.objects.create(
            name="Prioritering av kommunal bolig",
            valid=DateRange(date(2000, 1, 1), None),
            classes=CLASSES,
            tie_breakers=TIE_BREAKERS,
        )
