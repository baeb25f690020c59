"""What of a person can be «feilregistrert»: members of the household, representatives, notes and
past matters (docs: `casework.log.corrections`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.corrections import Correctable, NotTakenBack
from casework.log.enums import MemberRelation
from casework.log.event_kinds import CaseEvent
from casework.log.perms import can_do_casework
from casework.log.saving import save
from casework.log.visibility import visible_persons
from common.formatting import nbdate

from .models import HouseholdMember, Note, PastMatter, Representative
from .perms import can_edit_note, can_read_past_matters

if TYPE_CHECKING:
    from accounts.models import User


def _check_member(member: HouseholdMember) -> None:
    if member.relation == MemberRelation.SELF:
        raise NotTakenBack(_("Hovedpersonen kan ikke tas ut av sin egen husstand."))


def _before_it_holds_again(member: HouseholdMember, *, by: User, at: datetime) -> None:
    """The way the member lived until this row began, which ended because of it, goes on."""
    before = HouseholdMember.objects.filter(
        household=member.household_id,
        person=member.person_id,
        relation=member.relation,
        period__endswith=member.period.lower,
    ).first()
    if before is not None:
        save(before, by, period=DateRange(before.period.lower, member.period.upper))
    heads = member.household.members.filter(relation=MemberRelation.SELF).select_related("person")
    for head in heads.filter(period__overlap=member.period).order_by("pk"):
        text = _("Feilregistrert: et medlem av husstanden.")
        events.record(
            head.person, CaseEvent.TAKEN_BACK, text, by=by, at=at, member=member.person_id
        )


def head_shown(member: HouseholdMember, user: User) -> HouseholdMember | None:
    """The head of the member's household, the latest of those the user may see."""
    heads = member.household.members.filter(
        visible_persons(user, "person__"), relation=MemberRelation.SELF
    )
    return heads.select_related("person").order_by("-period").first()


def household_url(member: HouseholdMember, user: User) -> str:
    """The page of the household, which is its head's; the member's own when that is hidden."""
    return reverse("casework:household", args=[(head_shown(member, user) or member).person_id])


MEMBER = Correctable(
    "husstandsmedlem",
    HouseholdMember,
    label=lambda row: _("med i en husstand fra %(day)s") % {"day": nbdate(row.period.lower)},
    check=_check_member,
    after=_before_it_holds_again,
    back=household_url,
)
REPRESENTATIVE = Correctable(
    "representant",
    Representative,
    # Without the name: more users read the events than the page of representatives.
    label=lambda row: (
        _("%(kind)s fra %(day)s")
        % {"kind": row.get_kind_display().lower(), "day": nbdate(row.period.lower)}
    ),
)
NOTE = Correctable(
    "notat",
    Note,
    label=lambda row: _("notat fra %(day)s") % {"day": nbdate(row.written_at)},
    can=lambda user, row, on: can_edit_note(user, row),
)
PAST_MATTER = Correctable(
    "tidligere-forhold",
    PastMatter,
    label=lambda row: _("et tidligere forhold"),
    can=lambda user, row, on: can_do_casework(user) and can_read_past_matters(user, row.person, on),
)
