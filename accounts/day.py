"""Settings on Min dag: those outside the law that nobody has said why of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.day import DayLine

from . import settings_table
from .forms import counted
from .models import User
from .perms import can_change_settings


def setting_lines(user: User, on: date, flags: Sequence[Any]) -> list[DayLine]:
    """Settings from before their bound was known, or written past the app, for those who change
    settings: gone when the value is lawful, or kept with a reason."""
    if not can_change_settings(user):
        return []
    lines = []
    for key, number in settings_table.outside_law(on).items():
        about, url = settings_table.KEYS[key], reverse("accounts:setting", args=[key])
        lines.append(
            DayLine(
                name=str(about.label),
                url=url,
                about=_("Innstilling"),
                why=_("Verdien er %(value)s. %(law)s")
                % {"value": counted(number, about.unit), "law": about.against(number)},
                next=_("Endre den, eller skriv hvorfor den gjelder."),
                action=_("Se innstillingen"),
                action_url=url,
                color="warning",
                when=_("Utenfor loven"),
                sub=_("innstilling"),
                icon="Cog",
                due=on,
            )
        )
    return lines
