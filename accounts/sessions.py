"""Sessions: how long one lasts, also when nothing is done in it, and ending all of a user's.

A session ends after `SESSION_IDLE_SECONDS` without a request, and `SESSION_COOKIE_AGE` after the
sign-in whatever is done in it. Typing counts: it keeps the draft (`accounts.drafts`). Whoever comes
after that signs in and is led back, with what was typed (`accounts.middleware`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase

    from .models import User

SINCE, SEEN = "since", "seen"  # of the sign-in, and of the last request: seconds
SAVED_EVERY = 60  # seconds; a session is not written for each request


def begin(session: SessionBase, at: datetime) -> None:
    """The user has signed in now."""
    session[SINCE] = session[SEEN] = int(at.timestamp())


def is_over(session: SessionBase, at: datetime) -> bool:
    """Whether the session has lasted too long; otherwise it is marked as in use."""
    now = int(at.timestamp())
    if SINCE not in session:  # from before there was a limit
        begin(session, at)
    too_long = now - session[SINCE] >= settings.SESSION_COOKIE_AGE
    if too_long or now - session[SEEN] >= settings.SESSION_IDLE_SECONDS:
        return True
    if now - session[SEEN] >= SAVED_EVERY:
        session[SEEN] = now
    return False


def of_user(user: User, at: datetime) -> list[str]:
    """The keys of the user's sessions. Reads all there are: about 20 microseconds each."""
    return [
        row.session_key
        for row in Session.objects.filter(expire_date__gt=at).order_by("session_key").iterator()
        if _data(row).get(SESSION_KEY) == str(user.pk)
    ]


def _data(row: Session) -> dict[str, Any]:
    return row.get_decoded()


def end_all(user: User, at: datetime) -> int:
    """End the user's sessions, on every machine. Returns how many.

    Outside a transaction: a request that reads a session while its removal is not committed would
    put it back in the cache.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = of_user(user, at)
    for key in keys:
        store(key).delete()
    return len(keys)
