from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, DateField, F, Func, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from accounts.enums import CASE_ROLES, RoleKind
from common.prepared import IDS, Prepared

from .enums import LinkState, Share

if TYPE_CHECKING:
    from accounts.models import User

ACTIVE = (LinkState.LINKED, LinkState.PAUSED)


class PeerQuerySet(models.QuerySet):
    def active(self, on: date) -> Self:
        return self.filter(active__contains=on)

    def with_load(self) -> Self:
        """`load`: active links, paused ones too, since the place is kept; `places`: what is left.

        Never a ground for ranking peers (need P7): lists are in the order of names.
        """
        return self.annotate(
            load=Count("links", filter=Q(links__state__in=ACTIVE)),
            places=Greatest(
                Cast(F("capacity"), IntegerField())
                - Count("links", filter=Q(links__state__in=ACTIVE)),
                0,
            ),
        )


class PeerLinkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A coordinator sees those who have said yes and whom they may know of; a peer only
        their own (need P8). Of one who has not said yes, nobody on this floor sees anything.
        """
        if user.has_role(RoleKind.PEER_COORDINATOR):
            return self.known_to(user).filter(
                state__in=[LinkState.WANTED, *ACTIVE, LinkState.ENDED]
            )
        return self.walked_by(user)

    def known_to(self, user: User) -> Self:
        """Protected and shielded people only for who has the right (needs S3, S4)."""
        from casework.models import Person

        # They are few: to leave them out is cheaper than to look at each person there is.
        return self.exclude(person__in=Person.objects.hidden_from(user))

    def walked_by(self, user: User) -> Self:
        """A peer's own participants, from the link is made until it ends."""
        if not user.has_role(RoleKind.PEER):
            return self.none()
        return self.filter(peer__user=user).active()

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> Self:
        """Those who have said yes and have no peer yet."""
        return self.filter(state=LinkState.WANTED)

    def open(self) -> Self:
        """Reported, waiting or active: not ended, and not turned down."""
        return self.filter(state__in=[LinkState.REPORTED, LinkState.WANTED, *ACTIVE])

    def with_contact(self) -> Self:
        """`reached_on`: the day of the last contact. `quiet_since`: that day, else of the
        koblingsmøte, else of the yes.
        """
        return self.annotate(
            reached_on=Subquery(_latest().filter(reached=True).values("on")[:1]),
            quiet_since=Coalesce(F("reached_on"), F("met_on"), F("wanted_on")),
        )

    def quiet(self, on: date) -> Self:
        """Active, and longer without contact than agreed. A pause the person asked for silences
        (need P6). Takes links `with_contact()`.
        """
        days = Func(
            Value(on, DateField()),
            F("quiet_since"),
            template="(%(expressions)s)",
            arg_joiner=" - ",
            output_field=IntegerField(),
        )
        silenced = Q(state=LinkState.PAUSED) & (
            Q(paused_until__isnull=True) | Q(paused_until__gt=on)
        )
        return (
            self.active()
            .exclude(silenced)
            .alias(quiet_days=days)
            .filter(quiet_days__gt=F("interval_days"))
        )


def _latest() -> models.QuerySet:
    """The contacts of a link in a subquery, newest first."""
    from .models import Contact

    return Contact.objects.filter(link=OuterRef("pk")).order_by("-on", "-pk")


def _with_tries() -> models.QuerySet:
    from .models import PeerLink

    last = _latest()
    return (
        PeerLink.objects.filter(pk__any_of=IDS)
        .order_by()
        .values_list(
            "pk",
            Subquery(last.filter(reached=True).values("channel")[:1]),
            Subquery(last.values("on")[:1]),
            Subquery(last.values("channel")[:1]),
            Subquery(last.values("reached")[:1]),
        )
    )


_tries = Prepared(_with_tries)


@dataclass(frozen=True, slots=True)
class Tries:
    """The channel of a link's last contact, and its last try, which may have led nowhere."""

    reached_by: str | None
    tried_on: date | None
    tried_by: str | None
    led_through: bool | None


def tries_of(link_ids: Collection[int]) -> dict[int, Tries]:
    """The tries of some links, such as those of a page. One query."""
    return {pk: Tries(*rest) for pk, *rest in _tries(ids=list(link_ids))}


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The log as the person has agreed to share it (need P4), on every read.

        The peer reads what is logged on their own links. The coordinator and the caseworkers
        read it where the agreement names them, and where they may know of the person at all.
        """
        from casework.querysets import sees

        from .models import PeerLink

        may = Q(link__in=PeerLink.objects.walked_by(user))
        if user.has_role(RoleKind.PEER_COORDINATOR):
            may |= Q(
                link__in=PeerLink.objects.visible_to(user),
                link__shares__contains=[Share.COORDINATOR],
            )
        if user.has_role(*CASE_ROLES):
            may |= sees(user, "link__person__") & Q(link__shares__contains=[Share.CASEWORKER])
        return self.filter(may)

    def shared_with_casework(self) -> Self:
        """Contacts of those whose agreement lets the caseworker read the log."""
        return self.filter(link__shares__contains=[Share.CASEWORKER])
