"""The jobs with a real beat, a real worker and Valkey.

When the worker or PostgreSQL is stopped in the middle of a job, no flag is lost or duplicated.
To stop it in the middle, another transaction has written one of the flags and not committed, so
that the single statement of the job waits there, with other flags already written.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, transaction

from accounts.models import JobRun
from casework.log.enums import FlagKind
from casework.models import Flag
from scripts import processes, services
from stays.temporary.flags import flag_stays
from tests.factories import StayFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PATIENCE = 90  # seconds; on a quiet machine each wait takes a few
MANY = 30
CELERY = [Path(sys.executable).with_name("celery"), "-A", "config"]
WORKER = ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
JOB = "stays.tasks.flag_stays"


def wait(until: Callable[[], object]) -> object:
    given_up = time.monotonic() + PATIENCE
    while not (result := until()):
        assert time.monotonic() < given_up, "the condition was never met"
        time.sleep(0.05)
    return result


@contextmanager
def running(arguments: list, log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """A Celery process, as `make demo` starts it; stopped at the end, and its log shown."""
    child = processes.spawn(
        [*CELERY, *arguments],
        log=log,
        # Demo mode, since in test mode tasks run in the calling process.
        environment={"VARIG_MODE": "demo", **environment},
        cwd=settings.BASE_DIR,
    )
    try:
        yield child
    finally:
        processes.stop_all([child], seconds=5)
        print(log.read_text()[-2000:])


def kill(child: subprocess.Popen) -> None:
    """Kill the worker and its child processes without warning."""
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@pytest.fixture
def queue() -> str:
    """The queue of the test database, used by worker and sender."""
    return connection.settings_dict["NAME"]


@pytest.fixture
def broker(queue) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(queue)
        yield valkey
        valkey.delete(queue)


def order(queue: str) -> None:
    """Queue the job, as beat does."""
    with Celery(broker=settings.CELERY_BROKER_URL, set_as_current=False) as beat:
        beat.send_task(JOB, queue=queue, ignore_result=True)


# ------------------------------------------------------------------ in the middle of a job


def one_of(today) -> Flag:
    """The flag the job would raise for one of the persons, rolled back."""
    with transaction.atomic():
        flag_stays(today)
        of_stays = Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY).order_by("person_id")
        flag = of_stays[MANY // 2]
        transaction.set_rollback(True)
    return flag


WRITE = """INSERT INTO casework_flag
    (person_id, kind, key, facts, marks, raised_on, closed_because, closing_note)
    VALUES (%s, %s, %s, '{}', '{}', %s, '', '')"""


@contextmanager
def written_by_another(flag: Flag, **database: str) -> Iterator[psycopg.Connection]:
    """Another transaction has written this flag and has not committed yet."""
    with suppress(psycopg.OperationalError), psycopg.connect(**database) as other:
        other.execute(WRITE, [flag.person_id, flag.kind, flag.key, flag.raised_on])
        yield other
        other.rollback()


def written(other: psycopg.Connection) -> int:
    """The number of flags written, committed or not: a sequence is not transactional."""
    return other.execute("SELECT last_value FROM casework_flag_id_seq").fetchone()[0]


def wait_until_in_the_middle(other: psycopg.Connection, before: int) -> None:
    """Wait until the job has written flags and waits for the one that is not committed."""
    waits = "SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
    wait(lambda: other.execute(waits).fetchone() is not None)
    assert written(other) > before + 1


def assert_each_is_flagged_once(flagged: list[tuple[int, int]], persons: set[int]) -> None:
    assert sorted(flagged) == sorted((person, 90) for person in persons)


def where() -> dict[str, str]:
    ours = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    named = {key: ours[name] for key, name in names.items() if ours[name]}
    return {"dbname": ours["NAME"], **named}


@pytest.fixture
def many(today) -> set[int]:
    return {StayFactory(days_ago=100).person_id for _ in range(MANY)}


# ------------------------------------------------------------------ the tests


def test_worker_flags_100_days_in_a_temporary_place(tmp_path, queue, broker):
    stay = StayFactory(days_ago=100)
    schedule = ["--schedule", str(tmp_path / "schedule"), "--pidfile", ""]
    of_stays = Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY)
    with (
        running(WORKER, tmp_path / "worker.log", VARIG_DB_NAME=queue),
        running(["beat", *schedule], tmp_path / "beat.log", VARIG_DB_NAME=queue),
    ):
        wait(of_stays.exists)
        flag = of_stays.get()
    assert (flag.person, flag.threshold) == (stay.person, 90)


def test_worker_killed_during_a_job_loses_and_duplicates_no_flag(
    tmp_path, today, queue, broker, many
):
    hostage = one_of(today)
    order(queue)
    with written_by_another(hostage, **where()) as other:
        before = written(other)
        with running(WORKER, tmp_path / "first.log", VARIG_DB_NAME=queue) as worker:
            wait_until_in_the_middle(other, before)
            kill(worker)
    assert not Flag.objects.exists(), "an interrupted job saves nothing"
    assert JobRun.objects.get().ended_at is None, "a killed run is shown as killed"
    half_an_hour_passes(broker, queue)
    # The message was not lost with the worker: it is not sent again.
    with running(WORKER, tmp_path / "second.log", VARIG_DB_NAME=queue):
        wait(JobRun.objects.filter(ended_at__isnull=False).exists)
    flagged = list(Flag.objects.values_list("person", "threshold"))
    assert_each_is_flagged_once(flagged, many)
    assert JobRun.objects.filter(failed="", ended_at__isnull=False).get().raised == MANY


def half_an_hour_passes(broker: redis.Redis, queue: str) -> None:
    """A message that a worker took and never acknowledged comes back after `visibility_timeout`."""
    name = f'"routing_key": "{queue}"'.encode()
    taken = [tag for tag, content in broker.hgetall("unacked").items() if name in content]
    assert len(taken) == 1
    broker.zincrby("unacked_index", -1800, taken[0])


def test_postgresql_stopped_during_a_job_loses_and_duplicates_no_flag(
    tmp_path, today, queue, broker, many
):
    hostage = one_of(today)
    # Its own PostgreSQL, which no other test needs, with a copy of the test's database.
    with own_postgres() as (folder, sockets):
        theirs = {"dbname": "varig", "user": "postgres", "host": str(sockets)}
        copy_database(sockets)
        environment = {
            "DATABASE_URL": f"postgresql:///varig?user=postgres&host={sockets}",
            "REDIS_URL": settings.REDIS_URL,
            "VARIG_DB_NAME": "",
        }
        with running(WORKER + ["-Q", queue], tmp_path / "worker.log", **environment):
            with written_by_another(hostage, **theirs) as other:
                before = written(other)
                order(queue)
                wait_until_in_the_middle(other, before)
                services.stop_postgres(folder, at_once=True)
            services.start_postgres(folder, sockets)
            # The same worker tries again by itself.
            ended = "SELECT FROM accounts_jobrun WHERE ended_at IS NOT NULL AND failed = ''"
            with psycopg.connect(**theirs, autocommit=True) as asked:
                wait(lambda: asked.execute(ended).fetchone() is not None)
                result = asked.execute("SELECT person_id, threshold FROM casework_flag")
                assert_each_is_flagged_once(result.fetchall(), many)


@contextmanager
def own_postgres() -> Iterator[tuple[Path, Path]]:
    try:
        services.postgres_bin("initdb")
    except services.ServiceError:
        pytest.skip("The embedded PostgreSQL is not made for this platform.")
    # Not in `tmp_path`: the server runs as another user when we are root, and must get in.
    root = Path(tempfile.mkdtemp(prefix="varig-"))
    root.chmod(0o711)
    folder, sockets = root / "data", root / "run"
    try:
        services.start_postgres(folder, sockets)
        yield folder, sockets
    finally:
        services.stop_postgres(folder, at_once=True)
        shutil.rmtree(root)


def copy_database(sockets: Path) -> None:
    to = ["--host", str(sockets), "--username", "postgres"]
    subprocess.run([services.postgres_bin("createdb"), *to, "varig"], check=True)
    named = psycopg.conninfo.make_conninfo(**where())
    dumped = subprocess.run(
        [services.postgres_bin("pg_dump"), "--no-owner", "--no-privileges", named],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [services.postgres_bin("psql"), "-q1", "-v", "ON_ERROR_STOP=1", *to, "varig"],
        input=dumped.stdout,
        stdout=subprocess.DEVNULL,
        check=True,
    )
