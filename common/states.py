"""One table of allowed state changes per process (application, vedtak, appeal, offer, meeting).

Templates ask `table.may(obj, "approved")` and never compare strings; actions call
`table.move(…)`. The log model belongs to casework and `common` has no models, so each app passes
in its own `log`. Source: architecture.md, "A change".
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
    """The state table does not allow this change of state."""


class ChangedByOther(RuleBroken):
    """Another user changed the state after we read the object and before we saved it."""

    def __init__(self) -> None:
        super().__init__(_("En annen har endret dette i mellomtiden. Last siden på nytt."))


class StateTable:
    """The states of a process and the states that may follow each.

        VEDTAK = StateTable(
            "vedtak",
            {"draft": {"submitted"}, "submitted": {"draft", "issued"}, "issued": set()},
            log=write_transition,
        )

    `process` names the process in the log. Every state is a key; a state without moves is final.
    A move to a state that is not a key raises ValueError, at import. `field` is the model field
    that holds the state; its choices give the labels shown to users.
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
        # str() makes an enum member and its value the same key. Targets get the order of the
        # table's states, since a set has no order.
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
        """The states the object may move to now, in the order of the table's states."""
        return self.moves.get(str(getattr(obj, self.field)), ())

    def may(self, obj: Model, to: str) -> bool:
        """Whether the table allows a move from the object's state to this one."""
        return str(to) in self.allowed(obj)

    def is_final(self, obj: Model) -> bool:
        """Whether no state may follow the object's state."""
        return not self.allowed(obj)

    def check(self, obj: Model, to: str) -> None:
        """Raise `MoveNotAllowed` unless the table allows the move."""
        if not self.may(obj, to):
            raise MoveNotAllowed(
                _("Dette står som «%(now)s» og kan ikke settes til «%(to)s».")
                % {"now": self.label(obj, getattr(obj, self.field)), "to": self.label(obj, to)}
            )

    def label(self, obj: Model, state: str) -> str:
        """The state's label for users: its choice label, else the state itself."""
        choices = dict(obj._meta.get_field(self.field).flatchoices)
        return str(choices.get(str(state), state))

    @transaction.atomic
    def move(self, obj: Model, to: str, *, by: Any, at: datetime, **facts: Any) -> None:
        """Move the object to a state, save it and log the move.

        `facts` are fields that change together with the state (`approved_by=…, approved_at=…`),
        for example because a check constraint ties them to it; they are written in the same
        statement. Other unsaved changes on `obj` are not saved.

        Lock the row first if you decide anything from it. The UPDATE requires the state `obj` was
        read with: if two users save the same page, the second gets `ChangedByOther`.
        `MoveNotAllowed` if the table does not allow the move. On both errors `obj` is unchanged.
        """
        self.check(obj, to)
        from_, to = str(getattr(obj, self.field)), str(to)
        changes = {self.field: to, **facts}
        updated = type(obj)._base_manager.filter(pk=obj.pk, **{self.field: from_}).update(**changes)
        if not updated:
            raise ChangedByOther
        for name, value in changes.items():
            setattr(obj, name, value)
        # Saved again for the receivers of post_save, which write the history row.
        obj.save(update_fields=list(changes))
        self.log(obj, from_, to, by, at)
