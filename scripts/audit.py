"""`make audit`: known weaknesses in the locked packages, asked of the advisories at OSV.dev.

OSV gathers the advisories of PyPI, npm and GitHub (https://google.github.io/osv.dev/api/). Only
names and versions of packages are sent. Standard library only. It is no part of `make test`: the
answer changes from day to day, and the advisories may be out of reach. Ends with 0 when nothing is
known, 1 when something is, and 2 when the advisories could not be asked.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.console import say

ROOT = Path(__file__).resolve().parent.parent
ADVISORIES = "https://api.osv.dev/v1/"
PAGE = "https://osv.dev/vulnerability/"
SECONDS = 20
MOST_IN_ONE_QUESTION = 500

Package = tuple[str, str, str]  # ecosystem, name, version
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]


def locked(root: Path = ROOT) -> list[Package]:
    """Every package of the two lock files, those of the tests too."""
    pins = re.findall(
        r"(?m)^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)",
        (root / "requirements.lock").read_text(),
    )
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    found = {("PyPI", name, version) for name, version in pins}
    found |= {
        ("npm", path.rpartition("node_modules/")[2], entry["version"])
        for path, entry in packages.items()
        if path
    }
    return sorted(found)


def in_production(root: Path = ROOT) -> set[str]:
    """The names of the Python packages that the image has."""
    text = (root / "requirements-production.lock").read_text()
    return set(re.findall(r"(?m)^([A-Za-z0-9][\w.-]*)==", text))


def _ask(path: str, question: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        ADVISORIES + path,
        json.dumps(question).encode(),
        {"Content-Type": "application/json", "User-Agent": "varig-audit"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


def known(packages: list[Package], ask: Ask = _ask) -> dict[Package, list[str]]:
    """The numbers of the advisories about each package that has any."""
    found: dict[Package, list[str]] = {}
    for start in range(0, len(packages), MOST_IN_ONE_QUESTION):
        part = packages[start : start + MOST_IN_ONE_QUESTION]
        queries = [
            {"package": {"ecosystem": ecosystem, "name": name}, "version": version}
            for ecosystem, name, version in part
        ]
        results = ask("querybatch", {"queries": queries})["results"]
        if len(results) != len(part):
            raise ValueError("OSV answered for another number of packages than it was asked about")
        for package, result in zip(part, results, strict=True):
            if vulnerabilities := result.get("vulns"):
                found[package] = sorted(each["id"] for each in vulnerabilities)
    return found


def main(ask: Ask = _ask) -> int:
    packages = locked()
    try:
        found = known(packages, ask)
    except (OSError, ValueError, KeyError, TypeError) as error:
        say(f"The advisories at {ADVISORIES} could not be asked: {type(error).__name__}: {error}")
        say(f"Nothing is known about the {len(packages)} locked packages. Try from another network")
        return 2
    image = in_production()
    for (ecosystem, name, version), numbers in found.items():
        where = "production" if ecosystem == "npm" or name in image else "tests only"
        print(f"  {ecosystem} {name} {version} ({where})")
        for number in numbers:
            print(f"    {PAGE}{number}")
    say(f"{len(packages)} locked packages, {len(found)} with a known weakness")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
