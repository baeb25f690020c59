"""Statements (uttalelser): asked for, received, withdrawn and commented on (need C9)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import settings_table
from casework.log import events
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken, check_answer_day
from common.formatting import nbdate
from common.locking import locked

from .. import statement_links as links
from .. import statement_mail
from ..models import Statement

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application
    from casework.persons.models import Person


class StatementRefused(RuleBroken):
    """The step is not allowed for the statement; `field` is the form field in error."""


class LinkDead(RuleBroken):
    """The link is used or expired, or a newer one has replaced it."""

    def __init__(self) -> None:
        super().__init__(_("Lenken virker ikke lenger. Ring den som spurte deg, og be om en ny."))


class WrongCode(RuleBroken):
    """The code is not the one given on the phone. `left` is how many attempts remain."""

    def __init__(self, left: int) -> None:
        if left > 0:
            text = ngettext(
                "Koden er ikke riktig. Du kan prøve én gang til.",
                "Koden er ikke riktig. Du kan prøve %(left)s ganger til.",
                left,
            ) % {"left": left}
        else:
            text = _("Koden er prøvd for mange ganger. Ring den som spurte deg, og be om en ny.")
        super().__init__(text)


@transaction.atomic
def ask_statement(
    *,
    person: Person,
    application: Application | None,
    source: str,
    question: str,
    due_on: date,
    by: User,
    at: datetime,
    asked_of: User | None = None,
    helper_name: str = "",
    helper_place: str = "",
    helper_email: str = "",
    consented_on: date | None = None,
    shared: str = "",
    first_name: bool = False,
    origin: str = "",
) -> Statement:
    """Ask a colleague, or an outside helper by a link, for a statement about the person.

    An outside helper is asked only with the person's consent. The e-mail says that there is a
    question and where to answer, never whom it is about nor the code. `origin` is Varig's own
    address, for the link. Raises `StatementRefused`.
    """
    today = local_date(at)
    if due_on < today:
        raise StatementRefused(_("Velg i dag eller en senere dag."), "due_on")
    check_answer_day(due_on, today, "due_on")
    if asked_of is not None and helper_name:
        raise StatementRefused(
            _("Velg enten en kollega eller en utenfor, ikke begge."), "helper_name"
        )
    if asked_of is None and not helper_name.strip():
        raise StatementRefused(
            _("Velg en kollega, eller skriv hvem utenfor kommunen du spør."), "asked_of"
        )
    if asked_of is not None and asked_of.pk == by.pk:
        raise StatementRefused(_("Du kan ikke spørre deg selv. Skriv et notat."), "asked_of")
    if asked_of is None and consented_on is None:
        raise StatementRefused(
            _("Personen må samtykke før noen utenfor blir spurt. Skriv datoen."), "consented_on"
        )
    if consented_on is not None and consented_on > today:
        raise StatementRefused(_("Samtykket kan ikke være fram i tid."), "consented_on")
    if asked_of is None and _names(person, f"{question} {shared}", first_name):
        raise StatementRefused(
            _(
                "Teksten nevner personen ved navn, og det er ikke avtalt. "
                "Skriv «personen»; hjelperen ser initialene."
            ),
            "question",
        )
    statement = Statement(
        person=person,
        application=application,
        source=source,
        asked_of=asked_of,
        helper_name=helper_name.strip(),
        helper_place=helper_place.strip(),
        helper_email=helper_email.strip(),
        question=question.strip(),
        due_on=due_on,
        consented_on=consented_on,
        shared=shared.strip(),
        first_name=first_name,
        nonce=links.new_nonce(),
        origin=origin,
        link_until=due_on + timedelta(days=settings_table.value("statement_link_days", today)),
        asked_at=at,
        asked_by=by,
    )
    statement._history_user = by
    statement.save()
    _log(
        statement,
        CaseEvent.STATEMENT_ASKED,
        _("Ba %(who)s om uttalelse innen %(day)s.") % {"who": statement.who, "day": nbdate(due_on)},
        by,
        at,
    )
    transaction.on_commit(lambda: statement_mail.send(statement, statement_mail.ASKED))
    return statement


@transaction.atomic
def renew_link(*, statement: Statement, by: User, at: datetime) -> Statement:
    """Make a new link and code; the old ones stop working. Raises `StatementRefused`."""
    statement = _lock_statement(statement)
    if not statement.is_outside or not statement.is_open:
        raise StatementRefused(_("Spørsmålet er besvart eller trukket, og trenger ingen lenke."))
    days = settings_table.value("statement_link_days", local_date(at))
    statement.nonce = links.new_nonce()
    statement.attempts = 0
    statement.link_until = max(statement.due_on, local_date(at)) + timedelta(days=days)
    statement._history_user = by
    statement.save()
    _log(
        statement,
        CaseEvent.STATEMENT_RENEWED,
        _("Ny lenke til %(who)s.") % {"who": statement.who},
        by,
        at,
    )
    transaction.on_commit(lambda: statement_mail.send(statement, statement_mail.ASKED))
    return statement


@transaction.atomic
def withdraw_statement(*, statement: Statement, by: User, at: datetime) -> Statement:
    """Withdraw the question; its link stops working. Raises `StatementRefused`."""
    statement = _lock_statement(statement)
    if not statement.is_open:
        raise StatementRefused(_("Spørsmålet er allerede besvart eller trukket."))
    statement.withdrawn_at, statement.withdrawn_by = at, by
    statement._history_user = by
    statement.save()
    _log(
        statement,
        CaseEvent.STATEMENT_WITHDRAWN,
        _("Trakk spørsmålet til %(who)s.") % {"who": statement.who},
        by,
        at,
    )
    return statement


def check_code(*, statement: Statement, typed: str, on: date) -> None:
    """Check the code given on the phone. Raises LinkDead, also after too many tries, or WrongCode.

    A failed try must be stored, so the error is raised after the transaction.
    """
    wrong = None
    with transaction.atomic():
        statement = _lock_statement(statement)
        if not statement.link_works(on) or statement.attempts >= links.MOST_ATTEMPTS:
            raise LinkDead
        if not links.is_right_code(statement, typed):
            statement.attempts += 1
            statement.skip_history_when_saving = True
            statement.save(update_fields=["attempts"])
            wrong = WrongCode(links.MOST_ATTEMPTS - statement.attempts)
    if wrong:
        raise wrong


@transaction.atomic
def receive_statement(
    *, statement: Statement, text: str, signed: str, by: User | None, at: datetime
) -> Statement:
    """Store the statement, once: from the colleague asked, or through the link (`by` is None).

    Raises `LinkDead` or `StatementRefused`."""
    statement = _lock_statement(statement)
    if not statement.is_open:
        raise (
            LinkDead
            if by is None
            else StatementRefused(_("Spørsmålet er allerede besvart eller trukket."))
        )
    if by is None and not statement.link_works(local_date(at)):
        raise LinkDead
    if by is not None and by.pk != statement.asked_of_id:
        raise StatementRefused(_("Bare den som er spurt, kan svare."))
    statement.text = text.strip()
    statement.signed = signed.strip()
    statement.received_at, statement.received_by = at, by
    statement._history_user = by
    statement.save()
    _log(
        statement,
        CaseEvent.STATEMENT_RECEIVED,
        _("Uttalelse fra %(who)s.") % {"who": statement.who},
        by,
        at,
    )
    return statement


@transaction.atomic
def comment_statement(
    *, statement: Statement, comment: str, by: User, at: datetime, seen: int | None = None
) -> Statement:
    """Store what the person says of the statement, in their own words, over an earlier comment.

    Raises `StatementRefused` if the statement has not come, and `Overwritten`."""
    statement = _lock_statement(statement)
    check_seen(statement, seen)
    if statement.received_at is None:
        raise StatementRefused(_("Uttalelsen er ikke kommet ennå."))
    statement.comment = comment.strip()
    statement.commented_at, statement.commented_by = at, by
    statement._history_user = by
    statement.save()
    _log(
        statement,
        CaseEvent.STATEMENT_COMMENTED,
        _("Personens kommentar til uttalelsen fra %(who)s.") % {"who": statement.who},
        by,
        at,
    )
    return statement


def _names(person: Person, text: str, first_name: bool) -> bool:
    """Whether a text for somebody outside names the person more than was agreed."""
    secret = (person.last_name or person.first_name).split()  # an only name is all of it
    if person.is_protected or not first_name:
        secret += person.first_name.split()
    words = {word.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    return any(part.casefold() in words for part in secret)


def _lock_statement(statement: Statement) -> Statement:
    # Locked, so that a link is used once, and a withdrawn question is not answered.
    return locked(
        Statement.objects.select_related("person", "application", "asked_of", "asked_by"),
        statement.pk,
    )


def _log(statement: Statement, kind: CaseEvent, text: str, by: User | None, at: datetime) -> None:
    events.record(
        statement.person,
        kind,
        text,
        by=by,
        at=at,
        application=statement.application,
        statement=statement.pk,
    )
