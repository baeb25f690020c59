from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.enums import CASE_ROLES

from .enums import (
    APPEAL_HERE,
    APPEAL_OPEN,
    GRANTED,
    PROTECTED,
    ApplicationState,
    NoteReaders,
    RefusalGround,
    VedtakState,
)

if TYPE_CHECKING:
    from accounts.models import User


def sees(user: User, prefix: str = "") -> Q:
    """The persons a user may know exist, as a condition on the person at `prefix`.

    Protected people (fortrolig, strengt fortrolig) and the municipality's own employees are
    absent unless a role gives the right (needs S3, S4). Who has no role in casework sees nobody.
    """
    if not user.is_authenticated or not user.has_role(*CASE_ROLES):
        return Q(pk__in=[])
    condition = Q()
    if not user.sees_protected:
        condition &= ~Q(**{f"{prefix}protection__in": PROTECTED})
    if not user.sees_shielded:
        condition &= Q(**{f"{prefix}shielded": False})
    return condition


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Those the user may know of. One merged with another is found as that other."""
        return self.filter(sees(user), merged_into__isnull=True)

    def hidden_from(self, user: User) -> Self:
        """Those a caseworker may not know of: few, so a count is cheapest as all less these."""
        hidden = Q(pk__in=[])
        if not user.sees_protected:
            hidden |= Q(protection__in=PROTECTED)
        if not user.sees_shielded:
            hidden |= Q(shielded=True)
        return self.filter(hidden)

    def matching(self, text: str) -> Self:
        """By name (any part, any order) or by a whole national id or DUF number."""
        digits = text.replace(" ", "")
        if digits.isdigit() and len(digits) in (11, 12):
            own = Q(national_id=digits) | Q(duf=digits)
            was = self.model.objects.filter(own, merged_into__isnull=False)
            return self.filter(own | Q(pk__in=was.values("merged_into")))
        for part in text.lower().split():
            self = self.filter(search_name__contains=part)
        return self


class DimensionQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(valid__contains=on)


class HouseholdQuerySet(models.QuerySet):
    def of(self, person, on: date) -> Self:
        """Households the person belongs to on the date."""
        return self.filter(members__person=person, members__period__contains=on)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def open(self) -> Self:
        return self.filter(state__in=[ApplicationState.RECEIVED, ApplicationState.ASSESSING])

    def late(self, before: datetime) -> Self:
        """Open, without foreløpig svar, received before `reply_clock.late_before` (C6)."""
        return self.open().filter(interim_reply_at__isnull=True, received_at__lt=before)


class VedtakQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "application__person__"))

    def issued(self) -> Self:
        return self.filter(state=VedtakState.ISSUED)

    def granted(self) -> Self:
        return self.issued().filter(outcomes__outcome__in=GRANTED)

    def awaiting(self, approver: User) -> Self:
        return self.filter(state=VedtakState.SUBMITTED, approver=approver)


class OutcomeQuerySet(models.QuerySet):
    def unmet(self) -> Self:
        """Unmet need (C17): refused, and in force, because no dwelling of the type exists.

        What type and size is on the vedtak: `vedtak__dwelling_type`, `vedtak__bedrooms`.
        """
        return self.filter(ground=RefusalGround.NO_DWELLING, vedtak__state=VedtakState.ISSUED)


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "vedtak__application__person__"))

    def open(self) -> Self:
        return self.filter(state__in=APPEAL_OPEN)

    def here(self) -> Self:
        """Those the municipality must review."""
        return self.filter(state__in=APPEAL_HERE)

    def late(self, before: date) -> Self:
        """Not reversed or forwarded, and received on or before `deadlines.appeals_late_before`."""
        return self.here().filter(received_on__lte=before)


class FlagQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def of(self, user: User) -> Self:
        return self.filter(owner=user)


class ServiceQuerySet(models.QuerySet):
    def with_hours(self, on: date) -> Self:
        """`hours_now`: the hours a week on the date, by the latest step that has begun."""
        from .models import ServiceStep

        steps = ServiceStep.objects.filter(service=OuterRef("pk"), starts_on__lte=on)
        latest = steps.order_by("-starts_on", "-pk").values("hours_per_week")[:1]
        return self.annotate(hours_now=Coalesce(Subquery(latest), F("hours_per_week")))


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Of persons the user may see: what is for all, for their unit, or for them (C22)."""
        units = [role.unit_id for role in user.current_roles]
        return self.filter(
            sees(user, "person__"),
            Q(readers=NoteReaders.CASE)
            | Q(readers=NoteReaders.UNIT, unit__in=units)
            | Q(written_by=user)
            | Q(readers=NoteReaders.RESPONSIBLE, person__responsible=user)
            | Q(readers=NoteReaders.RESPONSIBLE, application__responsible=user),
        )


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def open(self) -> Self:
        return self.filter(settled_on__isnull=True)


class MilestoneQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "plan__person__"))


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def waiting_for(self, user: User) -> Self:
        """Not yet done, and the user's: sent to them, to their unit and nobody named, or
        acknowledged by them."""
        units = [role.unit_id for role in user.current_roles]
        mine = Q(to_user=user) | Q(to_user__isnull=True, to_unit__in=units)
        return self.filter(
            Q(acknowledged_at__isnull=True) & mine | Q(acknowledged_by=user),
            done_at__isnull=True,
        )


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees(user, "person__"))

    def open(self) -> Self:
        return self.filter(received_at__isnull=True, withdrawn_at__isnull=True)

    def received(self) -> Self:
        return self.filter(received_at__isnull=False)
