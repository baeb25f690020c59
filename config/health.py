"""For the container's health check and the load balancer; tell nothing but yes and no."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.jobs import late_jobs
from config.celery import HEARTBEAT_KEY

logger = logging.getLogger("varig.health")
_migrated = False  # a process's code never changes, so applied stays applied


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _redis() -> bool:
    if settings.TEST:
        return True
    import redis

    client = redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _worker() -> bool:
    """A worker has run the heartbeat job that beat orders each minute."""
    return cache.get(HEARTBEAT_KEY) is not None


def _late(needed: dict[str, bool]) -> list[str]:
    """The jobs that should have run by now, and have not."""
    if not (needed["database"] and needed["migrations"]):
        return []
    try:
        return late_jobs(timezone.now())
    except Exception:
        logger.exception("check failed", extra={"event": "jobs"})
        return []


def _holds(check) -> bool:
    try:
        return check()
    except Exception:
        logger.exception("check failed", extra={"event": check.__name__.strip("_")})
        return False


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can serve: database, migrations and Redis are in order.

    The worker and the jobs are told but do not count: pages work while jobs wait, and to take the
    pages away would help nobody. A job that has not run is an alarm: `status` says "jobs late",
    and `late` names them.
    """
    needed = {check.__name__.strip("_"): _holds(check) for check in (_database, _redis)}
    needed["migrations"] = needed["database"] and _holds(_migrations)
    ready = all(needed.values())
    told = {**needed, "worker": needed["redis"] and _holds(_worker)}
    late = _late(needed)
    told["jobs"] = not late
    status = "not ready" if not ready else "jobs late" if late else "ok"
    body = {"status": status, "checks": told, "late": late}
    return JsonResponse(body, status=200 if ready else 503)
