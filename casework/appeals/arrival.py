"""How the letter with a vedtak went, and the day it arrived: the deadline to appeal counts from it.

Locks the vedtak, then the appeals about it whose deadline moves (docs/adr/0006).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.log import deadlines, events
from casework.log.enums import AppealState, LetterWay, LetterWent
from casework.log.event_kinds import CaseEvent
from casework.vedtak.models import Vedtak
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked

from .models import Appeal

if TYPE_CHECKING:
    from accounts.models import User


class NotAppealable(RuleBroken):
    """The vedtak cannot be appealed: not issued, replaced, or to several appeals bodies at once."""


class ImpossibleDate(RuleBroken):
    """A date of the appeal is impossible: before the vedtak, in the future, or out of order."""


@transaction.atomic
def register_arrival(
    *,
    vedtak: Vedtak,
    way: str,
    by: User,
    at: datetime,
    arrived_on: date | None = None,
    seen: int | None = None,
) -> Vedtak:
    """Save how the letter with the vedtak went (`LetterWent`), and the day it arrived. The appeal
    deadline counts from it (fvl. § 29), also that of an appeal we have.

    Without a day, what was collected or handed over arrived today; of a letter by post the day is
    not known, and counted by the settings. Nothing is written where nothing is changed.
    Raises `NotAppealable`, `ImpossibleDate`, and `Overwritten` if it has changed since `seen`.
    """
    # Locked, so that an appeal registered at once gets the same deadline.
    vedtak = locked(Vedtak.objects.select_related("application__person"), vedtak.pk)
    check_seen(vedtak, seen)
    if vedtak.issued_on is None:
        raise NotAppealable(_("Vedtaket er ikke fattet ennå, så brevet er ikke sendt."))
    today, went = local_date(at), LetterWent(way)
    if (went, arrived_on) == shown(vedtak):
        return vedtak
    if arrived_on and not vedtak.issued_on <= arrived_on <= today:
        raise ImpossibleDate(
            _("Skriv en dag fra %(issued)s, da vedtaket ble fattet, til i dag.")
            % {"issued": nbdate(vedtak.issued_on)},
            "arrived_on",
        )
    expected = None
    if went == LetterWent.WAITING:
        if arrived_on:
            raise ImpossibleDate(
                _("Et brev som ikke er hentet, er ikke framme. La feltet stå tomt."), "arrived_on"
            )
        if vedtak.arrives_on:
            raise ImpossibleDate(_("Brevet sa hvilken dag det var framme. Velg et annet."), "way")
    elif went in (LetterWent.COLLECTED, LetterWent.HANDED):
        arrived_on = arrived_on or today
    elif arrived_on is None:
        # One that lay at the office is posted now.
        sent = vedtak.issued_on if vedtak.arrives_on else today
        expected = deadlines.arrives(sent, LetterWay(way))
    if arrived_on:
        _refuse_after_appeal(vedtak, arrived_on)
    _save(vedtak, went, arrived_on, expected, by)
    events.record(
        vedtak.application.person,
        CaseEvent.LETTER_ARRIVED,
        _how_it_went(vedtak),
        by=by,
        at=at,
        application=vedtak.application,
    )
    return vedtak


@transaction.atomic
def register_dismissal_collected(
    *, appeal: Appeal, collected_on: date, by: User, at: datetime, seen: int | None = None
) -> Appeal:
    """Save the day the letter that dismisses the appeal was collected: the deadline to appeal the
    dismissal runs from it (fvl. § 29).

    Raises `NotAppealable`, `ImpossibleDate`, and `Overwritten` if it has changed since `seen`."""
    # Locked, so that of two who register it at once the second is told.
    appeal = locked(Appeal.objects.select_related("vedtak__application__person"), appeal.pk)
    check_seen(appeal, seen)
    if not appeal.dismissal_waits:
        raise NotAppealable(_("Brevet om avvisningen ligger ikke og venter på å bli hentet."))
    if not appeal.closed_on <= collected_on <= local_date(at):
        raise ImpossibleDate(
            _("Skriv en dag fra %(closed)s, da klagen ble avvist, til i dag.")
            % {"closed": nbdate(appeal.closed_on)},
            "collected_on",
        )
    appeal.dismissal_arrives_on = collected_on
    appeal._history_user = by
    appeal.save(update_fields=["dismissal_arrives_on"])
    application = appeal.vedtak.application
    days = {"on": nbdate(collected_on), "due": nbdate(appeal.dismissal_deadline().due)}
    events.record(
        application.person,
        CaseEvent.LETTER_ARRIVED,
        _("Brevet om at klagen er avvist, kom fram %(on)s. Fristen for å klage er %(due)s.") % days,
        by=by,
        at=at,
        application=application,
        appeal=appeal.pk,
    )
    return appeal


def _refuse_after_appeal(vedtak: Vedtak, arrived_on: date) -> None:
    """Who has appealed a vedtak had it then."""
    first = vedtak.appeals.order_by("made_on", "pk").first()
    if first and arrived_on > first.made_on:
        raise ImpossibleDate(
            _(
                "Klagen på vedtaket er fra %(made)s, så brevet var framme da. Skriv dagen det kom "
                "fram, senest %(made)s."
            )
            % {"made": nbdate(first.made_on)},
            "arrived_on",
        )


def shown(vedtak: Vedtak) -> tuple[LetterWent, date | None]:
    """How the letter went and the day it arrived, as we know it: handed over is the day it told."""
    went = LetterWent(vedtak.letter_went)
    handed = vedtak.arrives_on if went == LetterWent.HANDED else None
    return went, vedtak.arrived_on or handed


def set_arrived(vedtak: Vedtak, day: date, by: User) -> None:
    """Save the day the letter arrived on the locked vedtak; one that lay at the office is collected
    then."""
    went = LetterWent.COLLECTED if vedtak.waits_at_office else LetterWent(vedtak.letter_went)
    if (went, day) != shown(vedtak):
        _save(vedtak, went, day, None, by)


def due_for(vedtak: Vedtak, made_on: date) -> date:
    """The last day of an appeal made on the day. Before the letter is collected the deadline does
    not run: the appeal is in time."""
    return vedtak.appeal_due() or deadlines.appeal_within(made_on, vedtak.appeal_weeks).due


def _save(
    vedtak: Vedtak, went: LetterWent, arrived: date | None, expected: date | None, by: User
) -> None:
    """Save it on the locked vedtak, and move the deadline of the appeals we have on it."""
    vedtak.letter_went, vedtak.arrived_on, vedtak.expected_on = went, arrived, expected
    vedtak._history_user = by
    vedtak.save(update_fields=["letter_went", "arrived_on", "expected_on"])
    # Locked, so that nobody judges lateness by the old deadline meanwhile. Whether one that is
    # being reversed was late, is decided.
    ours = vedtak.appeals.select_for_update(of=("self",), no_key=True).filter(
        state__in=[AppealState.RECEIVED, AppealState.REVIEWING], about_dismissal=None
    )
    for appeal in ours.order_by("pk"):
        appeal.due_on = due_for(vedtak, appeal.made_on)
        appeal._history_user = by
        appeal.save(update_fields=["due_on"])


def _how_it_went(vedtak: Vedtak) -> str:
    deadline = vedtak.appeal_deadline()
    if deadline is None:
        return _("Brevet med vedtaket ligger på kontoret, og er ikke hentet.")
    known = {
        LetterWent.PAPER: _("Brevet med vedtaket kom med posten %(day)s."),
        LetterWent.DIGITAL: _("Brevet med vedtaket kom som digital post %(day)s."),
        LetterWent.COLLECTED: _("Brevet med vedtaket ble hentet på kontoret %(day)s."),
        LetterWent.HANDED: _("Brevet med vedtaket ble gitt i hånden %(day)s."),
    }
    counted = {
        LetterWent.PAPER: _("Brevet med vedtaket gikk med posten, og regnes som framme %(day)s."),
        LetterWent.DIGITAL: _(
            "Brevet med vedtaket gikk som digital post, og regnes som framme %(day)s."
        ),
    }
    words = known if vedtak.arrived_on else counted
    day = vedtak.arrived_on or deadline.arrived
    text = words[LetterWent(vedtak.letter_went)] % {"day": nbdate(day)}
    return f"{text} {_('Klagefristen er %(due)s.') % {'due': nbdate(deadline.due)}}"
