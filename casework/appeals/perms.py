"""Who may do what with an appeal. Each docstring states the rule.

Område: Klage.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.enums import RoleKind
from casework.applications.perms import is_disqualified, who_may_work
from casework.log.perms import can_do_casework

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Appeal


def appeal_reviewers(appeal: Appeal, *, on: date) -> QuerySet[User]:
    """Who may review the appeal: caseworkers and approvers on the date who may see the person,
    neither drafted nor approved the vedtak, are not disqualified (need C16), and have not dismissed
    the appeal before."""
    return who_may_work(
        appeal.vedtak.application, [RoleKind.CASEWORKER, RoleKind.APPROVER], on
    ).exclude(
        pk__in=[
            appeal.drafter_id,
            appeal.approver_id,
            appeal.vedtak.drafted_by_id,
            appeal.vedtak.issued_by_id,
            *have_dismissed(appeal),
        ]
    )


def have_dismissed(appeal: Appeal) -> set[int]:
    """The users who have dismissed the appeal, also when the dismissal is set aside since."""
    return set(appeal.appeals_of_dismissal.values_list("drafter_id", flat=True))


def can_review_appeal(user: User, appeal: Appeal) -> bool:
    """Only the assigned reviewer reviews the appeal, unless disqualified in the case.

    Rett: Vurdere en klage (den klagen er gitt til, og ikke inhabil).
    """
    return (
        can_do_casework(user)
        and appeal.reviewer_id == user.pk
        and not is_disqualified(user, appeal.vedtak.application)
    )
