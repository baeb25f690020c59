"""What a vedtak after an appeal is checked for besides the rest (`casework.vedtak.checks`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.vedtak.completeness import Check, Contents, Found
from casework.vedtak.models import Vedtak

from .models import Appeal, sender_gets_copies


def _copy_to_sender(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not vedtak.replaces_id:
        return
    appeal = Appeal.objects.filter(new_vedtak=vedtak).exclude(sender_name="").first()
    if appeal and not sender_gets_copies(appeal, on):
        yield (
            _("Brev: %(name)s klaget for personen, men får ikke kopi. Er det riktig?")
            % {"name": appeal.sender_name},
            "",
            reverse("casework:representatives", args=[vedtak.application.person_id]),
        )


CHECK = Check(
    "brev",
    gettext_lazy("Kopi til den som klaget for personen"),
    "fvl. § 12",
    _copy_to_sender,
    bars=False,
)
