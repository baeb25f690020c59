from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.log.event_kinds import EventGroup, EventKind


class PeerKind(models.TextChoices):
    PEER = "likeperson", _("Likeperson")
    EMPLOYED = "erfaringskonsulent", _("Erfaringskonsulent")


class LinkState(models.TextChoices):
    """The states of a link. After REPORTED nothing happens unless the person wants it (need P2)."""

    REPORTED = "meldt", _("Behov meldt")
    WANTED = "onsket", _("Personen ønsker likeperson")
    LINKED = "koblet", _("Koblet")
    PAUSED = "pause", _("Pause")
    ENDED = "avsluttet", _("Avsluttet")
    NOT_WANTED = "ikke_onsket", _("Personen ønsker det ikke nå")


class Channel(models.TextChoices):
    MEETING = "mote", _("Møte")
    PHONE = "telefon", _("Telefon")
    SMS = "sms", _("SMS")
    SOCIAL = "sosiale_medier", _("Sosiale medier")
    ACCOMPANY = "folge", _("Følge")
    COLLABORATION = "samarbeidsmote", _("Samarbeidsmøte")
    TEAM = "ansvarsgruppe", _("Ansvarsgruppemøte")


class LifeDomain(models.TextChoices):
    HOUSING = "bolig", _("Bolig")
    NETWORK = "nettverk", _("Nettverk")
    ACTIVITY = "aktivitet", _("Aktivitet")
    MONEY = "okonomi", _("Økonomi")
    WORK = "arbeid", _("Arbeid")
    EVERYDAY = "hverdag", _("Hverdag")


class Share(models.TextChoices):
    """Who may read the contact log, as the person wishes (need P4)."""

    COORDINATOR = "koordinator", _("Likepersonkoordinatoren")
    CASEWORKER = "saksbehandler", _("Saksbehandleren")


class PeerEvent(EventKind):
    """Events about peers; never what was said."""

    AGREEMENT = "peer.agreement", EventGroup.CONTACT
    CHANGE = "peer.change", EventGroup.CONTACT
    ENDED = "peer.ended", EventGroup.CONTACT
    LINKED = "peer.linked", EventGroup.CONTACT
    NOT_WANTED = "peer.not_wanted", EventGroup.CONTACT
    PAUSED = "peer.paused", EventGroup.CONTACT
    REPORTED = "peer.reported", EventGroup.CONTACT
    RESUMED = "peer.resumed", EventGroup.CONTACT
    WANTED = "peer.wanted", EventGroup.CONTACT
