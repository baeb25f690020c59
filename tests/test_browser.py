"""Where the browser of the end-to-end tests comes from, and in which order."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from scripts import browser

DOWNLOAD = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
UPDATE = ["/apt-get", "update", "-qq"]
INSTALL = ["/apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
SYSTEMS = "/usr/bin/chromium"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without a browser. `works` are the commands that succeed."""
    made = SimpleNamespace(installed={"apt-get"}, works=[], ran=[], broken=[], uid=0)
    own = tmp_path / "chrome"

    def which(name):
        there = name in made.installed
        return SYSTEMS if there and name == "chromium" else f"/{name}" if there else None

    def run(command, **kwargs):
        if command[1:] == ["--version"]:
            return SimpleNamespace(returncode=127 if command[0] in made.broken else 0)
        made.ran.append(command)
        if command not in made.works:
            return SimpleNamespace(returncode=100, stderr="no network")
        if command == DOWNLOAD:
            own.touch()
        elif command == INSTALL:
            made.installed.add("chromium")
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.delenv("VARIG_BROWSER", raising=False)
    monkeypatch.setattr(browser.shutil, "which", which)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(browser.os, "geteuid", lambda: made.uid)
    monkeypatch.setattr(browser, "_playwrights_own", lambda: str(own))
    made.own = str(own)
    return made


def test_system_browser_is_used_and_nothing_downloaded(machine):
    machine.installed.add("chromium")
    assert browser.ensure_browser() == SYSTEMS
    assert machine.ran == []


def test_playwright_browser_is_downloaded_before_installing_packages(machine):
    machine.works = [DOWNLOAD, UPDATE, INSTALL]
    assert browser.ensure_browser() == machine.own
    assert machine.ran == [DOWNLOAD]


def test_root_installs_the_system_browser_when_the_download_fails(machine, capsys):
    machine.works = [UPDATE, INSTALL]
    assert browser.ensure_browser() == SYSTEMS
    assert machine.ran == [DOWNLOAD, UPDATE, INSTALL]
    output = capsys.readouterr().out
    assert "no network" in output
    assert "Installing the system's Chromium with apt-get" in output


def test_downloaded_browser_that_does_not_start_is_not_used(machine):
    """A minimal container lacks the needed libraries; the system's package includes them."""
    machine.works, machine.broken = [DOWNLOAD, UPDATE, INSTALL], [machine.own]
    assert browser.ensure_browser() == SYSTEMS


@pytest.mark.parametrize(("uid", "apt"), [(1000, True), (0, False)])
def test_only_root_with_apt_installs_packages(machine, uid, apt):
    machine.works, machine.uid = [UPDATE, INSTALL], uid
    machine.installed = {"apt-get"} if apt else set()
    with pytest.raises(SystemExit, match="apt install chromium"):
        browser.ensure_browser()
    assert machine.ran == [DOWNLOAD]


def test_advice_is_printed_when_everything_fails(machine):
    with pytest.raises(SystemExit, match="VARIG_BROWSER"):
        browser.ensure_browser()
    assert machine.ran == [DOWNLOAD, UPDATE, INSTALL]


def test_missing_browser_named_in_the_environment_is_not_replaced(machine, monkeypatch):
    monkeypatch.setenv("VARIG_BROWSER", "/nowhere/chromium")
    with pytest.raises(SystemExit, match="VARIG_BROWSER"):
        browser.ensure_browser()
    assert machine.ran == []
