"""Who may do what in allocation.

Område: Venteliste og tildeling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import CASE_ROLES, RoleKind

if TYPE_CHECKING:
    from accounts.models import User

    from .models import AllocationMeeting, ManualClass


def can_see_waiting_list(user: User) -> bool:
    """Everyone with a case role: caseworkers, approvers, chairs, managers.

    Protected and shielded people are left out for users without that right, and the numbers on
    the list do not reveal it (docs/adr/0004).

    Rett: Se ventelisten.
    """
    return user.has_role(*CASE_ROLES)


def can_set_class_by_hand(user: User) -> bool:
    """Caseworkers and approvers may propose another class, with a reason.

    Rett: Foreslå en annen prioritetsklasse.
    """
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_approve_class(user: User, proposal: ManualClass) -> bool:
    """An approver who did not propose the class.

    Rett: Godkjenne en foreslått klasse (ikke eget forslag).
    """
    return user.has_role(RoleKind.APPROVER) and proposal.set_by_id != user.pk


def can_decline_class(user: User, proposal: ManualClass) -> bool:
    """An approver may decline the proposal; the user who proposed it may withdraw it.

    Rett: Avslå eller trekke en foreslått klasse (beslutter: ikke eget forslag; andre: bare eget).
    """
    if can_approve_class(user, proposal):
        return True
    return can_set_class_by_hand(user) and proposal.set_by_id == user.pk


def can_read_meetings(user: User) -> bool:
    """Everyone with a case role reads the meetings and minutes, but not the closed part.

    Rett: Lese tildelingsmøter og protokoller.
    """
    return user.has_role(*CASE_ROLES)


def can_run_meetings(user: User) -> bool:
    """Chairs, caseworkers and approvers call meetings and write agendas and minutes.

    Rett: Innkalle til møter og skrive saksliste og protokoll.
    """
    return user.has_role(RoleKind.CHAIR, RoleKind.CASEWORKER, RoleKind.APPROVER)


def sees_holds(user: User) -> bool:
    """Why a home is held, and that it is held no longer, is for users who see everybody: to others
    a hold must look like a home that went to somebody hidden (docs/adr/0007).

    Rett: Se hvorfor en bolig er holdt av (med tilgang til beskyttede og skjermede).
    """
    return user.sees_protected and user.sees_shielded


def can_release_hold(user: User) -> bool:
    """Those who run meetings, and see everybody.

    Rett: Slippe en bolig som er holdt av (med tilgang til beskyttede og skjermede).
    """
    return can_run_meetings(user) and sees_holds(user)


def can_offer(user: User) -> bool:
    """Caseworkers and approvers send offers, note the answers and agree leases.

    Rett: Sende tilbud, føre svar og avtale leie.
    """
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)


def can_approve_minutes(user: User, meeting: AllocationMeeting) -> bool:
    """Only the chair of the meeting, while they run meetings.

    Rett: Godkjenne protokollen (den som leder møtet).
    """
    return can_run_meetings(user) and meeting.chair_id == user.pk


def can_ask_still_needed(user: User) -> bool:
    """Caseworkers and approvers ask people by phone or letter, and register answers (need C26).

    Rett: Spørre om behovet fortsatt er der.
    """
    return user.has_role(RoleKind.CASEWORKER, RoleKind.APPROVER)
