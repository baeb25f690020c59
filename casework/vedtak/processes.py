"""The states of a vedtak, and the moves allowed. Each move writes a `Transition`."""

from __future__ import annotations

from casework.log.enums import Process, VedtakState
from casework.log.processes import log_to
from common.states import StateTable

_V = VedtakState

VEDTAK = StateTable(
    Process.VEDTAK,
    {
        _V.DRAFT: {_V.SUBMITTED},
        _V.SUBMITTED: {_V.RETURNED, _V.ISSUED},
        _V.RETURNED: {_V.SUBMITTED},
        _V.ISSUED: {_V.REPLACED},
        _V.REPLACED: set(),
    },
    log=log_to(Process.VEDTAK),
)
