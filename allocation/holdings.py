"""The meetings and agenda items users have to do with (see `accounts.leaving`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import CASE_ROLES, RoleKind
from accounts.leaving import Holding

from .enums import ItemOutcome, MeetingState
from .models import AgendaItem, AllocationMeeting

if TYPE_CHECKING:
    from accounts.models import User


def _items(user: User) -> QuerySet[AgendaItem]:
    """Items to follow up: of a meeting that is not approved, or a home not let yet."""
    ahead = ~Q(meeting__state=MeetingState.APPROVED)
    let = AgendaItem.objects.filter(offers__lease__isnull=False).values("pk")
    return AgendaItem.objects.filter(
        ahead | Q(outcome=ItemOutcome.CHOSEN) & ~Q(pk__in=let), follow_up_by=user
    )


HOLDINGS = (
    Holding(
        key="meetings",
        label=_("Tildelingsmøter å lede"),
        rows=lambda user: AllocationMeeting.objects.filter(chair=user).exclude(
            state=MeetingState.APPROVED
        ),
        for_receiver=lambda rows, user: rows,
        field="chair",
        roles=(RoleKind.CHAIR,),
        place=20,
    ),
    Holding(
        key="agenda_items",
        label=_("Saker fra tildelingsmøter"),
        rows=_items,
        for_receiver=lambda rows, user: rows,
        field="follow_up_by",
        roles=(*CASE_ROLES, RoleKind.STOCK_MANAGER),
        place=21,
    ),
)
