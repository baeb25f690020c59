"""What of the follow-up can be «feilregistrert» (docs: `casework.log.corrections`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.log.corrections import Correctable, NotTakenBack
from casework.log.enums import GOING_OUT
from casework.log.perms import can_do_casework
from common.calendar import local_date
from common.formatting import nbdate

from .actions.plans import close_flag, follow_notice
from .models import Handover, InstitutionNotice, Milestone, Service, TeamMeeting, TeamMember
from .notices import replaced_by

if TYPE_CHECKING:
    from accounts.models import User


def _earlier_notice_holds(notice: InstitutionNotice, *, by: User, at: datetime) -> None:
    """The plan and the stay follow the newest notice that is left, if there is one."""
    left = replaced_by(notice) if notice.kind in GOING_OUT else None
    if left is not None:
        follow_notice(left, by=by, at=at)


def _check_handover(handover: Handover) -> None:
    if handover.acknowledged_at:
        raise NotTakenBack(_("Oppgaven er kvittert. Avtal med den som har den."))


def _from(row) -> dict[str, str]:
    return {"name": row.name, "day": nbdate(row.period.lower)}


SERVICE = Correctable(
    "tjeneste",
    Service,
    label=lambda row: _("tjenesten %(name)s fra %(day)s") % _from(row),
)
TEAM_MEMBER = Correctable(
    "ansvarsgruppe",
    TeamMember,
    label=lambda row: _("%(name)s i ansvarsgruppa fra %(day)s") % _from(row),
)
TEAM_MEETING = Correctable(
    "ansvarsgruppemote",
    TeamMeeting,
    label=lambda row: _("ansvarsgruppemøte %(day)s") % {"day": nbdate(row.held_on)},
)
MILESTONE = Correctable(
    "milepel",
    Milestone,
    label=lambda row: _("milepælen %(title)s") % {"title": row.title},
    person_path="plan__person",
    after=lambda row, *, by, at: close_flag(row, local_date(at)),
)
NOTICE = Correctable(
    "institusjonsvarsel",
    InstitutionNotice,
    label=lambda row: (
        _("varsel fra institusjon, %(kind)s %(day)s")
        % {"kind": row.get_kind_display().lower(), "day": nbdate(row.concerns_on)}
    ),
    after=_earlier_notice_holds,
)
HANDOVER = Correctable(
    "oppgave",
    Handover,
    label=lambda row: _("oppgaven til %(unit)s") % {"unit": row.to_unit},
    can=lambda user, row, on: can_do_casework(user) and row.sent_by_id == user.pk,
    check=_check_handover,
)
