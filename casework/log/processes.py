"""Logs the state changes of a process as `Transition` rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .models import Transition

if TYPE_CHECKING:
    from common.states import Log

    from .enums import Process


def log_to(process: Process) -> Log:
    """The function a state table calls to log a change; also for the apps above casework."""

    def write(obj, from_, to, by, at) -> None:
        Transition.objects.create(
            process=process, object_id=obj.pk, from_state=from_, to_state=to, by=by, at=at
        )

    return write
