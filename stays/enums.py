from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.log.event_kinds import EventGroup, EventKind


class StayKind(models.TextChoices):
    """The kinds of place a person lives in (need C7)."""

    TEMPORARY = "midlertidig", _("Midlertidig bolig")
    LEASE = "leie", _("Kommunalt leieforhold")
    TRIAL = "prove", _("Treningsleilighet")
    INSTITUTION = "institusjon", _("Institusjon")
    WITH_OTHERS = "hos_andre", _("Hos familie eller venner")
    FAMILY = "hos_familie_fast", _("Fast hos nær familie")
    OWN_HOME = "egen", _("Egen bolig, leid eller eid")
    STREET = "ute", _("Uten sted å sove")
    MAKESHIFT = "ikke_bolig", _("Campingvogn, båt, brakke eller lignende")


# Lasting homes. A night in one ends a temporary chain.
LASTING = (StayKind.LEASE, StayKind.OWN_HOME)
# Homes of the municipality, rented by the person.
RENTED = (StayKind.LEASE, StayKind.TRIAL)
# A home to return to: owned, rented or with close family. With one, a person is not homeless.
HOMES = (*LASTING, StayKind.FAMILY)
# Places not made for sleeping.
ROOFLESS = (StayKind.STREET, StayKind.MAKESHIFT)
# Stays in a unit of the register; the other kinds have only the name of a place.
IN_UNIT = (StayKind.TEMPORARY, StayKind.LEASE, StayKind.TRIAL)

# Stays that the household of the holder shares. An institution or friends' sofa is not.
SHARED = (StayKind.TEMPORARY, StayKind.TRIAL, *HOMES)

# Where a person sleeps: at most one of these at a time. A home of their own or an institution may
# overlap with them, since a room is often kept during a short admission.
SLEEPS = (
    StayKind.TEMPORARY,
    StayKind.TRIAL,
    StayKind.WITH_OTHERS,
    StayKind.STREET,
    StayKind.MAKESHIFT,
    StayKind.FAMILY,
)


class InstitutionKind(models.TextChoices):
    TREATMENT = "treatment", _("Behandling")
    HOSPITAL = "hospital", _("Sykehus")
    PRISON = "prison", _("Fengsel")


class HomeAhead(models.TextChoices):
    """What a person has or is promised for the day they leave an institution, best first."""

    READY = "klar", _("Bolig klar")
    ACCEPTED = "takket_ja", _("Takket ja til tilbud")
    KEPT_OFFER = "tilbudt_og_holdt_av", _("Tilbudt, og holdt av")
    RESERVED = "holdt_av", _("Holdt av, med vedtak")
    OFFERED = "tilbudt", _("Tilbudt")
    HELD = "holdt_av_uten_vedtak", _("Holdt av, uten vedtak")
    BEGINS = "begynner", _("Begynner etterpå")
    ENDS = "slutter", _("Slutter før")
    UNSAFE = "utrygg", _("Utrygg")


# With one of these in time, a home is agreed.
AGREED = (HomeAhead.ACCEPTED, HomeAhead.KEPT_OFFER, HomeAhead.RESERVED)


class Unsuitable(models.TextChoices):
    """Why a person's home is not suitable for them."""

    ACCESS = "tilgjengelighet", _("Kan ikke bruke boligen (trapper, rullestol)")
    OTHER = "annet", _("Uegnet av andre grunner")


class Deposit(models.TextChoices):
    NONE = "ingen", _("Ingen")
    DEPOSIT = "depositum", _("Depositum")
    GUARANTEE = "garanti", _("Garanti")


class UnsuitedFor(models.TextChoices):
    """Whom a place is unsuited for when it is used anyway, with a written reason (need T5)."""

    CHILDREN = "barn", _("Barn")
    YOUNG = "unge", _("Unge")


class SearchOutcome(models.TextChoices):
    """The outcome of a search for a place for the night (need T4)."""

    NONE_FOUND = "ingen_plass", _("Fant ingen plass")
    REFUSED = "takket_nei", _("Personen takket nei")
    TURNED_AWAY = "avvist", _("Stedet sa nei")
    SUBSTANDARD = "under_standard", _("Sted under standard ble brukt")


class Readiness(models.TextChoices):
    """What to have in place before somebody moves in (need H10)."""

    VIEWING = "visning", _("Visning")
    PAPERS = "papirer", _("Kontrakt og papirer")
    DEPOSIT = "depositum", _("Depositum eller garanti")
    BANK = "bankkonto", _("Bankkonto og husleie")
    KEYS = "nokler", _("Nøkler")
    FURNITURE = "mobler", _("Møbler og utstyr")
    POWER = "strom", _("Strøm")


class RiskCause(models.TextChoices):
    ARREARS = "restanse", _("Husleierestanse")
    COMPLAINT = "klage", _("Klager fra naboer")
    DAMAGE = "skade", _("Skade på boligen")
    OTHER = "annet", _("Annet")


class StepKind(models.TextChoices):
    """A step the municipality or the tenant has taken in a tenancy (need H9)."""

    CONTACT = "kontakt", _("Samtale eller hjemmebesøk")
    PAYMENT_PLAN = "avtale", _("Avtale om nedbetaling")
    WARNING = "advarsel", _("Skriftlig advarsel")
    TENANT_LEAVES = "oppsagt_av_leietaker", _("Leietaker har sagt opp")
    TERMINATION = "oppsigelse", _("Oppsigelse fra kommunen")
    ASKED_TO_LEAVE = "oppfordring", _("Skriftlig oppfordring om å flytte")
    EVICTION_NOTICE = "utkastelsesvarsel", _("Varsel før begjæring om utkastelse")
    EVICTION_CLAIM = "begjaering", _("Begjæring om utkastelse")
    EVICTION_DAY = "utkastelse", _("Berammet utkastelse")


class RiskOutcome(models.TextChoices):
    KEPT = "bor_videre", _("Bor videre i boligen")
    MOVED = "flyttet", _("Flyttet til en annen bolig")
    LOST = "tapt", _("Leieforholdet tok slutt")


class VoidedAs(models.TextChoices):
    """Why a stay that was registered does not count: it was never so."""

    MISTAKEN = "feilregistrert", _("Feilregistrert")
    UNUSED = "ikke_brukt", _("Ble ikke noe av")
    NO_CONTRACT = "ikke_inngatt", _("Kontrakt ikke inngått")


class StayEvent(EventKind):
    """Of where a person lives, and of their lease."""

    TENANCY_AT_RISK = "tenancy.at_risk"
    TENANCY_PLAN = "tenancy.plan"
    TENANCY_SAFE = "tenancy.safe"
    TENANCY_STEP = "tenancy.step"
    LEASE_AGREED = "lease.agreed", EventGroup.HOUSING
    LEASE_CANCELLED = "lease.cancelled", EventGroup.HOUSING
    LEASE_CHANGED = "lease.changed", EventGroup.HOUSING
    LEASE_PROLONGED = "lease.prolonged", EventGroup.HOUSING
    LEASE_READY = "lease.ready", EventGroup.HOUSING
    LEASE_RENT = "lease.rent", EventGroup.HOUSING
    STAY_CHANGED = "stay.changed", EventGroup.HOUSING
    STAY_ENDED = "stay.ended", EventGroup.HOUSING
    STAY_REGISTERED = "stay.registered", EventGroup.HOUSING
    STAY_REOPENED = "stay.reopened", EventGroup.HOUSING
    STAY_RENEWED = "stay.renewed", EventGroup.HOUSING
    STAY_SEARCH = "stay.search", EventGroup.HOUSING
    STAY_SEARCH_CHANGED = "stay.search_changed", EventGroup.HOUSING
    STAY_VOIDED = "stay.voided", EventGroup.HOUSING
