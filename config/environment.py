"""Reads the environment variables and collects the errors in them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("production", "demo", "test")


class Environment:
    """The process environment, with the errors found while reading it.

    Call `refuse()` once, after reading everything, so that an administrator sees all the errors.
    """

    def __init__(self, values: dict[str, str] | None = None):
        self.values = dict(os.environ if values is None else values)
        self.errors: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def yes(self, name: str, default: bool) -> bool:
        word = self.text(name).lower()
        if word in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
            return word in {"1", "true", "yes", "on"} if word else default
        self.errors.append(f"{name} is {word!r}; it must be 1 or 0.")
        return default

    def number(self, name: str, default: int) -> int:
        word = self.text(name, str(default))
        if word.isdigit():
            return int(word)
        self.errors.append(f"{name} is {word!r}; it must be a whole number.")
        return default

    def words(self, name: str) -> list[str]:
        return [word for word in self.text(name).replace(",", " ").split() if word]

    def json(self, name: str, default: Any) -> Any:
        try:
            return json.loads(self.text(name)) if self.text(name) else default
        except ValueError as error:
            self.errors.append(f"{name} is not JSON: {error}.")
            return default

    def mode(self) -> str:
        mode = self.text("VARIG_MODE", "test" if "pytest" in sys.modules else "production")
        if mode not in MODES:
            self.errors.append(f"VARIG_MODE is {mode!r}; it must be one of {', '.join(MODES)}.")
            return "production"
        return mode

    def refuse(self) -> None:
        if self.errors:
            listed = "\n".join(f"  - {error}" for error in self.errors)
            raise ImproperlyConfigured(
                f"Varig does not start: its environment is not safe or not complete.\n{listed}\n"
                "Each variable is explained in .env.example."
            )


def local_services(root: Path) -> dict[str, str]:
    """The addresses of the servers started by `make services` or `make demo`; {} if none."""
    try:
        return json.loads((root / "var" / "services.json").read_text())
    except (OSError, ValueError):
        return {}


def database_from_url(url: str, name: str = "") -> dict[str, Any]:
    """Django's database settings from `postgresql://user:password@host:5432/name?sslmode=require`.

    `?host=/directory` names a Unix socket; other parameters after `?` are passed to libpq.
    `name` overrides the database name. ValueError if the URL is not usable.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("it must start with postgresql://")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    database = name or unquote(parts.path.lstrip("/"))
    if not database:
        raise ValueError("it names no database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or "") or options.pop("password", ""),
        "HOST": parts.hostname or options.pop("host", ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
