"""The jobs' application and their clock.

`celery -A config worker` runs jobs, `celery -A config beat` orders them.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 180

app = Celery("varig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

JOBS = (
    "stays.tasks.flag_stays",
    "casework.tasks.flag_deadlines",
    "casework.tasks.flag_papers",
    "casework.tasks.flag_appeals",
    "casework.tasks.delete_drafts",
    "casework.tasks.flag_statements",
    "stays.tasks.flag_section_27",
    "casework.tasks.flag_plans",
    "allocation.tasks.ask_still_needed",
)
# Before the first caseworker sits down; the clock is Oslo's.
app.conf.beat_schedule = {
    **{name: {"task": name, "schedule": crontab(hour=5, minute=30)} for name in JOBS},
    # Somebody has nowhere to sleep tonight: what is due today is not flagged tomorrow.
    "section-27": {"task": "stays.tasks.flag_section_27", "schedule": crontab(minute="*/10")},
    "heartbeat": {"task": "config.celery.heartbeat", "schedule": 60.0},
}
if settings.DEMO:
    # A demonstration is seldom running at 05.30.
    app.conf.beat_schedule |= {f"{name}-demo": {"task": name, "schedule": 300.0} for name in JOBS}


@app.task
def heartbeat() -> None:
    """Leave a mark that a worker is alive and can be reached through the broker."""
    from django.core.cache import cache

    cache.set(HEARTBEAT_KEY, "1", HEARTBEAT_SECONDS)


@beat_init.connect
def order_at_start(sender, **kwargs) -> None:
    """What beat missed while it was down is ordered as it starts; the jobs bear running twice."""
    for name in (*JOBS, "config.celery.heartbeat"):
        app.send_task(name)


@setup_logging.connect
def keep_django_logging(**kwargs) -> None:
    """Celery would put up handlers of its own, that print arguments and exception texts."""
    from logging.config import dictConfig

    dictConfig(settings.LOGGING)
