"""The states of an application, and the moves allowed. Each move writes a `Transition`."""

from __future__ import annotations

from casework.log.enums import ApplicationState, Process
from casework.log.processes import log_to
from common.states import StateTable

_A = ApplicationState

APPLICATION = StateTable(
    Process.APPLICATION,
    {
        _A.RECEIVED: {_A.ASSESSING, _A.DECIDED, _A.WITHDRAWN, _A.LAPSED, _A.FORWARDED},
        _A.ASSESSING: {_A.DECIDED, _A.WITHDRAWN, _A.LAPSED, _A.FORWARDED},
        # A person on the waiting list may withdraw or be gone: the vedtak still stands.
        _A.DECIDED: {_A.ASSESSING, _A.WITHDRAWN, _A.LAPSED},
        # Withdrawn or lapsed by mistake: back to where it was.
        _A.WITHDRAWN: {_A.RECEIVED, _A.ASSESSING, _A.DECIDED},
        _A.LAPSED: {_A.RECEIVED, _A.ASSESSING, _A.DECIDED},
        _A.FORWARDED: set(),
    },
    log=log_to(Process.APPLICATION),
)
