"""A number that belongs to somebody the user may not see (docs/adr/0017).

Until it is saved, such a number answers like a free one. Saving is the step that tells something:
it is written down, limited a day, and sent to those who may see the person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log import events
from casework.log.event_kinds import CaseEvent
from common.calendar import local_date
from common.errors import RuleBroken
from common.locking import locked

from ..models import NumberClaim, Person

if TYPE_CHECKING:
    from accounts.models import User

A_DAY = timedelta(days=1)


class NumberToCheck(RuleBroken):
    """The number belongs to somebody the user may not see. Leaves a claim."""

    def __init__(self, holder: Person, *, by: User, at: datetime, field: str) -> None:
        self.holder, self.by, self.at = holder, by, at
        super().__init__(
            _(
                "Nummeret må kontrolleres av en annen før det kan brukes. De som kan gjøre det, "
                "har fått beskjed og tar kontakt med deg. Haster det, registrer uten nummer nå."
            ),
            field,
        )

    def leave_trace(self) -> None:
        with transaction.atomic():
            NumberClaim.objects.create(person=self.holder, asked_by=self.by, asked_at=self.at)
            events.record(
                self.holder,
                CaseEvent.NUMBER_CLAIMED,
                _("Nummeret ble skrevet av en som ikke har tilgang til personen."),
                by=self.by,
                at=self.at,
            )


class TooManyClaims(RuleBroken):
    """The user has sent as many numbers to be checked as a day allows; no new number is taken,
    free or not, so that the answer tells nothing."""


def check_claims_left(*, by: User, at: datetime, field: str) -> None:
    """Raises `TooManyClaims`."""
    most = settings_table.value("number_claims_a_day", local_date(at))
    if NumberClaim.objects.filter(asked_by=by, asked_at__gt=at - A_DAY).count() >= most:
        raise TooManyClaims(
            _(
                "Du har sendt %(number)s numre til kontroll det siste døgnet. Vent til de er "
                "besvart, eller registrer uten nummer."
            )
            % {"number": most},
            field,
        )


@transaction.atomic
def answer_claim(*, claim: NumberClaim, by: User, at: datetime) -> None:
    """Somebody who may see the person has taken contact with who wrote the number. Answers every
    claim of the two. Raises `RuleBroken` when it is done."""
    # Locked, so that of two who answer at once the second is told.
    claim = locked(NumberClaim.objects.all(), claim.pk)
    if claim.answered_at:
        raise RuleBroken(_("Noen andre har nettopp gjort dette."))
    same = NumberClaim.objects.waiting().filter(person=claim.person_id, asked_by=claim.asked_by_id)
    same.update(answered_by=by, answered_at=at)
    events.record(
        claim.person,
        CaseEvent.NUMBER_CLAIM_ANSWERED,
        _("Har tatt kontakt med den som skrev nummeret."),
        by=by,
        at=at,
    )
