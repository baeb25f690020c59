"""Tasks handed over, as lines on Min dag."""

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

from .models import Handover

if TYPE_CHECKING:
    from accounts.models import User


def handover_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Tasks sent to the user, or to their unit without a name, and tasks they took."""
    tasks = (
        Handover.objects.visible_to(user)
        .waiting_for(user)
        .select_related("person", "application", "sent_by", "to_unit")
        .order_by("sent_at", "pk")[:MOST]
    )
    lines = []
    for task in tasks:
        sent = local_date(task.sent_at)
        taken = task.acknowledged_at is not None
        due = task.due_on or (None if taken else sent)
        when, color = due_words(task.due_on, on)
        lines.append(
            DayLine(
                name=task.person.name,
                url=reverse("desk:person", args=[task.person_id]),
                about=case_label(task.application),
                why=_("%(name)s ba %(day)s om «%(what)s».")
                % {"name": task.sent_by, "day": short_date(sent), "what": task.what},
                next=_("Gjør oppgaven, og si fra når den er ferdig.")
                if taken
                else _("Les, og kvitter for at du tar den."),
                action=_("Åpne oppgaven") if taken else _("Kvitter"),
                action_url=reverse("casework:handover", args=[task.pk]),
                color=color if taken else "warning",
                when=when or (_("Siden %(day)s") % {"day": short_date(sent)}),
                sub=_("din oppgave") if taken else _("ny oppgave"),
                icon="Clock",
                due=due,
            )
        )
    return lines
