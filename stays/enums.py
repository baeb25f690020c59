from django.db import models
from django.utils.translation import gettext_lazy as _


class StayKind(models.TextChoices):
    """Where a person lives, as coded episodes (need C7)."""

    TEMPORARY = "midlertidig", _("Midlertidig bolig")
    LEASE = "leie", _("Kommunalt leieforhold")
    TRIAL = "prove", _("Treningsleilighet")
    INSTITUTION = "institusjon", _("Institusjon")
    WITH_OTHERS = "hos_andre", _("Hos familie eller venner")
    FAMILY = "hos_familie_fast", _("Fast hos nær familie")
    OWN_HOME = "egen", _("Egen bolig, leid eller eid")
    STREET = "ute", _("Uten sted å sove")
    MAKESHIFT = "ikke_bolig", _("Campingvogn, båt, brakke eller lignende")


# A home that lasts: a break spent in one ends a temporary chain, whatever its length.
LASTING = (StayKind.LEASE, StayKind.OWN_HOME)
# Lives in a unit of the register; the other kinds only have a place in words.
IN_UNIT = (StayKind.TEMPORARY, StayKind.LEASE, StayKind.TRIAL)

# Where one sleeps: in one of these at a time. A home of one's own may stand beside any of them, and
# an institution too, since a room is often kept through a short admission.
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


class Unsuitable(models.TextChoices):
    """Why the home a person has is not one they can use or keep well in."""

    ACCESS = "tilgjengelighet", _("Kan ikke bruke boligen (trapper, rullestol)")
    OTHER = "annet", _("Uegnet av andre grunner")


class Deposit(models.TextChoices):
    NONE = "ingen", _("Ingen")
    DEPOSIT = "depositum", _("Depositum")
    GUARANTEE = "garanti", _("Garanti")


class UnsuitedFor(models.TextChoices):
    """For whom a place is unsuited, that is used all the same, for a written reason (need T5)."""

    CHILDREN = "barn", _("Barn")
    YOUNG = "unge", _("Unge")


class SearchOutcome(models.TextChoices):
    """What came of looking for a place for the night (need T4)."""

    NONE_FOUND = "ingen_plass", _("Fant ingen plass")
    REFUSED = "takket_nei", _("Personen takket nei")
    TURNED_AWAY = "avvist", _("Stedet sa nei")
    SUBSTANDARD = "under_standard", _("Sted under standard ble brukt")
