"""Appeals of somebody who has died: withdrawn with the case, unless another goes on with it."""

from __future__ import annotations

from casework.log.enums import AppealState
from casework.persons.actions.deaths import Aftermath
from common.calendar import local_date

from .models import Appeal
from .processes import APPEAL


def withdraw_appeals(aftermath: Aftermath) -> None:
    """The cases that go on belong to another person by now."""
    appeals = Appeal.objects.select_for_update(of=("self",), no_key=True).open()
    for appeal in appeals.filter(vedtak__application__person=aftermath.person).order_by("pk"):
        aftermath.move(APPEAL, appeal, AppealState.WITHDRAWN, closed_on=local_date(aftermath.at))
