"""Appeals on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log.enums import AppealState, FlagKind, LetterWent
from casework.log.models import Flag
from casework.vedtak.models import Vedtak
from common.day import MOST, DayLine
from common.formatting import short_date

from .models import Appeal
from .words import REVERSE_OR_FORWARD

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application


def letter_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Letters in the user's cases that can be appealed, are to be collected, and are not: the
    deadline to appeal does not run until they are."""
    waiting = (
        Vedtak.objects.visible_to(user)
        .filter(letter_went=LetterWent.WAITING, application__responsible=user)
        .select_related("application__person")
        .order_by("issued_on", "pk")[:MOST]
    )
    dismissed = (
        Appeal.objects.visible_to(user)
        .dismissal_waiting()
        .filter(vedtak__application__responsible=user)
        .select_related("vedtak__application__person")
        .order_by("closed_on", "pk")[:MOST]
    )
    return [
        *(
            _letter_line(
                vedtak.application,
                _("Vedtak"),
                _("Brevet med vedtaket er ikke registrert hentet. Klagefristen løper ikke."),
                reverse("casework:vedtak_arrived", args=[vedtak.pk]),
                vedtak.issued_on,
            )
            for vedtak in waiting
        ),
        *(
            _letter_line(
                appeal.vedtak.application,
                _("Klage"),
                _("Brevet om at klagen er avvist, er ikke registrert hentet. Fristen løper ikke."),
                reverse("casework:dismissal_collected", args=[appeal.pk]),
                appeal.closed_on,
            )
            for appeal in dismissed
        ),
    ]


def _letter_line(
    application: Application, about: str, why: str, action_url: str, since: date
) -> DayLine:
    return DayLine(
        name=application.person.name,
        url=reverse("desk:person", args=[application.person_id]),
        about=f"{about} · {application.case_number}",
        why=why,
        next=_("Registrer når det ble hentet, eller få det fram på en annen måte."),
        action=_("Registrer"),
        action_url=action_url,
        when=_("Siden %(date)s") % {"date": short_date(since)},
        sub=_("brev"),
        icon="Gavel",
    )


def appeal_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Unassigned appeals in the user's cases, and those the user reviews, without a flag."""
    flagged = {flag.facts["appeal"] for flag in flags if flag.kind == FlagKind.APPEAL}
    appeals = (
        Appeal.objects.visible_to(user)
        .filter(
            Q(state=AppealState.RECEIVED, vedtak__application__responsible=user)
            | Q(state=AppealState.REVIEWING, reviewer=user)
        )
        .exclude(pk__in=flagged)
        .select_related("vedtak__application__person", "registered_by")
        .order_by("received_on", "pk")[:MOST]
    )
    lines = []
    for appeal in appeals:
        application = appeal.vedtak.application
        why = _("Klagen kom %(date)s Registrert av %(who)s.") % {
            "date": short_date(appeal.received_on),
            "who": appeal.registered_by,
        }
        url, act = reverse("casework:appeal", args=[appeal.pk]), _("Åpne klagen")
        if appeal.state == AppealState.RECEIVED:
            why = f"{why} {_('Ingen vurderer den ennå.')}"
            step = _("Gi den til en som verken skrev eller godkjente vedtaket.")
            url, act = reverse("casework:appeal_assign", args=[appeal.pk]), _("Fordel")
        elif appeal.suspension_waits:
            step = _("Avgjør om vedtaket skal vente til klagen er avgjort.")
        elif appeal.must_judge_lateness:
            step = _("Den kom etter fristen. Ta den opp, eller avvis den.")
        else:
            step = str(REVERSE_OR_FORWARD)
        urgent = appeal.state == AppealState.RECEIVED or appeal.suspension_waits
        lines.append(
            DayLine(
                name=application.person.name,
                url=reverse("desk:person", args=[application.person_id]),
                about=f"{_('Klage')} · {application.case_number}",
                why=why,
                next=step,
                action=act,
                action_url=url,
                color="warning" if urgent else "neutral",
                when=_("Siden %(date)s") % {"date": short_date(appeal.received_on)},
                sub=_("klage"),
                icon="Gavel",
            )
        )
    return lines
