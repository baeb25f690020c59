"""The state tables of casework: the moves each process allows. Each writes a `Transition`."""

from __future__ import annotations

from common.states import Log, StateTable

from .enums import AppealState, ApplicationState, Process, VedtakState
from .models import Transition


def log_to(process: Process) -> Log:
    """A log for a state table, here and on the floors above."""

    def write(obj, from_, to, by, at) -> None:
        Transition.objects.create(
            process=process, object_id=obj.pk, from_state=from_, to_state=to, by=by, at=at
        )

    return write


_A = ApplicationState
APPLICATION = StateTable(
    Process.APPLICATION,
    {
        _A.RECEIVED: {_A.ASSESSING, _A.DECIDED, _A.WITHDRAWN, _A.LAPSED, _A.FORWARDED},
        _A.ASSESSING: {_A.DECIDED, _A.WITHDRAWN, _A.LAPSED, _A.FORWARDED},
        # Who waits for a home may withdraw, or be gone: the vedtak stands, the waiting ends.
        _A.DECIDED: {_A.ASSESSING, _A.WITHDRAWN, _A.LAPSED},
        _A.WITHDRAWN: {_A.ASSESSING},
        _A.LAPSED: {_A.ASSESSING},
        _A.FORWARDED: set(),
    },
    log=log_to(Process.APPLICATION),
)

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
