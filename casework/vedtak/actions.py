"""Vedtak: one user drafts it, another approves it, which issues it (needs C12-C15).

Each action locks the application and then the vedtak (docs/adr/0006), and reads both again after
locking. If two users act at once, the second gets an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import settings_table
from casework.applications import lease_terms
from casework.applications.actions.applications import promise_key
from casework.applications.models import Application, Disqualification
from casework.applications.perms import is_disqualified
from casework.applications.processes import APPLICATION
from casework.letters import letters
from casework.log import deadlines, events, flags
from casework.log.enums import (
    APPLICATION_CLOSED,
    MAY_HARM,
    VEDTAK_OPEN,
    ApplicationKind,
    ApplicationState,
    FlagKind,
    LetterWay,
    LetterWent,
    VedtakState,
)
from casework.log.event_kinds import CaseEvent
from casework.persons.models.deaths import died_on
from common import calendar
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbtime
from common.locking import locked, locked_rows
from common.readings import approval, check_read
from common.reasons import check_reason
from common.signs import check_writable
from common.windows import Window, saved_from

from . import completeness, reading
from . import letter as vedtak_letter
from . import page as vedtak_page
from .models import Vedtak, VedtakOutcome
from .perms import can_approve_vedtak, can_move_approval, can_take_over_vedtak, has_written
from .processes import VEDTAK

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from casework.letters.models import LegalBasis, StandardText
    from casework.persons.actions.deaths import Aftermath

FIELDS = (
    "reversal_ground",
    "reversal_reason",
    "to_harm",
    "harm_reason",
    "language",
    "dwelling_type",
    "bedrooms",
    "lease_years",
    "place",
    "help_content",
    "valid_from",
    "valid_to",
    "facts",
    "rules",
    "reasoning",
    "person_view",
    "best_interests",
    "conditions",
    "confirmed",
)


# Fields a vedtak that changes another copies from it. The reasons are written again.
COPIED_FIELDS = (
    "language",
    "facts",
    "person_view",
    "best_interests",
    "conditions",
    "place",
    "help_content",
)


class Answer(NamedTuple):
    """What the drafter answers for a legal basis: `refused` is what of a partial grant is not
    granted, and why."""

    outcome: str
    ground: str = ""
    refused: str = ""


class VedtakIncomplete(RuleBroken):
    """Something is missing; `missing` lists what, and where."""

    def __init__(self, missing: list[completeness.Missing]) -> None:
        self.missing = missing
        super().__init__(
            _("Én ting mangler før vedtaket kan sendes til godkjenning.")
            if len(missing) == 1
            else _("%d ting mangler før vedtaket kan sendes til godkjenning.") % len(missing)
        )


class NotYours(RuleBroken):
    """Only the drafter may change a vedtak, so that the approver has written none of it."""

    def __init__(self, vedtak: Vedtak) -> None:
        super().__init__(
            _("%(name)s skriver dette vedtaket, og er den eneste som kan endre det.")
            % {"name": vedtak.drafted_by}
        )


class Disqualified(RuleBroken):
    """The user has declared to be disqualified (inhabil) in the case (fvl. §§ 6 and 8)."""

    def __init__(self) -> None:
        super().__init__(_("Du har meldt deg inhabil i saken, og kan ikke behandle den."))


class CannotApprove(RuleBroken):
    """The user may not approve this vedtak (four-eyes principle, need C14)."""


class AlreadyIssued(RuleBroken):
    """Another user has already approved it."""

    def __init__(self, vedtak: Vedtak) -> None:
        super().__init__(
            _("Vedtaket er allerede godkjent og fattet av %(name)s.") % {"name": vedtak.issued_by}
        )


class UnfinishedVedtak(RuleBroken):
    """The case already has an unfinished vedtak."""

    def __init__(self) -> None:
        super().__init__(_("Søknaden har allerede et vedtak under arbeid. Gjør det ferdig først."))


class NotChangeable(RuleBroken):
    """The outcomes cannot be changed like this (omgjøring, fvl. § 35)."""


class Appealed(NotChangeable):
    """An open appeal is about an outcome, and it is changed from there (fvl. § 33)."""

    def __init__(self, outcome: VedtakOutcome) -> None:
        super().__init__(
            _("Det er en klage på «%s». Gjør om vedtaket fra klagen, eller vent på svaret.")
            % outcome.basis
        )


class DiscardReasonMissing(RuleBroken):
    """A draft is thrown away without a reason."""

    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Skriv hvorfor utkastet forkastes."))


class TakeOverReasonMissing(RuleBroken):
    """A draft is taken over without a reason."""

    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Skriv hvorfor du overtar vedtaket."))


class NotSubmitted(RuleBroken):
    """The vedtak does not wait for approval, so nothing is done with the approval: it may have
    been called back, sent back, or taken out of the queue when the case was closed."""

    def __init__(self) -> None:
        super().__init__(_("Vedtaket er ikke til godkjenning nå. Last siden på nytt."))


class CommentMissing(RuleBroken):
    """A vedtak is sent back without a comment."""

    def __init__(self) -> None:
        super().__init__(_("Skriv hva som må endres før du sender vedtaket tilbake."))


class DisqualificationReasonMissing(RuleBroken):
    """The user does not say why they are disqualified."""

    def __init__(self) -> None:
        super().__init__(_("Skriv hvorfor du er inhabil."))


class ChangedElsewhere(RuleBroken):
    """Another browser window has saved the draft since this one was opened."""

    def __init__(self, vedtak: Vedtak) -> None:
        super().__init__(
            _(
                "Utkastet er lagret fra et annet vindu %(clock)s. Det du skriver her, blir ikke "
                "lagret. Kopier det du vil beholde, og last siden på nytt."
            )
            % {"clock": nbtime(vedtak.saved_at)}
        )


class Locked(RuleBroken):
    """The vedtak is sent for approval, issued or thrown away, and cannot be changed."""

    def __init__(self, vedtak: Vedtak) -> None:
        if vedtak.is_submitted:
            sentence = _(
                "Vedtaket er til godkjenning og kan ikke endres nå. Det du skrev, er ikke lagret."
            )
        elif vedtak.is_discarded:
            sentence = _("Utkastet er forkastet og kan ikke endres. Lag et nytt vedtak.")
        else:
            sentence = _("Vedtaket er fattet og kan ikke endres. Lag et nytt vedtak.")
        super().__init__(sentence)


class CaseClosed(RuleBroken):
    """The case is closed, so no vedtak can be drafted in it."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            _("Søknaden står som «%(state)s». Åpne den igjen før du skriver eller sender vedtak.")
            % {"state": application.get_state_display()}
        )


# Called in the transaction that issues a vedtak, while its row is locked. Other apps register
# functions here (see `AppConfig.ready`).
_on_issue: list[Callable[..., None]] = []


def on_issue(react: Callable[..., None]) -> None:
    """Call `react(vedtak, by=…, at=…)` when a vedtak is issued, in the same transaction."""
    if react not in _on_issue:
        _on_issue.append(react)


@transaction.atomic
def draft_vedtak(
    *,
    application: Application,
    by: User,
    at: datetime,
    changes: Sequence[VedtakOutcome] = (),
    reversal_ground: str = "",
) -> Vedtak:
    """Begin a vedtak filled with what is known, or return the unfinished one if there is one.

    Size and type come from the housing need in force, lease and validity from the municipality's
    settings, the rules from the legal bases in force. It decides what nothing decides yet. If
    everything is decided, it changes the outcomes of `changes`, or else all of the latest vedtak
    that stand and have no open appeal (omgjøring); `reversal_ground` is the legal ground if known.
    Raises `Disqualified`, `CaseClosed` or `Appealed`.
    """
    # Locked, so that two users at once begin one vedtak, not two.
    application = locked(Application.objects.select_related("person", "household"), application.pk)
    unfinished = application.vedtak.filter(state__in=VEDTAK_OPEN).first()
    if unfinished:
        return unfinished
    if is_disqualified(by, application):
        raise Disqualified
    if application.state in APPLICATION_CLOSED:
        raise CaseClosed(application)
    on = local_date(at)
    bases = completeness.bases_of(application, on, changes)
    if not bases and (latest := application.vedtak.issued().first()):
        standing = latest.outcomes.standing().select_related("basis", "vedtak")
        appealed = list(standing.appealed())
        changes = [outcome for outcome in standing if outcome not in appealed]
        if appealed and not changes:
            raise Appealed(appealed[0])
        bases = completeness.bases_of(application, on, changes)
    replaces = changes[0].vedtak if changes else None
    codes = {basis.code for basis in bases}
    need = application.needs.first()
    numbers = settings_table.values(on, "vedtak_valid_months")
    vedtak = Vedtak(
        application=application,
        replaces=replaces,
        reversal_ground=reversal_ground if replaces else "",
        language=application.person.language_form,
        rules=vedtak_letter.rules_of(bases, application.person.language_form),
        valid_from=on,
        drafted_at=at,
        drafted_by=by,
    )
    if codes & set(completeness.DWELLING_BASES):
        renewal = application.kind == ApplicationKind.EXTENSION
        vedtak.lease_years = lease_terms.term(application.person, on, renewal=renewal).years
        if need and codes & set(completeness.NEW_DWELLING_BASES):
            vedtak.bedrooms = need.bedrooms
            vedtak.dwelling_type = need.types[0] if need.types else ""
    if codes != {completeness.PLACE_BASIS}:
        vedtak.valid_to = calendar.add_months(on, numbers["vedtak_valid_months"])
    vedtak._history_user = by
    vedtak.save()
    if changes:
        pks = [outcome.pk for outcome in changes]
        VedtakOutcome.objects.filter(pk__in=pks).update(replaced_by=vedtak)
    VEDTAK.log(vedtak, "", VedtakState.DRAFT, by, at)
    if application.state == ApplicationState.RECEIVED:
        application._history_user = by
        APPLICATION.move(application, ApplicationState.ASSESSING, by=by, at=at)
    events.record(
        application.person,
        CaseEvent.VEDTAK_DRAFTED,
        _("Vedtak påbegynt."),
        by=by,
        at=at,
        application=application,
        vedtak=vedtak.pk,
    )
    return vedtak


@transaction.atomic
def begin_change(
    *, outcomes: Sequence[VedtakOutcome], ground: str, reason: str, by: User, at: datetime
) -> Vedtak:
    """Begin the vedtak that changes these outcomes of an issued one, and no others.

    What is known is copied; the reasons are written again. Raises `UnfinishedVedtak`,
    `Disqualified` or `CaseClosed`.
    """
    changed = outcomes[0].vedtak
    application = locked(Application.objects.all(), changed.application_id)
    if application.vedtak.filter(state__in=VEDTAK_OPEN).exists():
        raise UnfinishedVedtak
    vedtak = draft_vedtak(
        application=application, changes=outcomes, reversal_ground=ground, by=by, at=at
    )
    for name in COPIED_FIELDS:
        setattr(vedtak, name, getattr(changed, name))
    vedtak.reversal_reason = reason
    vedtak._history_user = by
    vedtak.save(update_fields=[*COPIED_FIELDS, "reversal_reason"])
    return vedtak


@transaction.atomic
def change_issued(
    *,
    vedtak: Vedtak,
    outcomes: Sequence[VedtakOutcome],
    ground: str,
    to_harm: bool,
    reason: str,
    by: User,
    at: datetime,
) -> Vedtak:
    """Begin to change what is issued, without an appeal (omgjøring, fvl. § 35).

    `outcomes` must stand, and none of them have an open appeal, which then decides. To the
    person's harm only on a ground that allows it. Raises `NotChangeable`, and as `begin_change`.
    """
    vedtak = _lock_vedtak(vedtak)
    standing = {one.pk: one for one in vedtak.outcomes.standing().select_related("basis", "vedtak")}
    changed = [standing[one.pk] for one in outcomes if one.pk in standing]
    if not changed or len(changed) != len(outcomes):
        raise NotChangeable(_("Det du vil endre, er ikke i kraft. Last siden på nytt."))
    _refuse_appealed(vedtak.outcomes.filter(pk__in=[one.pk for one in changed]))
    if to_harm and ground not in MAY_HARM:
        raise NotChangeable(
            _("Dette grunnlaget gir ikke rett til å endre vedtaket til skade for personen."),
            "ground",
        )
    new = begin_change(outcomes=changed, ground=ground, reason=reason.strip(), by=by, at=at)
    new.to_harm = to_harm
    new._history_user = by
    new.save(update_fields=["to_harm"])
    return new


@transaction.atomic
def save_draft(
    *,
    vedtak: Vedtak,
    facts: Mapping[str, Any],
    outcomes: Mapping[LegalBasis, tuple[str, ...]],
    by: User,
    at: datetime,
    days: Mapping[LegalBasis, tuple[date | None, date | None]] | None = None,
    window: Window | None = None,
    text: StandardText | None = None,
    autosave: bool = False,
) -> Vedtak:
    """Save what is written so far, complete or not.

    `facts` are the fields in `FIELDS`, `outcomes` the values of an `Answer` for each legal basis,
    with the outcome "" for none yet; `days` the first and last day of those with days of their own.
    `text` is a standard text the user inserted; its version is kept with the vedtak. `autosave` is
    a save by the page itself, which writes no history row.
    Raises `NotYours`, `Locked`, `Disqualified`, `ChangedElsewhere` or `windows.Late`.
    """
    vedtak = _lock_vedtak(vedtak)
    _check_may_write(vedtak, by)
    if window:
        if window.has_missed(vedtak):
            raise ChangedElsewhere(vedtak)
        window.check_order(vedtak)
    for name, value in facts.items():
        setattr(vedtak, name, value)
    saved_from(vedtak, window)
    vedtak.saved_at = at
    vedtak._history_user = by
    if autosave:
        vedtak.skip_history_when_saving = True
    vedtak.save(update_fields=[*facts, "editor", "editor_order", "revision", "saved_at"])
    chosen = {basis.pk: Answer(*value) for basis, value in outcomes.items() if value[0]}
    own = {basis.pk: period for basis, period in (days or {}).items()}
    vedtak.outcomes.exclude(basis__in=chosen).delete()
    VedtakOutcome.objects.bulk_create(
        [
            VedtakOutcome(
                vedtak=vedtak,
                basis_id=basis,
                **answer._asdict(),
                valid_from=own.get(basis, (None, None))[0],
                valid_to=own.get(basis, (None, None))[1],
            )
            for basis, answer in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["vedtak", "basis"],
        update_fields=["outcome", "ground", "refused", "valid_from", "valid_to"],
    )
    if text:
        vedtak.standard_texts.add(text)
    return vedtak


@transaction.atomic
def submit_vedtak(*, vedtak: Vedtak, approver: User, by: User, at: datetime) -> Vedtak:
    """Send for approval.

    Raises `VedtakIncomplete`, `NotYours`, `Locked`, `Appealed` or `CannotApprove`."""
    vedtak = _lock_vedtak(vedtak)
    _check_may_write(vedtak, by)
    if vedtak.application.state in APPLICATION_CLOSED:
        raise CaseClosed(vedtak.application)
    content = completeness.contents(vedtak, local_date(at))
    issued = VedtakOutcome.objects.standing().filter(vedtak__application=vedtak.application_id)
    _refuse_appealed(_replaced_by(content, issued), by_new=vedtak)
    missing = completeness.missing(vedtak, local_date(at), content)
    if missing:
        raise VedtakIncomplete(missing)
    _check_may_approve(vedtak, approver)
    vedtak._history_user = by
    VEDTAK.move(
        vedtak,
        VedtakState.SUBMITTED,
        by=by,
        at=at,
        confirmed=completeness.still_asked(vedtak, local_date(at), content),
        submitted_at=at,
        submitted_by=by,
        approver=approver,
        return_comment="",
    )
    text = _("Vedtak sendt til godkjenning.")
    if number := len(completeness.questions(vedtak, local_date(at), content)):
        text += " " + ngettext(
            "Ett spørsmål er bekreftet.", "%(n)d spørsmål er bekreftet.", number
        ) % {"n": number}
    _log(vedtak, CaseEvent.VEDTAK_SUBMITTED, text, by, at)
    return vedtak


@approval
@transaction.atomic
def return_vedtak(
    *, vedtak: Vedtak, comment: str, by: User, at: datetime, read: str | None = None
) -> Vedtak:
    """Send back to the drafter with a comment.

    Raises `NotSubmitted`, `CommentMissing`, `SaysNothing`, `Unwritable`, `CannotApprove` or
    `ChangedSinceRead`.
    """
    vedtak = _lock_vedtak(vedtak)
    _refuse_issued(vedtak)
    if not vedtak.is_submitted:
        raise NotSubmitted
    _check_may_approve(vedtak, by)
    if not comment.strip():
        raise CommentMissing
    check_reason(comment, "comment")
    check_writable(comment, "comment")
    content = completeness.contents(vedtak, local_date(at))
    check_read(reading.reading(vedtak, content, by=by, at=at), read)
    vedtak._history_user = by
    VEDTAK.move(vedtak, VedtakState.RETURNED, by=by, at=at, return_comment=comment.strip())
    _log(vedtak, CaseEvent.VEDTAK_RETURNED, _("Vedtak sendt tilbake med kommentar."), by, at)
    return vedtak


# Called in the transaction that discards a draft, while its row is locked.
_on_discard: list[Callable[..., None]] = []


def on_discard(react: Callable[..., None]) -> None:
    """Call `react(vedtak, by=…, at=…)` when a draft is discarded, in the same transaction."""
    if react not in _on_discard:
        _on_discard.append(react)


@transaction.atomic
def discard_vedtak(*, vedtak: Vedtak, reason: str, by: User, at: datetime) -> Vedtak:
    """Throw a draft away, such as one begun by mistake: what it would have changed stands.

    The drafter does, or another when the drafter is disqualified. It is kept to read.
    Raises `NotYours`, `Locked`, `Disqualified` or `DiscardReasonMissing`.
    """
    vedtak = _lock_vedtak(vedtak)
    _check_may_write(vedtak, by, or_take_over=True)
    reason = reason.strip()
    if not reason:
        raise DiscardReasonMissing
    check_reason(reason, "reason")
    vedtak._history_user = by
    VEDTAK.move(vedtak, VedtakState.DISCARDED, by=by, at=at, submitted_at=None, submitted_by=None)
    vedtak.replaced_outcomes.filter(replaced_on__isnull=True).update(replaced_by=None)
    text = _("Utkastet til vedtak er forkastet: %s") % reason
    _log(vedtak, CaseEvent.VEDTAK_DISCARDED, text, by, at)
    for react in _on_discard:
        react(vedtak, by=by, at=at)
    return vedtak


@transaction.atomic
def recall_vedtak(*, vedtak: Vedtak, by: User, at: datetime) -> Vedtak:
    """Take the vedtak back from approval, to write on. Raises `NotYours` or `NotSubmitted`."""
    vedtak = _lock_vedtak(vedtak)
    _refuse_issued(vedtak)
    if vedtak.drafted_by_id != by.pk:
        raise NotYours(vedtak)
    if not vedtak.is_submitted:
        raise NotSubmitted
    _back_to_draft(vedtak, by, at)
    _log(vedtak, CaseEvent.VEDTAK_RECALLED, _("Vedtaket er kalt tilbake fra godkjenning."), by, at)
    return vedtak


@transaction.atomic
def take_over_vedtak(*, vedtak: Vedtak, reason: str, by: User, at: datetime) -> Vedtak:
    """Write on a vedtak whose drafter is disqualified (inhabil), also one sent for approval.

    What the drafter confirmed must be confirmed again, and who wrote it before cannot approve it.
    Raises `TakeOverReasonMissing`, `Unwritable`, `Disqualified`, `AlreadyIssued` or `NotYours`.
    """
    vedtak = _lock_vedtak(vedtak)
    _refuse_issued(vedtak)
    if is_disqualified(by, vedtak.application):
        raise Disqualified
    if not can_take_over_vedtak(by, vedtak):
        raise NotYours(vedtak)
    reason = reason.strip()
    if not reason:
        raise TakeOverReasonMissing
    check_writable(reason, "reason")
    earlier = vedtak.drafted_by
    if vedtak.is_submitted:
        _back_to_draft(vedtak, by, at)
    vedtak.drafted_by = by
    vedtak.confirmed = []
    if vedtak.approver_id == by.pk:
        vedtak.approver = None
    vedtak._history_user = by
    vedtak.save(update_fields=["drafted_by", "confirmed", "approver"])
    text = _("%(name)s overtok vedtaket fra %(earlier)s, som er inhabil: %(reason)s") % {
        "name": by,
        "earlier": earlier,
        "reason": reason,
    }
    _log(vedtak, CaseEvent.VEDTAK_TAKEN_OVER, text, by, at)
    return vedtak


@transaction.atomic
def move_approval(*, vedtak: Vedtak, approver: User, by: User, at: datetime) -> Vedtak:
    """Give a vedtak that waits for approval to another approver.

    Raises `NotSubmitted`, `CannotApprove` or `NotYours`."""
    vedtak = _lock_vedtak(vedtak)
    _refuse_issued(vedtak)
    if not vedtak.is_submitted:
        raise NotSubmitted
    if not can_move_approval(by, vedtak, local_date(at)):
        raise NotYours(vedtak)
    if approver.pk == vedtak.approver_id:
        raise CannotApprove(_("Vedtaket ligger alt hos %(name)s.") % {"name": approver})
    _check_may_approve(vedtak, approver)
    earlier = vedtak.approver
    vedtak.approver = approver
    vedtak._history_user = by
    vedtak.save(update_fields=["approver"])
    _log(
        vedtak,
        CaseEvent.VEDTAK_MOVED,
        _("Godkjenningen er flyttet fra %(earlier)s til %(name)s.")
        % {"earlier": earlier, "name": approver},
        by,
        at,
    )
    return vedtak


@transaction.atomic
def take_out_of_queue(application: Application, *, by: User, at: datetime) -> None:
    """The case is closed: what waits for approval is a draft again, which a reopening finds.

    Called in the transaction that closes the case, while its row is locked.
    """
    for vedtak in _in_queue(application):
        _back_to_draft(vedtak, by, at)
        text = _("Vedtaket er tatt ut av køen, siden saken er avsluttet.")
        _log(vedtak, CaseEvent.VEDTAK_RECALLED, text, by, at)


def take_out_of_queue_at_death(aftermath: Aftermath) -> None:
    """As `take_out_of_queue`, for the cases that a death closed; an undoing puts them back."""
    closed = Application.objects.filter(
        person=aftermath.person, state__in=APPLICATION_CLOSED, pk__in=aftermath.cases
    )
    for application in closed.order_by("pk"):
        for vedtak in _in_queue(application):
            aftermath.move(VEDTAK, vedtak, VedtakState.DRAFT, submitted_at=None, submitted_by=None)


def _in_queue(application: Application) -> QuerySet[Vedtak]:
    waiting = application.vedtak.filter(
        state__in=[VedtakState.SUBMITTED, VedtakState.RETURNED]
    ).order_by("pk")
    return locked_rows(waiting.select_related("application__person"))


def _back_to_draft(vedtak: Vedtak, by: User, at: datetime) -> None:
    vedtak._history_user = by
    VEDTAK.move(vedtak, VedtakState.DRAFT, by=by, at=at, submitted_at=None, submitted_by=None)


@approval
@transaction.atomic
def approve_vedtak(*, vedtak: Vedtak, by: User, at: datetime, read: str | None = None) -> Vedtak:
    """Approve and issue the vedtak: sets the date, makes the letter and decides the application.

    All in one transaction. It replaces what stands for the same legal bases in the case, and
    nothing else (omgjøring, fvl. § 35). What is missing is checked again, since a legal basis may
    have ended after it was sent for approval; so are appeals of what it replaces, and whether the
    drafter has turned out to be disqualified.
    Raises `NotSubmitted`, `CannotApprove`, `Appealed`, `ChangedSinceRead`, `VedtakIncomplete` and
    `common.pdf.UnprintableText`.
    """
    vedtak = _lock_vedtak(vedtak)
    _refuse_issued(vedtak)
    if not vedtak.is_submitted:
        raise NotSubmitted
    _check_may_approve(vedtak, by)
    if is_disqualified(vedtak.drafted_by, vedtak.application):
        raise CannotApprove(
            _(
                "%(name)s skrev vedtaket, og er inhabil i saken. En annen må overta det før det "
                "kan godkjennes (forvaltningsloven § 6)."
            )
            % {"name": vedtak.drafted_by}
        )
    on = local_date(at)
    content = completeness.contents(vedtak, on)
    approved = reading.reading(vedtak, content, by=by, at=at)
    check_read(approved, read)
    missing = completeness.missing(vedtak, on, content)
    if missing:
        raise VedtakIncomplete(missing)
    application = vedtak.application
    _replace_earlier(vedtak, content, by, at)
    vedtak._history_user = by
    way = LetterWay(application.person.letter_way)
    VEDTAK.move(
        vedtak,
        VedtakState.ISSUED,
        by=by,
        at=at,
        confirmed=completeness.still_asked(vedtak, on, content),
        issued_at=at,
        issued_by=by,
        issued_on=on,
        appeal_weeks=deadlines.appeal_weeks(on),
        arrives_on=deadlines.arrives(on, way),
        letter_went=LetterWent.WAITING if way == LetterWay.COLLECTED else way,
    )
    if application.state != ApplicationState.DECIDED:
        application._history_user = by
        APPLICATION.move(application, ApplicationState.DECIDED, by=by, at=at)
    # Of a decision the same day it is asked instead, when the vedtak is sent for approval.
    reached = not content.is_place_only or died_on(application.person) is not None
    composed = reading.compose(vedtak, content, by=by, at=at, reached=reached)
    reading.check_sent(composed, approved)
    letters.send(composed, vedtak_page.shown(vedtak, content, on))
    outcomes = ", ".join(
        f"{outcome.basis.title} – {outcome.get_outcome_display().lower()}"
        for outcome in content.outcomes
    )
    _log(vedtak, CaseEvent.VEDTAK_ISSUED, _("Vedtak fattet: %s.") % outcomes, by, at)
    flags.close_by_facts(FlagKind.INTERIM_REPLY, str(application.pk), on)
    flags.close_by_facts(FlagKind.SECTION_27, f"{application.pk}:vedtak", on)
    if promised := application.promised_on:
        flags.close_by_facts(FlagKind.PROMISED, promise_key(application, promised), on)
    for react in _on_issue:
        react(vedtak, by=by, at=at)
    return vedtak


@transaction.atomic
def declare_disqualified(*, application: Application, reason: str, by: User, at: datetime) -> None:
    """Record that the user is disqualified in the case, and why (fvl. §§ 6, 8). Safe to run twice.

    They can no longer write or approve in it; what they have written stays.
    Raises `DisqualificationReasonMissing` or `Unwritable`.
    """
    if not reason.strip():
        raise DisqualificationReasonMissing
    check_reason(reason)
    check_writable(reason)
    # Locked, so that nobody approves what they wrote while they declare it.
    application = locked(Application.objects.select_related("person"), application.pk)
    _declared, new = Disqualification.objects.get_or_create(
        application=application,
        user=by,
        defaults={"reason": reason.strip()[:200], "declared_at": at, "declared_by": by},
    )
    if new:
        events.record(
            application.person,
            CaseEvent.DISQUALIFIED,
            _("%(name)s meldte seg inhabil i saken.") % {"name": by},
            by=by,
            at=at,
            application=application,
        )


def _replace_earlier(
    vedtak: Vedtak, content: completeness.Contents, by: User, at: datetime
) -> None:
    """Replace what stands for the legal bases of the vedtak. An earlier vedtak is replaced when
    nothing of it stands any more. Raises `Appealed`: an appeal may have come after the drafting.
    """
    issued = vedtak.application.vedtak.issued()
    for earlier in issued.order_by("pk").select_for_update(of=("self",), no_key=True):
        standing = earlier.outcomes.standing()
        replaced = _replaced_by(content, standing)
        # The row of the earlier vedtak is locked, so that no appeal of it is registered meanwhile.
        _refuse_appealed(replaced, by_new=vedtak)
        if replaced.update(replaced_by=vedtak, replaced_on=local_date(at)) and (
            not standing.exists()
        ):
            earlier._history_user = by
            VEDTAK.move(earlier, VedtakState.REPLACED, by=by, at=at)


def _replaced_by(
    content: completeness.Contents, standing: QuerySet[VedtakOutcome]
) -> QuerySet[VedtakOutcome]:
    """Those of the standing outcomes that the contents decide anew."""
    return standing.filter(basis__code__in=[row.basis.code for row in content.outcomes])


def _refuse_appealed(outcomes: QuerySet[VedtakOutcome], by_new: Vedtak | None = None) -> None:
    """Refuse to replace what an open appeal is about, but by the vedtak written from the appeal."""
    appealed = outcomes.appealed().select_related("basis")
    if by_new:
        appealed = appealed.exclude(appeals__new_vedtak=by_new)
    if outcome := appealed.first():
        raise Appealed(outcome)


def _lock_vedtak(vedtak: Vedtak) -> Vedtak:
    # Of two users who save, send or approve at once, the second sees what the first did. The case
    # is locked too, so that it is not withdrawn while it is decided.
    locked(Application.objects.all(), vedtak.application_id)
    return locked(
        Vedtak.objects.select_related(
            "application__person",
            "application__household",
            "application__unit",
            "application__responsible",
            "drafted_by",
            "replaces",
        ),
        vedtak.pk,
    )


def _refuse_issued(vedtak: Vedtak) -> None:
    if vedtak.issued_at is not None:
        raise AlreadyIssued(vedtak)


def _check_may_write(vedtak: Vedtak, by: User, *, or_take_over: bool = False) -> None:
    if is_disqualified(by, vedtak.application):
        raise Disqualified
    if vedtak.state not in (VedtakState.DRAFT, VedtakState.RETURNED):
        raise Locked(vedtak)
    may = or_take_over and can_take_over_vedtak(by, vedtak)
    if vedtak.drafted_by_id != by.pk and not may:
        raise NotYours(vedtak)


def _check_may_approve(vedtak: Vedtak, user: User) -> None:
    if has_written(user, vedtak):
        raise CannotApprove(_("Den som skrev vedtaket, kan ikke godkjenne det."))
    if is_disqualified(user, vedtak.application):
        raise CannotApprove(
            _("%(name)s er inhabil i saken og kan ikke godkjenne vedtaket.") % {"name": user}
        )
    if not can_approve_vedtak(user, vedtak):
        raise CannotApprove(
            _("%(name)s er ikke beslutter og kan ikke godkjenne vedtak.") % {"name": user}
        )


def _log(vedtak: Vedtak, kind: CaseEvent, text: str, by: User, at: datetime) -> None:
    application = vedtak.application
    events.record(
        application.person,
        kind,
        text[:400],
        by=by,
        at=at,
        application=application,
        vedtak=vedtak.pk,
    )
