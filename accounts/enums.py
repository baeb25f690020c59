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
