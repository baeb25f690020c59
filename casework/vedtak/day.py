"""Vedtak on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.enums import APPLICATION_CLOSED, VedtakState
from casework.log.models import Flag
from common.calendar import local_date
from common.day import MOST, DayLine
from common.formatting import short_date

from .models import Vedtak
from .perms import hindered, with_hindrance

if TYPE_CHECKING:
    from accounts.models import User

LATE_DAYS = 2  # a vedtak that has waited longer is shown in red


def why_hindered(vedtak: Vedtak) -> str:
    """What keeps the approver from it, of a vedtak from `hindered`."""
    if vedtak.inhabil:
        why = _("%(name)s er inhabil i saken, og kan ikke godkjenne vedtaket.")
    elif vedtak.no_role:
        why = _("%(name)s er ikke lenger beslutter, og kan ikke godkjenne vedtaket.")
    else:
        why = _("%(name)s er borte, og vedtaket venter på godkjenning.")
    return why % {"name": vedtak.approver}


def vedtak_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Vedtak waiting for the user's approval, and the user's drafts that were sent back."""
    stuck = hindered(Vedtak.objects.visible_to(user).filter(drafted_by=user), on)
    waiting = (
        with_hindrance(Vedtak.objects.visible_to(user), on)
        .filter(
            Q(state=VedtakState.SUBMITTED, approver=user)
            | Q(state=VedtakState.RETURNED, drafted_by=user)
            | Q(pk__in=stuck.values("pk"))
        )
        .exclude(application__state__in=APPLICATION_CLOSED)
        .select_related("application__person", "drafted_by", "submitted_by", "approver")
        .order_by("submitted_at", "pk")[:MOST]
    )
    lines = []
    for vedtak in waiting:
        sent = local_date(vedtak.submitted_at or vedtak.drafted_at)
        url = reverse("casework:vedtak", args=[vedtak.pk])
        if vedtak.state == VedtakState.SUBMITTED and vedtak.drafted_by_id == user.pk:
            why = why_hindered(vedtak)
            sub, step, act = (
                _("godkjenning"),
                _("Flytt det til en annen som kan godkjenne."),
                _("Flytt godkjenningen"),
            )
            url = reverse("casework:vedtak_move", args=[vedtak.pk])
        elif vedtak.state == VedtakState.SUBMITTED:
            why = _("%(name)s ba deg godkjenne %(date)s Du har ikke skrevet vedtaket.") % {
                "name": vedtak.submitted_by or vedtak.drafted_by,
                "date": short_date(sent),
            }
            sub, step, act = (
                _("godkjenning"),
                _("Godkjenn, eller send tilbake."),
                _("Les vedtak"),
            )
        else:
            comment = vedtak.return_comment.strip()
            why = _("%(name)s sendte vedtaket tilbake.") % {
                "name": vedtak.approver or _("Godkjenner")
            }
            why = f"{why} «{comment[:120]}»" if comment else why
            sub, step, act = _("sendt tilbake"), _("Rett, og send på nytt."), _("Åpne utkast")
        lines.append(
            DayLine(
                name=vedtak.application.person.name,
                url=reverse("desk:person", args=[vedtak.application.person_id]),
                about=f"{_('Vedtak')} · {vedtak.application.case_number}",
                why=why,
                next=step,
                action=act,
                action_url=url,
                color="danger" if (on - sent).days > LATE_DAYS else "warning",
                when=_("Siden %(date)s") % {"date": short_date(sent)} if sent < on else _("I dag"),
                sub=sub,
                icon="Clock",
                due=on,
            )
        )
    return lines
