"""The states of a link and the moves between them. A change of peer ends one link and begins
another, so that the new peer never reads the old log (need P8)."""

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
