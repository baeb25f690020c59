"""Klage on a vedtak: received and timed (need C16). Late is recorded, never refused."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate

from .. import events
from ..enums import AppealState, VedtakState
from ..models import Appeal, Vedtak
from ..processes import APPEAL


class NotAppealable(RuleBroken):
    """There is nothing to appeal yet, or no longer."""


class ReceivedOutsideTime(RuleBroken):
    """The klage cannot have come before the vedtak, or in the future."""


@transaction.atomic
def register_appeal(
    *, vedtak: Vedtak, received_on: date, words: str, by: User, at: datetime
) -> Appeal:
    """Register a klage with the deadline it had (fvl. §§ 29-31).

    Whether it came in time is a fact of the row; a late one is taken in, and judged by people.
    """
    # Held so that the vedtak is not replaced while the klage is registered on it.
    vedtak = (
        Vedtak.objects.select_for_update(of=("self",))
        .select_related("application__person")
        .get(pk=vedtak.pk)
    )
    if vedtak.state == VedtakState.REPLACED:
        raise NotAppealable(_("Vedtaket er erstattet. Registrer klagen på det nye vedtaket."))
    if vedtak.state != VedtakState.ISSUED:
        raise NotAppealable(
            _("Vedtaket er ikke fattet ennå, og kan ikke klages på. Skriv et notat i stedet.")
        )
    if received_on > local_date(at):
        raise ReceivedOutsideTime(_("Klagen kan ikke være mottatt fram i tid."))
    if received_on < vedtak.issued_on:
        raise ReceivedOutsideTime(
            _("Klagen kan ikke være mottatt før vedtaket ble fattet %(on)s.")
            % {"on": nbdate(vedtak.issued_on)}
        )
    appeal = Appeal(
        vedtak=vedtak,
        received_on=received_on,
        words=words,
        due_on=vedtak.appeal_due(),
        registered_at=at,
        registered_by=by,
    )
    appeal._history_user = by
    appeal.save()
    APPEAL.log(appeal, "", AppealState.RECEIVED, by, at)
    in_time = _("etter fristen") if appeal.is_late else _("innen fristen")
    events.record(
        vedtak.application.person,
        "appeal_received",
        _("Klage mottatt %(on)s, %(in_time)s %(due)s.")
        % {"on": nbdate(received_on), "in_time": in_time, "due": nbdate(appeal.due_on)},
        by=by,
        at=at,
        application=vedtak.application,
        appeal=appeal.pk,
    )
    return appeal
