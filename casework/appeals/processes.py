"""The states of an appeal, and the moves allowed. Each move writes a `Transition`."""

from __future__ import annotations

from casework.log.enums import AppealState, Process
from casework.log.processes import log_to
from common.states import StateTable

_A = AppealState

APPEAL = StateTable(
    Process.APPEAL,
    {
        _A.RECEIVED: {_A.REVIEWING, _A.WITHDRAWN},
        # To reversed at once: an appeal about a dismissal, which needs no new vedtak.
        _A.REVIEWING: {_A.REDRAFTING, _A.REVERSED, _A.FORWARDED, _A.DISMISSED, _A.WITHDRAWN},
        # A new vedtak is being written; the appeal closes when it is issued, and is reviewed again
        # when the draft is thrown away.
        _A.REDRAFTING: {_A.REVERSED, _A.REVIEWING, _A.WITHDRAWN},
        _A.FORWARDED: {_A.UPHELD, _A.CHANGED, _A.RETURNED, _A.DISMISSED, _A.WITHDRAWN},
        _A.REVERSED: set(),
        # The dismissal was appealed, and set aside.
        _A.DISMISSED: {_A.REVIEWING},
        _A.UPHELD: set(),
        _A.CHANGED: set(),
        _A.RETURNED: set(),
        # Withdrawn by mistake: back to where it was.
        _A.WITHDRAWN: {_A.RECEIVED, _A.REVIEWING, _A.FORWARDED},
    },
    log=log_to(Process.APPEAL),
)
