"""Appeals (klager): received, assigned, reviewed, reversed or forwarded, answered (need C16).

A late appeal is registered too; the reviewer takes it up with a reason, or dismisses it (fvl.
§ 31). Each action locks the appeal and reads it again; if it drafts a vedtak, it locks the
application first (docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.applications.actions.applications import lock_application
from casework.applications.perms import is_disqualified
from casework.letters import letters
from casework.log import deadlines, events
from casework.log.enums import (
    APPEAL_ANSWERED,
    AppealChannel,
    AppealSender,
    AppealState,
    DismissalGround,
    LetterKind,
    Process,
    ReversalGround,
    VedtakState,
)
from casework.log.event_kinds import CaseEvent
from casework.log.models import Transition
from casework.persons.actions.deaths import PersonIsDead
from casework.persons.models.deaths import died_on
from casework.vedtak.actions import Disqualified, begin_change
from casework.vedtak.models import Vedtak
from common import calendar
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked, locked_rows
from common.readings import approval, check_read

from . import file as appeal_file
from . import letters as appeal_letters
from . import reading
from .arrival import ImpossibleDate, NotAppealable, due_for, set_arrived
from .models import Appeal
from .perms import appeal_reviewers, have_dismissed
from .processes import APPEAL

if TYPE_CHECKING:
    from accounts.models import User
    from casework.letters.models import Letter
    from casework.vedtak.models import VedtakOutcome


class AlreadyAppealed(RuleBroken):
    """The outcome already has an appeal, open or decided."""


class CannotReview(RuleBroken):
    """The user may not review the appeal, or is not its reviewer (fvl. § 33)."""


class LatenessNotJudged(RuleBroken):
    """A late appeal must be taken up or dismissed first."""

    def __init__(self) -> None:
        super().__init__(
            _("Klagen kom etter fristen. Avgjør først om den skal tas opp eller avvises.")
        )


class TooOld(RuleBroken):
    """An appeal made more than a year after the vedtak cannot be taken up (fvl. § 31)."""


class WrongGround(RuleBroken):
    """The appeal cannot be dismissed on this ground: it came in time, or was taken up."""


class SuspensionNotDecided(RuleBroken):
    """The request for suspension (utsatt iverksetting) must be decided first."""

    def __init__(self) -> None:
        super().__init__(
            _("Det er bedt om utsatt iverksetting. Avgjør det før klagen sendes videre.")
        )


class ReasonMissing(RuleBroken):
    """The step needs a reason."""

    def __init__(self) -> None:
        super().__init__(_("Skriv hvorfor."))


class StepNotPossible(RuleBroken):
    """The step is already done, or does not apply."""


# ------------------------------------------------------------------ received


@transaction.atomic
def register_appeal(
    *,
    vedtak: Vedtak,
    received_on: date,
    words: str,
    by: User,
    at: datetime,
    outcomes: Collection[VedtakOutcome] = (),
    made_on: date | None = None,
    arrived_on: date | None = None,
    channel: str = AppealChannel.LETTER,
    sender: str = AppealSender.PERSON,
    sender_name: str = "",
    suspension_asked: bool = False,
) -> Appeal:
    """Register an appeal about outcomes of the vedtak, with the deadline it had (fvl. §§ 28-32).

    `outcomes` must have the same appeals body; none means all that can be appealed. `made_on` is
    when it was sent or said, if known to be before it was received; `arrived_on` is when the letter
    with the vedtak arrived, if known. Raises `NotAppealable`, `ImpossibleDate` or
    `AlreadyAppealed`.
    """
    # Locked, so that the vedtak is not replaced while the appeal is registered.
    vedtak = locked(Vedtak.objects.select_related("application__person"), vedtak.pk)
    _check_appealable(vedtak)
    made_on = made_on or received_on
    about = _choose_outcomes(vedtak, outcomes)
    dismissed = _dismissed_of(about)
    decided_on = dismissed.closed_on if dismissed else vedtak.issued_on
    _check_dates(decided_on, received_on, made_on, local_date(at))
    if arrived_on and not decided_on <= arrived_on <= received_on:
        raise ImpossibleDate(
            _(
                "Brevet om avvisningen kan ikke være framme før klagen ble avvist %(on)s, "
                "eller etter den nye klagen."
            )
            % {"on": nbdate(decided_on)}
            if dismissed
            else _("Brevet kan ikke være framme før vedtaket ble fattet, eller etter klagen."),
            "arrived_on",
        )
    if arrived_on and not dismissed:
        set_arrived(vedtak, arrived_on, by)
    appeal = Appeal(
        vedtak=vedtak,
        about_dismissal=dismissed,
        drafter_id=dismissed.reviewed_by_id if dismissed else vedtak.drafted_by_id,
        approver_id=dismissed.reviewed_by_id if dismissed else vedtak.issued_by_id,
        body=about[0].basis.appeal_body,
        channel=channel,
        sender=sender,
        sender_name=sender_name,
        received_on=received_on,
        made_on=made_on,
        words=words,
        due_on=_due_about(dismissed, made_on, arrived_on)
        if dismissed
        else due_for(vedtak, made_on),
        suspension_asked_on=received_on if suspension_asked else None,
        registered_at=at,
        registered_by=by,
    )
    appeal._history_user = by
    appeal.save()
    appeal.outcomes.set(about)
    APPEAL.log(appeal, "", AppealState.RECEIVED, by, at)
    in_time = _("etter fristen") if appeal.is_late else _("innen fristen")
    _log(
        appeal,
        CaseEvent.APPEAL_RECEIVED,
        (
            _("Klage på avvisningen mottatt %(on)s, %(in_time)s %(due)s.")
            if dismissed
            else _("Klage mottatt %(on)s, %(in_time)s %(due)s.")
        )
        % {"on": nbdate(received_on), "in_time": in_time, "due": nbdate(appeal.due_on)},
        by,
        at,
    )
    return appeal


def _check_appealable(vedtak: Vedtak) -> None:
    if vedtak.state == VedtakState.REPLACED:
        raise NotAppealable(_("Vedtaket er erstattet. Registrer klagen på det nye vedtaket."))
    if vedtak.state != VedtakState.ISSUED:
        raise NotAppealable(
            _("Vedtaket er ikke fattet ennå, og kan ikke klages på. Skriv et notat i stedet.")
        )


def _check_dates(decided_on: date, received_on: date, made_on: date, today: date) -> None:
    if received_on > today:
        raise ImpossibleDate(_("Klagen kan ikke være mottatt fram i tid."))
    if min(received_on, made_on) < decided_on:
        raise ImpossibleDate(
            _("Klagen kan ikke være mottatt før vedtaket ble fattet %(on)s.")
            % {"on": nbdate(decided_on)}
        )
    if made_on > received_on:
        raise ImpossibleDate(_("Klagen kan ikke være sendt etter at den er mottatt."))


def _choose_outcomes(vedtak: Vedtak, outcomes: Collection[VedtakOutcome]) -> list[VedtakOutcome]:
    """What the appeal is about: the outcomes chosen, or all that can be appealed."""
    standing = list(vedtak.outcomes.standing().select_related("basis"))
    earlier = {outcome.pk: _appeal_of(outcome) for outcome in standing}
    about = list(outcomes) or [one for one in standing if earlier[one.pk] is None] or standing
    if not about:
        raise NotAppealable(_("Vedtaket har ingen hjemmel det kan klages på."))
    for outcome in about:
        if outcome.pk not in earlier:
            raise NotAppealable(
                _("«%s» er erstattet av et nytt vedtak. Registrer klagen på det.") % outcome.basis
            )
        if (before := earlier[outcome.pk]) is not None and not before.is_dismissed_here:
            raise _already_appealed(outcome, earlier[outcome.pk])
    if len({outcome.basis.appeal_body for outcome in about}) != 1:
        raise NotAppealable(_("Vedtaket har flere klageinstanser. Velg hva klagen gjelder."))
    return about


def _dismissed_of(outcomes: list[VedtakOutcome]) -> Appeal | None:
    """The appeal that we dismissed, whose dismissal is now appealed; None of a first appeal."""
    before = {_appeal_of(outcome) for outcome in outcomes}
    if len(before) > 1:
        raise NotAppealable(_("En av klagene er avvist før. Registrer klagene hver for seg."))
    return before.pop()


def _appeal_of(outcome: VedtakOutcome) -> Appeal | None:
    """The appeal about the outcome, open or decided."""
    return outcome.appeals.exclude(state=AppealState.WITHDRAWN).first()


def _already_appealed(outcome: VedtakOutcome, earlier: Appeal) -> AlreadyAppealed:
    facts = {"basis": outcome.basis, "on": nbdate(earlier.received_on)}
    if earlier.is_open:
        return AlreadyAppealed(
            _(
                "Det er allerede en klage på «%(basis)s», mottatt %(on)s. "
                "Skriv det nye som et notat i saken."
            )
            % facts
        )
    return AlreadyAppealed(
        _(
            "Klagen på «%(basis)s», mottatt %(on)s, er avgjort: %(state)s. Den kan ikke klages "
            "videre. Skriv et notat, og gi råd om å søke på nytt eller gå til Sivilombudet."
        )
        % {**facts, "state": earlier.get_state_display().lower()}
    )


@transaction.atomic
def confirm_receipt(*, appeal: Appeal, by: User, at: datetime) -> Appeal:
    """Send a letter that confirms the appeal and says what happens next, when, and by whom.

    Raises `StepNotPossible`, `letters.NoAddress` and `common.pdf.UnprintableText`.
    """
    appeal = _lock_appeal(appeal)
    if appeal.confirmation_id:
        raise StepNotPossible(_("Bekreftelsen er allerede sendt."))
    if not appeal.is_here:
        raise StepNotPossible(
            _("Klagen står som «%(state)s». Det er ikke noe å bekrefte.")
            % {"state": appeal.get_state_display()}
        )
    letter = letters.make_letter(
        kind=LetterKind.APPEAL_RECEIVED,
        application=appeal.vedtak.application,
        by=by,
        at=at,
        **appeal_letters.confirmation(appeal, local_date(at), by),
    )
    _save(appeal, confirmation=letter)
    _log(appeal, CaseEvent.APPEAL_CONFIRMED, _("Brev sendt: vi har fått klagen."), by, at)
    return appeal


# ------------------------------------------------------------------ review


@transaction.atomic
def assign_appeal(
    *, appeal: Appeal, reviewer: User, by: User, at: datetime, seen: int | None = None
) -> Appeal:
    """Assign the appeal to a user who neither drafted nor approved the vedtak (fvl. § 33).

    Raises `CannotReview`, `StepNotPossible` or `Overwritten`."""
    appeal = _lock_appeal(appeal)
    check_seen(appeal, seen)
    if appeal.state not in (AppealState.RECEIVED, AppealState.REVIEWING):
        raise StepNotPossible(
            _("Klagen står som «%(state)s», og kan ikke fordeles.")
            % {"state": appeal.get_state_display()}
        )
    _check_may_be_given(appeal, reviewer, at)
    facts = {"reviewer": reviewer, "assigned_at": at, "assigned_by": by}
    if appeal.state == AppealState.RECEIVED:
        APPEAL.move(appeal, AppealState.REVIEWING, by=by, at=at, **facts)
    else:
        _save(appeal, **facts)
    _log(
        appeal,
        CaseEvent.APPEAL_ASSIGNED,
        _("Klagen vurderes av %(name)s.") % {"name": reviewer},
        by,
        at,
    )
    return appeal


def _check_may_be_given(appeal: Appeal, reviewer: User, at: datetime) -> None:
    """Raise `CannotReview` unless the user may review the appeal."""
    if reviewer.pk in (appeal.drafter_id, appeal.approver_id):
        raise CannotReview(
            (
                _("%(name)s avviste klagen, og kan ikke vurdere om det var riktig. %(then)s")
                if appeal.about_dismissal_id
                else _(
                    "%(name)s skrev eller godkjente vedtaket, og kan ikke vurdere klagen på det. "
                    "%(then)s"
                )
            )
            % {"name": reviewer, "then": _("Gi klagen til en annen.")},
            "reviewer",
        )
    if reviewer.pk in have_dismissed(appeal):
        raise CannotReview(
            _("%(name)s har avvist klagen, og kan ikke vurdere den nå. Gi klagen til en annen.")
            % {"name": reviewer},
            "reviewer",
        )
    if not appeal_reviewers(appeal, on=local_date(at)).filter(pk=reviewer.pk).exists():
        raise CannotReview(
            _("%(name)s kan ikke behandle saken. Gi klagen til en annen.") % {"name": reviewer},
            "reviewer",
        )


@approval
@transaction.atomic
def take_up(
    *, appeal: Appeal, reason: str, by: User, at: datetime, read: str | None = None
) -> Appeal:
    """Take up a late appeal: the person is not to blame, or for special reasons (fvl. § 31).

    Raises `CannotReview`, `StepNotPossible` or `TooOld`."""
    appeal = _lock_appeal(appeal)
    _check_may_review(appeal, by)
    if not appeal.is_late:
        raise StepNotPossible(_("Klagen kom innen fristen, og skal vurderes uten videre."))
    if appeal.taken_up_at is not None:
        raise StepNotPossible(_("Klagen er allerede tatt opp."))
    months = settings_table.value("appeal_latest_months", appeal.decided_on)
    latest = calendar.add_months(appeal.decided_on, months)
    if appeal.made_on > latest:
        raise TooOld(
            _("Vedtaket er fra %(on)s. Etter %(latest)s kan en klage ikke tas opp. Avvis den.")
            % {"on": nbdate(appeal.decided_on), "latest": nbdate(latest)}
        )
    reason = _required(reason)
    check_read(reading.of_take_up(appeal, by=by, at=at), read)
    _save(appeal, taken_up_at=at, taken_up_by=by, taken_up_reason=reason)
    _log(
        appeal,
        CaseEvent.APPEAL_TAKEN_UP,
        _("Klagen tas opp selv om fristen var ute. %(why)s"),
        by,
        at,
        reason,
    )
    return appeal


@approval
@transaction.atomic
def dismiss(
    *,
    appeal: Appeal,
    ground: str,
    reason: str,
    by: User,
    at: datetime,
    read: str | None = None,
) -> Appeal:
    """Dismiss the appeal without reviewing it, by a letter that can itself be appealed.

    `ground` is the condition it fails (`DismissalGround`). Raises `WrongGround`, `CannotReview`."""
    appeal = _lock_appeal(appeal)
    _check_may_review(appeal, by)
    APPEAL.check(appeal, AppealState.DISMISSED)
    ground = DismissalGround(ground)
    if ground not in reading.grounds_of_dismissal(appeal):
        raise WrongGround(
            _("Klagen er tatt opp selv om den kom etter fristen. Velg hva annet den mangler.")
            if appeal.is_late
            else _("Klagen kom innen fristen. Velg hva annet den mangler, eller vurder den."),
            "ground",
        )
    reason = _required(reason)
    check_read(reading.of_dismissal(appeal, by=by, at=at), read)
    on = local_date(at)
    letter = letters.make_letter(
        kind=LetterKind.APPEAL_ANSWER,
        application=appeal.vedtak.application,
        by=by,
        at=at,
        **appeal_letters.dismissal(appeal, ground, reason, on),
    )
    APPEAL.move(
        appeal,
        AppealState.DISMISSED,
        by=by,
        at=at,
        review=reason,
        reviewed_at=at,
        reviewed_by=by,
        closed_on=on,
        dismissal_weeks=deadlines.appeal_weeks(on),
        dismissal_arrives_on=deadlines.arrives(on, appeal.vedtak.application.person.letter_way),
    )
    why = f"{ground.label}. {reason}"
    _log(appeal, CaseEvent.APPEAL_DISMISSED, _("Klagen er avvist. %(why)s"), by, at, why, letter)
    return appeal


@approval
@transaction.atomic
def begin_reversal(
    *, appeal: Appeal, reason: str, by: User, at: datetime, read: str | None = None
) -> Vedtak:
    """Begin the vedtak that reverses the one appealed (fvl. § 33 second paragraph, § 35).

    The old vedtak is in force until the new one is issued; then the appeal closes as reversed.
    Raises `CannotReview`, `LatenessNotJudged` or `UnfinishedVedtak`.
    """
    lock_application(appeal.vedtak.application)
    appeal = _lock_appeal(appeal)
    _check_may_review(appeal, by)
    APPEAL.check(appeal, AppealState.REDRAFTING)
    _check_lateness_judged(appeal)
    reason = _required(reason)
    check_read(reading.of_reversal(appeal, by=by, at=at), read)
    vedtak = _new_vedtak(appeal, ReversalGround.APPEAL, reason, by, at)
    APPEAL.move(
        appeal,
        AppealState.REDRAFTING,
        by=by,
        at=at,
        review=reason,
        reviewed_at=at,
        reviewed_by=by,
        new_vedtak=vedtak,
    )
    _log(
        appeal,
        CaseEvent.APPEAL_REVERSAL,
        _("Vedtaket omgjøres etter klage. %(why)s"),
        by,
        at,
        reason,
    )
    return vedtak


@approval
@transaction.atomic
def set_dismissal_aside(
    *, appeal: Appeal, reason: str, by: User, at: datetime, read: str | None = None
) -> Appeal:
    """Find, after an appeal about it, that a dismissal was wrong (fvl. § 33 second paragraph): the
    appeal that was dismissed is reviewed. Returns it; the person gets a letter.

    Raises `CannotReview`, `LatenessNotJudged` or `StepNotPossible`.
    """
    appeal, dismissed = _lock_with_dismissed(appeal)
    _check_may_review(appeal, by)
    _check_lateness_judged(appeal)
    reason = _required(reason)
    check_read(reading.of_setting_aside(appeal, by=by, at=at), read)
    APPEAL.move(
        appeal,
        AppealState.REVERSED,
        by=by,
        at=at,
        review=reason,
        reviewed_at=at,
        reviewed_by=by,
        closed_on=local_date(at),
    )
    _review_dismissed(dismissed, appeal, by, reason, by, at)
    return dismissed


@approval
@transaction.atomic
def take_up_after_answer(
    *,
    appeal: Appeal,
    reviewer: User,
    reason: str,
    by: User,
    at: datetime,
    read: str | None = None,
) -> Appeal:
    """The appeals body set a dismissal aside (fvl. § 34): review the appeal that was dismissed.

    `reviewer` is another than who dismissed it; `reason` is what the letter to the person says.
    Returns the appeal that was dismissed. Raises `Disqualified`, `CannotReview` or
    `StepNotPossible`."""
    appeal, dismissed = _lock_with_dismissed(appeal)
    if is_disqualified(by, appeal.vedtak.application):
        raise Disqualified
    if not appeal.awaits_new_vedtak:
        raise StepNotPossible(_("Klageinstansen har ikke opphevet avvisningen."))
    _check_may_be_given(dismissed, reviewer, at)
    reason = _required(reason)
    check_read(reading.of_setting_aside(appeal, by=by, at=at), read)
    _review_dismissed(dismissed, appeal, reviewer, reason, by, at)
    return dismissed


def _lock_with_dismissed(appeal: Appeal) -> tuple[Appeal, Appeal]:
    if appeal.about_dismissal_id is None:
        raise StepNotPossible(_("Klagen gjelder ikke en avvisning."))
    both = Appeal.objects.filter(pk__in=[appeal.about_dismissal_id, appeal.pk]).order_by("pk")
    list(both.select_for_update(of=("self",), no_key=True))
    appeal = _lock_appeal(appeal)
    return appeal, _lock_appeal(appeal.about_dismissal)


def _review_dismissed(
    dismissed: Appeal, after: Appeal, reviewer: User, reason: str, by: User, at: datetime
) -> None:
    """Review an appeal whose dismissal is set aside, and tell the person. One that came late is
    taken up by it."""
    facts = {
        "closed_on": None,
        "dismissal_weeks": None,
        "dismissal_arrives_on": None,
        "review": "",
        "reviewed_at": None,
        "reviewed_by": None,
        "reviewer": reviewer,
        "assigned_at": at,
        "assigned_by": by,
    }
    if dismissed.is_late:
        facts |= {"taken_up_at": at, "taken_up_by": by, "taken_up_reason": reason}
    APPEAL.move(dismissed, AppealState.REVIEWING, by=by, at=at, **facts)
    letter = letters.make_letter(
        kind=LetterKind.APPEAL_ANSWER,
        application=dismissed.vedtak.application,
        by=by,
        at=at,
        **appeal_letters.taken_in(dismissed, reason, after),
    )
    text = _("Avvisningen er gjort om, og klagen vurderes. %(why)s")
    _log(dismissed, CaseEvent.APPEAL_REOPENED, text, by, at, reason, letter)


@transaction.atomic
def close_reversed_appeal(vedtak: Vedtak, *, by: User, at: datetime) -> None:
    """Close the appeal as reversed when the new vedtak drafted for it is issued.

    Called in the transaction that issues it, with its application and its row locked.
    """
    redrafted = Appeal.objects.filter(new_vedtak=vedtak, state=AppealState.REDRAFTING)
    appeal = locked_rows(redrafted.select_related("vedtak__application__person")).first()
    if appeal is None:
        return
    appeal._history_user = by
    APPEAL.move(appeal, AppealState.REVERSED, by=by, at=at, closed_on=local_date(at))
    _log(appeal, CaseEvent.APPEAL_REVERSED, _("Klagen er avgjort: nytt vedtak er fattet."), by, at)


@transaction.atomic
def review_again(vedtak: Vedtak, *, by: User, at: datetime) -> None:
    """The draft of the new vedtak is thrown away: the appeal is reviewed, or waits, as before.

    Called in the transaction that discards it, with its application and its row locked.
    """
    appeal = (
        Appeal.objects.select_for_update(of=("self",), no_key=True)
        .filter(new_vedtak=vedtak)
        .first()
    )
    if appeal is None:
        return
    appeal._history_user = by
    if appeal.state == AppealState.REDRAFTING:
        facts = NOT_REVIEWED | {"due_on": _due_on(appeal)}
        APPEAL.move(appeal, AppealState.REVIEWING, by=by, at=at, **facts)
    else:
        _save(appeal, new_vedtak=None)


@approval
@transaction.atomic
def forward(
    *, appeal: Appeal, review: str, by: User, at: datetime, read: str | None = None
) -> Appeal:
    """Uphold the vedtak with reasons, and forward the appeal with the file (fvl. § 33).

    The letter and the file are made once and never change. Raises `CannotReview`,
    `LatenessNotJudged`, `SuspensionNotDecided` and `common.pdf.UnprintableText`.
    """
    appeal = _lock_appeal(appeal)
    _check_may_review(appeal, by)
    APPEAL.check(appeal, AppealState.FORWARDED)
    _check_lateness_judged(appeal)
    if appeal.suspension_waits:
        raise SuspensionNotDecided
    check_read(reading.of_forwarding(appeal, by=by, at=at), read)
    appeal.review = _required(review)
    letter = letters.make_letter(
        kind=LetterKind.FORWARDING,
        application=appeal.vedtak.application,
        by=by,
        at=at,
        **appeal_letters.forwarding(appeal),
    )
    file = appeal_file.assemble(appeal, letter, on=local_date(at), at=at)
    APPEAL.move(
        appeal,
        AppealState.FORWARDED,
        by=by,
        at=at,
        review=appeal.review,
        reviewed_at=at,
        reviewed_by=by,
        forwarded_at=at,
        forwarded_by=by,
        letter=letter,
        file=file.stored,
    )
    appeal.sent_apart.set(file.apart)
    _log(
        appeal,
        CaseEvent.APPEAL_FORWARDED,
        _("Klagen er sendt til %(body)s med sakens dokumenter. Vedtaket står.")
        % {"body": appeal.get_body_display()},
        by,
        at,
    )
    return appeal


# ------------------------------------------------------------------ suspension


@approval
@transaction.atomic
def decide_suspension(
    *,
    appeal: Appeal,
    granted: bool,
    reason: str,
    by: User,
    at: datetime,
    read: str | None = None,
) -> Appeal:
    """Decide whether the vedtak waits until the appeal is decided, and send a letter (fvl. § 42).

    The municipality may also decide this without a request.
    Raises `CannotReview` or `StepNotPossible`.
    """
    appeal = _lock_appeal(appeal)
    if not appeal.is_open:
        raise StepNotPossible(_("Klagen er avsluttet. Det er ikke noe å utsette."))
    _check_reviewer(appeal, by)
    if appeal.suspension_granted is not None:
        raise StepNotPossible(_("Utsatt iverksetting er allerede avgjort."))
    reason = _required(reason)
    check_read(reading.of_suspension(appeal, by=by, at=at), read)
    letter = letters.make_letter(
        kind=LetterKind.APPEAL_ANSWER,
        application=appeal.vedtak.application,
        by=by,
        at=at,
        **appeal_letters.suspension(appeal, granted, reason),
    )
    asked = appeal.suspension_asked_on or local_date(at)
    _save(
        appeal,
        suspension_asked_on=asked,
        suspension_granted=granted,
        suspension_reason=reason,
        suspension_at=at,
        suspension_by=by,
    )
    text = (
        _("Vedtaket settes ikke i verk før klagen er avgjort. %(why)s")
        if granted
        else _("Vedtaket settes i verk selv om det er klaget. %(why)s")
    )
    _log(appeal, CaseEvent.APPEAL_SUSPENSION, text, by, at, reason, letter)
    return appeal


@transaction.atomic
def ask_suspension(*, appeal: Appeal, asked_on: date, by: User, at: datetime) -> Appeal:
    """Record that the person asks for suspension after the appeal was registered."""
    appeal = _lock_appeal(appeal)
    if not appeal.is_open:
        raise StepNotPossible(_("Klagen er avsluttet. Det er ikke noe å utsette."))
    if appeal.suspension_asked_on is not None:
        raise StepNotPossible(_("Det er allerede bedt om utsatt iverksetting."))
    if not appeal.vedtak.issued_on <= asked_on <= local_date(at):
        raise ImpossibleDate(_("Datoen må være mellom vedtaket og i dag."))
    _save(appeal, suspension_asked_on=asked_on)
    _log(
        appeal, CaseEvent.APPEAL_SUSPENSION_ASKED, _("Det er bedt om utsatt iverksetting."), by, at
    )
    return appeal


# ------------------------------------------------------------------ the appeals body


@transaction.atomic
def remind(*, appeal: Appeal, by: User, at: datetime) -> Appeal:
    """Record that we have asked the appeals body about the appeal; its clock starts again."""
    appeal = _lock_appeal(appeal)
    if appeal.state != AppealState.FORWARDED:
        raise StepNotPossible(_("Klagen er ikke hos klageinstansen."))
    _save(appeal, reminded_at=at, reminded_by=by)
    text = _("%(body)s er spurt om klagen.") % {"body": appeal.get_body_display()}
    _log(appeal, CaseEvent.APPEAL_REMINDED, text, by, at)
    return appeal


@transaction.atomic
def record_outcome(
    *, appeal: Appeal, outcome: str, outcome_on: date, words: str, by: User, at: datetime
) -> Appeal:
    """Record the decision of the appeals body: upheld, changed, returned or dismissed."""
    appeal = _lock_appeal(appeal)
    if appeal.state != AppealState.FORWARDED:
        raise StepNotPossible(_("Klagen er ikke hos klageinstansen. Send den over først."))
    today = local_date(at)
    if not local_date(appeal.forwarded_at) <= outcome_on <= today:
        raise ImpossibleDate(
            _("Svaret må ha en dato mellom oversendelsen %(on)s og i dag.")
            % {"on": nbdate(appeal.forwarded_at)}
        )
    words = _required(words)
    APPEAL.move(
        appeal,
        outcome,
        by=by,
        at=at,
        outcome_on=outcome_on,
        outcome_words=words,
        outcome_at=at,
        outcome_by=by,
        closed_on=today,
    )
    _log(
        appeal,
        CaseEvent.APPEAL_ANSWERED,
        _("%(body)s har avgjort klagen: %(state)s.")
        % {"body": appeal.get_body_display(), "state": appeal.get_state_display().lower()},
        by,
        at,
    )
    return appeal


@transaction.atomic
def begin_vedtak_after_answer(*, appeal: Appeal, by: User, at: datetime) -> Vedtak:
    """Begin the vedtak that carries out the decision of the appeals body.

    Raises `StepNotPossible` or `UnfinishedVedtak`."""
    lock_application(appeal.vedtak.application)
    appeal = _lock_appeal(appeal)
    if appeal.new_vedtak_id:
        return appeal.new_vedtak
    if appeal.state not in APPEAL_ANSWERED or appeal.state == AppealState.UPHELD:
        raise StepNotPossible(
            _("Klageinstansen har ikke endret vedtaket. Det er ikke noe å skrive.")
        )
    vedtak = _new_vedtak(appeal, ReversalGround.INSTANCE, appeal.outcome_words, by, at)
    _save(appeal, new_vedtak=vedtak)
    _log(
        appeal,
        CaseEvent.APPEAL_NEW_VEDTAK,
        _("Nytt vedtak etter klageinstansens svar påbegynt."),
        by,
        at,
    )
    return vedtak


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, reason: str, by: User, at: datetime) -> Appeal:
    """Withdraw the appeal for the person; the vedtak stays in force."""
    appeal = _lock_appeal(appeal)
    APPEAL.check(appeal, AppealState.WITHDRAWN)
    reason = _required(reason)
    APPEAL.move(appeal, AppealState.WITHDRAWN, by=by, at=at, closed_on=local_date(at))
    _log(appeal, CaseEvent.APPEAL_WITHDRAWN, _("Klagen er trukket. %(why)s"), by, at, reason)
    return appeal


@transaction.atomic
def reopen_appeal(*, appeal: Appeal, reason: str, by: User, at: datetime) -> Appeal:
    """It was registered as withdrawn by mistake: it goes on from where it was, with its own days.

    One whose new vedtak was being written is reviewed again, by the deadline as it is now. Raises
    `AlreadyAppealed` when another has come since, and `PersonIsDead`."""
    # Locked as by `register_appeal`, so that no other appeal comes, and the arrival is as it was.
    lock_application(appeal.vedtak.application)
    locked(Vedtak.objects.all(), appeal.vedtak_id)
    appeal = _lock_appeal(appeal)
    reason = _required(reason)
    if day := died_on(appeal.vedtak.application.person):
        raise PersonIsDead(day)
    for outcome in appeal.outcomes.select_related("basis").order_by("pk"):
        other = _appeal_of(outcome)
        if other is not None and other.pk != appeal.about_dismissal_id:
            raise _already_appealed(outcome, other)
    withdrawn = Transition.objects.filter(
        process=Process.APPEAL, object_id=appeal.pk, to_state=AppealState.WITHDRAWN
    )
    was = withdrawn.order_by("-at", "-pk").values_list("from_state", flat=True).first()
    facts = {}
    if was != AppealState.FORWARDED:
        was = AppealState.REVIEWING if appeal.reviewer_id else AppealState.RECEIVED
        facts = NOT_REVIEWED | {"due_on": _due_on(appeal)}
    APPEAL.move(appeal, AppealState(was), by=by, at=at, closed_on=None, **facts)
    text = _("Klagen er åpnet igjen, og var ikke trukket. %(why)s")
    _log(appeal, CaseEvent.APPEAL_REOPENED, text, by, at, reason)
    return appeal


# ------------------------------------------------------------------ shared


# An appeal that is reviewed from the start.
NOT_REVIEWED = {"review": "", "reviewed_at": None, "reviewed_by": None, "new_vedtak": None}


def _due_on(appeal: Appeal) -> date:
    """The last day of the appeal as the arrival of the letter is known now."""
    return appeal.due_on if appeal.about_dismissal_id else due_for(appeal.vedtak, appeal.made_on)


def _due_about(dismissed: Appeal, made_on: date, arrived_on: date | None) -> date:
    """The last day to appeal the dismissal: no earlier than the appeal, before it is collected."""
    deadline = dismissed.dismissal_deadline(arrived_on)
    return (deadline or deadlines.appeal_within(made_on, dismissed.dismissal_weeks)).due


def _lock_appeal(appeal: Appeal) -> Appeal:
    # Of two users who review, forward or record at once, the second sees what the first did.
    return locked(
        Appeal.objects.select_related(
            "vedtak__application__person",
            "vedtak__application__unit",
            "vedtak__application__household",
            "vedtak__application__responsible",
            "reviewer",
            "about_dismissal",
        ),
        appeal.pk,
    )


def _check_reviewer(appeal: Appeal, user: User) -> None:
    if is_disqualified(user, appeal.vedtak.application):
        raise Disqualified
    if user.pk in (appeal.drafter_id, appeal.approver_id):
        raise CannotReview(
            _("Du avviste klagen. Gi klagen på det til en annen, som vurderer den.")
            if appeal.about_dismissal_id
            else _("Du skrev eller godkjente vedtaket. Gi klagen til en annen, som vurderer den.")
        )
    if appeal.reviewer_id is None:
        raise CannotReview(_("Ingen vurderer klagen ennå. Fordel den først."))
    if appeal.reviewer_id != user.pk:
        raise CannotReview(
            _("%(name)s vurderer klagen. Fordel den til deg selv hvis du skal gjøre det.")
            % {"name": appeal.reviewer}
        )


def _check_may_review(appeal: Appeal, user: User) -> None:
    _check_reviewer(appeal, user)
    if appeal.state != AppealState.REVIEWING:
        raise StepNotPossible(
            _("Klagen står som «%(state)s», og vurderes ikke nå.")
            % {"state": appeal.get_state_display()}
        )


def _check_lateness_judged(appeal: Appeal) -> None:
    if appeal.must_judge_lateness:
        raise LatenessNotJudged


def _new_vedtak(appeal: Appeal, ground: str, why: str, by: User, at: datetime) -> Vedtak:
    # The outcomes appealed, and no others (docs/adr/0014).
    if appeal.about_dismissal_id:
        raise StepNotPossible(_("Klagen gjelder en avvisning. Ta opp klagen som ble avvist."))
    about = list(appeal.outcomes.standing().select_related("basis", "vedtak"))
    if not about:
        raise StepNotPossible(_("Det klagen gjelder, er alt erstattet av et nytt vedtak."))
    return begin_change(outcomes=about, ground=ground, reason=why, by=by, at=at)


def _required(text: str) -> str:
    text = text.strip()
    if not text:
        raise ReasonMissing
    return text


def _save(appeal: Appeal, **facts) -> None:
    for name, value in facts.items():
        setattr(appeal, name, value)
    appeal.save(update_fields=list(facts))


def _log(
    appeal: Appeal,
    kind: CaseEvent,
    text: str,
    by: User,
    at: datetime,
    why: str = "",
    letter: Letter | None = None,
) -> None:
    if why:
        text = text % {"why": why}
    application = appeal.vedtak.application
    events.record(
        application.person,
        kind,
        text,
        by=by,
        at=at,
        application=application,
        appeal=appeal.pk,
        **({"letter": letter.pk} if letter else {}),
    )
