"""Statements on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.day import case_label
from casework.log.flags import due_words
from casework.log.models import Flag
from common.calendar import local_date
from common.day import MOST, DayLine
from common.formatting import short_date

from .models import Statement

if TYPE_CHECKING:
    from accounts.models import User


def statement_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Statements the user was asked for and has not written."""
    statements = (
        Statement.objects.visible_to(user)
        .open()
        .filter(asked_of=user)
        .select_related("person", "application", "asked_by")
        .order_by("due_on", "pk")[:MOST]
    )
    lines = []
    for statement in statements:
        when, color = due_words(statement.due_on, on)
        lines.append(
            DayLine(
                name=statement.person.name,
                url=reverse("desk:person", args=[statement.person_id]),
                about=case_label(statement.application),
                why=_("%(name)s ba deg om en uttalelse %(date)s")
                % {"name": statement.asked_by, "date": short_date(local_date(statement.asked_at))},
                next=_("Skriv det du vet, så de som tildeler kan velge rett."),
                action=_("Skriv uttalelse"),
                action_url=reverse("casework:statement_answer", args=[statement.pk]),
                color=color,
                when=when,
                sub=_("uttalelse"),
                icon="Clock",
                due=statement.due_on,
            )
        )
    return lines
