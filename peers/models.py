"""Peers, their links with persons, and the contact log (needs P1–P6)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Count, DateField, F, Func, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import settings_table
from accounts.enums import CASE_ROLES, RoleKind
from accounts.models import OrganisationUnit
from casework.models import Person
from common.model_parts import PhoneField
from common.prepared import DAY, IDS, Prepared
from common.shown import NamingField

from .enums import Channel, LifeDomain, LinkState, PeerKind, Share

if TYPE_CHECKING:
    from accounts.models import User


ACTIVE = (LinkState.LINKED, LinkState.PAUSED)


class _CallName(NamingField):
    """What the peer calls the person: it names them to the peer, who sees no other name."""

    whose = "person_id"


class PeerQuerySet(models.QuerySet):
    def active(self, on: date) -> Self:
        return self.filter(active__contains=on)

    def with_load(self, user: User) -> Self:
        """Add `load`, the number of active and paused links, and `places`, the free places.

        Links to people hidden from the user do not count: the number would tell of them
        (docs/adr/0017). Peers are never ranked by these (need P7); lists are sorted by name.
        """
        from casework.models import Person

        hidden = Q(links__person__in=Person.objects.hidden_from(user))
        load = Count("links", filter=Q(links__state__in=ACTIVE) & ~hidden)
        free = Cast(F("capacity"), IntegerField()) - load
        return self.annotate(load=load, places=Greatest(free, 0))


class PeerLinkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A coordinator sees people who have said yes, if they may see the person; a peer sees only
        their own participants (need P8). Before a yes, neither sees anything.
        """
        if user.has_role(RoleKind.PEER_COORDINATOR):
            return self.not_hidden_from(user).filter(
                state__in=[LinkState.WANTED, *ACTIVE, LinkState.ENDED]
            )
        return self.followed_by(user)

    def not_hidden_from(self, user: User) -> Self:
        """Leave out protected and shielded people the user may not see (needs S3, S4)."""
        from casework.models import Person

        # They are few, so leaving them out is cheaper than checking every person.
        return self.exclude(person__in=Person.objects.hidden_from(user))

    def followed_by(self, user: User) -> Self:
        """The user's own participants, from the start of the link to its end."""
        if not user.has_role(RoleKind.PEER):
            return self.none()
        return self.filter(peer__user=user).active()

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> Self:
        """Those who have said yes and have no peer yet."""
        return self.filter(state=LinkState.WANTED)

    def open(self) -> Self:
        """Reported, waiting or active."""
        return self.filter(state__in=[LinkState.REPORTED, LinkState.WANTED, *ACTIVE])

    def with_contact(self) -> Self:
        """Add `reached_on`, the day of the last contact, and `quiet_since`: that day, else the day
        of the koblingsmøte, else the day of the yes.
        """
        return self.annotate(
            reached_on=Subquery(_latest().filter(reached=True).values("on")[:1]),
            quiet_since=Coalesce(F("reached_on"), F("met_on"), F("wanted_on")),
        )

    def quiet(self, on: date) -> Self:
        """Active, and longer without contact than agreed, in days. A link on pause is left out
        (need P6). Call `with_contact()` first.
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
    return Contact.objects.filter(link=OuterRef("pk")).order_by("-on", "-pk")


def _with_tries() -> models.QuerySet:
    last = _latest()
    limit = settings_table.in_force("no_contact_days", "%s::date")
    return (
        PeerLink.objects.filter(pk__any_of=IDS)
        .order_by()
        .values_list(
            "pk",
            Subquery(last.filter(reached=True).values("channel")[:1]),
            Subquery(last.values("on")[:1]),
            Subquery(last.values("channel")[:1]),
            Subquery(last.values("reached")[:1]),
            RawSQL(limit, [DAY], IntegerField()),
        )
    )


_tries = Prepared(_with_tries)


@dataclass(frozen=True, slots=True)
class Tries:
    """The channel of a link's last contact, its last attempt, which may have failed, and the
    municipality's `no_contact_days`.
    """

    reached_by: str | None
    tried_on: date | None
    tried_by: str | None
    tried_reached: bool | None
    long_days: int


def tries_of(link_ids: Collection[int], on: date) -> dict[int, Tries]:
    """The last contact and attempt of each link, by link id. One query."""
    return {pk: Tries(*rest) for pk, *rest in _tries(on=on, ids=list(link_ids))}


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The contacts the user may read, by the person's agreement as it is now (need P4).

        Peers read the log of their own links. Coordinators and caseworkers read it if the
        agreement names them and they may see the person.
        """
        from casework.log.visibility import visible_persons

        may = Q(link__in=PeerLink.objects.followed_by(user))
        if user.has_role(RoleKind.PEER_COORDINATOR):
            may |= Q(
                link__in=PeerLink.objects.visible_to(user),
                link__shares__contains=[Share.COORDINATOR],
            )
        if user.has_role(*CASE_ROLES):
            may |= visible_persons(user, "link__person__") & Q(
                link__shares__contains=[Share.CASEWORKER]
            )
        return self.filter(may)


class Peer(models.Model):
    """A peer (likeperson, erfaringskonsulent). Nothing is stored of their own past (need P1)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="peer", verbose_name=_("bruker")
    )
    organisation = models.ForeignKey(
        OrganisationUnit, models.PROTECT, related_name="peers", verbose_name=_("organisasjon")
    )
    kind = models.CharField(_("type"), max_length=20, choices=PeerKind, default=PeerKind.PEER)
    post_percent = models.PositiveSmallIntegerField(_("stilling (%)"), default=20)
    capacity = models.PositiveSmallIntegerField(_("plass til antall deltakere"), default=3)
    birth_year = models.PositiveSmallIntegerField(_("fødselsår"), null=True, blank=True)
    gender = models.CharField(_("kjønn"), max_length=10, blank=True)
    languages = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("språk")
    )
    interests = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("interesser")
    )
    active = DateRangeField(_("aktiv"))
    history = HistoricalRecords()

    objects = PeerQuerySet.as_manager()

    class Meta:
        verbose_name = _("likeperson")
        verbose_name_plural = _("likepersoner")
        ordering = ["user__full_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="peer_percent",
                condition=Q(post_percent__lte=100),
                violation_error_message=_("Stillingen kan være høyst 100 prosent."),
            ),
        ]

    def __str__(self) -> str:
        return self.user.get_full_name()


class PeerLink(models.Model):
    """A link (kobling) between a person and a peer. The person wants it, and may pause or end it.

    `goal` is in the person's own words; `shares` says who may read the log (need P4).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="peer_links")
    peer = models.ForeignKey(
        Peer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("likeperson"),
    )
    state = models.CharField(
        _("status"), max_length=20, choices=LinkState, default=LinkState.REPORTED
    )
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_because = models.CharField(
        _("hvorfor likeperson kan hjelpe"), max_length=300, blank=True
    )
    wanted_on = models.DateField(_("personen sa ja"), null=True, blank=True)
    met_on = models.DateField(_("koblingsmøte"), null=True, blank=True)
    ended_on = models.DateField(_("avsluttet"), null=True, blank=True)
    paused_until = models.DateField(_("pause til"), null=True, blank=True)
    interval_days = models.PositiveSmallIntegerField(_("avtalt kontakt hver (dager)"), default=7)
    goal = models.TextField(_("mål, med egne ord"), blank=True)
    call_name = _CallName(_("fornavn eller kallenavn"), max_length=60)
    agreed_phone = PhoneField(_("telefon personen vil bruke"), blank=True)
    shares = ArrayField(
        models.CharField(max_length=20, choices=Share), default=list, blank=True,
        verbose_name=_("loggen kan deles med"),
    )  # fmt: skip
    history = HistoricalRecords()

    objects = PeerLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("kobling")
        verbose_name_plural = _("koblinger")
        ordering = ["call_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="link_only_when_wanted",
                condition=Q(state__in=[LinkState.REPORTED, LinkState.NOT_WANTED])
                | Q(wanted_on__isnull=False),
                violation_error_message=_("En kobling krever at personen selv ønsker det."),
            ),
            models.CheckConstraint(
                name="linked_has_peer",
                condition=~Q(state__in=[LinkState.LINKED, LinkState.PAUSED])
                | Q(peer__isnull=False),
                violation_error_message=_("Velg en likeperson."),
            ),
            models.UniqueConstraint(
                fields=["person", "peer"],
                condition=Q(state__in=[LinkState.LINKED, LinkState.PAUSED]),
                name="linked_once",
                violation_error_message=_("De to er allerede koblet."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=[LinkState.REPORTED, LinkState.WANTED]),
                name="need_reported_once",
                violation_error_message=_("Det er allerede meldt at personen kan ha nytte av en."),
            ),
        ]

    def __str__(self) -> str:
        return f"Kobling {self.pk}"

    @property
    def is_linked(self) -> bool:
        return self.state == LinkState.LINKED

    @property
    def is_paused(self) -> bool:
        return self.state == LinkState.PAUSED


class Contact(models.Model):
    """A peer's contact with a participant; a failed attempt is one too (needs P5, P6)."""

    link = models.ForeignKey(PeerLink, models.PROTECT, related_name="contacts")
    on = models.DateField(_("dato"))
    channel = models.CharField(_("hvordan"), max_length=20, choices=Channel)
    reached = models.BooleanField(_("fikk kontakt"), default=True)
    minutes = models.PositiveSmallIntegerField(_("minutter"), default=0)
    domains = ArrayField(
        models.CharField(max_length=20, choices=LifeDomain), default=list, blank=True,
        verbose_name=_("hva det handlet om"),
    )  # fmt: skip
    words = models.CharField(_("kort tekst"), max_length=140, blank=True)
    shown_to_person = models.BooleanField(_("vist til deltakeren"), default=False)
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("kontakt")
        verbose_name_plural = _("kontakter")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["link", "-on", "-id"], name="contact_latest")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.on}"
