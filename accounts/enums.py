from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """Kinds of organisation unit that work with cases (needs.md, figures.md)."""

    NAV = "nav", _("Nav-kontor")
    HOUSING_OFFICE = "boligkontor", _("Boligkontor")
    HEALTH_OFFICE = "helse_velferd", _("Helse- og velferdskontor")
    ESTATE = "eiendom", _("Eiendom")
    PEER_ORGANISATION = "likeperson", _("Likepersonorganisasjon")


class RoleKind(models.TextChoices):
    """The role of a user at a unit for a period. `perms.py` decides the rights of each role."""

    CASEWORKER = "saksbehandler", _("Saksbehandler")
    APPROVER = "beslutter", _("Beslutter")
    STOCK_MANAGER = "boligforvalter", _("Boligforvalter")
    CHAIR = "moteleder", _("Møteleder")
    PEER_COORDINATOR = "likepersonkoordinator", _("Likepersonkoordinator")
    PEER = "likeperson", _("Likeperson")
    MANAGER = "leder", _("Leder")
    PRIVACY_OFFICER = "personvernombud", _("Personvernombud")
    SYSTEM_ADMIN = "systemadministrator", _("Systemadministrator")


# The roles that work with persons' cases. Only these may see persons.
CASE_ROLES = (RoleKind.CASEWORKER, RoleKind.APPROVER, RoleKind.CHAIR, RoleKind.MANAGER)
# The roles that open persons, or watch over who does. A second person must confirm them before they
# hold (docs/adr/0024), and a system administrator can have none of them.
CONFIRMED_ROLES = (
    *CASE_ROLES,
    RoleKind.PEER_COORDINATOR,
    RoleKind.PEER,
    RoleKind.PRIVACY_OFFICER,
)
# The roles that confirm.
CONFIRMING_ROLES = (RoleKind.MANAGER, RoleKind.PRIVACY_OFFICER)


class RoleBasis(models.TextChoices):
    """Why a role that needs a second person holds without one."""

    INSTALLATION = "oppsett", _("Gitt ved oppsettet")
    EARLIER = "tidligere", _("Gitt før roller ble bekreftet")
    # Held beside the administrator's own role before that was refused; ended by the migration.
    CLASHED = "avviklet", _("Avsluttet, fordi en systemadministrator ikke kan ha den")


class ProposalState(models.TextChoices):
    """How far a proposed role has come."""

    WAITING = "venter", _("Venter på bekreftelse")
    CONFIRMED = "bekreftet", _("Bekreftet")
    REFUSED = "avvist", _("Avvist")
    WITHDRAWN = "trukket", _("Trukket")
    LAPSED = "falt_bort", _("Falt bort uten svar")


class AccessEventKind(models.TextChoices):
    """What was done to somebody's access."""

    PROPOSED = "foreslatt", _("Foreslått")
    CONFIRMED = "bekreftet", _("Bekreftet")
    REFUSED = "avvist", _("Avvist")
    WITHDRAWN = "trukket", _("Trukket")
    LAPSED = "falt_bort", _("Falt bort uten svar")
    GIVEN = "gitt", _("Gitt uten bekreftelse")
    INSTALLED = "oppsett", _("Gitt ved oppsettet")
    ENDED = "avsluttet", _("Avsluttet")
    STOPPED = "stoppet", _("Brukeren stoppet")
    STARTED = "startet", _("Brukeren startet igjen")
    SIGNED_OUT = "logget_ut", _("Logget ut overalt")


class ReadKind(models.TextChoices):
    """In what way a response showed the persons it named: the page's part of why they were read."""

    PERSON = "personside", _("Side om personen")
    MEETING = "mote", _("Møte")
    SEARCH = "sok", _("Søk")
    LIST = "liste", _("Liste")
    DOCUMENT = "dokument", _("Dokument")
    EXPORT = "uttrekk", _("Uttrekk")


class ImportState(models.TextChoices):
    """How far the import of a file has come."""

    READING = "leses", _("Leses")
    READ = "lest", _("Venter på ja")
    APPLYING = "tas_inn", _("Tas inn")
    APPLIED = "tatt_inn", _("Tatt inn")
    FAILED = "feilet", _("Ble ikke tatt inn")
    CANCELLED = "stoppet", _("Stoppet")
    EXPIRED = "kastet", _("Kastet")

    @classmethod
    def running(cls) -> tuple[str, ...]:
        """The states in which a job works on the file."""
        return (cls.READING, cls.APPLYING)
