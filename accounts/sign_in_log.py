"""One log line for every sign-in, sign-out and change of how a user signs in: the user's key, the
route and the means, never what was typed.

The line has the request's id, by which `RequestLogMiddleware`'s line of the same request is found.
Imported by `AccountsConfig.ready`, which is what connects the signals.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import Signal, receiver
from django.http import HttpRequest

logger = logging.getLogger("varig.sign_in")


def _write(level: int, message: str, event: str, user: Any, request: HttpRequest | None) -> None:
    match = getattr(request, "resolver_match", None)
    logger.log(
        level,
        message,
        extra={
            "event": event,
            "user": getattr(user, "pk", None),
            "route": match.route if match else "-",
        },
    )


@receiver(account.user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    means = [str(record.get("method")) for record in get_authentication_records(request, user)]
    message = "signed in by " + " and ".join(dict.fromkeys(means)) if means else "signed in"
    _write(logging.INFO, message, "signed_in", user, request)


@receiver(auth.user_logged_out)
def signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.signed_out = True  # `NoStoreMiddleware` tells the browser
    _write(logging.INFO, "signed out", "signed_out", user, request)


@receiver(auth.user_login_failed)
def failed(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    # By whom is left out: the user name may be a password in the wrong field.
    _write(logging.WARNING, "sign-in failed", "sign_in_failed", None, request)


@receiver(mfa.authentication_failed)
def second_factor_failed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _write(logging.WARNING, "second factor failed", "sign_in_failed", user, request)


def _changed(message: str) -> Callable[..., None]:
    def changed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        _write(logging.INFO, message, "sign_in_changed", user, request)

    return changed


CHANGES: dict[Signal, str] = {
    account.password_changed: "password changed",
    account.password_set: "password set",
    account.password_reset: "password set by link",
    mfa.authenticator_added: "second factor added",
    mfa.authenticator_removed: "second factor removed",
    mfa.authenticator_reset: "recovery codes made anew",
}
for _signal, _message in CHANGES.items():
    _signal.connect(_changed(_message), weak=False, dispatch_uid=_message)
