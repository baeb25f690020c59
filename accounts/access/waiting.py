"""The proposed roles that wait: for the page, the menu and Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.day import DayLine
from common.formatting import short_date

from .. import perms, settings_table
from ..enums import ProposalState
from ..models import RoleProposal

if TYPE_CHECKING:
    from ..models import User


def waiting() -> QuerySet[RoleProposal]:
    """The proposals nobody has answered, the oldest first."""
    rows = RoleProposal.objects.filter(state=ProposalState.WAITING)
    return rows.select_related("user", "unit", "proposed_by").order_by("proposed_at", "pk")


def for_confirmer(user: User) -> QuerySet[RoleProposal]:
    """Those the user may answer (`perms.can_confirm_role`)."""
    if not perms.can_confirm_roles(user):
        return RoleProposal.objects.none()
    return waiting().exclude(user=user).exclude(proposed_by=user)


def number_for(user: User) -> int | None:
    """How many wait for the user, for the menu."""
    return for_confirmer(user).count() or None


def day_lines(user: User, on: date, flags: Sequence[Any]) -> list[DayLine]:
    """Lines of Min dag for who may confirm. No query for others."""
    if not perms.can_confirm_roles(user):
        return []
    rows = list(for_confirmer(user))
    days = settings_table.value("proposal_days", on) if rows else 0
    lines = []
    for proposal in rows:
        since = local_date(proposal.proposed_at)
        url = reverse("accounts:proposal", args=[proposal.pk])
        lines.append(
            DayLine(
                name=str(proposal.user),
                url=url,
                about=f"{_('Rolle')} · {proposal}",
                why=_("%(name)s foreslo rollen %(date)s Den gir ingenting før noen bekrefter.")
                % {"name": proposal.proposed_by, "date": short_date(since)},
                next=_("Bekreft eller avvis. Faller bort %(date)s")
                % {"date": short_date(since + timedelta(days=days))},
                action=_("Se forslaget"),
                action_url=url,
                color="danger" if (on - since).days * 2 > days else "warning",
                when=_("Siden %(date)s") % {"date": short_date(since)}
                if since < on
                else _("I dag"),
                sub=_("bekreftelse"),
                icon="PersonCheckmark",
                due=on,
            )
        )
    return lines
