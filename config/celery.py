"""The Celery app and the schedule of the jobs.

`celery -A config worker` runs jobs, `celery -A config beat` queues them.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from common.jobs import JOBS

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 180

app = Celery("varig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def plan(sender: Celery, **kwargs) -> None:
    """Give beat the jobs that the apps have registered at start."""
    sender.conf.beat_schedule = {
        name: {
            "task": job.task,
            "schedule": job.every or crontab(hour=job.at.hour, minute=job.at.minute),
        }
        for name, job in JOBS.items()
    } | {"heartbeat": {"task": "config.celery.heartbeat", "schedule": 60.0}}
    if settings.DEMO:
        # A demo is seldom running at 05.30.
        sender.conf.beat_schedule |= {
            f"{name}-demo": {"task": job.task, "schedule": 300.0} for name, job in JOBS.items()
        }


@app.task
def heartbeat() -> None:
    """Record in the cache that a worker is alive and reachable through the broker."""
    from django.core.cache import cache

    cache.set(HEARTBEAT_KEY, "1", HEARTBEAT_SECONDS)


@beat_init.connect
def order_at_start(sender, **kwargs) -> None:
    """Queue every job when beat starts, in case it was down; jobs are safe to run twice."""
    for name in (*(job.task for job in JOBS.values()), "config.celery.heartbeat"):
        app.send_task(name)


@setup_logging.connect
def keep_django_logging(**kwargs) -> None:
    """Celery's own log handlers would print arguments and exception texts."""
    from logging.config import dictConfig

    dictConfig(settings.LOGGING)
