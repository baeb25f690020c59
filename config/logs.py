"""Logs without personal data.

One JSON object per line. It has the route (`person/<int:pk>/`), never the path or the query; the
user's key, never the name. Exception texts are left out, since PostgreSQL and form libraries
quote values in them; the class and the code lines are kept. From libraries only the message
template is kept, without its arguments.
"""

from __future__ import annotations

import contextvars
import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

OURS = (
    "varig",
    "config",
    "common",
    "accounts",
    "housing",
    "casework",
    "stays",
    "allocation",
    "peers",
    "desk",
    "insight",
)
# Loggers whose messages below warning never hold a user's input: start, stop, listen.
TRUSTED_BELOW_WARNING = ("gunicorn.error", "celery.worker", "celery.beat", "celery.apps")
LONG_NUMBER = re.compile(r"\d{6}[ .]?\d{5}|\d{7,}")
STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({})))
EXTRA_FIELDS = frozenset(
    {"event", "route", "method", "status", "ms", "user", "task", "task_id", "count", "on", "seal"}
)


def _is_below(name: str, parents: tuple[str, ...]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def _code_lines(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-15:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def entry(record: logging.LogRecord) -> dict[str, Any]:
    """The fields of the record that are safe to log."""
    trusted = _is_below(record.name, OURS) or (
        record.levelno < logging.WARNING and _is_below(record.name, TRUSTED_BELOW_WARNING)
    )
    message = record.getMessage() if trusted else str(record.msg)
    fields: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": LONG_NUMBER.sub("[number]", message.strip()),
    }
    if request_id.get():
        fields["request_id"] = request_id.get()
    for name in EXTRA_FIELDS & (vars(record).keys() - STANDARD_FIELDS):
        fields[name] = getattr(record, name)
    data = getattr(record, "data", None)  # from Celery: the job's name and id, not its arguments
    if isinstance(data, dict):
        done = "received" if record.name == "celery.worker.strategy" else "done"
        fields["message"] = f"job {data.get('description', done)}"
        fields.update(task=data.get("name"), task_id=data.get("id"))
        if "runtime" in data:
            fields["ms"] = round(data["runtime"] * 1000, 1)
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    if match is not None:
        fields["route"] = match.route
    if record.exc_info and record.exc_info[0] is not None:
        kind, _, trace = record.exc_info
        fields["exception"] = f"{kind.__module__}.{kind.__qualname__}"
        fields["trace"] = _code_lines(trace)
    return fields


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(entry(record), ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """The same fields for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = entry(record)
        start = f"{fields.pop('at')[11:19]} {fields.pop('level'):<7} {fields.pop('message')}"
        trace = fields.pop("trace", [])
        fields.pop("logger")
        rest = " ".join(f"{name}={value}" for name, value in fields.items())
        return "\n    ".join([f"{start} {rest}".rstrip(), *trace])


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "safe": {"()": "config.logs.JsonFormatter" if as_json else "config.logs.PlainFormatter"}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "safe"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Gunicorn's logger does not propagate to the root, so it gets the handler itself.
            "gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            # Django's own handlers would mail or print the exception texts.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # It warns when Django gives a HEAD request a body, although dropping it is right.
            "gunicorn.http.wsgi": {"level": "ERROR"},
            # RequestLogMiddleware already logs every request with its status.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "WARNING"},
        },
    }
