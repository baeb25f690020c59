"""Numbers to check, as lines on Min dag of those who may see the persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.day import MOST, DayLine
from common.formatting import short_date

from .models import NumberClaim
from .perms import can_answer_number_claims

if TYPE_CHECKING:
    from accounts.models import User


def claim_lines(user: User, on: date, flags: Sequence[Any]) -> list[DayLine]:
    """One line for each who wrote the number of somebody hidden from them. No query for who sees no
    hidden persons: nothing is hidden from others that they see."""
    if not can_answer_number_claims(user) or not (user.sees_protected or user.sees_shielded):
        return []
    claims = NumberClaim.objects.waiting().visible_to(user).exclude(asked_by=user)
    claims = claims.select_related("person", "asked_by").order_by("asked_at", "pk")[:MOST]
    first: dict[tuple[int, int], NumberClaim] = {}
    for claim in claims:
        first.setdefault((claim.person_id, claim.asked_by_id), claim)
    lines = []
    for claim in first.values():
        asked = local_date(claim.asked_at)
        lines.append(
            DayLine(
                name=claim.person.name,
                url=reverse("desk:person", args=[claim.person_id]),
                about=_("Nummer til kontroll"),
                why=_("%(name)s skrev nummeret %(day)s, og har ikke tilgang til personen.")
                % {"name": claim.asked_by, "day": short_date(asked)},
                next=_("Ta kontakt, og finn ut om personen skal ha hjelp i dag."),
                action=_("Åpne"),
                action_url=reverse("casework:number_claim", args=[claim.pk]),
                color="warning" if asked == on else "danger",
                when=_("I dag") if asked == on else _("Siden %(day)s") % {"day": short_date(asked)},
                sub=_("nummer"),
                icon="PersonCheckmark",
                due=asked,
            )
        )
    return lines
