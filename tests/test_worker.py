"""The jobs as they run in earnest: a real beat orders, a real worker does, Valkey between them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from casework.enums import FlagKind
from casework.models import Flag
from tests.factories import StayFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PATIENCE = 90  # seconds; on a quiet machine it takes five


@pytest.fixture
def worker_and_beat(tmp_path):
    """Both as `make demo` starts them, over the test's database; stopped at the end."""
    # Demo mode, for in test mode jobs run where they are ordered.
    env = os.environ | {"VARIG_MODE": "demo", "VARIG_DB_NAME": connection.settings_dict["NAME"]}
    celery = Path(sys.executable).with_name("celery")
    roles = {
        "worker": ["worker", "--concurrency", "1"],
        "beat": ["beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", ""],
    }
    running = []
    try:
        for role, arguments in roles.items():
            with (tmp_path / f"{role}.log").open("w") as log:
                running.append(
                    subprocess.Popen(
                        [celery, "-A", "config", *arguments],
                        cwd=settings.BASE_DIR,
                        env=env,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                )
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)
        for role in roles:
            print((tmp_path / f"{role}.log").read_text()[-2000:])


def test_hundred_days_in_a_guest_house_are_flagged_by_the_worker(worker_and_beat):
    stay = StayFactory(days_ago=100)
    given_up = time.monotonic() + PATIENCE
    of_stays = Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY)
    while not of_stays.exists() and time.monotonic() < given_up:
        time.sleep(0.2)
    flag = of_stays.get()
    assert (flag.person, flag.threshold) == (stay.person, 90)
