"""Flags for the dates in the conditions of a vedtak: «Depositum betales innen 15.12.2026.»"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.enums import APPLICATION_ALIVE, FlagKind
from casework.log.flags import FlagWording, due_words
from casework.log.models import Flag
from casework.log.raising import FlagRule
from common.formatting import MONTHS, short_date
from common.jobs import JobResult

from .models import Vedtak

LOOKS_BACK = 365  # days: an old condition nobody has closed is no longer one
WRITTEN = re.compile(
    r"\b(?P<day>\d{1,2})\.\s?(?:(?P<month>\d{1,2})\.\s?|(?P<name>[a-zæøå]+)\s)"
    r"(?P<year>\d{4})\b",
    re.IGNORECASE,
)

CONDITIONS = """
wanted AS (
    SELECT a.person_id, a.id AS application_id, c.vedtak || ':' || c.due AS key,
        jsonb_build_object('vedtak', c.vedtak, 'due', c.due) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, c.due AS due_on
    FROM unnest(%(vedtak)s::bigint[], %(due)s::date[]) AS c(vedtak, due)
    JOIN casework_vedtak v ON v.id = c.vedtak
    JOIN casework_application a ON a.id = v.application_id
    JOIN casework_person p ON p.id = a.person_id
)"""


def dates_in(text: str) -> Iterator[date]:
    """The dates written in a text, as 15.12.2026 or 15. desember 2026."""
    for found in WRITTEN.finditer(text):
        name = (found["name"] or "").lower()
        month = int(found["month"] or (MONTHS.index(name) + 1 if name in MONTHS else 0))
        try:
            yield date(int(found["year"]), month, int(found["day"]))
        except ValueError:
            continue  # 31.02. is no day


def _due(on: date) -> dict[str, Any]:
    """The dates in conditions of vedtak in force that have come, newest text first."""
    conditions = (
        Vedtak.objects.issued()
        .filter(
            issued_on__lte=on,
            application__state__in=APPLICATION_ALIVE,
            conditions__regex=r"\d{4}",
        )
        .order_by("pk")
        .values_list("pk", "issued_on", "conditions")
    )
    rows = {
        (pk, day)
        for pk, issued_on, text in conditions
        for day in dates_in(text)
        if max(issued_on, on - timedelta(days=LOOKS_BACK)) <= day <= on
    }
    ordered = sorted(rows)
    return {"vedtak": [pk for pk, _day in ordered], "due": [day for _pk, day in ordered]}


def condition_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Et vilkår i vedtaket har dato %(due)s")
        % {"due": short_date(date.fromisoformat(flag.facts["due"]))},
        next=_("Se om vilkåret er oppfylt, og skriv det du fant ut."),
        action=_("Les vedtaket"),
        action_url=reverse("casework:vedtak", args=[flag.facts["vedtak"]]),
        color=color,
        when=when,
        sub=_("vilkår"),
        icon="FileText",
    )


CONDITION = FlagRule(kind=FlagKind.CONDITION, words=condition_words, wanted=CONDITIONS, params=_due)


def flag_conditions(on: date) -> JobResult:
    """Flag the conditions whose date has come. Safe to run twice, and for any date."""
    return CONDITION.run(on)
