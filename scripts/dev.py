"""The commands of the Makefile. Standard library only: it runs before any package is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import install, services
from scripts.console import Failure, say

ROOT = services.ROOT
BIN = install.VENV / "bin"
COMPILE = [
    *("pip", "compile", "pyproject.toml", "--generate-hashes", "--no-emit-index-url"),
    *("--custom-compile-command", "make lock"),  # the header of the files names only this command
    *("--universal", "--python-version", "3.11"),
]
# The production packages are a subset of the tested ones, in the same versions.
LOCKS = [
    [*COMPILE, "--group", "dev", "-o", "requirements.lock"],
    [*COMPILE, "-c", "requirements.lock", "-o", "requirements-production.lock"],
]


def _templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def lint_steps() -> list[tuple[str, list]]:
    manage = [install.PYTHON, "manage.py"]
    steps = [
        ("lint", [BIN / "ruff", "check", "--quiet", "."]),
        ("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
        ("import contracts", [BIN / "lint-imports", "--no-cache"]),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("system check", [*manage, "check", "--fail-level", "WARNING"]),
        ("house rules", [install.PYTHON, "-m", "scripts.checks"]),
    ]
    if _templates():
        steps.insert(3, ("templates", [BIN / "djlint", "--lint", "--quiet", "templates"]))
        djade = [BIN / "djade", "--target-version", "5.2", "--check", *_templates()]
        steps.insert(4, ("template format", djade))
    return steps


def test_steps() -> list[tuple[str, list]]:
    pytest = [install.PYTHON, "-m", "pytest", "-q"]
    # A few tests are slow: a worker that is done takes tests from the other one.
    both_cores = ["-n", "2", "--dist", "worksteal"]
    return [
        ("tests", [*pytest, *both_cores, "-m", "not e2e and not bench", "tests"]),
        ("browser", [install.PYTHON, "-m", "scripts.browser"]),
        ("browser tests", [*pytest, *both_cores, "-m", "e2e", "tests"]),
    ]


def _run(steps: list[tuple[str, list]]) -> int:
    """Run every step, so that one run shows all errors. Returns the exit code."""
    failed = []
    for name, command in steps:
        began = time.monotonic()
        quiet = not any("pytest" in str(word) for word in command)
        result = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            check=False,
        )
        if result.returncode:
            failed.append(name)
            print((result.stdout or "").rstrip(), flush=True)
        say(f"{name}: {'FAILED' if result.returncode else 'ok'} ({time.monotonic() - began:.1f} s)")
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def setup() -> int:
    install.setup()
    say("Set up")
    return 0


def check() -> int:
    install.setup()
    with services.held():
        return _run(lint_steps())


def audit() -> int:
    """Reads the lock files alone: nothing needs to be installed."""
    from scripts.audit import main as run

    return run()


def tidy() -> int:
    install.setup()
    djade = [BIN / "djade", "--target-version", "5.2", *_templates()]
    commands = [[BIN / "ruff", "check", "--fix", "."], [BIN / "ruff", "format", "."], djade]
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=False)
    return 0


def test() -> int:
    install.setup()
    say("Starting PostgreSQL and Valkey")
    with services.held():
        code = _run(lint_steps() + test_steps())
    say("All checks and tests passed" if code == 0 else "Some checks or tests failed")
    return code


def bench() -> int:
    """Measure with the data of a city and of a country. Both databases are kept for next time."""
    install.setup()
    (ROOT / "build").mkdir(exist_ok=True)
    manage = [install.PYTHON, "manage.py"]
    with services.held():
        for size in ("city", "country"):
            environment = os.environ | {"VARIG_DB_NAME": f"varig_bench_{size}"}
            say(f"Data of a {size}, made the first time")
            for command in (
                ["migrate", "-v", "0"],
                ["demo_data", "--size", size, "--if-empty"],
                ["bench", "--label", size],
            ):
                result = subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=False)
                if result.returncode:
                    return result.returncode
    return 0


def pictures() -> int:
    """Take the guides' pictures of a demo made afresh."""
    install.setup()
    with services.held():
        return _module("scripts.pictures")


def model() -> int:
    """Draw the data model from the code."""
    install.setup()
    return _module("scripts.data_model")


def _module(name: str) -> int:
    return subprocess.run([install.PYTHON, "-m", name], cwd=ROOT, check=False).returncode


def demo() -> int:
    from scripts.demo import demo as run

    return run()


def start_services() -> int:
    install.setup()
    services.start()
    say("PostgreSQL and Valkey are running; `make stop` stops them")
    return 0


def stop() -> int:
    services.stop()
    say("PostgreSQL and Valkey are stopped")
    return 0


def _refuse_while_held() -> None:
    holders = [name for name in services.holders() if name != services.STAY]
    if holders:
        raise Failure(f"Varig is in use by process {', '.join(holders)}. Stop it first.")


def reset() -> int:
    _refuse_while_held()
    services.reset()
    shutil.rmtree(services.VAR, ignore_errors=True)
    say("The local data is gone; `make demo` starts over")
    if os.environ.get("DATABASE_URL"):
        say("DATABASE_URL is set: that database is yours, and was left as it is")
    return 0


def clean() -> int:
    reset()
    for folder in (".venv", "node_modules", "build", "staticfiles", ".ruff_cache"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    for folder in ROOT.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    say("Clean")
    return 0


def lock() -> int:
    install.python_packages()
    for command in LOCKS:
        result = subprocess.run([BIN / "uv", *command, "--quiet"], cwd=ROOT, check=False)
        if result.returncode:
            return result.returncode
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "audit": audit,
    "bench": bench,
    "check": check,
    "clean": clean,
    "demo": demo,
    "lock": lock,
    "model": model,
    "pictures": pictures,
    "reset": reset,
    "services": start_services,
    "setup": setup,
    "stop": stop,
    "test": test,
    "tidy": tidy,
}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: dev.py {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[sys.argv[1]]()
    except (Failure, services.ServiceError) as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
