"""Progress lines with seconds."""

from __future__ import annotations

import contextlib
import os
import sys
import time

_began = time.monotonic()


def say(text: str) -> None:
    line = f"{time.monotonic() - _began:6.1f} s  {text}"
    try:
        print(line, flush=True)
    except OSError:
        # The terminal is closed; stopping must continue without it.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Failure(Exception):
    """An error a person must correct; the text says how."""
