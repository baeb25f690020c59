"""No personal data reaches the logs by any kind of message."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from config.logs import JsonFormatter


def line(logger: str, level: int, message: str, *args: object, **extra: object) -> dict:
    exc_info = extra.pop("exc_info", None)
    record = logging.LogRecord(logger, level, "file.py", 1, message, args, exc_info)
    vars(record).update(extra)
    return json.loads(JsonFormatter().format(record))


def test_a_number_as_long_as_a_national_id_is_left_out():
    entry = line("casework.actions", logging.INFO, "registered %s", "010190 12345")
    assert entry["message"] == "registered [number]"


def test_arguments_of_a_library_message_are_left_out():
    entry = line("django.request", logging.ERROR, "Internal Server Error: %s", "/sok?q=Kari")
    assert "Kari" not in json.dumps(entry)


def test_exception_text_is_left_out_and_the_code_lines_kept():
    try:
        raise ValueError("Key (name)=(Kari Nordmann) already exists")
    except ValueError:
        entry = line("varig", logging.ERROR, "failed", exc_info=sys.exc_info())
    assert "Kari" not in json.dumps(entry)
    assert entry["exception"] == "builtins.ValueError"
    assert "test_logs.py" in entry["trace"][-1]


def test_arguments_and_result_of_a_job_are_left_out():
    data = {"name": "stays.tasks.flag_stays", "id": "1", "args": "Kari", "return_value": "Kari"}
    message = "Task %(name)s[%(id)s] succeeded in %(runtime)ss: %(return_value)s"
    entry = line("celery.app.trace", logging.INFO, message, data=data)
    assert "Kari" not in json.dumps(entry)
    assert entry["task"] == "stays.tasks.flag_stays"


def test_unlisted_extra_field_is_left_out():
    assert "name_of_person" not in line("varig", logging.INFO, "x", name_of_person="Kari")


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route(client, caplog):
    with caplog.at_level(logging.DEBUG, "varig.request"):
        response = client.get("/healthz?q=Kari")
    record = caplog.records[-1]
    assert (record.route, record.status) == ("healthz", 200)
    assert "Kari" not in str(vars(record))
    assert response["X-Request-ID"]


def test_external_request_id_is_kept_only_if_valid(client):
    assert client.get("/healthz", headers={"X-Request-ID": "a1b2c3d4-e5"})["X-Request-ID"] == (
        "a1b2c3d4-e5"
    )
    assert client.get("/healthz", headers={"X-Request-ID": "Kari N"})["X-Request-ID"] != "Kari N"
