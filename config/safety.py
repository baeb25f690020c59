"""What production refuses to start with: settings that look right and protect nobody (issue 12).

`weaknesses` reads the settings as they will be used, whatever variable or default they came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import log2
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LONGEST_SESSION = 12  # hours: no working day is longer
LONGEST_IDLE = 60  # minutes: nobody has left a machine open longer than a meeting
SHORTEST_PASSWORD = 12
# At least this many different pairs of signs among all: a random key has nearly all different.
VARIED = 0.5
BITS = 3.5  # of entropy a sign; a random hexadecimal key has nearly 4
# In passwords and keys of examples, whatever stands around them.
KNOWN = re.compile(
    r"passord|password|postgres|secret|hemmelig|change-?me|endre|example|eksempel|insecure|default"
    r"|varig|admin|qwerty|12345|kommune|redis|valkey|^\.+$",
    re.IGNORECASE,
)
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
# Two last names that whole countries or anybody share: a host must be more than one of them.
SHARED = {"kommune.no", "co.no", "priv.no", "herokuapp.com", "azurewebsites.net", "cloudapp.net"}


def is_weak(key: str) -> bool:
    """Whether a key is short, repeats itself, or has little in it to guess."""
    pairs = [key[n : n + 2] for n in range(len(key) - 1)]
    counts = Counter(key)
    bits = -sum(n / len(key) * log2(n / len(key)) for n in counts.values())
    return len(key) < 50 or len(set(pairs)) < VARIED * len(pairs) or bits < BITS


def weaknesses(settings: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting production must not have, with the variable and what to do."""
    if settings["DEBUG"]:
        yield "DEBUG is on; it shows personal data to anyone. Leave it unset."
    yield from _keys(settings)
    yield from _hosts(settings)
    yield from _sign_in(settings)
    yield from _transport(settings)
    yield from _passwords(settings)


def _keys(settings: Mapping[str, Any]) -> Iterator[str]:
    if is_weak(settings["SECRET_KEY"]) or settings["SECRET_KEY"].startswith("django-insecure"):
        yield "SECRET_KEY is missing or weak; give at least 50 random characters."
    if any(map(is_weak, settings["SECRET_KEY_FALLBACKS"])):
        yield "SECRET_KEY_FALLBACKS has a weak key; sessions signed with it can be forged."


def _hosts(settings: Mapping[str, Any]) -> Iterator[str]:
    hosts = settings["ALLOWED_HOSTS"]
    if not hosts:
        yield "ALLOWED_HOSTS must name the hosts the service is reached at."
    for host in hosts:
        if not HOST.fullmatch(host.lower()) or host.lower() in SHARED:
            yield (
                f"ALLOWED_HOSTS must name whole hosts, not {host!r}: no * and no leading dot, and "
                "more than a domain others share."
            )
    if any(
        not origin.startswith("https://") or "*" in origin
        for origin in settings["CSRF_TRUSTED_ORIGINS"]
    ):
        yield "CSRF_TRUSTED_ORIGINS must be https:// addresses, without *."
    public = urlsplit(settings["PUBLIC_URL"])
    if hosts and (public.scheme != "https" or public.hostname not in hosts):
        yield "PUBLIC_URL must be an https:// address at a host in ALLOWED_HOSTS."


def _sign_in(settings: Mapping[str, Any]) -> Iterator[str]:
    if not settings["SECOND_FACTOR_REQUIRED"]:
        yield "SECOND_FACTOR_REQUIRED is off; a password alone would open every case."
    if not 1 <= settings["SESSION_COOKIE_AGE"] / 3600 <= LONGEST_SESSION:
        yield f"SESSION_HOURS must be from 1 to {LONGEST_SESSION}: a working day."
    if not 1 <= settings["SESSION_IDLE_SECONDS"] / 60 <= LONGEST_IDLE:
        yield f"SESSION_IDLE_MINUTES must be from 1 to {LONGEST_IDLE}: a machine left open."
    if settings["ALLAUTH_TRUSTED_PROXY_COUNT"] < 1:
        yield (
            "TRUSTED_PROXY_COUNT is missing: how many proxies stand in front (1 with "
            "docker-compose.yml). Without it everybody shares one limit of failed sign-ins."
        )
    for app in settings["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]:
        where = str(app.get("settings", {}).get("server_url", ""))
        secret = str(app.get("secret", ""))
        if not where.startswith("https://") or "<" in where or KNOWN.search(secret):
            yield "OPENID_CONNECT_APPS must have an https:// server_url and a secret of its own."


def _transport(settings: Mapping[str, Any]) -> Iterator[str]:
    if not settings["SESSION_COOKIE_SECURE"]:
        yield "COOKIES_SECURE is off; sessions would travel in the clear."
    if settings["SECURE_HSTS_SECONDS"] < 3600:
        yield "SECURE_HSTS_SECONDS must be at least 3600."
    here = {"localhost", "127.0.0.1", "::1"}
    mails = settings["EMAIL_HOST"] and settings["EMAIL_HOST"] not in here
    if mails and not settings["EMAIL_USE_TLS"]:
        yield "EMAIL_USE_TLS is off; the mail server's password would travel in the clear."


def _passwords(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "REDIS_URL"):
        if not settings[name]:
            continue
        parts = urlsplit(settings[name])
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        # A socket is opened by the user of the machine; a certificate is better than a password.
        if parts.scheme == "unix" or query.get("host", "").startswith("/") or "sslcert" in query:
            continue
        password = unquote(parts.password or "") or query.get("password", "")
        if len(password) < SHORTEST_PASSWORD or KNOWN.search(password) or len(set(password)) < 6:
            yield (
                f"{name} has no password, or one that is known or short; give at least "
                f"{SHORTEST_PASSWORD} random characters."
            )
