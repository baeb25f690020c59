"""The moves of a kobling. A change of peer ends one kobling and begins another, so that a new
peer never reads the old one's log (need P8)."""

from __future__ import annotations

from casework.log.enums import Process
from casework.log.processes import log_to
from common.states import StateTable

from .enums import LinkState as S

PEER_LINK = StateTable(
    Process.PEER_LINK,
    {
        S.REPORTED: {S.WANTED, S.NOT_WANTED},
        S.WANTED: {S.LINKED, S.NOT_WANTED},
        S.LINKED: {S.PAUSED, S.ENDED},
        S.PAUSED: {S.LINKED, S.ENDED},
        S.ENDED: set(),
        S.NOT_WANTED: {S.WANTED},
    },
    log=log_to(Process.PEER_LINK),
)
