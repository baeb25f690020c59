"""A participant as peers and coordinators see them: name, agreement, time since contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.enums import RoleKind
from accounts.models import Role
from common import phones

from . import words
from .enums import Channel
from .models import Peer, PeerLink, Tries, tries_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Participant:
    """`link` needs `with_contact()`."""

    link: PeerLink
    tries: Tries
    on: date

    @cached_property
    def pk(self) -> int:
        return self.link.pk

    @cached_property
    def name(self) -> str:
        return self.link.call_name

    @cached_property
    def phone(self) -> str:
        """The number the person wants to be called on, formatted: 400 00 117."""
        return phones.checked(self.link.agreed_phone)

    @cached_property
    def agreed(self) -> str:
        return words.interval(self.link.interval_days)

    @cached_property
    def days(self) -> int:
        return (self.on - self.link.quiet_since).days

    @cached_property
    def last(self) -> str:
        """3 dager siden, møte; empty when there has been no contact."""
        if self.link.reached_on is None:
            return ""
        channel = words.lowered(str(Channel(self.tries.reached_by).label))
        return f"{words.ago(self.link.reached_on, self.on)}, {channel}"

    @cached_property
    def last_short(self) -> str:
        day = self.link.reached_on
        return words.ago_short(day, self.on) if day else ""

    @cached_property
    def pause(self) -> str:
        return words.pause(self.link, self.on)

    @cached_property
    def silenced(self) -> bool:
        return words.is_silenced(self.link, self.on)

    @cached_property
    def quiet(self) -> bool:
        """Longer without contact than agreed, and not on pause."""
        return not self.silenced and self.days > self.link.interval_days

    @cached_property
    def too_quiet(self) -> bool:
        """Quiet for as long as the municipality's limit, or longer."""
        return self.quiet and self.days >= self.tries.long_days

    @cached_property
    def tried(self) -> str:
        """The day of the last attempt if it failed; else empty."""
        if self.tries.tried_on is None or self.tries.tried_reached:
            return ""
        return words.ago(self.tries.tried_on, self.on)

    @cached_property
    def suggestion(self) -> str:
        """Another way to make contact, after a failed attempt (need P6)."""
        return words.another_way(self.tries.tried_by) if self.tried and not self.silenced else ""


def followed_by(user: User, on: date) -> list[Participant]:
    """The peer's own participants, longest without contact first, those on pause last."""
    links = PeerLink.objects.followed_by(user).with_contact().order_by("quiet_since", "pk")
    return sorted(participants_of(links, on), key=lambda participant: participant.silenced)


def participants_of(links: Iterable[PeerLink], on: date) -> list[Participant]:
    """The links as participants; they need `with_contact()`. One query."""
    links = list(links)
    tries = tries_of([link.pk for link in links], on)
    return [Participant(link, tries[link.pk], on) for link in links]


@dataclass(frozen=True)
class Support:
    """The person a peer can call for advice."""

    name: str
    phone: str


def support_for(peer: Peer | None, on: date) -> Support | None:
    """The coordinator of the peer's organisation, and its phone; None without a number."""
    if peer is None or not peer.organisation.phone:
        return None
    role = (
        Role.objects.filter(
            Q(period__contains=on), kind=RoleKind.PEER_COORDINATOR, unit=peer.organisation
        )
        .select_related("user")
        .order_by("pk")
        .first()
    )
    name = role.user.get_short_name() if role else peer.organisation.name
    return Support(name, peer.organisation.phone)
