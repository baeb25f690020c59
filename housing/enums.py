from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitType(models.TextChoices):
    """Types of dwelling (need H2). The codes are those of the scenario format."""

    MUNICIPAL = "kommunal", _("Kommunal bolig")
    COOPERATIVE = "borettslag", _("Borettslagsleilighet")
    REFERRAL = "tilvisning", _("Tilvisningsbolig")
    CARE = "omsorgsbolig", _("Omsorgsbolig")
    SHARED = "bofellesskap", _("Bofellesskap med base")
    STAFFED = "botiltak", _("Botiltak")
    SMALL_HOUSE = "smahus", _("Småhus")
    ROBUST = "forsterket", _("Forsterket bolig")
    TRAINING = "treningsleilighet", _("Treningsleilighet")
    ROOMS = "hybelhus", _("Hybelhus")
    USER_RUN = "brukerstyrt", _("Brukerstyrt tiltak")
    GUEST_HOUSE = "pensjonat", _("Pensjonat")
    HOSPICE = "hospits", _("Hospits")
    SHELTER = "herberge", _("Herberge")
    CRISIS = "krisebolig", _("Krisebolig")
    EMERGENCY = "akuttovernatting", _("Akuttovernatting")
    CABIN = "campinghytte", _("Campinghytte")


TEMPORARY_TYPES = (
    UnitType.GUEST_HOUSE,
    UnitType.HOSPICE,
    UnitType.SHELTER,
    UnitType.CRISIS,
    UnitType.EMERGENCY,
    UnitType.CABIN,
)
# A time-limited home to learn in: it neither ends a chain of temporary stays nor counts in it.
TRIAL_TYPES = (UnitType.TRAINING,)
LASTING_TYPES = tuple(
    kind for kind in UnitType if kind not in TEMPORARY_TYPES and kind not in TRIAL_TYPES
)


def use_of(kind: str) -> Sequence[UnitType]:
    """The types people live in as in this one: for some nights, on trial, or for good."""
    return next(kinds for kinds in (TEMPORARY_TYPES, TRIAL_TYPES, LASTING_TYPES) if kind in kinds)


class Staffing(models.TextChoices):
    NONE = "none", _("Uten personale")
    DAY = "day", _("Personale på dagtid")
    NIGHT = "night", _("Personale også om natten")


STAFFING_ORDER = {Staffing.NONE: 0, Staffing.DAY: 1, Staffing.NIGHT: 2}


class UnitStatus(models.TextChoices):
    """The status of a home on a date, worked out by `allocation.vacancy`; not a column."""

    VACANT = "ledig", _("Ledig")
    RESERVED = "reservert", _("Holdt av")
    OCCUPIED = "bebodd", _("Bebodd")
    UNAVAILABLE = "utilgjengelig", _("Utilgjengelig")
    NOT_IN_USE = "ikke_i_bruk", _("Ikke i bruk")


class UnavailableCause(models.TextChoices):
    REPAIR = "reparasjon", _("Reparasjon")
    REFURBISHING = "oppussing", _("Oppussing")
    CLEANING = "rydding", _("Rydding og vask")
    CONVERSION = "ombygging", _("Ombygging")
    DAMAGE = "skade", _("Skade")
    PESTS = "skadedyr", _("Skadedyr")
    OTHER = "annet", _("Annet")
    NOT_IN_STOCK = "ute", _("Ikke i bruk som bolig")


# Chosen by a person. `NOT_IN_STOCK` is only set as a closed property is taken into use again: the
# days between are no void.
CHOSEN_CAUSES = tuple(cause for cause in UnavailableCause if cause != UnavailableCause.NOT_IN_STOCK)


class PropertyStage(models.TextChoices):
    """The lifecycle of a property (need H4)."""

    PLANNED = "planlagt", _("Planlagt")
    IN_USE = "i_bruk", _("I bruk")
    AT_RISK = "utsatt", _("Kan falle bort")
    REBUILT = "ombygging", _("Bygges om")
    CLOSED = "avviklet", _("Avviklet")


# The stages in which nobody can live there.
OUT_OF_USE = (PropertyStage.PLANNED, PropertyStage.REBUILT, PropertyStage.CLOSED)


class UpkeepKind(models.TextChoices):
    """What is broken. Locks and fire safety are always urgent (need H5)."""

    LOCK = "las", _("Lås eller dør")
    WATER = "vann", _("Vann og avløp")
    HEAT = "varme", _("Varme")
    POWER = "strom", _("Strøm")
    FIRE = "brann", _("Brannsikring")
    DAMAGE = "skade", _("Skade")
    PESTS = "skadedyr", _("Skadedyr")
    OTHER = "annet", _("Annet")


ALWAYS_URGENT = (UpkeepKind.LOCK, UpkeepKind.FIRE)


class AgreementFlagClosed(models.TextChoices):
    """Why the flag of a quality agreement (kvalitetsavtale) is closed."""

    SUPERSEDED = "erstattet", _("Erstattet av et senere varsel")
    FACTS = "fakta", _("Avtalen er fornyet, eller stedene er ikke lenger i bruk")
    HANDLED = "fulgt_opp", _("Fulgt opp")
