"""Roles a second person confirms: proposing, confirming, refusing, withdrawing (docs/adr/0024).
Stopping a user, and ending their sessions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.errors import RuleBroken, explain_integrity_error
from common.jobs import NIGHT, JobResult
from common.locking import locked

from .. import sessions, settings_table
from ..enums import (
    CONFIRMED_ROLES,
    CONFIRMING_ROLES,
    AccessEventKind,
    ProposalState,
    RoleBasis,
    RoleKind,
)
from ..models import Role, RoleProposal, User
from .events import record

if TYPE_CHECKING:
    from ..models import OrganisationUnit


class OwnRole(RuleBroken):
    """Nobody gives or confirms a role of their own."""


class ProposalAnswered(RuleBroken):
    """Somebody else was first, or the period is over."""


class NotFirst(RuleBroken):
    """There is somebody who can do this in the application."""


def check_no_administrator(user: User, period: DateRange) -> None:
    """Raises `RuleBroken` when the user is system administrator in the period. The database
    refuses it too (`role_admin_opens_nobody`)."""
    if user.roles.filter(kind=RoleKind.SYSTEM_ADMIN, period__overlap=period).exists():
        raise RuleBroken(
            _(
                "%(name)s er systemadministrator i perioden, og kan ikke samtidig ha en rolle som "
                "åpner personopplysninger."
            )
            % {"name": user}
        )


@transaction.atomic
def propose_role(
    *,
    user: User,
    unit: OrganisationUnit,
    kind: str,
    period: DateRange,
    protected_access: bool,
    shielded_access: bool,
    by: User,
    at: datetime,
) -> RoleProposal:
    """Propose a role, which gives nothing until another confirms it.

    Raises `OwnRole`, `RuleBroken` for a system administrator, and IntegrityError
    (`proposal_one_waits`) when it is proposed already.
    """
    if user.pk == by.pk:
        raise OwnRole(_("Du kan ikke foreslå en rolle til deg selv. Be en annen gjøre det."))
    check_no_administrator(user, period)
    proposal = RoleProposal.objects.create(
        user=user,
        unit=unit,
        kind=kind,
        period=period,
        protected_access=protected_access,
        shielded_access=shielded_access,
        proposed_by=by,
        proposed_at=at,
    )
    record(AccessEventKind.PROPOSED, user=user, role=proposal, by=by, at=at)
    return proposal


@transaction.atomic
def confirm_role(*, proposal: RoleProposal, by: User, at: datetime) -> Role:
    """The proposed role holds from now, or from its first day if that comes later.

    Raises `ProposalAnswered`, `OwnRole`, and `RuleBroken` when `by` can no longer confirm, or the
    user has become an administrator or has the role already.
    """
    proposal = _waiting(proposal, by, at)
    on = local_date(at)
    lower, upper = max(proposal.period.lower or on, on), proposal.period.upper
    if upper and upper <= lower:
        raise ProposalAnswered(_("Perioden er over. Avvis forslaget, så kan et nytt legges inn."))
    period = DateRange(lower, upper)
    check_no_administrator(proposal.user, period)
    _answer(proposal, ProposalState.CONFIRMED, by, at)
    role = Role(
        user=proposal.user,
        unit=proposal.unit,
        kind=proposal.kind,
        period=period,
        protected_access=proposal.protected_access,
        shielded_access=proposal.shielded_access,
        proposal=proposal,
    )
    role._history_user = by
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RuleBroken(explain_integrity_error(error) or _("Rollen kan ikke gis.")) from error
    record(AccessEventKind.CONFIRMED, user=role.user, role=role, by=by, at=at)
    return role


@transaction.atomic
def refuse_role(*, proposal: RoleProposal, reason: str, by: User, at: datetime) -> None:
    """The role is not given. Raises as `confirm_role`."""
    proposal = _waiting(proposal, by, at)
    _answer(proposal, ProposalState.REFUSED, by, at, reason)
    record(AccessEventKind.REFUSED, user=proposal.user, role=proposal, by=by, at=at, reason=reason)


@transaction.atomic
def withdraw_role(*, proposal: RoleProposal, by: User, at: datetime) -> None:
    """An administrator takes the proposal back. Raises `ProposalAnswered`."""
    proposal = _locked(proposal)
    _answer(proposal, ProposalState.WITHDRAWN, by, at)
    record(AccessEventKind.WITHDRAWN, user=proposal.user, role=proposal, by=by, at=at)


def _locked(proposal: RoleProposal) -> RoleProposal:
    # Locked, so that of two who answer at once the second is told.
    rows = RoleProposal.objects.select_related("user", "unit", "proposed_by", "answered_by")
    proposal = locked(rows.order_by("pk"), proposal.pk)
    if not proposal.is_waiting:
        by = proposal.answered_by
        raise ProposalAnswered(
            _("Forslaget er allerede besvart: %(state)s%(by)s.")
            % {
                "state": proposal.get_state_display().lower(),
                "by": _(" av %(name)s") % {"name": by} if by else "",
            }
        )
    return proposal


def _waiting(proposal: RoleProposal, by: User, at: datetime) -> RoleProposal:
    """The proposal, locked, for somebody who may answer it, also now."""
    proposal = _locked(proposal)
    if by.pk in (proposal.user_id, proposal.proposed_by_id):
        raise OwnRole(_("Den som foreslo rollen, og den som skal ha den, kan ikke svare."))
    if not any(role.kind in CONFIRMING_ROLES for role in by.roles_on(local_date(at))):
        raise RuleBroken(_("Rollen din som bekrefter er avsluttet."))
    return proposal


def _answer(
    proposal: RoleProposal, state: ProposalState, by: User, at: datetime, reason: str = ""
) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.answered_by, proposal.answered_at = by, at
    proposal.save(update_fields=["state", "reason", "answered_by", "answered_at"])


def lapse_proposals(on: date) -> JobResult:
    """The job: proposals nobody has answered in `proposal_days` days lapse, so that an old one is
    not confirmed by somebody who no longer knows why it was made."""
    at = datetime.combine(on, NIGHT, tzinfo=get_default_timezone())
    before = at - timedelta(days=settings_table.value("proposal_days", on))
    waiting = RoleProposal.objects.filter(state=ProposalState.WAITING, proposed_at__lt=before)
    # Locked, as for an answer.
    rows = list(waiting.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for proposal in rows:
        proposal.state = ProposalState.LAPSED
        proposal.save(update_fields=["state"])
        record(AccessEventKind.LAPSED, user=proposal.user, role=proposal, by=None, at=at)
    return JobResult(ended=len(rows))


@transaction.atomic
def install_role(*, user: User, unit: OrganisationUnit, kind: str, at: datetime) -> Role:
    """Give the first role of an installation, by command: to the system administrator, or to the
    manager or privacy officer who then confirms all others.

    Raises `NotFirst` when somebody active has such a role: then the application is used.
    """
    on = local_date(at)
    kinds = CONFIRMING_ROLES if kind in CONFIRMING_ROLES else (kind,)
    if kind not in (*CONFIRMING_ROLES, RoleKind.SYSTEM_ADMIN):
        raise RuleBroken(_("Bare systemadministrator, leder og personvernombud gis ved oppsettet."))
    # Locked, so that two commands at once do not both give the first.
    list(User.objects.select_for_update(of=("self",), no_key=True).order_by("pk").values("pk"))
    there = Role.objects.filter(kind__in=kinds, period__contains=on, user__is_active=True)
    if there.exists():
        raise NotFirst(_("Det finnes allerede en som har rollen. Bruk Varig i stedet."))
    if kind in CONFIRMED_ROLES:
        check_no_administrator(user, DateRange(on, None))
    role = Role.objects.create(
        user=user,
        unit=unit,
        kind=kind,
        period=DateRange(on, None),
        basis=RoleBasis.INSTALLATION if kind in CONFIRMED_ROLES else "",
    )
    record(AccessEventKind.INSTALLED, user=user, role=role, by=None, at=at)
    return role


@transaction.atomic
def stop_user(*, user: User, reason: str, by: User, at: datetime) -> None:
    """The user can do nothing from now, and their sessions end. Roles and responsibilities stay,
    so that somebody can take over. Raises `OwnRole` for oneself, and `RuleBroken` if it is done."""
    if user.pk == by.pk:
        raise OwnRole(_("Du kan ikke stoppe deg selv. Be en annen gjøre det."))
    _switch(user, active=False)
    record(AccessEventKind.STOPPED, user=user, by=by, at=at, reason=reason)
    transaction.on_commit(lambda: sessions.end_all(user, at))


@transaction.atomic
def start_user(*, user: User, by: User, at: datetime) -> None:
    """A stopped user can sign in again, with the roles they still have."""
    _switch(user, active=True)
    record(AccessEventKind.STARTED, user=user, by=by, at=at)
    # One who signed in just as they were stopped.
    transaction.on_commit(lambda: sessions.end_all(user, at))


def _switch(user: User, *, active: bool) -> None:
    # Locked, so that of two who do it at once the second is told.
    row = locked(User.objects.all(), user.pk)
    if row.is_active == active:
        raise RuleBroken(_("Noen andre har nettopp gjort dette."))
    row.is_active = active
    row.save(update_fields=["is_active"])


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User, at: datetime) -> None:
    """End all the user's sessions, on every machine."""
    record(AccessEventKind.SIGNED_OUT, user=user, by=by, at=at)
    transaction.on_commit(lambda: sessions.end_all(user, at))
