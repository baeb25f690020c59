"""The state tables of casework: the moves each process allows. Each writes a `Transition`."""

from __future__ import annotations

from casework.log.enums import AppealState, Process
from casework.log.processes import log_to
from common.states import StateTable

_K = AppealState

APPEAL = StateTable(
    Process.APPEAL,
    {
        _K.RECEIVED: {_K.REVIEWING, _K.WITHDRAWN},
        _K.REVIEWING: {_K.REDRAFTING, _K.FORWARDED, _K.DISMISSED, _K.WITHDRAWN},
        # A new vedtak is being written; the klage ends as it is issued.
        _K.REDRAFTING: {_K.REVERSED, _K.WITHDRAWN},
        _K.FORWARDED: {_K.UPHELD, _K.CHANGED, _K.RETURNED, _K.DISMISSED, _K.WITHDRAWN},
        _K.REVERSED: set(),
        _K.DISMISSED: set(),
        _K.UPHELD: set(),
        _K.CHANGED: set(),
        _K.RETURNED: set(),
        _K.WITHDRAWN: set(),
    },
    log=log_to(Process.APPEAL),
)
