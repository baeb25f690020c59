"""The state tables of meetings and offers."""

from __future__ import annotations

from casework.log.enums import Process
from casework.log.processes import log_to
from common.states import StateTable

from .enums import MeetingState, OfferState

MEETING = StateTable(
    Process.MEETING,
    {
        MeetingState.PLANNED: {MeetingState.OPEN},
        MeetingState.OPEN: {MeetingState.APPROVED},
        MeetingState.APPROVED: set(),
    },
    log=log_to(Process.MEETING),
)

_O = OfferState
OFFER = StateTable(
    Process.OFFER,
    {
        _O.SENT: {_O.ACCEPTED, _O.DECLINED, _O.WITHDRAWN, _O.EXPIRED},
        # Accepted, but not signed: either side may still withdraw. An answer registered by mistake
        # is taken back.
        _O.ACCEPTED: {_O.SENT, _O.DECLINED, _O.WITHDRAWN},
        _O.DECLINED: {_O.SENT},
        _O.WITHDRAWN: set(),
        _O.EXPIRED: set(),
    },
    log=log_to(Process.OFFER),
)
