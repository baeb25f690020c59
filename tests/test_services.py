"""The embedded servers run while a process holds them, and stop with the last."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.environment import database_from_url
from scripts import install, services


@pytest.fixture
def holders(tmp_path, monkeypatch):
    monkeypatch.setattr(services, "HOLDERS", tmp_path)
    return tmp_path


def test_killed_holder_is_removed(holders):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    born = services._started_at(ended.pid) or "1"
    ended.wait()
    (holders / str(ended.pid)).write_text(born)
    assert services._live_holders() == []
    assert list(holders.iterdir()) == []


def test_reused_pid_does_not_hold_the_services(holders):
    (holders / str(os.getpid())).write_text("1")
    assert services._live_holders() == []


def test_running_holder_and_make_services_hold_the_services(holders):
    (holders / str(os.getpid())).write_text(services._started_at(os.getpid()))
    (holders / services.STAY).write_text("")
    assert sorted(services._live_holders()) == sorted([str(os.getpid()), services.STAY])


def test_unsupported_platform_is_told_what_to_set(monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(os, "environ", {"PATH": ""})
    with pytest.raises(install.Failure, match="Set DATABASE_URL and REDIS_URL"):
        install.need_services_of_their_own()


def test_unsupported_platform_installs_no_embedded_packages(monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Darwin")
    text = install.locked_requirements()
    assert "\nembedded-postgres==" not in text
    assert "\nvalkey-embedded==" not in text
    assert "\ndjango==" in text


def test_an_address_may_name_a_socket_and_options():
    made = database_from_url("postgresql:///varig?user=postgres&host=/run/x&sslmode=disable")
    assert (made["NAME"], made["USER"], made["HOST"]) == ("varig", "postgres", "/run/x")
    assert made["OPTIONS"] == {"sslmode": "disable"}


def test_a_password_may_hold_any_character():
    made = database_from_url("postgresql://u:p%40%2Fss@db:5433/varig", "other")
    assert (made["PASSWORD"], made["HOST"], made["PORT"]) == ("p@/ss", "db", "5433")
    assert made["NAME"] == "other"
