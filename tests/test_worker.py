"""The jobs as they run in earnest: a real beat orders, a real worker does, Valkey between them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import JobRun
from casework.enums import FlagKind
from casework.models import Flag
from scripts import services
from tests.factories import StayFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 90  # seconds; on a quiet machine it takes five


@contextlib.contextmanager
def started(folder: Path, *roles: str, **more: str):
    """Worker and beat as `make demo` starts them, over the test's database; killed at the end."""
    # Demo mode, for in test mode jobs run where they are ordered.
    env = os.environ | {"VARIG_MODE": "demo", "VARIG_DB_NAME": connection.settings_dict["NAME"]}
    celery = Path(sys.executable).with_name("celery")
    arguments = {
        "worker": ["worker", "--concurrency", "1"],
        "beat": ["beat", "--schedule", str(folder / f"schedule{time.time()}"), "--pidfile", ""],
    }
    running = []
    try:
        for role in roles:
            with (folder / f"{role}.log").open("a") as log:
                running.append(
                    subprocess.Popen(
                        [celery, "-A", "config", *arguments[role]],
                        cwd=settings.BASE_DIR,
                        env=env | more,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )
        yield running
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
        for role in roles:
            print((folder / f"{role}.log").read_text()[-2000:])


@pytest.fixture
def worker_and_beat(tmp_path):
    with started(tmp_path, "worker", "beat"):
        yield


def wait_for(what) -> None:
    given_up = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < given_up, "it never came"
        time.sleep(0.1)


def test_hundred_days_in_a_guest_house_are_flagged_by_the_worker(worker_and_beat):
    stay = StayFactory(days_ago=100)
    wait_for(lambda: Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY).exists())
    flag = Flag.objects.get(kind=FlagKind.TEMPORARY_STAY)
    assert (flag.person, flag.threshold) == (stay.person, 90)


# ------------------------------------------------------------------ killed in the middle

STAYS = 5
IN_THE_WAY = """
    INSERT INTO casework_flag (person_id, kind, key, facts, marks, raised_on, closed_because,
        closing_note) VALUES (%s, 'temporary_stay', %s, '{}', '{}', current_date, '', '')"""
# The job has written most of its flags, and waits for the one that stands in the way.
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND query LIKE '%INSERT INTO casework_flag%'"""
FLAGS = (
    "SELECT count(*), count(DISTINCT person_id) FROM casework_flag WHERE kind = 'temporary_stay'"
)


def stays_of_hundred_days():
    made = [StayFactory(days_ago=100) for _ in range(STAYS)]
    return made[-1].person_id, f"{made[-1].period.lower}:90"


def number(other: psycopg.Connection, query: str):
    return other.execute(query).fetchone()


def test_a_worker_killed_in_the_middle_loses_and_doubles_no_flag(tmp_path):
    in_the_way = stays_of_hundred_days()
    url = settings_url(connection.settings_dict)
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watcher:
        other.execute(IN_THE_WAY, in_the_way)
        with started(tmp_path, "worker", "beat") as (worker, _beat):
            wait_for(lambda: number(watcher, WAITING)[0])
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(timeout=30)
        other.rollback()
        # What was half written is as if it never was; and the run shows that it never ended.
        wait_for(lambda: not number(watcher, WAITING)[0])
        assert number(watcher, FLAGS) == (0, 0)
        assert JobRun.objects.filter(job="flag_stays", ended_at__isnull=True).exists()
        with started(tmp_path, "worker", "beat"):
            wait_for(lambda: number(watcher, FLAGS)[0])
            wait_for(lambda: JobRun.objects.filter(job="flag_stays", raised=STAYS).exists())
        assert number(watcher, FLAGS) == (STAYS, STAYS)


def test_postgresql_stopped_under_a_job_loses_and_doubles_no_flag(tmp_path, own_postgres):
    in_the_way = stays_of_hundred_days()
    own_postgres.copy(settings_url(connection.settings_dict))
    with psycopg.connect(own_postgres.url) as other:
        other.execute(IN_THE_WAY, in_the_way)
        with (
            psycopg.connect(own_postgres.url, autocommit=True) as watcher,
            started(tmp_path, "worker", "beat", DATABASE_URL=own_postgres.url),
        ):
            wait_for(lambda: number(watcher, WAITING)[0])
            own_postgres.control("stop", "-m", "immediate")
            time.sleep(1)
            own_postgres.control("start")
            with psycopg.connect(own_postgres.url, autocommit=True) as again:
                # The worker comes back to it by itself.
                wait_for(lambda: number(again, FLAGS)[0])
                assert number(again, FLAGS) == (STAYS, STAYS)


class OwnPostgres:
    """A PostgreSQL of this test's alone, that may be stopped without hurting anybody."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.url = f"postgresql:///varig_own?user=postgres&host={folder}"
        self.folder = folder
        services._own(folder)
        services._own(self.data)
        self._tool("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "-N")
        (self.data / "postgresql.auto.conf").write_text(
            f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n"
            "fsync = off\nmax_connections = 40\nshared_buffers = 32MB\n"
        )
        self.control("start")

    def _tool(self, program: str, *arguments) -> None:
        prefix = services._as_server_user()
        services._run([*prefix, services.postgres_bin(program), *arguments], program)

    def control(self, what: str, *how: str) -> None:
        log = self.data / "server.log"
        self._tool("pg_ctl", "-D", self.data, "-l", log, "-w", *how, what)

    def copy(self, source: str) -> None:
        with psycopg.connect(self.url.replace("varig_own", "postgres"), autocommit=True) as to:
            to.execute("CREATE DATABASE varig_own TEMPLATE template0")
        dump, restore = (services.postgres_bin(name) for name in ("pg_dump", "psql"))
        dumped = subprocess.run([dump, "-d", source], capture_output=True, check=True)
        command = [restore, "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url]
        subprocess.run(command, input=dumped.stdout, capture_output=True, check=True)


@pytest.fixture
def own_postgres():
    # Short: a socket's address may not be long.
    folder = Path(tempfile.mkdtemp(prefix="varig-own-"))
    folder.chmod(0o755)
    own = OwnPostgres(folder)
    yield own
    with contextlib.suppress(services.ServiceError):
        own.control("stop", "-m", "immediate")
    shutil.rmtree(folder, ignore_errors=True)


def settings_url(database: dict) -> str:
    host, user = database["HOST"], database["USER"]
    return f"postgresql:///{database['NAME']}?user={user}&host={host}"
