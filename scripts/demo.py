"""`make demo`: web, worker and beat together, until Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts import install, services
from scripts.console import Failure, say
from scripts.processes import end_with_parent, spawn, stop_all

ROOT = services.ROOT
LOGS = services.LOGS
ADDRESS = services.VAR / "demo.address"


class Stopped(Exception):
    """A signal asked the program to stop."""


def _on_signal(number: int, frame: object) -> None:
    # A second Ctrl-C must not interrupt the stop and leave processes running.
    for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)
    raise Stopped(signal.Signals(number).name)


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    wanted = int(os.environ.get("PORT") or 8000)
    for port in range(wanted, wanted + 100):
        if _is_free(port):
            if port != wanted:
                say(f"Port {wanted} is in use; taking {port}")
            return port
    raise Failure(
        f"No port from {wanted} to {wanted + 99} is free; name another: make demo PORT=9000"
    )


def _ready(address: str) -> dict | None:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except (OSError, ValueError):
        return None


def _tail(name: str) -> str:
    return "\n".join((LOGS / f"{name}.log").read_text(errors="replace").splitlines()[-20:])


def _watch(children: dict[str, subprocess.Popen]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise Failure(f"The {name} process ended (code {child.returncode}):\n{_tail(name)}")


def _start(port: int) -> dict[str, subprocess.Popen]:
    binaries = install.VENV / "bin"
    commands = {
        "web": [binaries / "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        "worker": [binaries / "celery", "--quiet", "-A", "config", "worker", "--concurrency", "2"]
        + ["--without-mingle", "--without-gossip", "--hostname", f"{services.database_name()}@%h"],
        "beat": [binaries / "celery", "--quiet", "-A", "config", "beat", "--pidfile="]
        + ["--schedule", services.VAR / "beat-schedule"],
    }
    children = {}
    for name, command in commands.items():
        (LOGS / f"{name}.log").unlink(missing_ok=True)
        children[name] = spawn(
            command,
            log=LOGS / f"{name}.log",
            environment={
                "VARIG_MODE": "demo",
                "VARIG_PROCESS": name,
                "WEB_WORKERS": "1",  # one starts faster, and a demo has few users
                "WEB_THREADS": "8",
                "BIND": f"127.0.0.1:{port}",
                "PYTHONUNBUFFERED": "1",
            },
            cwd=ROOT,
        )
    return children


def _serve(users: str) -> None:
    port = free_port()
    address = f"http://localhost:{port}"
    children: dict[str, subprocess.Popen] = {}
    try:
        say("Starting web, worker and beat")
        children = _start(port)
        worker_reported = False
        began = time.monotonic()
        while not (state := _ready(address)):
            _watch(children)
            if time.monotonic() - began > 60:
                raise Failure(f"The web process does not become ready:\n{_tail('web')}")
            time.sleep(0.1)
        ADDRESS.write_text(address)
        say("Ready")
        print(f"\n  Varig is at {address}\n", flush=True)
        if users:
            print(users, flush=True)
        print("  Logs are in var/log. Ctrl-C stops everything; the data stays.\n", flush=True)
        while True:
            _watch(children)
            if not worker_reported:
                state = _ready(address)
                if state and state["checks"].get("worker"):
                    say("The worker has done its first job")
                    worker_reported = True
            time.sleep(0.5)
    finally:
        # From here nothing may interrupt the stop, neither after a signal nor after an error.
        for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(known, signal.SIG_IGN)
        ADDRESS.unlink(missing_ok=True)
        say("Stopping web, worker and beat")
        stop_all(list(children.values()))


def demo() -> int:
    end_with_parent()
    services.VAR.mkdir(exist_ok=True)
    with (services.VAR / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            at = ADDRESS.read_text() if ADDRESS.exists() else "an address it is about to print"
            raise Failure(f"Varig is already running from this folder, at {at}.") from None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _on_signal)
        try:
            install.setup()
            say("Starting PostgreSQL and Valkey")
            with services.held():
                users = services.VAR / "demo-users.txt"
                prepared = subprocess.run(
                    [install.PYTHON, ROOT / "scripts" / "prepare_demo.py", users],
                    cwd=ROOT,
                    env={**os.environ, "VARIG_MODE": "demo"},
                    start_new_session=True,
                    preexec_fn=end_with_parent,
                    check=False,
                )
                if prepared.returncode:
                    raise Failure("The database could not be prepared; see above.")
                _serve(Path(users).read_text())
        except Stopped:
            say("Stopped")
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(demo())
