from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import OrganisationUnit
from casework.models import Person

from .enums import Channel, LifeDomain, LinkState, PeerKind, Share
from .querysets import ContactQuerySet, PeerLinkQuerySet, PeerQuerySet


class Peer(models.Model):
    """A likeperson or erfaringskonsulent. Nothing is kept here of the peer's own history (P1)."""

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
    """A kobling between a person and a peer, which the person wants, may pause and may end.

    `goal` is in the person's own words, `shares` exactly with whom the log may be shared (P4).
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
    call_name = models.CharField(_("fornavn eller kallenavn"), max_length=60)
    agreed_phone = models.CharField(_("telefon personen vil bruke"), max_length=20, blank=True)
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


class Contact(models.Model):
    """A peer's contact with a participant. «Door not opened» is a contact too (needs P5, P6)."""

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
