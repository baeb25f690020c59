"""Past debt, damage and lost tenancies: registered, corrected, answered (need C25).

The events on the timeline say only that something was done: many users read the timeline, and
few may read these rows.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.saving import save
from common.calendar import local_date
from common.corrections import check_seen
from common.errors import RuleBroken
from common.locking import locked

from ..models import NeedToKnow, PastMatter, PaymentPlan, Person

if TYPE_CHECKING:
    from accounts.models import User
    from casework.log.enums import PastMatterKind, PaymentState


class NotYet(RuleBroken):
    """The date is in the future; `field` is its form field."""

    def __init__(self, field: str = "dated_on") -> None:
        super().__init__(_("Datoen kan ikke være etter i dag."))
        self.field = field


@transaction.atomic
def register_matter(
    *,
    person: Person,
    kind: PastMatterKind,
    dated_on: date,
    source: str,
    what: str,
    amount: int | None,
    answer: str,
    expires_on: date,
    by: User,
    at: datetime,
) -> PastMatter:
    """Register a past matter; `amount` is in kroner. Raises `NotYet` for a future date."""
    if dated_on > local_date(at):
        raise NotYet
    matter = save(
        PastMatter(
            person=person,
            kind=kind,
            dated_on=dated_on,
            source=source,
            what=what,
            amount=amount,
            answer=answer,
            expires_on=expires_on,
            recorded_at=at,
            recorded_by=by,
        ),
        by,
    )
    text = _("Et tidligere forhold er registrert.")
    record(person, CaseEvent.PAST_REGISTERED, text, by=by, at=at, matter=matter.pk)
    return matter


@transaction.atomic
def correct_matter(matter: PastMatter, *, by: User, at: datetime, **facts) -> PastMatter:
    """Correct a matter, or add the person's answer; the earlier text is kept. Raises `NotYet`."""
    if facts["dated_on"] > local_date(at):
        raise NotYet
    save(matter, by, **facts)
    text = _("Et tidligere forhold er rettet.")
    record(matter.person, CaseEvent.PAST_CORRECTED, text, by=by, at=at, matter=matter.pk)
    return matter


@transaction.atomic
def agree_payments(
    matter: PastMatter,
    *,
    monthly: int,
    agreed_on: date,
    state: PaymentState,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> PaymentPlan:
    """Write or update the payment plan; `monthly` is in kroner. Raises `NotYet`, `Overwritten`."""
    # Locked, so that of two who write the plan at once the second is told.
    locked(PastMatter.objects.all(), matter.pk)
    check_seen(PaymentPlan.history.filter(matter_id=matter.pk), seen)
    if agreed_on > local_date(at):
        raise NotYet("agreed_on")
    plan = PaymentPlan.objects.filter(matter=matter).first() or PaymentPlan(matter=matter)
    save(plan, by, monthly=monthly, agreed_on=agreed_on, state=state)
    text = _("En nedbetalingsplan er ført.")
    record(matter.person, CaseEvent.PAST_PAYMENTS, text, by=by, at=at, matter=matter.pk)
    return plan


@transaction.atomic
def state_need(person: Person, *, why: str, by: User, at: datetime) -> NeedToKnow:
    """Let the user read the past matters for `need_to_know_days` days, with a written reason."""
    on = local_date(at)
    until = on + timedelta(days=settings_table.value("need_to_know_days", on))
    need = NeedToKnow.objects.create(
        person=person, why=why, until=until, stated_at=at, stated_by=by
    )
    text = _("Har begrunnet å lese tidligere forhold.")
    record(person, CaseEvent.PAST_READ, text, by=by, at=at, need=need.pk)
    return need
