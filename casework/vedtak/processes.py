"""The states of a vedtak, and the moves allowed. Each move writes a `Transition`."""

from __future__ import annotations

from casework.log.enums import Process, VedtakState
from casework.log.processes import log_to
from common.states import StateTable

_V = VedtakState

VEDTAK = StateTable(
    Process.VEDTAK,
    {
        _V.DRAFT: {_V.SUBMITTED, _V.DISCARDED},
        # To a draft: called back by who wrote it, or the case is closed.
        _V.SUBMITTED: {_V.RETURNED, _V.ISSUED, _V.DRAFT},
        _V.RETURNED: {_V.SUBMITTED, _V.DRAFT, _V.DISCARDED},
        _V.ISSUED: {_V.REPLACED},
        _V.REPLACED: set(),
        # Begun by mistake, or of no use any more; it never was in force.
        _V.DISCARDED: set(),
    },
    log=log_to(Process.VEDTAK),
)
