from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """Kinds of organisation unit that meet over a case (needs.md, figures.md)."""

    NAV = "nav", _("Nav-kontor")
    HOUSING_OFFICE = "boligkontor", _("Boligkontor")
    HEALTH_OFFICE = "helse_velferd", _("Helse- og velferdskontor")
    ESTATE = "eiendom", _("Eiendom")
    PEER_ORGANISATION = "likeperson", _("Likepersonorganisasjon")


class RoleKind(models.TextChoices):
    """What a user may be, at one unit, for a time. Rights are asked of these, in `perms.py`."""

    CASEWORKER = "saksbehandler", _("Saksbehandler")
    APPROVER = "beslutter", _("Beslutter")
    STOCK_MANAGER = "boligforvalter", _("Boligforvalter")
    CHAIR = "moteleder", _("Møteleder")
    PEER_COORDINATOR = "likepersonkoordinator", _("Likepersonkoordinator")
    PEER = "likeperson", _("Likeperson")
    MANAGER = "leder", _("Leder")
    PRIVACY_OFFICER = "personvernombud", _("Personvernombud")
    SYSTEM_ADMIN = "systemadministrator", _("Systemadministrator")


# Roles that work with a person's case, and so may see persons at all.
CASE_ROLES = (RoleKind.CASEWORKER, RoleKind.APPROVER, RoleKind.CHAIR, RoleKind.MANAGER)
