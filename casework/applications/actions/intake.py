"""Receiving applications: § 27 by phone, missing papers, and transfers between units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from casework.follow_up import handover_flags
from casework.letters import letters
from casework.letters.words import words
from casework.log import events, flags
from casework.log.enums import (
    ApplicationChannel,
    ApplicationKind,
    FlagKind,
    IdKind,
    LetterKind,
    LivingArrangement,
    MemberRelation,
)
from casework.log.event_kinds import CaseEvent
from casework.persons.actions.persons import (
    change_person,
    join_household,
    register_person,
    version_of,
)
from casework.persons.children import is_child_member
from casework.persons.models import Person
from common.calendar import local_date
from common.errors import RuleBroken, check_answer_day
from common.formatting import nbdate, nbdate_long
from common.locking import locked

from ..models import Application, MissingPaper, PaperRequest, UnitTransfer, Wish
from .applications import lock_application, register_application, start_assessing

if TYPE_CHECKING:
    from accounts.models import User
    from casework.letters.models import Letter


class ToldChild(NamedTuple):
    """A child somebody tells of by phone: what they know of the name and the birth date."""

    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None


class NothingMissing(RuleBroken):
    """No papers are listed, or the case is closed."""


class AlreadyReceived(RuleBroken):
    """The paper is already registered."""

    def __init__(self, paper: MissingPaper) -> None:
        super().__init__(
            _("%(what)s er allerede registrert %(on)s.")
            % {"what": paper.what, "on": nbdate(paper.received_on)}
        )


class AlreadyAcknowledged(RuleBroken):
    """The transfer is already confirmed."""

    def __init__(self) -> None:
        super().__init__(_("Saken er allerede bekreftet mottatt."))


# ------------------------------------------------------------------ § 27 by phone


@transaction.atomic
def register_section_27(
    *,
    person: Person | None,
    facts: Mapping[str, Any],
    application: Mapping[str, Any],
    wish: str,
    children: Sequence[ToldChild] = (),
    by: User,
    at: datetime,
) -> Application:
    """Register a § 27 application by phone, with person and wish; the user takes the case.

    A § 27 application may be oral, and is decided the same day (R35-00). The children who are told
    of, `children` and as many as `children_tonight` says, become members of the household at once,
    so that they count everywhere; a name that is not known is corrected later.
    """
    if person is None:
        person = register_person(by=by, at=at, facts=facts)
    case = register_application(
        person=person,
        kind=ApplicationKind.TEMPORARY,
        channel=ApplicationChannel.PHONE,
        responsible=by,
        by=by,
        at=at,
        **application,
    )
    _register_children(case, children, by, at)
    if wish:
        new_wish = Wish(
            person=person,
            words=wish,
            setting=_("på telefon"),
            said_on=case.received_on,
            recorded_at=at,
            recorded_by=by,
        )
        new_wish._history_user = by
        new_wish.save()
        events.record(
            person, CaseEvent.WISH, _("Ønsket er skrevet ned."), by=by, at=at, application=case
        )
    return start_assessing(application=case, by=by, at=at)


def _register_children(
    case: Application, told: Sequence[ToldChild], by: User, at: datetime
) -> None:
    """Let the children told of join the household, unless they are there already.

    One who is there without a name gets the name that is told now. Whether one lives permanently
    elsewhere too cannot be asked while somebody waits for a place: the vedtak asks.
    """
    on = case.received_on
    members = case.household.members.filter(period__contains=local_date(at)).order_by("pk")
    there = [m.person for m in members.select_related("person") if is_child_member(m, on)]
    known = {_same(child) for child in there}
    unnamed = [child for child in there if child.first_name.startswith(_("Barn %s") % "")]
    new = [child for child in told if _same(child) not in known]
    while new and unnamed:
        child, facts = unnamed.pop(0), new.pop(0)._asdict()
        change_person(person=child, facts=facts, version=version_of(child), by=by, at=at)
    new += [ToldChild()] * max(0, (case.children_tonight or 0) - len(there) - len(new))
    for number, child in enumerate(new, start=len(there) + 1):
        facts = child._asdict()
        if not child.first_name:
            facts |= {"first_name": _("Barn %s") % number, "last_name": case.person.last_name}
        join_household(
            head=case.person,
            person=_registered(child, by),
            facts={**facts, "id_kind": IdKind.NONE},
            relation=MemberRelation.CHILD,
            living=LivingArrangement.PERMANENT,
            since=max(on, child.birth_date or on),
            two_homes=None,
            by=by,
            at=at,
        )


def _same(child: ToldChild | Person) -> tuple[str, str, date | None]:
    return child.first_name.lower(), child.last_name.lower(), child.birth_date


def _registered(child: ToldChild, by: User) -> Person | None:
    """The one registered person with the name and birth date, whom the user may see."""
    if child.birth_date is None:
        return None
    same = Person.objects.visible_to(by).filter(
        first_name__iexact=child.first_name,
        last_name__iexact=child.last_name,
        birth_date=child.birth_date,
    )
    found = list(same.order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


# ------------------------------------------------------------------ missing papers


@transaction.atomic
def ask_for_papers(
    *, application: Application, papers: Sequence[str], due_on: date, by: User, at: datetime
) -> Letter:
    """Send a letter asking for missing papers (mangelbrev). It does not stop the reply clock.

    Raises `NothingMissing` and `letters.NoAddress`."""
    application = lock_application(application)
    if not application.is_open:
        raise NothingMissing(_("Søknaden er ikke lenger åpen, og trenger ingen papirer."))
    if not papers:
        raise NothingMissing(_("Skriv hvilke papirer som mangler, ett på hver linje."))
    check_answer_day(due_on, local_date(at), "due_on")
    w = words("missing", application.person.language_form)
    letter = letters.make_letter(
        kind=LetterKind.MISSING,
        application=application,
        title=w["title"],
        data=letters.body(
            intro=[w["intro"].format(on=nbdate_long(application.received_on))],
            needed=(w["needed"], list(papers)),
            box=(w["by"].format(on=nbdate_long(due_on)), w["help"]),
            parts=[(w["so"], w["meanwhile"])],
        ),
        by=by,
        at=at,
    )
    request = PaperRequest.objects.create(
        application=application, letter=letter, due_on=due_on, asked_at=at, asked_by=by
    )
    MissingPaper.objects.bulk_create(MissingPaper(request=request, what=paper) for paper in papers)
    events.record(
        application.person,
        CaseEvent.APPLICATION_PAPERS_ASKED,
        _("Mangelbrev sendt: %(n)s papirer innen %(on)s. Fristen vår løper.")
        % {"n": len(papers), "on": nbdate(due_on)},
        by=by,
        at=at,
        application=application,
        letter=letter.pk,
    )
    return letter


@transaction.atomic
def receive_paper(
    *, paper: MissingPaper, received_on: date, by: User, at: datetime
) -> MissingPaper:
    """Register that a paper has come. Raises `AlreadyReceived`."""
    # Locked, so that two users who open the same post do not both register it.
    paper = locked(MissingPaper.objects.select_related("request__application__person"), paper.pk)
    if paper.received_on is not None:
        raise AlreadyReceived(paper)
    paper.received_on, paper.received_at, paper.received_by = received_on, at, by
    paper.save(update_fields=["received_on", "received_at", "received_by"])
    application = paper.request.application
    left = MissingPaper.objects.filter(
        request__application=application, received_on__isnull=True
    ).count()
    text = _("Kom %(on)s: %(what)s.") % {"on": nbdate(received_on), "what": paper.what}
    text += " " + (_("%(n)s mangler ennå.") % {"n": left} if left else _("Ingenting mangler."))
    events.record(
        application.person,
        CaseEvent.APPLICATION_PAPER_RECEIVED,
        text,
        by=by,
        at=at,
        application=application,
    )
    return paper


# ------------------------------------------------------------------ transfers between units


@transaction.atomic
def acknowledge_transfer(*, application: Application, by: User, at: datetime) -> UnitTransfer:
    """Confirm for the receiving unit that the case has come. Raises `AlreadyAcknowledged`."""
    # Locked, so that it is confirmed once.
    sent = (
        UnitTransfer.objects.select_for_update(of=("self",), no_key=True)
        .filter(application=application, acknowledged_at__isnull=True)
        .first()
    )
    if sent is None:
        raise AlreadyAcknowledged
    sent.acknowledged_at, sent.acknowledged_by = at, by
    sent.save(update_fields=["acknowledged_at", "acknowledged_by"])
    flags.close_by_facts(FlagKind.HANDOVER, handover_flags.transfer_key(sent.pk), local_date(at))
    events.record(
        application.person,
        CaseEvent.APPLICATION_TRANSFER_ACKNOWLEDGED,
        _("%(unit)s bekrefter at saken er mottatt.") % {"unit": application.unit},
        by=by,
        at=at,
        application=application,
    )
    return sent
