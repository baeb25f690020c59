"""Writes the log of access. Every change of a role or a sign-in is one row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..access_models import AccessEvent

if TYPE_CHECKING:
    from ..access_models import RoleProposal
    from ..enums import AccessEventKind
    from ..models import Role, User


def record(
    event: AccessEventKind,
    *,
    user: User,
    by: User | None,
    at: datetime,
    role: Role | RoleProposal | None = None,
    reason: str = "",
) -> None:
    """Write what was done to the user's access; `by` is None for a job or a command."""
    row = AccessEvent(event=event, user=user, by=by, at=at, reason=reason)
    if role is not None:
        row.kind, row.unit, row.period = role.kind, role.unit, role.period
        row.protected_access, row.shielded_access = role.protected_access, role.shielded_access
    row.save(force_insert=True)
