"""The browser the end-to-end tests drive."""

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
    """The path of a browser: VARIG_BROWSER, the system's, or the one playwright fetched."""
    named = os.environ.get("VARIG_BROWSER")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def ensure_browser() -> str:
    """`find_browser`, after trying playwright's own download; exits with advice otherwise."""
    path = find_browser()
    if path is None and not os.environ.get("VARIG_BROWSER"):
        print("Fetching Chromium for the browser tests", flush=True)
        fetched = subprocess.run(
            [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        path = find_browser() if fetched.returncode == 0 else None
    if path is None:
        sys.exit(ADVICE)
    return path


if __name__ == "__main__":
    print(ensure_browser())
