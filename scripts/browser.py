"""Finds, or installs, the browser that the end-to-end tests use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ADVICE = (
    "The browser tests need Chromium or Google Chrome. Install one (Debian, Ubuntu: "
    "`apt install chromium`; Fedora: `dnf install chromium`), or name it in VARIG_BROWSER."
)


def find_browser() -> str | None:
    """The path of a browser: VARIG_BROWSER, the system's or Playwright's own; None if none."""
    named = os.environ.get("VARIG_BROWSER")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    path = _playwrights_own()
    return path if Path(path).exists() and _starts(path) else None


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """False if system libraries are missing or the program is only a stub for a snap."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def ways_to_get_one() -> list[tuple[str, list[list[str]]]]:
    """Pairs of a message and the commands to run, the least intrusive first."""
    download = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    ways = [("Fetching Chromium for the browser tests", [download])]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:  # a Debian or Ubuntu container, where we may install
        install = [apt, "install", "-qq", "-y", "--no-install-recommends", "chromium"]
        ways.append(
            ("Installing the system's Chromium with apt-get", [[apt, "update", "-qq"], install])
        )
    return ways


def ensure_browser() -> str:
    """The path of a browser, installed if needed; exits with advice when that fails."""
    path = find_browser()
    if path is None and not os.environ.get("VARIG_BROWSER"):
        for message, commands in ways_to_get_one():
            print(message, flush=True)
            for command in commands:
                _run(command)
            path = find_browser()
            if path:
                break
    if path is None:
        sys.exit(ADVICE)
    return path


def _run(command: list[str]) -> None:
    """Run quietly; print the error if it fails, so that the next way can be tried."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if result.returncode:
        print(f"`{' '.join(command)}` failed: {result.stderr.strip()[-500:]}", flush=True)


if __name__ == "__main__":
    print(ensure_browser())
