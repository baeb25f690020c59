"""Questions to others about somebody who has died are withdrawn, and their links stop working."""

from __future__ import annotations

from casework.persons.actions.deaths import Aftermath

from ..models import Statement


def withdraw_statements(aftermath: Aftermath) -> None:
    statements = Statement.objects.select_for_update(of=("self",), no_key=True).open()
    for statement in statements.filter(person=aftermath.person).order_by("pk"):
        aftermath.change(statement, withdrawn_at=aftermath.at, withdrawn_by=aftermath.by)
