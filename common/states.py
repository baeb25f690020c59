"""One table of allowed moves per process (application, vedtak, klage, offer, meeting).

Templates ask `table.may(obj, "approved")`, never compare strings; actions call `table.move(…)`.
The log row belongs to casework (floor 3) and `common` has no models, so the app hands its own
`log` in. Source: architecture.md, "A change".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from .errors import RuleBroken

# log(obj, from_, to, by, at) writes one row.
Log = Callable[[Model, str, str, Any, datetime], object]


class MoveNotAllowed(RuleBroken):
    """The state table does not lead from where the thing is to where someone wanted it."""


class ChangedByOther(RuleBroken):
    """Somebody else moved the thing between our reading it and our writing it."""

    def __init__(self) -> None:
        super().__init__(_("En annen har endret dette i mellomtiden. Last siden på nytt."))


class StateTable:
    """The states of a process and which may follow which.

        VEDTAK = StateTable(
            "vedtak",
            {"draft": {"submitted"}, "submitted": {"draft", "issued"}, "issued": set()},
            log=write_transition,
        )

    `process` names the process in the log. Every state is a key; one without moves is an end.
    A move to a state that is no key is a ValueError at import, not a surprise in production.
    `field` is the model field that holds the state; its choices give the labels people read.
    """

    def __init__(
        self,
        process: str,
        moves: Mapping[str, Collection[str]],
        *,
        log: Log,
        field: str = "state",
    ) -> None:
        unknown = {str(to) for targets in moves.values() for to in targets} - set(map(str, moves))
        if unknown:
            raise ValueError(f"{process}: moves lead to unknown states: {sorted(unknown)}")
        self.process = process
        # str() so that an enum member and its value are the same key. Targets stand in the order
        # of the table's states, since a set has none.
        states = list(map(str, moves))
        self.moves = {
            str(state): tuple(sorted(map(str, targets), key=states.index))
            for state, targets in moves.items()
        }
        self.log = log
        self.field = field

    def __repr__(self) -> str:
        return f"<StateTable {self.process}>"

    def allowed(self, obj: Model) -> tuple[str, ...]:
        """The states the thing may move to now, in the order of the table's states."""
        return self.moves.get(str(getattr(obj, self.field)), ())

    def may(self, obj: Model, to: str) -> bool:
        """Whether the table leads from the thing's state to this one."""
        return str(to) in self.allowed(obj)

    def is_final(self, obj: Model) -> bool:
        """Whether the thing has come to an end of the table."""
        return not self.allowed(obj)

    def check(self, obj: Model, to: str) -> None:
        """Raise `MoveNotAllowed` unless the table leads there."""
        if not self.may(obj, to):
            raise MoveNotAllowed(
                _("Dette står som «%(now)s» og kan ikke settes til «%(to)s».")
                % {"now": self.label(obj, getattr(obj, self.field)), "to": self.label(obj, to)}
            )

    def label(self, obj: Model, state: str) -> str:
        """What people call a state: its choice label, else the state itself."""
        choices = dict(obj._meta.get_field(self.field).flatchoices)
        return str(choices.get(str(state), state))

    @transaction.atomic
    def move(self, obj: Model, to: str, *, by: Any, at: datetime, **facts: Any) -> None:
        """Move the thing to a state, save it and log the move.

        `facts` are fields that change with the state and that a check constraint may tie to it
        (`approved_by=…, approved_at=…`); they are written in the same statement. Other unsaved
        changes on `obj` are not written.

        The caller holds the row's lock where it decides anything by the row. The write itself is
        bound to the state `obj` was read in, so of two browsers with the same page one wins and
        the other gets `ChangedByOther`. `MoveNotAllowed` if the table says no. When either is
        raised, `obj` is untouched.
        """
        self.check(obj, to)
        from_, to = str(getattr(obj, self.field)), str(to)
        changes = {self.field: to, **facts}
        won = type(obj)._base_manager.filter(pk=obj.pk, **{self.field: from_}).update(**changes)
        if not won:
            raise ChangedByOther
        for name, value in changes.items():
            setattr(obj, name, value)
        # Saved once more for what listens to a save: the row's history.
        obj.save(update_fields=list(changes))
        self.log(obj, from_, to, by, at)
