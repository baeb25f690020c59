from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.log.event_kinds import EventGroup, EventKind


class MeetingState(models.TextChoices):
    PLANNED = "planlagt", _("Planlagt")
    OPEN = "pågår", _("Pågår")
    APPROVED = "godkjent", _("Protokoll godkjent")


class ItemOutcome(models.TextChoices):
    OPEN = "", _("Ikke behandlet")
    CHOSEN = "tildelt", _("Tildelt")
    POSTPONED = "utsatt", _("Utsatt")
    NO_CANDIDATE = "ingen", _("Ingen egnet søker")
    # For a purpose that is not for the minutes. To whoever may not see a person, a home that went
    # to the person is one that is held (docs/adr/0007).
    HELD = "holdt", _("Holdt av")


class OfferState(models.TextChoices):
    SENT = "sendt", _("Venter på svar")
    ACCEPTED = "ja", _("Takket ja")
    DECLINED = "nei", _("Takket nei")
    WITHDRAWN = "trukket", _("Trukket av kommunen")
    EXPIRED = "utlopt", _("Svarfristen gikk ut")


class DeclineCode(models.TextChoices):
    """Why an offer was declined. Declining has no effect on the waiting list (need A9)."""

    AREA = "omrade", _("Området")
    ACCESS = "tilgjengelighet", _("Kan ikke bruke boligen")
    SIZE = "storrelse", _("Størrelsen")
    RENT = "husleie", _("Husleien")
    MILIEU = "miljo", _("Miljøet rundt boligen")
    TIMING = "tidspunkt", _("Tidspunktet")
    OTHER = "annet", _("Annet")


# An accepted offer keeps its unit reserved until the lease is agreed.
RESERVING_OFFERS = (OfferState.SENT, OfferState.ACCEPTED)


class NeedAnswer(models.TextChoices):
    """The answer when somebody on the waiting list is asked if the need is the same (need C26)."""

    YES = "ja", _("Ja, trenger fortsatt bolig")
    CHANGED = "endret", _("Ja, men behovet er endret")
    NO = "nei", _("Nei, trenger ikke bolig nå")


class AllocationEvent(EventKind):
    """Events of meetings, offers, reservations and proposed classes."""

    CLASS_APPROVED = "class.approved"
    CLASS_DECLINED = "class.declined"
    CLASS_PROPOSED = "class.proposed"
    UNIT_RELEASED = "unit.released"
    UNIT_RESERVED = "unit.reserved"
    INQUIRY_ANSWERED = "inquiry.answered", EventGroup.CONTACT
    LETTER_STILL_NEEDED = "letter.still_needed", EventGroup.LETTER
    MEETING_CHOSEN = "meeting.chosen", EventGroup.MEETING
    MEETING_CONSIDERED = "meeting.considered", EventGroup.MEETING
    MEETING_RESERVE = "meeting.reserve", EventGroup.MEETING
    LEASE_INFORMED = "lease.informed", EventGroup.HOUSING
    OFFER_ACCEPTED = "offer.accepted", EventGroup.HOUSING
    OFFER_ANSWER_UNDONE = "offer.answer_undone", EventGroup.HOUSING
    OFFER_DECLINED = "offer.declined", EventGroup.HOUSING
    OFFER_EXPIRED = "offer.expired", EventGroup.HOUSING
    OFFER_SENT = "offer.sent", EventGroup.HOUSING
    OFFER_WITHDRAWN = "offer.withdrawn", EventGroup.HOUSING
