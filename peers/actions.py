"""Actions on a link (kobling) between a person and a peer, and on its contact log.

A peer's capacity is scarce: an action that takes a place locks the link first, then the peer, and
counts under that lock. Contacts write no `Event`: the person page shows events to everyone who
reads cases, while only those named in the agreement may read the log (need P4).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.log.events import record
from casework.models import Person
from casework.persons.actions.deaths import refuse_dead
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken, explain_integrity_error
from common.formatting import nbdate
from common.locking import locked

from .enums import Channel, LifeDomain, LinkState, PeerEvent, Share
from .models import Contact, Peer, PeerLink
from .processes import PEER_LINK

LONGEST_WORDS = 140


class PeerRuleBroken(RuleBroken):
    """A rule about a link is broken; `field` is the form field with the error."""


class PeerFull(PeerRuleBroken):
    """The peer has no place left."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(
            _("%(peer)s har ikke plass til flere deltakere nå. Velg en annen.") % {"peer": peer},
            "peer",
        )


# ------------------------------------------------------------------ the need


@transaction.atomic
def report_need(
    *,
    person: Person,
    by: User,
    at: datetime,
    reported_because: str,
    wanted_on: date | None = None,
    goal: str = "",
    call_name: str = "",
) -> PeerLink:
    """Report that a peer could help a person. Nothing more happens unless the person wants it:
    `wanted_on` is the day they said yes; without it the coordinator sees no name.
    """
    refuse_dead(person)
    existing = PeerLink.objects.open().filter(person=person).first()
    if existing is not None:
        raise PeerRuleBroken(
            _("Dette er allerede meldt. Last siden på nytt for å se hvor det står.")
        )
    link = PeerLink(
        person=person,
        reported_at=at,
        reported_by=by,
        reported_because=reported_because.strip(),
        goal=goal.strip(),
        call_name=call_name.strip() or person.called,
    )
    _save(link)
    record(
        person,
        PeerEvent.REPORTED,
        _("Meldt at en likeperson kan hjelpe: %(why)s") % {"why": link.reported_because},
        by=by,
        at=at,
        link=link.pk,
    )
    if wanted_on is not None:
        record_yes(link=link, wanted_on=wanted_on, goal=goal, by=by, at=at)
    return link


@transaction.atomic
def record_yes(
    *,
    link: PeerLink,
    wanted_on: date,
    by: User,
    at: datetime,
    goal: str = "",
    call_name: str = "",
) -> PeerLink:
    """Record the day the person said yes to a peer. From now the coordinator sees them."""
    if wanted_on > local_date(at):
        raise PeerRuleBroken(_("Dagen personen sa ja, kan ikke være i framtiden."), "wanted_on")
    facts = {"goal": goal.strip() or link.goal, "call_name": call_name.strip() or link.call_name}
    _move(link, LinkState.WANTED, by=by, at=at, wanted_on=wanted_on, **facts)
    record(
        link.person,
        PeerEvent.WANTED,
        _("Ønsker likeperson, sa ja %(day)s.") % {"day": nbdate(wanted_on)},
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def record_no(*, link: PeerLink, by: User, at: datetime) -> PeerLink:
    """Record that the person wants no peer now. They need no reason, and may say yes later."""
    _move(link, LinkState.NOT_WANTED, by=by, at=at)
    record(
        link.person,
        PeerEvent.NOT_WANTED,
        _("Ønsker ikke likeperson nå."),
        by=by,
        at=at,
        link=link.pk,
    )
    return link


# ------------------------------------------------------------------ the link


@transaction.atomic
def link_peer(
    *,
    link: PeerLink,
    peer: Peer,
    met_on: date,
    interval_days: int,
    call_name: str,
    by: User,
    at: datetime,
    goal: str = "",
    agreed_phone: str = "",
    shares: Sequence[str] = (),
    seen: int | None = None,
) -> PeerLink:
    """Link the waiting person to the peer they chose, with their agreement (needs P2–P4)."""
    link = _lock(link)
    check_seen(link, seen)
    # Locked: of two coordinators who take the last place, the second waits here and counts again.
    peer = locked(Peer.objects.select_related("user"), peer.pk)
    on = local_date(at)
    if on not in peer.active:
        raise PeerRuleBroken(_("%(peer)s er ikke aktiv lenger.") % {"peer": peer}, "peer")
    if link.wanted_on and met_on < link.wanted_on:
        raise PeerRuleBroken(
            _("Koblingsmøtet kan ikke være før personen sa ja (%(day)s).")
            % {"day": nbdate(link.wanted_on)},
            "met_on",
        )
    if met_on > on:
        raise PeerRuleBroken(
            _("Koble når koblingsmøtet er holdt og deltakeren har valgt. Skriv dagen det var."),
            "met_on",
        )
    # As the page counts them for the user (`with_load`).
    if peer.links.active().not_hidden_from(by).count() >= peer.capacity:
        raise PeerFull(peer)
    _move(
        link,
        LinkState.LINKED,
        by=by,
        at=at,
        peer=peer,
        met_on=met_on,
        interval_days=interval_days,
        goal=goal.strip(),
        call_name=call_name.strip(),
        agreed_phone=agreed_phone,
        shares=_shares(shares),
    )
    record(
        link.person,
        PeerEvent.LINKED,
        _("Koblet til en likeperson etter koblingsmøte %(day)s.") % {"day": nbdate(met_on)},
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def change_agreement(
    *,
    link: PeerLink,
    interval_days: int,
    call_name: str,
    by: User,
    at: datetime,
    goal: str = "",
    agreed_phone: str = "",
    shares: Sequence[str] = (),
    seen: int | None = None,
) -> PeerLink:
    """Save what the person agrees to now. Who may read the log changes at once.

    Raises `Overwritten` if it has changed since the revision `seen`."""
    link = _lock(link)
    check_seen(link, seen)
    if link.state not in (LinkState.LINKED, LinkState.PAUSED):
        raise PeerRuleBroken(_("Koblingen er avsluttet, og avtalen kan ikke endres."))
    link.interval_days = interval_days
    link.call_name = call_name.strip()
    link.goal = goal.strip()
    link.agreed_phone = agreed_phone
    link.shares = _shares(shares)
    link.save(update_fields=["interval_days", "call_name", "goal", "agreed_phone", "shares"])
    record(
        link.person,
        PeerEvent.AGREEMENT,
        _("Avtalen med likepersonen er endret."),
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def pause(*, link: PeerLink, by: User, at: datetime, paused_until: date | None = None) -> PeerLink:
    """Pause the link as the person wishes. No contact is expected; the peer's place is kept."""
    if paused_until is not None and paused_until <= local_date(at):
        raise PeerRuleBroken(_("Pausen må vare til en dag som kommer."), "paused_until")
    _move(link, LinkState.PAUSED, by=by, at=at, paused_until=paused_until)
    record(
        link.person,
        PeerEvent.PAUSED,
        _("Ønsket pause fra likepersonen til %(day)s.") % {"day": nbdate(paused_until)}
        if paused_until
        else _("Ønsket pause fra likepersonen."),
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def resume(*, link: PeerLink, by: User, at: datetime) -> PeerLink:
    """End the pause."""
    _move(link, LinkState.LINKED, by=by, at=at, paused_until=None)
    record(
        link.person,
        PeerEvent.RESUMED,
        _("Kontakten med likepersonen er i gang igjen."),
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def end(*, link: PeerLink, by: User, at: datetime, wished: bool) -> PeerLink:
    """End the link because the person wishes it. Missed meetings never end one (need P6)."""
    if not wished:
        raise PeerRuleBroken(
            _("En kobling avsluttes når deltakeren ønsker det. Spør først, eller ta en pause."),
            "wished",
        )
    _move(link, LinkState.ENDED, by=by, at=at, ended_on=local_date(at), paused_until=None)
    record(
        link.person,
        PeerEvent.ENDED,
        _("Koblingen til likepersonen er avsluttet etter personens ønske."),
        by=by,
        at=at,
        link=link.pk,
    )
    return link


@transaction.atomic
def change_peer(*, link: PeerLink, by: User, at: datetime) -> PeerLink:
    """End the link because the person wants another peer; no reason is asked (need P3). Returns a
    new link with the same agreement, which waits for a peer. The log stays with the old link.
    """
    _move(link, LinkState.ENDED, by=by, at=at, ended_on=local_date(at), paused_until=None)
    new = PeerLink(
        person=link.person,
        state=LinkState.WANTED,
        reported_at=at,
        reported_by=by,
        reported_because=_("Ønsker å bytte likeperson."),
        wanted_on=local_date(at),
        interval_days=link.interval_days,
        goal=link.goal,
        call_name=link.call_name,
        agreed_phone=link.agreed_phone,
        shares=link.shares,
    )
    _save(new)
    PEER_LINK.log(new, LinkState.REPORTED, LinkState.WANTED, by, at)
    record(
        link.person,
        PeerEvent.CHANGE,
        _("Ønsker å bytte likeperson."),
        by=by,
        at=at,
        link=new.pk,
    )
    return new


# ------------------------------------------------------------------ the log


@transaction.atomic
def log_contact(
    *,
    link: PeerLink,
    on: date,
    channel: Channel | str,
    client_id: uuid.UUID,
    by: User,
    at: datetime,
    reached: bool = True,
    minutes: int = 0,
    domains: Sequence[LifeDomain | str] = (),
    words: str = "",
    shown_to_person: bool = False,
) -> Contact:
    """Save a contact, once for each `client_id`: a phone without coverage sends the same contact
    until it gets an answer. «Not reached» is a contact too, and ends nothing (need P6).
    """
    if on > local_date(at):
        raise PeerRuleBroken(_("Datoen kan ikke være i framtiden."), "on")
    if link.wanted_on and on < link.wanted_on:
        raise PeerRuleBroken(
            _("Datoen kan ikke være før dere ble kjent (%(day)s).")
            % {"day": nbdate(link.met_on or link.wanted_on)},
            "on",
        )
    if len(words) > LONGEST_WORDS:
        raise PeerRuleBroken(_("Teksten kan ha høyst 140 tegn."), "words")
    contact = Contact(
        link=link,
        on=on,
        channel=channel,
        reached=reached,
        minutes=minutes if reached else 0,
        domains=list(domains),
        words=words.strip(),
        shown_to_person=shown_to_person and reached,
        client_id=client_id,
        logged_at=at,
        logged_by=by,
    )
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError:
        existing = Contact.objects.filter(client_id=client_id, logged_by=by, link=link).first()
        if existing is None:
            raise PeerRuleBroken(
                _("Dette er sendt før. Åpne «Logg kontakt» på nytt og skriv en ny.")
            ) from None
        return existing
    return contact


# ------------------------------------------------------------------ parts


def _lock(link: PeerLink) -> PeerLink:
    return locked(PeerLink.objects.select_related("person"), link.pk)


def _shares(chosen: Sequence[str]) -> list[str]:
    return [share.value for share in Share if share in chosen]


def _move(link: PeerLink, to: LinkState, *, by: User, at: datetime, **facts) -> None:
    try:
        with transaction.atomic():
            PEER_LINK.move(link, to, by=by, at=at, **facts)
    except IntegrityError as error:
        raise _explained(error) from error


def _save(link: PeerLink) -> None:
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        raise _explained(error) from error


def _explained(error: IntegrityError) -> Exception:
    sentence = explain_integrity_error(error)
    return PeerRuleBroken(sentence) if sentence else error
