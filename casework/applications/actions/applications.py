"""Applications: registering, taking, replying for now, withdrawing and forwarding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.letters.models import LegalBasis, Letter
from casework.letters.words import words
from casework.log import events, flags
from casework.log.enums import (
    ApplicationKind,
    ApplicationState,
    FlagKind,
    LetterKind,
    Process,
    Sender,
)
from casework.log.event_kinds import CaseEvent
from casework.log.models import Transition
from casework.log.saving import save
from casework.persons.actions.deaths import refuse_dead
from casework.persons.actions.persons import household_of, lock_persons
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken, check_answer_day
from common.formatting import nbdate, nbdate_long
from common.locking import locked

from ..models import Application, CaseCounter, UnitTransfer
from ..processes import APPLICATION

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User
    from casework.persons.models import Person

# The legal bases of an application of each kind, unless others are chosen. A refusal of a municipal
# dwelling does not decide a claim under boligsosialloven (law.md), so a new home has both.
BASES_BY_KIND = {
    ApplicationKind.NEW: ("kommunal_bolig", "boligsosialloven_6"),
    ApplicationKind.EXCHANGE: ("bytte",),
    ApplicationKind.EXTENSION: ("forlengelse",),
    ApplicationKind.TEMPORARY: ("sosialtjenesteloven_27",),
    ApplicationKind.ASSISTANCE: ("boligsosialloven_6",),
}


class ReceivedTooLate(RuleBroken):
    """The time of receipt is in the future."""

    def __init__(self) -> None:
        super().__init__(_("Tidspunktet er ikke kommet ennå. Skriv når søknaden kom inn."))


class BasisNotInForce(RuleBroken):
    """A legal basis was not in force on the day the application was received."""

    def __init__(self, basis: LegalBasis, on: date) -> None:
        super().__init__(
            _("«%(basis)s» gjaldt ikke %(on)s, da søknaden kom inn.")
            % {"basis": basis, "on": nbdate(on)}
        )


class ReceivedAfterAnswer(RuleBroken):
    """The case has an answer from before the day."""

    field = "received_on"

    def __init__(self) -> None:
        super().__init__(_("Saken er besvart før denne dagen. Søknaden må ha kommet før svaret."))


class NotReopened(RuleBroken):
    """The case is not withdrawn or lapsed."""


class NothingToAnswer(RuleBroken):
    """The application is no longer open, so no interim reply is needed."""

    def __init__(self) -> None:
        super().__init__(_("Søknaden er ikke lenger åpen, og trenger ikke foreløpig svar."))


class EarlierPromise(RuleBroken):
    """A new interim reply promises an earlier day, and its letter says that the first is missed."""

    field = "expected_on"

    def __init__(self, day: date) -> None:
        super().__init__(
            _(
                "Vi har lovet svar innen %(day)s, og et nytt brev sier at vi ikke klarer det. "
                "Skriv en senere dag. Kommer svaret før, trengs det ikke noe nytt brev."
            )
            % {"day": nbdate(day)}
        )


class SamePromise(RuleBroken):
    """A new interim reply promises the day that is promised already."""

    field = "expected_on"

    def __init__(self, day: date) -> None:
        super().__init__(
            _("%(day)s er allerede lovet. Skriv en ny dag, eller la det første brevet stå.")
            % {"day": nbdate(day)}
        )


class SameUnit(RuleBroken):
    """The case is already at the unit."""

    def __init__(self) -> None:
        super().__init__(_("Saken ligger allerede hos denne enheten. Velg en annen enhet."))


def default_bases(kind: str, on: date) -> list[LegalBasis]:
    """The legal bases of an application of the kind, in force on the date."""
    codes = BASES_BY_KIND[ApplicationKind(kind)]
    return list(LegalBasis.objects.filter(code__in=codes, valid__contains=on).order_by("pk"))


@transaction.atomic
def register_application(
    *,
    person: Person,
    kind: str,
    channel: str,
    received_at: datetime,
    unit: OrganisationUnit,
    by: User,
    at: datetime,
    sender: str = Sender.PERSON,
    sender_name: str = "",
    sender_contact: str = "",
    tonight: str = "",
    children_tonight: int | None = None,
    words: str = "",
    bases: Iterable[LegalBasis] = (),
    responsible: User | None = None,
) -> Application:
    """Register an application with its time of receipt and a case number (need C5).

    Without `bases` it gets `default_bases`. Raises `ReceivedTooLate`, `BasisNotInForce` or
    `PersonIsDead`.
    """
    if received_at > at:
        raise ReceivedTooLate
    refuse_dead(person)
    received_on = local_date(received_at)
    bases = list(bases) or default_bases(kind, received_on)
    for basis in bases:
        if received_on not in basis.valid:
            raise BasisNotInForce(basis, received_on)
    year = local_date(at).year
    application = Application(
        person=person,
        household=household_of(person, by=by, at=at),
        kind=kind,
        channel=channel,
        sender=sender,
        sender_name=sender_name,
        sender_contact=sender_contact,
        tonight=tonight,
        children_tonight=children_tonight,
        received_at=received_at,
        words=words,
        unit=unit,
        responsible=responsible,
        case_year=year,
        case_seq=CaseCounter.take(year),
        registered_at=at,
        registered_by=by,
    )
    application._history_user = by
    application.save()
    application.bases.set(bases)
    APPLICATION.log(application, "", ApplicationState.RECEIVED, by, at)
    if responsible is not None:
        _make_responsible(person, responsible)
    events.record(
        person,
        CaseEvent.APPLICATION_REGISTERED,
        _("Søknad mottatt %(on)s: %(kind)s.")
        % {"on": nbdate(received_on), "kind": application.get_kind_display().lower()},
        by=by,
        at=at,
        application=application,
    )
    return application


@transaction.atomic
def start_assessing(*, application: Application, by: User, at: datetime) -> Application:
    """Take the case: the user becomes responsible for it, and for the person.

    A case sent from another unit may be in assessment already, with no caseworker.
    """
    lock_persons(application.person_id, merged=True)
    application = lock_application(application)
    if application.state == ApplicationState.ASSESSING and application.responsible_id is None:
        application.responsible = by
        application._history_user = by
        application.save(update_fields=["responsible"])
    else:
        APPLICATION.move(application, ApplicationState.ASSESSING, by=by, at=at, responsible=by)
    # Taking a case sent from another unit also confirms that it has come.
    application.transfers.filter(acknowledged_at__isnull=True).update(
        acknowledged_at=at, acknowledged_by=by
    )
    _make_responsible(application.person, by)
    events.record(
        application.person,
        CaseEvent.APPLICATION_TAKEN,
        _("%(name)s tok saken.") % {"name": by},
        by=by,
        at=at,
        application=application,
    )
    return application


# Called in the transaction that closes a case, while its row is locked.
_on_closed: list[Callable[..., None]] = []


def on_closed(react: Callable[..., None]) -> None:
    """Call `react(application, by=…, at=…)` when a case is withdrawn or leaves the municipality.

    Rooms above register here (see `AppConfig.ready`); a death has its own list (`on_death`)."""
    if react not in _on_closed:
        _on_closed.append(react)


def _tell_closed(application: Application, by: User, at: datetime) -> None:
    for react in _on_closed:
        react(application, by=by, at=at)


@transaction.atomic
def withdraw(*, application: Application, reason: str, by: User, at: datetime) -> Application:
    """Withdraw the application for the person."""
    application = lock_application(application)
    APPLICATION.move(application, ApplicationState.WITHDRAWN, by=by, at=at)
    _tell_closed(application, by, at)
    flags.close_by_facts(FlagKind.INTERIM_REPLY, str(application.pk), local_date(at))
    events.record(
        application.person,
        CaseEvent.APPLICATION_WITHDRAWN,
        _("Søknaden er trukket: %(reason)s") % {"reason": reason},
        by=by,
        at=at,
        application=application,
    )
    return application


@transaction.atomic
def reopen(*, application: Application, why: str, by: User, at: datetime) -> Application:
    """Reopen a case that was withdrawn or lapsed by mistake, in the state it had before.

    It keeps its number, received day, vedtak and place on the waiting list, and its deadlines are
    counted as if it had never been away: flags closed for it come back when the jobs run. Raises
    `NotReopened`, and `PersonIsDead`.
    """
    application = lock_application(application)
    if application.state not in (ApplicationState.WITHDRAWN, ApplicationState.LAPSED):
        raise NotReopened(_("Saken er ikke trukket eller bortfalt."))
    refuse_dead(application.person)
    before = (
        Transition.objects.filter(
            process=Process.APPLICATION, object_id=application.pk, to_state=application.state
        )
        .order_by("-at", "-pk")
        .values_list("from_state", flat=True)
        .first()
    )
    APPLICATION.move(application, before or ApplicationState.ASSESSING, by=by, at=at)
    events.record(
        application.person,
        CaseEvent.APPLICATION_REOPENED,
        _("Saken er gjenåpnet. Mottatt %(on)s gjelder fortsatt. %(why)s")
        % {"on": nbdate(application.received_on), "why": why.strip()},
        by=by,
        at=at,
        application=application,
    )
    return application


@transaction.atomic
def correct_received(
    *,
    application: Application,
    received_at: datetime,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Application:
    """Correct when the application came, as if it had been right from the start: its deadlines and
    its place on the waiting list follow, and the jobs judge its flags again.

    Raises `ReceivedTooLate`, `BasisNotInForce`, `ReceivedAfterAnswer`, and `Overwritten` if
    somebody has changed the case since `seen`.
    """
    application = lock_application(application)
    check_seen(application, seen)
    if received_at > application.registered_at:
        raise ReceivedTooLate
    received_on = local_date(received_at)
    for basis in application.bases.order_by("pk"):
        if received_on not in basis.valid:
            raise BasisNotInForce(basis, received_on)
    first = application.vedtak.filter(issued_on__isnull=False).order_by("issued_on").first()
    replied = application.interim_reply_at
    if (first and first.issued_on < received_on) or (replied and local_date(replied) < received_on):
        raise ReceivedAfterAnswer
    before = application.received_on
    save(application, by, received_at=received_at)
    events.record(
        application.person,
        CaseEvent.APPLICATION_CORRECTED,
        _("Mottatt er rettet fra %(before)s til %(on)s. %(why)s")
        % {"before": nbdate(before), "on": nbdate(received_on), "why": why.strip()},
        by=by,
        at=at,
        application=application,
    )
    return application


@transaction.atomic
def send_to_unit(
    *, application: Application, unit: OrganisationUnit, reason: str, by: User, at: datetime
) -> Application:
    """Send the case to the right unit in the municipality (fvl. § 11).

    The case keeps its number, received date and clock. It loses its caseworker, and somebody in
    the new unit must take it. Raises `SameUnit`.
    """
    application = lock_application(application)
    APPLICATION.check(application, ApplicationState.FORWARDED)
    if application.unit_id == unit.pk:
        raise SameUnit
    from_unit = application.unit
    application.unit = unit
    application.responsible = None
    application._history_user = by
    application.save(update_fields=["unit", "responsible"])
    # Sent on before this unit confirmed it: only the last unit must confirm.
    application.transfers.filter(acknowledged_at__isnull=True).update(
        acknowledged_at=at, acknowledged_by=by
    )
    UnitTransfer.objects.create(
        application=application,
        from_unit=from_unit,
        to_unit=unit,
        reason=reason,
        sent_at=at,
        sent_by=by,
    )
    events.record(
        application.person,
        CaseEvent.APPLICATION_SENT_ON,
        _("Saken er sendt fra %(from)s til %(to)s. Mottatt %(on)s gjelder fortsatt. %(reason)s")
        % {"from": from_unit, "to": unit, "on": nbdate(application.received_on), "reason": reason},
        by=by,
        at=at,
        application=application,
        from_unit=from_unit.pk,
        to_unit=unit.pk,
    )
    return application


@transaction.atomic
def send_elsewhere(
    *, application: Application, receiver: str, reason: str, by: User, at: datetime
) -> Application:
    """Send the case out of the municipality, to the right receiver (fvl. § 11)."""
    application = lock_application(application)
    APPLICATION.move(application, ApplicationState.FORWARDED, by=by, at=at)
    _tell_closed(application, by, at)
    events.record(
        application.person,
        CaseEvent.APPLICATION_FORWARDED,
        _("Søknaden, mottatt %(on)s, er sendt til %(to)s. %(reason)s")
        % {"on": nbdate(application.received_on), "to": receiver, "reason": reason},
        by=by,
        at=at,
        application=application,
    )
    return application


@transaction.atomic
def send_interim_reply(
    *,
    application: Application,
    delay: str,
    expected_on: date,
    needed: list[str],
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Letter:
    """Send the interim reply, with the day to expect an answer by (fvl. § 11 a). A second one
    moves that day, and says that the first is not kept.

    Raises `NothingToAnswer`, `SamePromise`, `EarlierPromise`, `letters.NoAddress`, and
    `Overwritten` if somebody has changed the case since `seen`."""
    from casework.letters import letters

    # Locked, so that of two who reply at once the second sees what the first promised.
    application = lock_application(application)
    if not application.is_open:
        raise NothingToAnswer
    check_seen(application, seen)
    check_answer_day(expected_on, local_date(at), "expected_on")
    earlier, replied_at = application.promised_on, application.interim_reply_at
    if replied_at and expected_on == earlier:
        raise SamePromise(earlier)
    if replied_at and earlier and expected_on < earlier:
        raise EarlierPromise(earlier)
    w = words("interim", application.person.language_form)
    intro = [
        w["intro"].format(
            on=nbdate_long(application.received_on), kind=w["kinds"][application.kind]
        )
    ]
    title = w["title"]
    if replied_at and earlier:
        title = w["title_again"]
        sent = application.letters.filter(kind=LetterKind.INTERIM).order_by("-made_at").first()
        told = sent.made_at if sent else replied_at
        intro.append(w["again"].format(on=nbdate_long(told), promised=nbdate_long(earlier)))
    letter = letters.make_letter(
        kind=LetterKind.INTERIM,
        application=application,
        title=title,
        data={
            "intro": intro,
            "delay": [delay],
            "expected": [w["expected"].format(on=nbdate_long(expected_on))],
            "needed": needed,
            "meanwhile": [w["meanwhile"]],
        },
        by=by,
        at=at,
    )
    if replied_at is None:
        application.interim_reply_at, application.interim_reply_by = at, by
    application.promised_on = expected_on
    application._history_user = by
    application.save(update_fields=["interim_reply_at", "interim_reply_by", "promised_on"])
    flags.close_by_facts(FlagKind.INTERIM_REPLY, str(application.pk), local_date(at))
    if earlier:
        flags.close_by_facts(FlagKind.PROMISED, promise_key(application, earlier), local_date(at))
    events.record(
        application.person,
        CaseEvent.INTERIM_REPLY,
        _("Nytt foreløpig svar sendt. Vedtak ventes innen %(on)s, ikke %(earlier)s.")
        % {"on": nbdate(expected_on), "earlier": nbdate(earlier)}
        if replied_at and earlier
        else _("Foreløpig svar sendt. Vedtak ventes innen %(on)s.") % {"on": nbdate(expected_on)},
        by=by,
        at=at,
        application=application,
        letter=letter.pk,
    )
    return letter


def promise_key(application: Application, day: date) -> str:
    """The key of the flag of the day an answer was promised by."""
    return f"{application.pk}:{day}"


def lock_application(application: Application) -> Application:
    """The case, read again and locked until the transaction ends."""
    # Of two users who move the same case at once, the second sees what the first did.
    return locked(Application.objects.select_related("person", "unit"), application.pk)


def _make_responsible(person: Person, user: User) -> None:
    if person.responsible_id == user.pk:
        return
    person.responsible = user
    person._history_user = user
    person.save(update_fields=["responsible"])
