"""Who may do what with users, the read log, jobs and settings. Docstrings state the rules.

Område: Brukere, innstillinger og logg.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import CONFIRMING_ROLES, RoleKind

if TYPE_CHECKING:
    from .models import RoleProposal, User


def can_manage_users(user: User) -> bool:
    """Only the system administrator creates users, and gives and ends roles.

    The role itself gives no access to persons (need S1).

    Rett: Legge til brukere, foreslå, gi og avslutte roller, og stoppe brukere.
    """
    return user.has_role(RoleKind.SYSTEM_ADMIN)


def can_confirm_roles(user: User) -> bool:
    """A manager or the privacy officer confirms or refuses roles that open persons (need S1).

    Rett: Bekrefte eller avvise roller.
    """
    return user.has_role(*CONFIRMING_ROLES)


def can_confirm_role(user: User, proposal: RoleProposal) -> bool:
    """Somebody who confirms roles, and neither proposed this one nor is to have it.

    Rett: Bekrefte eller avvise en bestemt rolle (ikke sin egen, eller en man selv har foreslått).
    """
    return can_confirm_roles(user) and user.pk not in (proposal.user_id, proposal.proposed_by_id)


def can_see_access_log(user: User) -> bool:
    """Those who give roles and those who confirm them see who got and lost access, by whom.

    Rett: Se hvem som har fått og mistet roller.
    """
    return can_manage_users(user) or can_confirm_roles(user)


def can_read_log(user: User) -> bool:
    """The privacy officer (personvernombud) reads the log of who read whose record (need S2).

    The log shows only keys of persons, so the officer must ask a caseworker for a name.

    Rett: Lese leseloggen (personer står med id).
    """
    return user.has_role(RoleKind.PRIVACY_OFFICER)


def can_change_settings(user: User) -> bool:
    """A manager or the system administrator changes the municipality's settings.

    The settings are policy, for which a manager is responsible. None of them is about a person, so
    the system administrator may enter them.

    Rett: Endre kommunens innstillinger.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)


def can_see_jobs(user: User) -> bool:
    """A manager and the system administrator see whether the jobs run: counts, not persons.

    Rett: Se om jobbene kjører.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)


def can_register_absence(user: User) -> bool:
    """Users register their own absence; a manager or the system administrator that of others.

    Rett: Føre fravær for andre.
    """
    return user.has_role(RoleKind.MANAGER, RoleKind.SYSTEM_ADMIN)
